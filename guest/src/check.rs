//! `towpath check`: whether `towpath.yaml` fits the repository.

use crate::config::{self, Declared};
use crate::environment::{self, Environment};
use crate::error::{Failure, Kind};
use crate::message::What;
use crate::plan::{Location, Problem};
use crate::preparation::{Inspection, Report};
use crate::report::{code, prose};
use crate::repository::Repository;
use serde::Serialize;

/// What was found.
#[derive(Serialize)]
struct Found {
    schema: u32,
    environments: Vec<Row>,
    problems: Vec<Line>,
}

/// One environment.
#[derive(Serialize)]
struct Row {
    name: String,
    from: Vec<String>,
    files: usize,
    apps: Vec<String>,
}

/// One problem.
#[derive(Serialize)]
struct Line {
    message: String,
    path: String,
    line: u32,
    hint: Option<String>,
}

/// Checks the configuration against the repository: every file, every image,
/// every way up.
///
/// # Errors
/// When the configuration cannot be understood at all.
pub(crate) fn inspect(repository: &dyn Repository) -> Result<Inspection, Failure> {
    let declared = config::required(repository)?;
    let mut problems = Vec::new();
    let mut environments = Vec::new();
    for name in declared.config.environments.names() {
        match environment::read(declared.scope(name)?, repository) {
            Ok(environment) => environments.push(environment),
            Err(failure) => problems.push(in_environment(&declared, name, failure)),
        }
    }
    for environment in &environments {
        expect_versions(&declared, environment, &mut problems);
    }
    expect_ways(&declared, &mut problems);
    expect_own_places(&declared, &environments, &mut problems);
    if environments.len() == declared.config.environments.0.len() {
        expect_apps(&declared, &environments, &mut problems);
    }
    let verdict = verdict(&problems);
    let found = Found {
        schema: 1,
        environments: environments.iter().map(row).collect(),
        problems: problems.into_iter().map(line).collect(),
    };
    Ok(Inspection {
        report: Report {
            text: found.text(),
            markdown: found.markdown(),
            json: found.json(),
            html: None,
        },
        verdict: verdict.map(Failure::verdict),
        status: None,
    })
}

/// Says in which environment something is wrong, where the failure has no place.
fn in_environment(declared: &Declared, name: &str, failure: Failure) -> Failure {
    let at = declared.locate(&["environments", name]);
    match failure.problem.at {
        Some(_) => failure,
        None => failure.at(at),
    }
}

fn expect_versions(
    declared: &Declared,
    environment: &Environment<'_>,
    problems: &mut Vec<Failure>,
) {
    let name = environment.scope.name;
    for warning in &environment.warnings {
        problems.push(Failure {
            problem: warning.clone(),
            ..Failure::new(Kind::InvalidFile, "")
        });
    }
    if environment.slots().is_empty() && environment.pointer.is_none() {
        let message = format!("environment `{name}` has no image and no other version");
        problems.push(
            Failure::new(Kind::InvalidConfig, message)
                .at(declared.locate(&["environments", name]))
                .hint("Check its `files`, or name the keys of its versions with `keys`."),
        );
    }
}

/// Every environment has a way up, or is the first of one.
fn expect_ways(declared: &Declared, problems: &mut Vec<Failure>) {
    let environments = &declared.config.environments;
    if environments.0.len() < 2 {
        return;
    }
    for (name, settings) in environments.iter() {
        let leads_on =
            |(_, other): (&str, &config::Environment)| other.from.iter().any(|from| from == name);
        if settings.from.is_empty() && !environments.iter().any(leads_on) {
            let message = format!("environment `{name}` comes from nowhere and leads nowhere");
            problems.push(
                Failure::new(Kind::InvalidConfig, message)
                    .at(declared.locate(&["environments", name]))
                    .hint("Add `from` to it, or name it in the `from` of another one."),
            );
        }
    }
}

/// No two environments are the same place.
fn expect_own_places(
    declared: &Declared,
    environments: &[Environment<'_>],
    problems: &mut Vec<Failure>,
) {
    for (index, one) in environments.iter().enumerate() {
        let is_same = |other: &&Environment<'_>| {
            let both = one.pointer.is_none() && other.pointer.is_none();
            both && one.view == other.view && one.scope.files == other.scope.files
        };
        let earlier = environments.iter().take(index);
        if let Some(other) = earlier.into_iter().find(is_same) {
            let (name, other) = (one.scope.name, other.scope.name);
            let message = format!("environments `{other}` and `{name}` have the same files");
            problems.push(
                Failure::new(Kind::Contradiction, message)
                    .at(declared.locate(&["environments", name]))
                    .hint("Give each environment files of its own."),
            );
        }
    }
}

