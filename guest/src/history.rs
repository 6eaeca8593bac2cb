//! `towpath history`: what changed in an environment, by whatever hand.

use crate::config;
use crate::environment;
use crate::error::{Failure, Kind};
use crate::facts::Facts;
use crate::names;
use crate::preparation::{Inspection, Report};
use crate::report::{code, prose};
use crate::repository::Repository;
use crate::request::HistoryRequest;
use crate::status::{JsonEvent, SCHEMA, json_line};
use crate::table::{Table, one_line, shortened};
use crate::trail::{self, Event, Interest};
use crate::when;
use serde::Serialize;
use std::collections::BTreeSet;

/// Who wants as many changes has to look far back.
const DEEP: usize = 256;

/// The changes that are shown.
struct History<'a> {
    environment: &'a str,
    events: Vec<&'a Event>,
    /// Whether there are no others.
    is_complete: bool,
    now: i64,
}

/// Shows the changes of an environment.
///
/// # Errors
/// When it is not known, or there is no history.
pub(crate) fn inspect(
    request: &HistoryRequest,
    facts: &Facts,
    repository: &dyn Repository,
) -> Result<Inspection, Failure> {
    let declared = config::required(repository)?;
    let scope = declared.scope(&request.environment)?;
    let commit = repository
        .commit()
        .map_err(|error| trail::unreadable(&error))?;
    if commit.is_none() {
        return Err(Failure::new(Kind::Unsupported, "a directory has no history")
            .hint("Run the launcher, which reads the history from the repository: `towpath history --repo URL`."));
    }
    let limit = match request.limit {
        0 => usize::MAX,
        limit => limit as usize,
    };
    let is_wanted = |event: &&Event| request.apps.is_empty() || request.apps.contains(&event.app);
    let is_deep = !request.apps.is_empty() || limit > DEEP;
    if is_deep {
        trail::expect(std::slice::from_ref(&scope), &request.apps, repository);
    }
    let environments = [environment::read_apps(
        scope.clone(),
        &request.apps,
        repository,
    )?];
    let interest = Interest {
        wants: &|_, _, app| request.apps.is_empty() || request.apps.iter().any(|own| own == app),
        is_satisfied: &|trails| trails[0].events.iter().filter(is_wanted).count() >= limit,
        apps: &request.apps,
        is_deep,
        is_brief: false,
    };
    let trails = trail::follow(&environments, repository, &interest)?;
    let trail = &trails[0];
    let mut events: Vec<_> = trail.events.iter().filter(is_wanted).collect();
    if events.is_empty() {
        let all = environment::read(scope, repository)?;
        expect_known(request, &all.apps(), &trail.events)?;
    }
    let is_complete = trail.is_complete && events.len() <= limit;
    events.truncate(limit);
    let history = History {
        environment: &request.environment,
        events,
        is_complete,
        now: facts.now,
    };
    Ok(Inspection {
        report: Report {
            text: history.text(request.width as usize),
            markdown: history.markdown(),
            json: history.json(),
            html: None,
        },
        verdict: None,
        status: None,
    })
}

/// Tells an app that never changed from one that never was.
fn expect_known(
    request: &HistoryRequest,
    apps: &[environment::App],
    events: &[Event],
) -> Result<(), Failure> {
    let now = apps.iter().map(|app| app.name.clone());
    let once = events.iter().map(|event| event.app.clone());
    let known: BTreeSet<_> = now.chain(once).filter(|app| !app.is_empty()).collect();
    let place = format!("in environment `{}`", request.environment);
    names::chosen(&request.apps, known.into_iter().collect(), &place).map(drop)
}

/// Returns what happened: the version before and after, or that it came or went.
pub(crate) fn what(event: &Event) -> (String, String) {
    let or = |text: &str| match text {
        "" => "(none)".to_owned(),
        text => text.to_owned(),
    };
    // Where the texts are the same, something beside the versions of images moved.
    if event.before == event.after {
        let each = |value: fn(&trail::Moved) -> &Option<String>| {
            let values = event.moves.iter().map(value);
            let values = values.map(|value| value.clone().unwrap_or_else(|| "(none)".to_owned()));
            values.collect::<Vec<_>>().join(", ")
        };
        return (each(|moved| &moved.old), each(|moved| &moved.new));
    }
    (or(&event.before), or(&event.after))
}

/// Returns the name of the app, or that it is the environment itself.
pub(crate) fn app(event: &Event) -> &str {
    match event.app.as_str() {
        "" => "(revision)",
        app => app,
    }
}

impl History<'_> {
    fn text(&self, width: usize) -> String {
        let mut table = Table::new([
            "when", "app", "from", "to", "commit", "by", "build", "subject",
        ]);
        for event in &self.events {
            let (before, after) = what(event);
            let origin = &event.origin;
            let build = origin.build.map(|build| build.to_string());
            table.row([
                when::date_and_time(origin.time),
                app(event).to_owned(),
                before,
                after,
                origin.short().to_owned(),
                origin.author.clone(),
                build.unwrap_or_default(),
                shortened(&origin.subject, 60),
            ]);
        }
        let mut text = match width != 0 && table.width() > width {
            true => self.list(),
            false => table.text(),
        };
        text.push_str(&self.end());
        text
    }

    /// Writes two lines for each change.
    fn list(&self) -> String {
        let mut text = String::new();
        for event in &self.events {
            let (before, after) = what(event);
            let origin = &event.origin;
            let change = format!("{}: {before} -> {after}", app(event));
            let build = origin.build.map(|build| format!(", build {build}"));
            let made = format!(
                "{} by {}{}",
                origin.short(),
                origin.author,
                build.unwrap_or_default()
            );
            text.push_str(&format!(
                "{}  {}\n  {}\n",
                when::date_and_time(origin.time),
                one_line(&change),
                one_line(&made)
            ));
        }
        text
    }

    /// Says whether there is more.
    fn end(&self) -> String {
        let environment = one_line(self.environment);
        match (self.events.len(), self.is_complete) {
            (0, _) => format!("No change of {environment} was found.\n"),
            (_, true) => String::new(),
            (count, false) => {
                format!("The newest {count} changes of {environment}; `--limit` shows more.\n")
            }
        }
    }

    fn markdown(&self) -> String {
        let mut markdown = format!("### {}\n\n", prose(self.environment));
        if !self.events.is_empty() {
            markdown.push_str("| When | App | From | To | Commit | By |\n");
            markdown.push_str("| --- | --- | --- | --- | --- | --- |\n");
        }
        for event in &self.events {
            let (before, after) = what(event);
            let origin = &event.origin;
            let build = origin.build.map(|build| format!(" (build {build})"));
            markdown.push_str(&format!(
                "| {} | {} | {} | {} | {} | {}{} |\n",
                when::date_and_time(origin.time),
                prose(app(event)),
                code(&before),
                code(&after),
                code(origin.short()),
                prose(&origin.author),
                build.unwrap_or_default(),
            ));
        }
        let end = self.end();
        if !end.is_empty() {
            markdown.push_str(&format!("\n{}\n", prose(end.trim_end())));
        }
        markdown
    }

    fn json(&self) -> String {
        #[derive(Serialize)]
        struct JsonHistory<'a> {
            schema: u32,
            time: Option<String>,
            environment: &'a str,
            complete: bool,
            changes: Vec<JsonEvent<'a>>,
        }
        let changes = self.events.iter();
        json_line(&JsonHistory {
            schema: SCHEMA,
            time: (self.now != 0).then(|| when::iso(self.now)),
            environment: self.environment,
            complete: self.is_complete,
            changes: changes
                .map(|event| JsonEvent::of(self.environment, event))
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests;
