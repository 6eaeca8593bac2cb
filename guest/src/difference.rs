//! `towpath diff`: in what two environments differ.

use crate::config;
use crate::environment::{self, App};
use crate::error::Failure;
use crate::names;
use crate::preparation::{Inspection, Report};
use crate::report::{code, prose};
use crate::repository::Repository;
use crate::request::DiffRequest;
use crate::status::{SCHEMA, json_line};
use crate::table::Table;
use serde::Serialize;
use std::collections::BTreeSet;

/// Two environments, app by app.
struct Difference<'a> {
    request: &'a DiffRequest,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    app: String,
    from: Option<String>,
    to: Option<String>,
    same: bool,
}

/// Compares two environments.
///
/// # Errors
/// When one is not known or its files cannot be read.
pub(crate) fn inspect(
    request: &DiffRequest,
    repository: &dyn Repository,
) -> Result<Inspection, Failure> {
    let declared = config::required(repository)?;
    let read = |name: &str| -> Result<Vec<App>, Failure> {
        let scope = declared.scope(name)?;
        Ok(environment::read(scope, repository)?.apps())
    };
    let (from, to) = (read(&request.from)?, read(&request.to)?);
    let apps: BTreeSet<_> = from.iter().chain(&to).map(|app| app.name.clone()).collect();
    let place = format!("in `{}` or `{}`", request.from, request.to);
    let apps = names::chosen(&request.apps, apps.into_iter().collect(), &place)?;
    let version = |apps: &[App], name: &str| {
        let found = apps.iter().find(|app| app.name == name);
        found.map(App::version)
    };
    let rows = apps.into_iter().map(|app| {
        let (from, to) = (version(&from, &app), version(&to, &app));
        Row {
            same: from == to,
            app,
            from,
            to,
        }
    });
    let difference = Difference {
        request,
        rows: rows.collect(),
    };
    Ok(Inspection {
        report: Report {
            text: difference.text(),
            markdown: difference.markdown(),
            json: difference.json(),
            html: None,
        },
        verdict: None,
        status: None,
    })
}

impl Difference<'_> {
    fn differing(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.same)
    }

    /// Says how many apps differ.
    fn sum(&self) -> String {
        let Self { request, rows } = self;
        format!(
            "{} of {} apps differ between {} and {}.",
            self.differing().count(),
            rows.len(),
            request.from,
            request.to
        )
    }

    fn text(&self) -> String {
        let head = ["app", &self.request.from, &self.request.to];
        let mut table = Table::new(head);
        for row in self.differing() {
            let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
            table.row([row.app.clone(), value(&row.from), value(&row.to)]);
        }
        match self.differing().next() {
            None => format!("{}\n", self.sum()),
            Some(_) => format!("{}{}\n", table.text(), self.sum()),
        }
    }

    fn markdown(&self) -> String {
        let mut markdown = format!("{}\n", prose(&self.sum()));
        if self.differing().next().is_some() {
            let (from, to) = (prose(&self.request.from), prose(&self.request.to));
            markdown.push_str(&format!("\n| App | {from} | {to} |\n| --- | --- | --- |\n"));
        }
        for row in self.differing() {
            let value = |value: &Option<String>| match value {
                Some(value) => code(value),
                None => "–".to_owned(),
            };
            markdown.push_str(&format!(
                "| {} | {} | {} |\n",
                prose(&row.app),
                value(&row.from),
                value(&row.to)
            ));
        }
        markdown
    }

    fn json(&self) -> String {
        #[derive(Serialize)]
        struct JsonDifference<'a> {
            schema: u32,
            from: &'a str,
            to: &'a str,
            apps: &'a [Row],
        }
        json_line(&JsonDifference {
            schema: SCHEMA,
            from: &self.request.from,
            to: &self.request.to,
            apps: &self.rows,
        })
    }
}

#[cfg(test)]
mod tests;
