//! `towpath set`: new versions for images, charts and repositories, new values for keys.

mod absent;
mod asked;
mod dependencies;
mod draft;
mod entering;
mod images;
mod keys;
mod overridden;
mod unused;
mod within;

use crate::config;
use crate::environment;
use crate::error::{Failure, Kind};
use crate::facts::Facts;
use crate::files::{self, Files};
use crate::message::{Move, Wording, Words};
use crate::pin::{self, Wanted};
use crate::plan::Plan;
use crate::preparation::{Preparation, Target};
use crate::promote;
use crate::repository::Repository;
use crate::request::{self, SetRequest, Source};
pub(crate) use draft::operations_of_file;

use asked::Asked;
use draft::Draft;
use entering::Entering;

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

/// Says where the commit goes, and how: as is declared for the environment that
/// was named, or else to the branch of the request.
pub(crate) fn prepare(
    request: &SetRequest,
    (source, facts): (&Source, &Facts),
    repository: &dyn Repository,
) -> Result<Preparation, Failure> {
    let mut prepared = where_to(request, (source, facts), repository)?;
    let within = within::environment(request, source).is_some();
    let entering = Entering::find(source, within, repository)?;
    if let Some(entering) = entering
        && entering.needs_a_plan()?
    {
        let words = Words {
            wording: Wording::parse(&request::Wording::default())?,
            source,
        };
        let plan = pinned(request, &words, repository)?;
        let more = entering.prepare(&plan, facts, repository)?;
        prepared.questions = more.questions;
        prepared.is_gated = more.is_gated;
        prepared.then = more.then;
    }
    Ok(prepared)
}

fn where_to(
    request: &SetRequest,
    (source, facts): (&Source, &Facts),
    repository: &dyn Repository,
) -> Result<Preparation, Failure> {
    let Some(name) = within::environment(request, source) else {
        return Ok(Preparation::default());
    };
    let Some(declared) = config::load(repository)? else {
        return Ok(Preparation::default());
    };
    let scope = declared.scope(name)?;
    let view = scope.view();
    Ok(Preparation {
        target: Target {
            repository: view.repository,
            branch: view.revision,
        },
        way: promote::way(&scope, facts),
        ..Preparation::default()
    })
}

/// Decides what to change to meet `request`, as far as gates and pins let it in.
pub(crate) fn plan(
    request: &SetRequest,
    (words, facts): (&Words<'_>, &Facts),
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    let plan = pinned(request, words, repository)?;
    let within = within::environment(request, words.source).is_some();
    match Entering::find(words.source, within, repository)? {
        Some(entering) => entering.admit(plan, facts, repository),
        None => Ok(plan),
    }
}

/// Decides what to change, as far as pins let it in.
fn pinned(
    request: &SetRequest,
    words: &Words<'_>,
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    let Some(within) = within::Within::find(request, words.source, repository)? else {
        let (plan, moves) = unpinned(request, words, repository)?;
        return pin::respect(plan, &wanted(&moves, words.source), repository);
    };
    let mut moves = Vec::new();
    let plan = within.plan(
        |request, repository| {
            let (plan, made) = unpinned(request, words, repository)?;
            moves = made;
            Ok(plan)
        },
        repository,
    )?;
    let there = environment::at(within.view(), repository)?;
    pin::respect(plan, &wanted(&moves, words.source), there.get())
}

/// Returns what is brought, as pins see it.
fn wanted<'m>(moves: &'m [Move], source: &'m Source) -> Vec<Wanted<'m>> {
    let wanted = |new: &'m Move| Wanted {
        of: new.what.parts().1,
        version: &new.new,
        build: source.build,
        source: source.repository.as_deref(),
        earlier: Vec::new(),
    };
    moves.iter().map(wanted).collect()
}

/// Decides what to change, whatever is pinned.
pub(crate) fn unpinned(
    request: &SetRequest,
    words: &Words<'_>,
    repository: &dyn Repository,
) -> Result<(Plan, Vec<Move>), Failure> {
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
