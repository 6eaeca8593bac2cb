//! Pointing an environment at the revision that another one runs.

use super::words::{Row, Words};
use super::{Promotion, is_newer};
use crate::config::Revision;
use crate::dependency::{self, Update};
use crate::diff;
use crate::environment::{self, App, Environment, Holder, Pointer, Slot};
use crate::error::{Failure, Kind};
use crate::image::is_moving_revision;
use crate::message::{Move, What};
use crate::plan::{FileChange, Plan};
use crate::repository::{Repository, View};
use crate::request::Permits;
use crate::set::operations_of_file;
use crate::writer::{Applied, Writer};
use crate::yaml::edit::edit;
use std::collections::{BTreeMap, BTreeSet};

/// Plans a promotion to an environment that runs a revision.
pub(super) fn plan(
    promotion: &Promotion<'_>,
    repository: &dyn Repository,
) -> Result<(Plan, Vec<Move>), Failure> {
    let (Some(pointer), Some(declared)) = (&promotion.to.pointer, &promotion.to.scope.revision)
    else {
        return Ok((Plan::default(), Vec::new()));
    };
    if !promotion.request.apps.is_empty() {
        return Err(
            Failure::new(Kind::Usage, "a revision holds all apps together").hint(
                "Leave the names of apps out: environments with a `revision` take them as a whole.",
            ),
        );
    }
    let new = revision(promotion, repository)?;
    let slot = pointer.slot(declared)?;
    let old = pointer.revision.clone();
    let is_back = old.as_deref().is_some_and(|old| is_newer(old, &new));
    if is_back && !promotion.request.permits.downgrade {
        return Err(downgrade(promotion, &slot, &new));
    }
    let applied = apply(&slot, declared, &new)?;
    let (files, diff) = edits(pointer, &slot, &applied)?;
    let arriving = arriving(promotion, &new, repository)?;
    let rows = rows(&arriving, &promotion.to.apps(), (&new, old.as_deref()));
    let moves = match old.as_deref() == Some(new.as_str()) {
        true => Vec::new(),
        false => vec![Move {
            what: what(&slot),
            old,
            new,
        }],
    };
    let apps: BTreeSet<_> = arriving.iter().map(|app| app.name.as_str()).collect();
    let words = Words {
        promotion,
        apps: apps.into_iter().collect(),
        moves: &moves,
        rows: &rows,
    };
    let plan = Plan {
        message: words.message(&applied.changes, &files)?,
        request: Some(words.draft()),
        table: Some(words.table()),
        diff,
        files,
        changes: applied.changes,
        warnings: applied.warnings,
        ..Plan::default()
    };
    Ok((plan, moves))
}

/// Returns the revision that is promoted: what the source runs, which is fixed,
/// or the release that was asked for, where the source follows a branch.
fn revision(promotion: &Promotion<'_>, repository: &dyn Repository) -> Result<String, Failure> {
    let from = promotion.from.scope.name;
    let runs = promotion
        .from
        .pointer
        .as_ref()
        .filter(|pointer| !pointer.moves());
    let runs = runs.and_then(|pointer| pointer.revision.clone());
    match (runs, promotion.request.revision.clone()) {
        (Some(runs), Some(asked)) if runs != asked => Err(Failure::new(
            Kind::Usage,
            format!("environment `{from}` runs `{runs}`, not `{asked}`"),
        )
        .hint("Promote the revision there first, or leave --revision out.")),
        (Some(runs), _) => Ok(runs),
        (None, Some(asked)) => {
            if is_moving_revision(&asked) && !promotion.request.permits.moving_revisions {
                return Err(Failure::new(
                    Kind::Moving,
                    format!("the revision `{asked}` moves: it is not one version"),
                )
                .hint("Cut a release, or pass --allow-moving-revisions."));
            }
            expect_tag(promotion, &asked, repository)?;
            Ok(asked)
        }
        (None, None) => Err(Failure::new(
            Kind::Usage,
            format!("environment `{from}` follows a branch, which is no version to promote"),
        )
        .hint("Cut a release with `towpath release`, and pass its tag with --revision.")),
    }
}

