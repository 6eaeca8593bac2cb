//! A new environment that runs a revision: an `Application` next to that of the
//! environment that it is made from.
//!
//! Where the Applications are in another repository, there are two changes: the
//! first run adds the `Application` there, the second one the entry here.

use super::renamed::{Renaming, renamed};
use crate::config::{Declared, Revision, Scope};
use crate::environment::{self, Environment, Pointer};
use crate::error::{Failure, Kind};
use crate::message::Words;
use crate::plan::{FileChange, Plan, Problem};
use crate::preparation::Target;
use crate::repository::{Repository, View};
use crate::request::AddEnvironmentRequest;
use crate::yaml::edit::Value;

/// Returns where the commit goes.
pub(super) fn target(
    request: &AddEnvironmentRequest,
    from: &Scope<'_>,
    repository: &dyn Repository,
) -> Result<Target, Failure> {
    let Some(pointer) = Pointer::read(from, repository)? else {
        return Ok(Target::default());
    };
    let there = environment::at(&pointer.view, repository)?;
    let path = super::new_path(pointer.loaded.path(), &super::renaming(request))?;
    match super::read(&path, there.get()) {
        Ok(_) => Ok(Target::default()),
        Err(_) => Ok(Target {
            repository: pointer.view.repository,
            branch: pointer.view.revision,
        }),
    }
}

/// Plans the `Application` of the new environment, or its entry in `towpath.yaml`,
/// or both.
pub(super) fn plan(
    request: &AddEnvironmentRequest,
    (declared, words): (&Declared, &Words<'_>),
    (environment, pointer): (&Environment<'_>, &Pointer),
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    let there = environment::at(&pointer.view, repository)?;
    let mut renaming = super::renaming(request);
    let path = pointer.loaded.path();
    let new_path = super::new_path(path, &renaming)?;
    let (entry, told) = super::entry(request, declared)?;
    let is_here = pointer.view == View::default();
    if !is_here && super::read(&new_path, there.get()).is_ok() {
        return super::finished(request, words, (Vec::new(), vec![told]), (entry, declared));
    }
    super::refuse_existing(&new_path, there.get())?;
    let mut warnings = Vec::new();
    if let Some((old, new)) = absent(environment, pointer, &renaming, repository)? {
        refuse_without_files(request, declared, environment)?;
        renaming.keeps_paths = true;
        warnings.push(same_directory(environment, (&old, &new)));
    }
    let copy = renamed(&pointer.loaded, &renaming)?;
    let (file, mut changes) = super::added(path, new_path, copy);
    let entry = match is_here {
        true => {
            changes.push(told);
            entry
        }
        false => {
            warnings.push(second_step(request));
            FileChange::default()
        }
    };
    let plan = super::finished(request, words, (vec![file], changes), (entry, declared))?;
    Ok(Plan { warnings, ..plan })
}

/// Returns the directory that the other environment deploys, and that of the new
/// one, when the latter is not in the revision that runs.
fn absent(
    environment: &Environment<'_>,
    pointer: &Pointer,
    renaming: &Renaming<'_>,
    repository: &dyn Repository,
) -> Result<Option<(String, String)>, Failure> {
    let Some(old) = pointer.path.clone() else {
        return Ok(None);
    };
    let new = renaming.path(&old);
    let manifests = environment::at(&environment.view, repository)?;
    let is_there = new == old || manifests.get().list(&new).is_ok();
    Ok((!is_there).then_some((old, new)))
}

/// Refuses an environment whose files are declared and would not be there.
fn refuse_without_files(
    request: &AddEnvironmentRequest,
    declared: &Declared,
    environment: &Environment<'_>,
) -> Result<(), Failure> {
    let own = &environment.scope.settings.files;
    if own.is_empty() && declared.config.files.is_empty() {
        return Ok(());
    }
    let revision = environment.view.revision.as_deref().unwrap_or_default();
    let message = format!(
        "environment `{}` would have no files at `{revision}`",
        request.name
    );
    Err(Failure::new(Kind::NoSuchFile, message)
        .at(declared.locate(&["environments", &request.from]))
        .hint(format!(
            "Add them to the manifests, and let `{}` run a revision that has them, then add the environment.",
            request.from
        )))
}

fn same_directory(environment: &Environment<'_>, (old, new): (&str, &str)) -> Problem {
    let revision = environment.view.revision.as_deref().unwrap_or_default();
    Problem {
        code: "same-directory".to_owned(),
        message: format!(
            "{new:?} is not in `{revision}`, so that the new Application deploys {old:?} as the other one does"
        ),
        at: None,
        hint: Some("Add the directory to the manifests, and write it into the Application with the revision that has it.".to_owned()),
    }
}

fn second_step(request: &AddEnvironmentRequest) -> Problem {
    Problem {
        code: "second-step".to_owned(),
        message: format!("`towpath.yaml` does not declare `{}` yet", request.name),
        at: None,
        hint: Some("Run the same command again when the Application is there.".to_owned()),
    }
}

/// Returns where it is written which revision the new environment runs, where
/// that is said for each environment.
pub(super) fn entry(revision: &Revision, renaming: &Renaming<'_>) -> Value {
    let file = (
        "file".to_owned(),
        Value::text(renaming.path(&revision.file)),
    );
    let more = [
        ("repository", &revision.repository),
        ("branch", &revision.branch),
        ("key", &revision.key),
    ];
    let more = more.into_iter().filter_map(|(key, value)| {
        let value = value.as_deref()?;
        Some((key.to_owned(), Value::text(value)))
    });
    Value::Mapping([file].into_iter().chain(more).collect())
}
