//! `towpath releases`: which there are, and where each is live.

use super::home::{Home, Known};
use crate::config::{self, Declared};
use crate::environment::{self, Pointer};
use crate::error::Failure;
use crate::repository::{Log, Repository, View};
use crate::request::ReleasesRequest;
use crate::table::Table;
use crate::when;
use serde::Serialize;
use towpath_surface::preparation::{Inspection, Report};

/// The version of the report for machines; fields may be added without a new one.
const SCHEMA: u32 = 1;

/// Releases whose dates are told at most.
const DATED: usize = 50;

#[derive(Serialize)]
struct Json<'r> {
    schema: u32,
    releases: &'r [Release],
    elsewhere: &'r [Elsewhere],
}

/// A release.
#[derive(Serialize)]
struct Release {
    version: String,
    tag: String,
    commit: String,
    /// When its commit was made.
    time: Option<i64>,
    /// The environments that run it.
    live: Vec<String>,
}

/// An environment that runs something else.
#[derive(Serialize)]
struct Elsewhere {
    environment: String,
    revision: String,
}

/// Lists the releases.
pub(crate) fn inspect(
    request: &ReleasesRequest,
    repository: &dyn Repository,
) -> Result<Inspection, Failure> {
    let declared = config::required(repository)?;
    let home = Home::find(&declared, repository)?;
    let mut known = home.known(repository)?;
    if request.limit > 0 {
        known.truncate(request.limit as usize);
    }
    let running = running(&declared, repository)?;
    let mut releases = Vec::new();
    for (index, one) in known.iter().enumerate() {
        let is_live = |(_, revision): &&(String, String)| is_of(one, revision);
        let live = running.iter().filter(is_live).map(|(name, _)| name.clone());
        releases.push(Release {
            version: one.version.clone(),
            tag: one.tag.clone(),
            commit: one.commit.clone(),
            time: (index < DATED)
                .then(|| time(&home, one, repository))
                .flatten(),
            live: live.collect(),
        });
    }
    let others = running
        .iter()
        .filter(|(_, revision)| !known.iter().any(|one| is_of(one, revision)));
    let elsewhere: Vec<_> = others
        .map(|(environment, revision)| Elsewhere {
            environment: environment.clone(),
            revision: revision.clone(),
        })
        .collect();
    Ok(Inspection {
        report: report(&releases, &elsewhere),
        verdict: None,
        status: None,
    })
}

fn is_of(release: &Known, revision: &str) -> bool {
    let revision = revision.strip_prefix("refs/tags/").unwrap_or(revision);
    revision == release.tag || revision == release.commit
}

/// Returns what each environment runs, where that is written.
fn running(
    declared: &Declared,
    repository: &dyn Repository,
) -> Result<Vec<(String, String)>, Failure> {
    let mut running = Vec::new();
    for name in declared.config.environments.names() {
        let scope = declared.scope(name)?;
        if let Some(pointer) = Pointer::read(&scope, repository)? {
            running.push((name.to_owned(), pointer.revision.unwrap_or_default()));
        }
    }
    Ok(running)
}

/// Returns when the commit of a release was made.
fn time(home: &Home<'_>, release: &Known, repository: &dyn Repository) -> Option<i64> {
    let view = View {
        repository: home.view.repository.clone(),
        revision: Some(release.commit.clone()),
    };
    let there = environment::at(&view, repository).ok()?;
    let log = Log {
        paths: Vec::new(),
        skip: 0,
        limit: 1,
    };
    let commits = there.get().log(&log).ok()?;
    commits.first().map(|commit| commit.time)
}

fn report(releases: &[Release], elsewhere: &[Elsewhere]) -> Report {
    let mut table = Table::new(["release", "made", "commit", "live in"]);
    let mut markdown = "| release | made | commit | live in |\n|---|---|---|---|\n".to_owned();
    for release in releases {
        let made = release.time.map(when::date_and_time).unwrap_or_default();
        let short = release.commit.get(..10).unwrap_or(&release.commit);
        let live = release.live.join(", ");
        markdown.push_str(&format!(
            "| {} | {made} | `{short}` | {live} |\n",
            release.tag
        ));
        table.row([release.tag.as_str(), &made, short, &live]);
    }
    let mut text = match releases {
        [] => "no releases\n".to_owned(),
        _ => table.text(),
    };
    for one in elsewhere {
        let line = format!("{} runs {}\n", one.environment, one.revision);
        text.push_str(&line);
        markdown.push_str(&format!("\n{line}"));
    }
    let json = Json {
        schema: SCHEMA,
        releases,
        elsewhere,
    };
    let json = serde_json::to_string(&json).expect("strings, numbers and lists are JSON");
    Report {
        text,
        markdown,
        json: format!("{json}\n"),
        html: None,
    }
}
