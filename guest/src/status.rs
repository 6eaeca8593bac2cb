//! `towpath status`: which version of which app runs in which environment.

mod cells;
mod json;
mod markdown;
mod text;

pub(crate) use cells::{Cell, Column, Row, Standing};
pub(crate) use json::{JsonEvent, SCHEMA, line as json_line};
pub(crate) use text::standing as standing_text;

use crate::config::{self, Declared};
use crate::environment::{self, Environment};
use crate::error::{Failure, Kind};
use crate::facts::Facts;
use crate::preparation::{Inspection, Report};
use crate::repository::Repository;
use crate::request::StatusRequest;
use crate::trail::{self, Interest, Trail};
use crate::{board, names};

/// Everything that a status shows.
#[derive(Debug, Default)]
pub(crate) struct Status {
    /// The time, in seconds since 1970-01-01 UTC; 0 when it is not known.
    pub(crate) now: i64,
    /// The commit that was looked at, where there is a history.
    pub(crate) commit: Option<String>,
    /// The environments, in the order of the configuration.
    pub(crate) columns: Vec<Column>,
    /// The apps, sorted by name.
    pub(crate) rows: Vec<Row>,
    /// What happened to each environment, as far as it was looked at.
    pub(crate) trails: Vec<Trail>,
    /// What was passed over.
    pub(crate) warnings: Vec<String>,
}

/// Shows the status of the environments.
///
/// # Errors
/// When an environment is not known or its files cannot be read.
pub(crate) fn inspect(
    request: &StatusRequest,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Inspection, Failure> {
    let declared = config::required(repository)?;
    let mut status = collect(request, &declared, repository)?;
    status.now = facts.now;
    Ok(Inspection {
        report: Report {
            text: text::text(&status, request.width as usize),
            markdown: markdown::markdown(&status),
            json: json::json(&status),
            html: Some(board::html(&status)),
        },
        verdict: None,
        status: None,
    })
}

fn collect(
    request: &StatusRequest,
    declared: &Declared,
    repository: &dyn Repository,
) -> Result<Status, Failure> {
    let environments = environments(&request.environments, declared, repository)?;
    let commit = repository
        .commit()
        .map_err(|error| trail::unreadable(&error))?;
    let columns: Vec<_> = environments.iter().map(Column::of).collect();
    let apps = cells::apps(&columns);
    let apps = names::chosen(&request.apps, apps, "in any of the environments")?;
    let interest = Interest {
        wants: &|trails, index, app| {
            apps.binary_search_by(|own| own.as_str().cmp(app)).is_ok()
                && cells::is_open(&columns, trails, index, app)
        },
        is_satisfied: &|trails| {
            let mut indices = 0..columns.len();
            let is_open = |index, app: &String| cells::is_open(&columns, trails, index, app);
            !indices.any(|index| apps.iter().any(|app| is_open(index, app)))
        },
    };
    // Without a history, as in a directory, only the versions are known.
    let trails = match commit {
        Some(_) => trail::follow(&environments, repository, &interest)?,
        None => vec![Trail::default(); environments.len()],
    };
    let warnings = environments.iter().flat_map(|one| &one.warnings);
    let mut warnings: Vec<_> = warnings.map(|warning| warning.message.clone()).collect();
    warnings.sort();
    warnings.dedup();
    Ok(Status {
        now: 0,
        commit,
        rows: cells::rows(apps, &columns, &trails),
        columns,
        trails,
        warnings,
    })
}

/// Reads the environments that were asked for, or all.
fn environments<'c>(
    names: &[String],
    declared: &'c Declared,
    repository: &dyn Repository,
) -> Result<Vec<Environment<'c>>, Failure> {
    for name in names {
        declared.scope(name)?;
    }
    let all = declared.config.environments.names();
    let wanted = all.filter(|name| names.is_empty() || names.iter().any(|own| own == name));
    let mut environments = Vec::new();
    for name in wanted {
        environments.push(environment::read(declared.scope(name)?, repository)?);
    }
    match environments.is_empty() {
        true => Err(Failure::new(
            Kind::NoSuchEnvironment,
            format!("{:?} declares no environment", config::FILE),
        )
        .hint("Declare the environments under `environments`.")),
        false => Ok(environments),
    }
}

#[cfg(test)]
mod tests;
