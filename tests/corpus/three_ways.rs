//! The library, the engine and `wasmtime run`: three ways to one result.

use super::case::{self, Case};
use super::engine::BothPlanners;
use super::memory::Memory;
use super::request;
use crate::support::component;
use crate::support::temp::TempDir;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use towpath_guest::error::Failure;
use towpath_guest::plan::{Delivery, Plan};
use towpath_guest::report::report;
use towpath_guest::request::{Intent, Request};

/// One case of so many is run in all three ways: each starts a process.
const EVERY: usize = 5;

#[test]
fn the_library_the_engine_and_wasmtime_run_say_the_same() {
    component::compiled();
    let corpus = case::of_the_clone();
    let planners = BothPlanners::new();
    let cases: Vec<_> = Case::all(&corpus).into_iter().step_by(EVERY).collect();
    let planned = AtomicUsize::new(0);
    let compare = |case: &Case| {
        let path = case.tree_path();
        let before = fs::read(corpus.join(&case.file)).expect("the corpus is whole");
        let requests = request::requests(case, &path, &before);
        let request = requests.first().expect("every case asks for something");
        let memory = Memory {
            files: [(path.clone(), before.clone())].into(),
        };
        let expected = planners.plan(request, &memory);
        planned.fetch_add(usize::from(expected.is_ok()), Ordering::Relaxed);
        run_command(&case.id, request, (&path, &before), &expected);
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for share in cases.chunks(cases.len().div_ceil(threads)) {
            scope.spawn(|| share.iter().for_each(compare));
        }
    });
    let planned = planned.into_inner();
    assert!(cases.len() >= 40, "{} cases", cases.len());
    assert!(planned >= 30, "{planned} of {} led to a plan", cases.len());
}

/// Runs the command component, and compares what it leaves and what it says.
fn run_command(
    case: &str,
    request: &Request,
    (path, before): (&str, &[u8]),
    expected: &Result<Plan, Failure>,
) {
    let directory = TempDir::new();
    directory.write(path, before);
    let outcome = component::run_compiled(directory, &arguments(request));
    let after = fs::read(outcome.directory.join(path)).expect("the file stays");
    match expected {
        Ok(plan) => {
            assert_eq!(outcome.code, 0, "{case}: {}", outcome.everything());
            let json = report(plan, &Delivery::default()).json;
            assert_eq!(outcome.stdout, json, "{case}");
            let change = plan.files.iter().find(|file| file.path == path);
            let planned = change.map_or_else(
                || before.to_vec(),
                |change| change.apply(before).expect("the plan is for this file"),
            );
            assert!(after == planned, "{case}: other bytes than planned");
        }
        Err(failure) => {
            let told = format!("{}kind: {}\n", failure.explanation(), failure.kind);
            assert_eq!(outcome.stderr, told, "{case}");
            assert!(after == before, "{case}: changed in spite of an error");
        }
    }
}

/// Returns the command line of a request.
fn arguments(request: &Request) -> Vec<String> {
    let Intent::Set(set) = &request.intent else {
        panic!("not set")
    };
    let selection = &set.selection;
    let texts = [
        ("--image", set.images.iter().collect::<Vec<_>>()),
        ("--tag", set.tag.iter().collect()),
        ("--digest", set.digest.iter().collect()),
        ("--key", set.values.iter().map(|value| &value.key).collect()),
        (
            "--value",
            set.values.iter().map(|value| &value.value).collect(),
        ),
        ("--file", set.files.iter().collect()),
        ("--document", selection.document.iter().collect()),
        ("--container", selection.container.iter().collect()),
        ("--marker", selection.marker.iter().collect()),
    ];
    let switches = [
        ("--all", set.permits.all),
        ("--create", set.permits.create),
        ("--allow-moving-tags", set.permits.moving_tags),
        ("--allow-moving-revisions", set.permits.moving_revisions),
        ("--docker-hub-names", set.permits.docker_hub_names),
        ("--allow-downgrade", set.permits.downgrade),
    ];
    let mut arguments = vec!["set".to_owned(), "--output=json".to_owned()];
    for (name, values) in texts {
        // One word each, so that a value may begin with a hyphen.
        arguments.extend(values.iter().map(|value| format!("{name}={value}")));
    }
    let given = switches.iter().filter(|(_, given)| *given);
    arguments.extend(given.map(|(name, _)| (*name).to_owned()));
    arguments
}
