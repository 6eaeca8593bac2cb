//! `towpath status`: which version of which app runs in which environment.

mod around;
mod cells;
mod json;
mod markdown;
mod text;
mod words;

pub(crate) use around::{Around, Gate};
pub(crate) use cells::{Cell, Column, Row, Standing};
pub(crate) use json::{JsonEvent, SCHEMA, line as json_line};
pub(crate) use text::standing as standing_text;
pub(crate) use words::{
    address, gate as gate_text, headline, outcomes, pin as pin_text, request as request_text,
    state as state_text,
};

use crate::config::{self, Declared, Scope};
use crate::environment::{self, Environment};
use crate::error::{Failure, Kind};
use crate::facts::Facts;
use crate::gates::Known;
use crate::preparation::{Inspection, Preparation, Report};
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

/// Says what has to be found out before the status is shown.
pub(crate) fn prepare(
    request: &StatusRequest,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Preparation, Failure> {
    let declared = config::required(repository)?;
    let scopes = scopes(&request.environments, &declared)?;
    if !around::may_ask(&scopes) {
        return Ok(Preparation::default());
    }
    let seen = Seen::read(request, scopes, repository)?;
    Ok(Preparation {
        questions: around::questions(&declared, seen.known(), facts, repository)?,
        ..Preparation::default()
    })
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
    let scopes = scopes(&request.environments, &declared)?;
    let seen = Seen::read(request, scopes, repository)?;
    let status = collect(seen, &declared, facts, repository);
    Ok(Inspection {
        report: Report {
            text: text::text(&status, request.width as usize),
            markdown: markdown::markdown(&status),
            json: json::json(&status),
            html: request.page.then(|| board::html(&status)),
        },
        verdict: None,
        status: None,
    })
}

/// What was read for a status.
struct Seen<'c> {
    commit: Option<String>,
    environments: Vec<Environment<'c>>,
    columns: Vec<Column>,
    apps: Vec<String>,
    trails: Vec<Trail>,
}

impl<'c> Seen<'c> {
    fn read(
        request: &StatusRequest,
        scopes: Vec<Scope<'c>>,
        repository: &dyn Repository,
    ) -> Result<Self, Failure> {
        let commit = repository
            .commit()
            .map_err(|error| trail::unreadable(&error))?;
        if commit.is_some() {
            trail::expect(&scopes, &[], repository);
        }
        let environments = environment::read_all(scopes, repository)?;
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
            apps: &[],
            is_deep: true,
            // The page has a time line of all that was seen.
            is_brief: !request.page,
        };
        // Without a history, as in a directory, only the versions are known.
        let trails = match commit {
            Some(_) => trail::follow(&environments, repository, &interest)?,
            None => vec![Trail::default(); environments.len()],
        };
        Ok(Self {
            commit,
            environments,
            columns,
            apps,
            trails,
        })
    }

    fn known(&self) -> Known<'_> {
        Known {
            environments: &self.environments,
            trails: &self.trails,
        }
    }
}

fn collect(
    mut seen: Seen<'_>,
    declared: &Declared,
    facts: &Facts,
    repository: &dyn Repository,
) -> Status {
    let warnings = seen.environments.iter().flat_map(|one| &one.warnings);
    let mut warnings: Vec<_> = warnings.map(|warning| warning.message.clone()).collect();
    let around = seen.environments.iter().map(|environment| {
        let inputs = (seen.known(), facts);
        around::around(environment, declared, inputs, repository, &mut warnings)
    });
    let around: Vec<_> = around.collect();
    for (column, around) in seen.columns.iter_mut().zip(around) {
        column.around = around;
    }
    warnings.sort();
    warnings.dedup();
    Status {
        now: facts.now,
        commit: seen.commit,
        rows: cells::rows(seen.apps, &seen.columns, &seen.trails),
        columns: seen.columns,
        trails: seen.trails,
        warnings,
    }
}

/// Returns the environments that were asked for, or all.
fn scopes<'c>(names: &[String], declared: &'c Declared) -> Result<Vec<Scope<'c>>, Failure> {
    for name in names {
        declared.scope(name)?;
    }
    let all = declared.config.environments.names();
    let wanted = all.filter(|name| names.is_empty() || names.iter().any(|own| own == name));
    let scopes = wanted.map(|name| declared.scope(name));
    let scopes = scopes.collect::<Result<Vec<_>, _>>()?;
    match scopes.is_empty() {
        true => Err(Failure::new(
            Kind::NoSuchEnvironment,
            format!("{:?} declares no environment", config::FILE),
        )
        .hint("Declare the environments under `environments`.")),
        false => Ok(scopes),
    }
}

#[cfg(test)]
mod tests;
