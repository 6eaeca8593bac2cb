//! The evaluation corpus: real files of public repositories, edited as asked.
//!
//! The cases in `tests/corpus/` always run. When a larger corpus of the same
//! form is at hand (`TOWPATH_CORPUS`, or `shared/corpus/public` next to the
//! workspace), all of its cases run, too.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test shows what fails and stops"
)]

#[path = "corpus/case.rs"]
mod case;
#[path = "corpus/judge.rs"]
mod judge;
#[path = "corpus/memory.rs"]
mod memory;
#[path = "corpus/request.rs"]
mod request;
#[path = "corpus/run.rs"]
mod run;

use std::path::{Path, PathBuf};

/// Plans natively, as the component does.
fn native() -> Box<run::Planner> {
    Box::new(|request, repository| towpath_guest::plan(request, repository))
}

#[test]
fn every_case_of_the_clone_passes() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let results = run::all(&corpus, &native());
    assert!(results.len() >= 100, "{} cases", results.len());
    judge::report(&results, &corpus);
    judge::assert_passed(&results);
}

#[test]
fn every_case_of_a_larger_corpus_passes() {
    let Some(corpus) = larger_corpus() else {
        return;
    };
    let mut results = run::all(&corpus, &native());
    // For the corpus's own `materialize.py --grade`, as the second judge.
    if let Some(out) = std::env::var_os("TOWPATH_CORPUS_OUT") {
        judge::lay_out(&results, Path::new(&out));
    }
    judge::ask_checker(&mut results, &corpus);
    judge::report(&results, &corpus);
    judge::assert_passed(&results);
}

fn larger_corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/public");
    let named = std::env::var_os("TOWPATH_CORPUS").map(PathBuf::from);
    named.or_else(|| beside.is_dir().then_some(beside))
}
