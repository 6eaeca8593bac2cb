//! The planner alone, native or in the sandbox, in a process of its own.

use super::tree::Tree;
use crate::measure::{Usage, used};
use clap::{Args as _, FromArgMatches as _};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;
use std::{env, fs};
use towpath_host::repository::Repository;
use towpath_host::sandbox::{Limits, Sandbox};
use towpath_surface::access::{AccessError, Entry, EntryKind};
use towpath_surface::options::SetOptions;
use towpath_surface::plan::Plan;
use towpath_surface::request::Request;

/// The first argument by which this program is a planner.
const PLAN: &str = "--plan";

/// Plans an edit on a tree that is read beforehand; returns what that cost.
///
/// The memory is that of the whole process, with the files.
#[track_caller]
pub(crate) fn plan(tree: &Tree, body: &str, options: &[String]) -> Usage {
    let mut planner = Command::new(env::current_exe().expect("this program has a path"));
    planner.arg(PLAN).arg(body).arg(tree.directory.path());
    let output = planner.args(options).output().expect("it can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    let usage = errors.lines().last().and_then(Usage::parse);
    usage.unwrap_or_else(|| panic!("{body}: {}\n{errors}", output.status))
}

/// Plans what the arguments ask for, if they do.
pub(crate) fn serve(arguments: &[String]) -> Option<ExitCode> {
    let [first, body, directory, options @ ..] = arguments else {
        return None;
    };
    if first != PLAN {
        return None;
    }
    let mut files = Files::default();
    files.read(Path::new(directory), "");
    let request = request(options);
    let sandbox = Sandbox::start(Limits::default());
    let (start, before) = (Instant::now(), used());
    let plan: Plan = match body.as_str() {
        "native" => towpath_guest::plan(&request, &files).expect("the request can be met"),
        _ => sandbox
            .decide(&request, &mut files)
            .expect("the request can be met"),
    };
    let usage = Usage {
        wall: start.elapsed(),
        cpu: used().cpu - before.cpu,
        memory: used().memory,
    };
    assert!(!plan.is_empty(), "nothing was planned");
    crate::progress(&usage.line());
    Some(ExitCode::SUCCESS)
}

fn request(options: &[String]) -> Request {
    let command = SetOptions::augment_args(clap::Command::new("set").no_binary_name(true));
    let matches = command.get_matches_from(options);
    let options = SetOptions::from_arg_matches(&matches).expect("they were matched");
    options.request().expect("keys and values pair")
}

/// Files in memory.
#[derive(Default)]
struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    fn read(&mut self, directory: &Path, prefix: &str) {
        for entry in fs::read_dir(directory).expect("the tree was made") {
            let entry = entry.expect("the tree stays");
            let path = format!("{prefix}{}", entry.file_name().display());
            if entry.file_type().expect("the tree stays").is_dir() {
                self.read(&entry.path(), &format!("{path}/"));
            } else {
                let bytes = fs::read(entry.path()).expect("the tree stays");
                self.0.insert(path, bytes);
            }
        }
    }

    fn entries(&self, directory: &str) -> Vec<Entry> {
        let below = |path: &&String| {
            let rest = path.strip_prefix(directory);
            rest.is_some_and(|rest| directory.is_empty() || rest.starts_with('/'))
        };
        let entry = |path: &String| Entry {
            path: path.clone(),
            kind: EntryKind::File,
        };
        self.0.keys().filter(below).map(entry).collect()
    }

    fn contents(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let read = |path: &String| self.0.get(path).cloned().ok_or(AccessError::NotFound);
        paths.iter().map(read).collect()
    }
}

impl Repository for Files {
    fn list(&mut self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        Ok(self.entries(directory))
    }

    fn read(&mut self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        self.contents(paths)
    }
}

impl towpath_guest::repository::Repository for Files {
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        Ok(self.entries(directory))
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        self.contents(paths)
    }
}
