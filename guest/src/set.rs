//! `towpath set`: new versions for images, charts and repositories, new values for keys.

mod absent;
mod asked;
mod dependencies;
mod draft;
mod images;
mod keys;
mod overridden;
mod unused;

use crate::error::{Failure, Kind};
use crate::files::{self, Files};
use crate::message::Words;
use crate::plan::Plan;
use crate::repository::Repository;
use crate::request::SetRequest;
pub(crate) use draft::operations_of_file;

use asked::Asked;
use draft::Draft;

/// What every step of the planning can look at.
struct Context<'c> {
    request: &'c SetRequest,
    asked: &'c Asked<'c>,
    files: &'c Files,
    repository: &'c dyn Repository,
}

impl Context<'_> {
    fn files_are_named(&self) -> bool {
        !self.request.files.is_empty()
    }
}

/// Decides what to change to meet `request`.
pub(crate) fn plan(
    request: &SetRequest,
    words: &Words<'_>,
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    let asked = Asked::parse(request)?;
    let files = files::load(request, &asked.texts(), repository)?;
    let context = Context {
        request,
        asked: &asked,
        files: &files,
        repository,
    };
    let mut draft = Draft::new(&files);
    images::set(&context, &mut draft)?;
    dependencies::set(&context, &mut draft)?;
    keys::set(&context, &mut draft)?;
    every_named_file_matches(&context, &draft)?;
    draft.plan(request, words, repository)
}

/// Checks that each file that was named holds something that was asked for.
fn every_named_file_matches(context: &Context<'_>, draft: &Draft<'_>) -> Result<(), Failure> {
    if !context.files_are_named() {
        return Ok(());
    }
    match draft.untouched() {
        None => Ok(()),
        Some(path) => {
            let asked = context.asked;
            let kind = if !asked.updates.is_empty() {
                Kind::NoSuchImage
            } else if asked.dependencies.is_empty() {
                Kind::NoSuchKey
            } else {
                Kind::NoSuchSource
            };
            Err(
                Failure::new(kind, format!("nothing that was asked for is in {path:?}"))
                    .hint("Name only files that hold what is asked for."),
            )
        }
    }
}
