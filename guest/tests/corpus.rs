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

use std::path::Path;

#[path = "corpus/case.rs"]
mod case;
#[path = "corpus/judge.rs"]
mod judge;
#[path = "corpus/memory.rs"]
mod memory;
#[path = "corpus/promote.rs"]
mod promote;
#[path = "corpus/request.rs"]
mod request;
#[path = "corpus/run.rs"]
mod run;

/// Plans natively, as the component does.
fn native() -> Box<run::Planner<'static>> {
    Box::new(|request, repository| towpath_guest::plan(request, repository))
}

#[test]
fn every_case_of_the_clone_passes() {
    let corpus = case::of_the_clone();
    let results = run::all(&corpus, &native());
    assert!(results.len() >= 100, "{} cases", results.len());
    judge::report(&results, &corpus);
    judge::assert_passed(&results);
}

#[test]
fn every_case_of_a_larger_corpus_passes() {
    let Some(corpus) = case::larger() else {
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

#[test]
fn every_promotion_of_the_clone_passes() {
    let corpus = case::of_the_clone();
    let results = promote::all(&corpus, &native());
    assert!(results.len() >= 14, "{} cases", results.len());
    judge::report(&results, &corpus);
    judge::assert_passed(&results);
}

#[test]
fn every_promotion_of_a_larger_corpus_passes() {
    let Some(corpus) = case::larger() else {
        return;
    };
    let mut results = promote::all(&corpus, &native());
    judge::ask_checker(&mut results, &corpus);
    judge::report(&results, &corpus);
    judge::assert_passed(&results);
}