/// Every image, chart and key of `apps` is somewhere.
fn expect_apps(declared: &Declared, environments: &[Environment<'_>], problems: &mut Vec<Failure>) {
    let slots: Vec<_> = environments.iter().flat_map(Environment::slots).collect();
    let ends = |name: &str, wanted: &str| {
        name.strip_suffix(wanted)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    for (app, settings) in declared.config.apps.iter() {
        let lists = [
            ("images", &settings.images),
            ("charts", &settings.charts),
            ("keys", &settings.keys),
        ];
        for (list, names) in lists {
            for (index, wanted) in names.iter().enumerate() {
                let is_there = slots.iter().any(|slot| match (list, &slot.what) {
                    ("images", What::Image(_)) | ("charts", What::Chart(_)) => {
                        slot.names().iter().any(|name| ends(name, wanted))
                    }
                    ("keys", What::Key(key)) => key == wanted,
                    _ => false,
                });
                if !is_there {
                    let index = index.to_string();
                    let message = format!("no environment has `{wanted}` of app `{app}`");
                    problems.push(
                        Failure::new(Kind::NoSuchImage, message)
                            .at(declared.locate(&["apps", app, list, &index]))
                            .hint("Mend the name, or remove it."),
                    );
                }
            }
        }
    }
}

fn verdict(problems: &[Failure]) -> Option<Failure> {
    let first = problems.first()?;
    let count = match problems.len() {
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    let message = format!("{:?} does not fit the repository: {count}", config::FILE);
    let failure = Failure::new(Kind::InvalidConfig, message);
    Some(match &first.problem.at {
        Some(at) => failure.at(at.clone()),
        None => failure,
    })
}

fn row(environment: &Environment<'_>) -> Row {
    let apps = environment.apps().into_iter();
    Row {
        name: environment.scope.name.to_owned(),
        from: environment.scope.settings.from.0.clone(),
        files: environment.files.len(),
        apps: apps.map(|app| app.name).collect(),
    }
}

fn line(failure: Failure) -> Line {
    let Problem {
        message, at, hint, ..
    } = failure.problem;
    let Location { path, line, .. } = at.unwrap_or_default();
    Line {
        message,
        path,
        line,
        hint,
    }
}

impl Found {
    fn text(&self) -> String {
        let mut text = String::new();
        for row in &self.environments {
            text.push_str(&format!("{}\n", row.sentence()));
        }
        for problem in &self.problems {
            text.push_str(&format!("{}\n", problem.sentence()));
            if let Some(hint) = &problem.hint {
                text.push_str(&format!("  hint: {hint}\n"));
            }
        }
        if self.problems.is_empty() {
            text.push_str(&format!("{} fits the repository.\n", config::FILE));
        }
        text
    }

    fn markdown(&self) -> String {
        let mut text = String::from("| environment | from | apps |\n| --- | --- | --- |\n");
        for row in &self.environments {
            let apps: Vec<_> = row.apps.iter().map(|app| code(app)).collect();
            let from = prose(&row.from.join(", "));
            text.push_str(&format!(
                "| {} | {from} | {} |\n",
                code(&row.name),
                apps.join(", ")
            ));
        }
        for problem in &self.problems {
            text.push_str(&format!("\n- {}", prose(&problem.sentence())));
        }
        text
    }

    fn json(&self) -> String {
        let json = serde_json::to_string(self);
        let mut json = json.expect("strings, numbers and lists are JSON");
        json.push('\n');
        json
    }
}

impl Row {
    fn sentence(&self) -> String {
        let from = match self.from.is_empty() {
            true => String::new(),
            false => format!(" from {}", self.from.join(", ")),
        };
        let files = match self.files {
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        };
        format!(
            "{}{from}: {files}, apps {}",
            self.name,
            self.apps.join(", ")
        )
    }
}

impl Line {
    fn sentence(&self) -> String {
        match (self.path.is_empty(), self.line) {
            (true, _) => self.message.clone(),
            (false, 0) => format!("{}: {}", self.path, self.message),
            (false, line) => format!("{}:{line}: {}", self.path, self.message),
        }
    }
}
