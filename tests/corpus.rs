//! The evaluation corpus on the component.
//!
//! The same cases as `guest/tests/corpus.rs` runs natively: here the engine in
//! its sandbox plans too, and both have to say the same, byte for byte.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    reason = "the modules are shared with the planner's own tests, which use all of them"
)]

#[path = "../guest/tests/corpus/case.rs"]
mod case;
#[path = "../guest/tests/corpus/judge.rs"]
mod judge;
#[path = "../guest/tests/corpus/memory.rs"]
mod memory;
#[path = "../guest/tests/corpus/promote.rs"]
mod promote;
#[path = "../guest/tests/corpus/request.rs"]
mod request;
#[path = "../guest/tests/corpus/run.rs"]
mod run;

mod engine;
mod three_ways;

use engine::BothPlanners;

#[test]
fn every_case_of_the_clone_passes_on_the_engine() {
    let corpus = case::of_the_clone();
    let planners = BothPlanners::new();
    let results = run::all(&corpus, &|request, repository| {
        planners.plan(request, repository)
    });
    assert!(results.len() >= 100, "{} cases", results.len());
    judge::report(&results, &corpus);
    judge::assert_passed(&results);
    planners.expect_work(results.len());
}

#[test]
fn every_case_of_a_larger_corpus_passes_on_the_engine() {
    let Some(corpus) = case::larger() else {
        return;
    };
    let planners = BothPlanners::new();
    let mut results = run::all(&corpus, &|request, repository| {
        planners.plan(request, repository)
    });
    judge::ask_checker(&mut results, &corpus);
    judge::report(&results, &corpus);
    judge::assert_passed(&results);
    planners.expect_work(results.len());
}

#[test]
fn every_promotion_of_the_clone_passes_on_the_engine() {
    let corpus = case::of_the_clone();
    let planners = BothPlanners::new();
    let results = promote::all(&corpus, &|request, repository| {
        planners.plan(request, repository)
    });
    assert!(results.len() >= 14, "{} cases", results.len());
    judge::report(&results, &corpus);
    judge::assert_passed(&results);
    planners.expect_work(results.len());
}

#[test]
fn every_promotion_of_a_larger_corpus_passes_on_the_engine() {
    let Some(corpus) = case::larger() else {
        return;
    };
    let planners = BothPlanners::new();
    let mut results = promote::all(&corpus, &|request, repository| {
        planners.plan(request, repository)
    });
    judge::ask_checker(&mut results, &corpus);
    judge::report(&results, &corpus);
    judge::assert_passed(&results);
    planners.expect_work(results.len());
}
