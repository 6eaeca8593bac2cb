//! The planner as a plain library, over files in memory.

use super::files::{File, Files};
use clap::{Args as _, FromArgMatches as _};
use std::collections::BTreeMap;
use towpath_guest::error::Failure;
use towpath_guest::repository::{AccessError, Entry, EntryKind, Repository};
use towpath_surface::Kind;
use towpath_surface::options::{ReportOptions, SetOptions};
use towpath_surface::plan::{Delivery, Plan};

/// What the planner answered.
pub(crate) struct Answer {
    /// The files with the plan carried out.
    pub files: Files,
    /// The report.
    pub text: String,
}

/// Asks the planner for what the options of `towpath set` want.
pub(crate) fn set(files: &Files, arguments: &[String]) -> Result<Answer, Failure> {
    let command = SetOptions::augment_args(clap::Command::new("set").no_binary_name(true));
    let command = ReportOptions::augment_args(command);
    let usage = |error: clap::Error| Failure::new(Kind::Usage, error.to_string());
    let matches = command.try_get_matches_from(arguments).map_err(usage)?;
    let options = SetOptions::from_arg_matches(&matches).map_err(usage)?;
    let report = ReportOptions::from_arg_matches(&matches).map_err(usage)?;
    let request = options.request();
    let request = request.map_err(|message| Failure::new(Kind::Usage, message))?;
    let plan = towpath_guest::plan(&request, &InMemory(files))?;
    let delivery = Delivery {
        dry_run: report.dry_run,
        ..Delivery::default()
    };
    let text = towpath_guest::report::report(&plan, &delivery).text;
    let files = if report.dry_run {
        files.clone()
    } else {
        carry_out(files, &plan)
    };
    Ok(Answer { files, text })
}

/// Returns the files with the edits of a plan made, and nothing else.
fn carry_out(files: &Files, plan: &Plan) -> Files {
    let mut files = files.clone();
    for change in &plan.files {
        let file = files
            .get_mut(&change.path)
            .expect("the plan names a file that is there");
        // From the end, so that earlier offsets stay true.
        for edit in change.edits.iter().rev() {
            let range = edit.start..edit.end;
            assert_eq!(file.bytes[range.clone()], edit.old, "{}", change.path);
            file.bytes.splice(range, edit.replacement.iter().copied());
        }
    }
    files
}

/// Files as the planner sees them.
struct InMemory<'a>(&'a Files);

impl Repository for InMemory<'_> {
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        let prefix = match directory {
            "" => String::new(),
            directory => format!("{directory}/"),
        };
        let below: BTreeMap<_, _> = self
            .0
            .iter()
            .filter(|(path, _)| path.starts_with(&prefix))
            .collect();
        if below.is_empty() && !directory.is_empty() {
            return Err(AccessError::NotFound);
        }
        Ok(below
            .into_iter()
            .map(|(path, file)| entry(path, file))
            .collect())
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        paths.iter().map(|path| self.read_one(path)).collect()
    }
}

impl InMemory<'_> {
    fn read_one(&self, path: &str) -> Result<Vec<u8>, AccessError> {
        if path.split('/').any(|part| part == ".git") {
            let why = "\".git\" is not allowed in a path";
            return Err(AccessError::Denied(why.to_owned()));
        }
        match self.0.get(path) {
            Some(file) if file.mode == "120000" => {
                Err(AccessError::NotAFile("a symbolic link".to_owned()))
            }
            Some(file) => Ok(file.bytes.clone()),
            None if self
                .0
                .keys()
                .any(|other| other.starts_with(&format!("{path}/"))) =>
            {
                Err(AccessError::NotAFile("a directory".to_owned()))
            }
            None => Err(AccessError::NotFound),
        }
    }
}

fn entry(path: &str, file: &File) -> Entry {
    Entry {
        path: path.to_owned(),
        kind: match file.mode.as_str() {
            "120000" => EntryKind::Symlink,
            _ => EntryKind::File,
        },
    }
}
