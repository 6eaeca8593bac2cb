//! Runs cases.

use crate::case::Case;
use crate::memory::Memory;
use crate::request;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use towpath_guest::error::Failure;
use towpath_guest::plan::Plan;
use towpath_guest::repository::Repository;
use towpath_guest::request::Request;

/// What makes plans: the library, or a component.
pub(crate) type Planner = dyn Fn(&Request, &dyn Repository) -> Result<Plan, Failure>;

/// What became of a case.
#[derive(Debug)]
pub(crate) struct Result_ {
    pub case: Case,
    pub path: String,
    pub before: Vec<u8>,
    /// The file afterwards; a failure leaves it as it was.
    pub after: Vec<u8>,
    pub failure: Option<Failure>,
    pub verdict: Verdict,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The bytes are the expected ones.
    Exact,
    /// The checker has to say.
    Open,
    /// The rules hold, though other bytes would do as well.
    Passed,
    /// Something is wrong.
    Failed(String),
}

/// Runs all cases of a corpus.
pub(crate) fn all(corpus: &Path, planner: &Planner) -> Vec<Result_> {
    Case::all(corpus)
        .into_iter()
        .map(|case| run(corpus, case, planner))
        .collect()
}

fn run(corpus: &Path, case: Case, planner: &Planner) -> Result_ {
    let path = case.tree_path();
    let before = fs::read(corpus.join(&case.file)).unwrap();
    let mut memory = Memory::default();
    memory.files.insert(path.clone(), before.clone());
    let mut failure = None;
    for request in request::requests(&case, &path, &before) {
        match planner(&request, &memory) {
            Ok(plan) => apply(&plan, &mut memory),
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    let after = memory.files.remove(&path).unwrap();
    let verdict = verdict(&case, &before, &after, failure.as_ref());
    Result_ {
        case,
        path,
        before,
        after,
        failure,
        verdict,
    }
}

fn apply(plan: &Plan, memory: &mut Memory) {
    for change in &plan.files {
        let before = &memory.files[&change.path];
        let after = change.apply(before).unwrap();
        memory.files.insert(change.path.clone(), after);
    }
}

fn verdict(case: &Case, before: &[u8], after: &[u8], failure: Option<&Failure>) -> Verdict {
    let untouched = before == after;
    match case.mode.as_str() {
        "refuse" if failure.is_some() && untouched => Verdict::Exact,
        "refuse" => Verdict::Failed("it was not refused".to_owned()),
        "noop" if failure.is_none() && untouched => Verdict::Exact,
        "policy" | "refuse-or" if untouched && failure.is_some() => Verdict::Passed,
        _ if failure.is_some() => Verdict::Failed(failure.unwrap().explanation()),
        _ if case.expect_sha256.contains(&hash(after)) => Verdict::Exact,
        "policy" | "refuse-or" => Verdict::Passed,
        _ => Verdict::Open,
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
}
