//! What a run tells its runner: outputs, a summary, annotations.
//!
//! The binary writes them itself, so that no surface needs shell for it.

mod github;
mod gitlab;

use crate::error::Error;
use crate::sandbox::Report;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, io};
use towpath_surface::plan::Problem;
use towpath_surface::{Kind, OUTPUTS};

/// The kind of runner that a run happens on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Runner {
    /// GitHub Actions, or Gitea and Forgejo Actions, which follow it.
    GitHub,
    /// GitLab CI.
    GitLab,
    /// Anything else: a terminal, another CI.
    #[default]
    Plain,
}

/// Where a run leaves what later steps read.
#[derive(Clone, Debug, Default)]
pub struct Channels {
    /// The kind of runner.
    pub runner: Runner,
    /// The file that GitHub Actions reads outputs from.
    pub output_file: Option<PathBuf>,
    /// The file that the Markdown summary is appended to.
    pub summary_file: Option<PathBuf>,
    /// The file for GitLab's dotenv report.
    pub dotenv_file: Option<PathBuf>,
}

/// The values of a run's outputs, in the order of [`OUTPUTS`].
#[derive(Clone, Debug, Default)]
pub struct Outputs {
    /// Whether a file was changed.
    pub changed: bool,
    /// The commit of each repository that holds the values now.
    pub commits: Vec<String>,
    /// The paths of the changed files.
    pub files: Vec<String>,
    /// The value before, of the first place that matched.
    pub old: String,
    /// The value after.
    pub new: String,
    /// The page of the request.
    pub request_url: String,
    /// The number of the request.
    pub request_number: String,
    /// What became of the request.
    pub request_outcome: String,
    /// What became of each repository, as JSON.
    pub results: String,
}

impl Outputs {
    /// Returns name and value of each output; lists are joined by `separator`.
    fn pairs(&self, separator: &str) -> Vec<(&'static str, String)> {
        let value = |name: &str| match name {
            "changed" => self.changed.to_string(),
            "commit" => self.commits.join(separator),
            "files" => self.files.join(separator),
            "old" => self.old.clone(),
            "new" => self.new.clone(),
            "request-url" => self.request_url.clone(),
            "request-number" => self.request_number.clone(),
            "request-outcome" => self.request_outcome.clone(),
            "results" => self.results.clone(),
            _ => String::new(),
        };
        OUTPUTS
            .iter()
            .map(|(name, _)| (*name, value(name)))
            .collect()
    }
}

/// Writes outputs and summary to where the runner reads them.
///
/// # Errors
/// When a file cannot be written; the change itself stands then.
pub fn publish(channels: &Channels, outputs: &Outputs, report: &Report) -> Result<(), Error> {
    if let Some(path) = &channels.output_file {
        append(path, &github::outputs(&outputs.pairs("\n")))?;
    }
    if let Some(path) = &channels.summary_file {
        append(path, &report.markdown)?;
    }
    if let Some(path) = &channels.dotenv_file {
        write(path, &gitlab::dotenv(&outputs.pairs(",")))?;
    }
    Ok(())
}

/// Writes only the summary, for a run that changes nothing.
///
/// # Errors
/// When the file cannot be written.
pub fn summarize(channels: &Channels, report: &Report) -> Result<(), Error> {
    match &channels.summary_file {
        Some(path) => append(path, &report.markdown),
        None => Ok(()),
    }
}

/// Returns the line that makes the runner show an error at its place, if it has such lines.
#[must_use]
pub fn annotation(runner: Runner, level: &str, problem: &Problem) -> Option<String> {
    (runner == Runner::GitHub).then(|| github::annotation(level, problem))
}

/// Returns the line that begins or ends a group in the log, if the runner has groups.
#[must_use]
pub fn group(runner: Runner, begins: bool) -> Option<String> {
    match runner {
        Runner::GitHub => Some(github::group(begins)),
        Runner::GitLab => Some(gitlab::section(begins, seconds_since_1970())),
        Runner::Plain => None,
    }
}

fn seconds_since_1970() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map(|now| now.as_secs()).unwrap_or_default()
}

/// Wraps text from the repository, so that the runner takes no line of it for a command.
#[must_use]
pub fn inert(runner: Runner, text: &str) -> String {
    match runner {
        // A file's line such as ` ::add-path::` would be obeyed when it is printed.
        Runner::GitHub if text.contains("::") || text.contains("##[") => {
            let token = RandomState::new().build_hasher().finish();
            format!("::stop-commands::{token:016x}\n{text}\n::{token:016x}::\n")
        }
        _ => text.to_owned(),
    }
}

fn append(path: &Path, text: &str) -> Result<(), Error> {
    let file = fs::OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| unwritten(path, &error))
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|error| unwritten(path, &error))
}

fn unwritten(path: &Path, error: &io::Error) -> Error {
    let mut told = Error::new(Kind::Usage, format!("cannot write \"{}\"", path.display()))
        .cause(error)
        .hint("The change itself was made; only its report is missing.");
    told.unchanged = false;
    told
}

#[cfg(test)]
mod tests {
    use super::{Runner, inert};

    #[test]
    fn text_is_wrapped_only_where_a_runner_would_obey_it() {
        assert_eq!(inert(Runner::Plain, "::error::x"), "::error::x");
        assert_eq!(inert(Runner::GitHub, "fine"), "fine");
        let wrapped = inert(Runner::GitHub, " ::add-path::/evil");
        let lines: Vec<_> = wrapped.lines().collect();
        let token = lines[0].strip_prefix("::stop-commands::").unwrap();
        assert_eq!(lines[1], " ::add-path::/evil");
        assert_eq!(lines[2], format!("::{token}::"));
    }
}