/// Checks that a release is there, so that nothing points at nothing.
fn expect_tag(
    promotion: &Promotion<'_>,
    tag: &str,
    repository: &dyn Repository,
) -> Result<(), Failure> {
    let full = match tag.starts_with("refs/") {
        true => tag.to_owned(),
        false => format!("refs/tags/{tag}"),
    };
    let view = promotion.to.scope.view();
    let elsewhere;
    let there: &dyn Repository = if view == View::default() {
        repository
    } else {
        let opened = repository.at(&view);
        elsewhere = opened.map_err(|error| crate::files::access_failure(tag, &error))?;
        &*elsewhere
    };
    let found = there.refs(&full);
    let found = found.map_err(|error| crate::files::access_failure(tag, &error))?;
    let is_commit =
        matches!(tag.len(), 40 | 64) && tag.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit || found.iter().any(|known| known.name == full) {
        return Ok(());
    }
    Err(
        Failure::new(Kind::NoSuchSource, format!("there is no tag `{tag}`"))
            .hint("Cut it with `towpath release`, or look at `towpath releases`."),
    )
}

fn downgrade(promotion: &Promotion<'_>, slot: &Slot<'_>, new: &str) -> Failure {
    let message = format!(
        "`{}` runs a newer revision already: {} against {new}",
        promotion.to.scope.name,
        slot.value().unwrap_or_default()
    );
    Failure::new(Kind::Downgrade, message)
        .at(slot.location())
        .hint("Pass --allow-downgrade to go back to the older one.")
}

/// Decides what the file that points becomes. What is declared to be where the
/// revision stands may follow a branch before.
fn apply(slot: &Slot<'_>, declared: &Revision, new: &str) -> Result<Applied, Failure> {
    let permits = Permits {
        moving_revisions: true,
        create: declared.key.is_none(),
        ..Permits::default()
    };
    match &slot.holder {
        Holder::Dependency(dependency) => {
            let update = Update {
                followed: dependency.followed,
                name: dependency.names.first().cloned().unwrap_or_default(),
                version: new.to_owned(),
            };
            dependency::apply(dependency, &update, permits)
        }
        Holder::Value(document, node) => {
            let mut writer = Writer::new(*document, None);
            writer.set(*node, new, "");
            Ok(writer.applied)
        }
        Holder::Image(_) => Ok(Applied::default()),
    }
}

fn edits(
    pointer: &Pointer,
    slot: &Slot<'_>,
    applied: &Applied,
) -> Result<(Vec<FileChange>, String), Failure> {
    let loaded = &pointer.loaded;
    let string = slot.document().outer.map(|(string, _)| string.id());
    let operations = BTreeMap::from([(string, applied.operations.clone())]);
    let operations = operations_of_file(loaded, &operations)?;
    let change = FileChange {
        path: loaded.path().to_owned(),
        edits: edit(&loaded.file, &operations)?,
        ..FileChange::default()
    };
    if change.edits.is_empty() {
        return Ok((Vec::new(), String::new()));
    }
    let diff = diff::unified(&change, loaded.file.text().as_bytes());
    Ok((vec![change], diff))
}

/// Returns the apps of the target as they are at the new revision.
fn arriving(
    promotion: &Promotion<'_>,
    new: &str,
    repository: &dyn Repository,
) -> Result<Vec<App>, Failure> {
    let arriving: Environment<'_> =
        environment::read_at(promotion.to.scope.clone(), repository, new)?;
    Ok(arriving.apps())
}

fn rows(arriving: &[App], running: &[App], (new, old): (&str, Option<&str>)) -> Vec<Row> {
    let version = |apps: &[App], name: &str| {
        let app = apps.iter().find(|app| app.name == name);
        app.map(App::version)
    };
    let own = arriving.iter().chain(running).map(|app| app.name.as_str());
    let names: BTreeSet<_> = own.collect();
    let apps = names.into_iter();
    let apps = apps.map(|name| Row::whole(name, version(arriving, name), version(running, name)));
    let revision = Row::whole("(revision)", Some(new.to_owned()), old.map(str::to_owned));
    [revision].into_iter().chain(apps).collect()
}

fn what(slot: &Slot<'_>) -> What {
    slot.what.clone()
}
