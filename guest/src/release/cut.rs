//! `towpath release`: a tag that names the state of all apps.

use super::home::{Home, Known};
use super::notes;
use crate::config;
use crate::environment::{self, App};
use crate::error::{Failure, Kind};
use crate::plan::{Change, NewTag, Plan, Problem};
use crate::repository::Repository;
use crate::request::ReleaseRequest;
use crate::version::compare;
use towpath_surface::preparation::{Preparation, Target};

/// Says where the tag goes.
pub(crate) fn prepare(repository: &dyn Repository) -> Result<Preparation, Failure> {
    let declared = config::required(repository)?;
    let home = Home::find(&declared, repository)?;
    Ok(Preparation {
        target: Target {
            repository: home.view.repository,
            branch: home.view.revision,
        },
        ..Preparation::default()
    })
}

/// Decides which tag is cut.
pub(crate) fn plan(request: &ReleaseRequest, repository: &dyn Repository) -> Result<Plan, Failure> {
    let declared = config::required(repository)?;
    let home = Home::find(&declared, repository)?;
    let tag = home.naming.tag(&request.version)?;
    let known = home.known(repository)?;
    let commit = wanted(request, &home, repository)?;
    let version = home.naming.version(&tag).unwrap_or(&tag).to_owned();
    let mut plan = Plan::default();
    let mut change = change(&tag, &commit);
    if let Some(same) = known.iter().find(|known| known.tag == tag) {
        if same.commit != commit {
            return Err(elsewhere(same, &commit));
        }
        change.old.clone_from(&change.new);
        plan.changes.push(change);
        return Ok(plan);
    }
    plan.changes.push(change);
    let last = last(&known, &version);
    let apps = apps_at(&home, &commit, repository)?;
    let before = match last {
        Some(last) => match apps_at(&home, &last.commit, repository) {
            Ok(before) => Some((last.tag.as_str(), before)),
            Err(failure) => {
                plan.warnings.push(unread(last, &failure));
                None
            }
        },
        None => None,
    };
    let before = before.as_ref().map(|(tag, apps)| (*tag, apps.as_slice()));
    plan.tag = Some(NewTag {
        message: notes::message(&version, &apps, before, request.text.as_deref()),
        name: tag,
        commit: Some(commit),
    });
    Ok(plan)
}

/// Returns the newest release that is older than a version.
fn last<'k>(known: &'k [Known], version: &str) -> Option<&'k Known> {
    let older =
        |known: &&Known| compare(&known.version, version).is_none_or(std::cmp::Ordering::is_lt);
    known.iter().find(older)
}

/// Returns the commit that is tagged.
fn wanted(
    request: &ReleaseRequest,
    home: &Home<'_>,
    repository: &dyn Repository,
) -> Result<String, Failure> {
    if let Some(commit) = &request.commit {
        let is_whole =
            matches!(commit.len(), 40 | 64) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        return match is_whole {
            true => Ok(commit.to_ascii_lowercase()),
            false => Err(Failure::new(
                Kind::Usage,
                format!("`{commit}` is no whole name of a commit"),
            )
            .hint("Write all 40 digits of it.")),
        };
    }
    let there = environment::at(&home.view, repository)?;
    let commit = there.get().commit().map_err(|error| {
        let branch = home
            .view
            .revision
            .as_deref()
            .unwrap_or("the default branch");
        Failure::new(
            Kind::NoSuchBranch,
            format!("cannot find {branch} to cut a release from: {error}"),
        )
    })?;
    commit.ok_or_else(|| {
        Failure::new(
            Kind::Unsupported,
            "a directory has no commit that a tag could name",
        )
        .hint("Run the launcher with --repo.")
    })
}

/// Returns the apps at a commit.
fn apps_at(
    home: &Home<'_>,
    commit: &str,
    repository: &dyn Repository,
) -> Result<Vec<App>, Failure> {
    let environment = environment::read_at(home.scope.clone(), repository, commit)?;
    Ok(environment.apps())
}

fn change(tag: &str, commit: &str) -> Change {
    Change {
        at: crate::plan::Location::default(),
        key: tag.to_owned(),
        image: None,
        old: None,
        new: Some(commit.get(..10).unwrap_or(commit).to_owned()),
        reason: String::new(),
    }
}

fn elsewhere(known: &Known, commit: &str) -> Failure {
    Failure::new(
        Kind::TagExists,
        format!(
            "the tag {} names commit {} already, not {commit}",
            known.tag, known.commit
        ),
    )
    .hint("A release is never moved: cut the next version.")
}

fn unread(last: &Known, failure: &Failure) -> Problem {
    Problem {
        code: "no-comparison".to_owned(),
        message: format!("cannot compare with {}: {failure}", last.tag),
        at: None,
        hint: None,
    }
}
