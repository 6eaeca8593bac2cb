//! Runs cases.

use super::case::Case;
use super::memory::Memory;
use super::request;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::thread;
use towpath_guest::error::{Failure, Kind};
use towpath_guest::plan::Plan;
use towpath_guest::repository::Repository;
use towpath_guest::request::Request;

/// What makes plans: the library, or a component.
pub(crate) type Planner<'p> =
    dyn Fn(&Request, &dyn Repository) -> Result<Plan, Failure> + Sync + 'p;

/// What became of a case.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) case: Case,
    /// The file afterwards; a failure leaves it as it was.
    pub(crate) after: Vec<u8>,
    /// The kind of failure that made the user ask more exactly.
    pub(crate) narrowed: Option<Kind>,
    pub(crate) verdict: Verdict,
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

/// Runs all cases of a corpus, and returns their outcomes in order.
pub(crate) fn all(corpus: &Path, planner: &Planner<'_>) -> Vec<Outcome> {
    let cases = Case::all(corpus);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = cases.len().div_ceil(threads).max(1);
    let run_share = |cases: &[Case]| -> Vec<_> {
        let run = |case: &Case| run(corpus, case.clone(), planner);
        cases.iter().map(run).collect()
    };
    thread::scope(|scope| {
        let shares: Vec<_> = cases
            .chunks(share)
            .map(|cases| scope.spawn(|| run_share(cases)))
            .collect();
        let join = |share: thread::ScopedJoinHandle<'_, _>| share.join().unwrap();
        shares.into_iter().flat_map(join).collect()
    })
}

/// Does what a user would do: asks, and asks more exactly when told to.
pub(crate) fn run(corpus: &Path, case: Case, planner: &Planner<'_>) -> Outcome {
    let before = fs::read(corpus.join(&case.file)).unwrap();
    let path = case.tree_path();
    let requests = request::requests(&case, &path, &before);
    let mut result = attempt(&requests, &path, &before, planner);
    let mut narrowed = None;
    if let Err(failure) = &result {
        let exact = request::more_exact(&case, &path, &before, failure.kind);
        if !exact.is_empty() {
            narrowed = Some(failure.kind);
            result = attempt(&exact, &path, &before, planner);
        }
    }
    let verdict = verdict(&case, &before, &result);
    Outcome {
        case,
        after: result.unwrap_or(before),
        narrowed,
        verdict,
    }
}

/// Makes requests one after the other.
fn attempt(
    requests: &[Request],
    path: &str,
    before: &[u8],
    planner: &Planner<'_>,
) -> Result<Vec<u8>, Failure> {
    let mut memory = Memory::default();
    memory.files.insert(path.to_owned(), before.to_vec());
    for request in requests {
        let plan = planner(request, &memory)?;
        for change in &plan.files {
            let after = change.apply(&memory.files[&change.path]).unwrap();
            memory.files.insert(change.path.clone(), after);
        }
    }
    Ok(memory.files.remove(path).unwrap())
}

/// Says how a case ended.
pub(crate) fn verdict(case: &Case, before: &[u8], result: &Result<Vec<u8>, Failure>) -> Verdict {
    match (case.mode.as_str(), result) {
        ("refuse", Err(_)) => Verdict::Exact,
        ("refuse", Ok(_)) => Verdict::Failed("it was not refused".to_owned()),
        ("policy" | "refuse-or", Err(_)) => Verdict::Passed,
        (_, Err(failure)) => Verdict::Failed(failure.explanation()),
        ("noop", Ok(after)) if after == before => Verdict::Exact,
        (_, Ok(after)) if case.expect_sha256.contains(&hash(after)) => Verdict::Exact,
        ("policy" | "refuse-or", Ok(_)) => Verdict::Passed,
        _ => Verdict::Open,
    }
}

fn hash(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}
