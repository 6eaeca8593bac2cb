//! `towpath promote`, asked as users ask it, on repositories in memory.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

#[path = "promote/layouts.rs"]
mod layouts;
#[path = "promote/memory.rs"]
mod memory;
#[path = "promote/refusals.rs"]
mod refusals;

use clap::Parser;
use memory::Memory;
use towpath_guest::error::{Failure, Kind};
use towpath_guest::plan::Plan;
use towpath_guest::repository::View;
use towpath_guest::request::Intent;
use towpath_surface::options::PromoteOptions;

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    promote: PromoteOptions,
}

/// Plans what a command line asks.
fn plan(arguments: &str, memory: &Memory) -> Result<Plan, Failure> {
    let words = ["promote"].into_iter().chain(arguments.split_whitespace());
    let request = Arguments::try_parse_from(words).unwrap().promote.request();
    assert!(matches!(request.intent, Intent::Promote(_)));
    towpath_guest::plan(&request, memory)
}

/// Returns the text of a file where commits for the target go, after a plan.
fn after(arguments: &str, memory: &Memory, path: &str) -> (Plan, Memory, String) {
    let words = ["promote"].into_iter().chain(arguments.split_whitespace());
    let request = Arguments::try_parse_from(words).unwrap().promote.request();
    let target = towpath_guest::prepare(&request, memory).unwrap().target;
    let view = View {
        repository: target.repository,
        revision: target.branch,
    };
    let planned = plan(arguments, memory);
    let plan = planned.unwrap_or_else(|failure| panic!("{}", failure.explanation()));
    let mut memory = memory.clone();
    for change in &plan.files {
        let file = memory
            .files
            .get_mut(&(view.clone(), change.path.clone()))
            .unwrap();
        *file = change.apply(file).unwrap();
    }
    let text = memory.files.get(&(view, path.to_owned())).unwrap();
    let text = String::from_utf8(text.clone()).unwrap();
    (plan, memory, text)
}

/// Checks what a file becomes, and that promoting again changes nothing.
#[track_caller]
fn check(arguments: &str, repository: &str, path: &str, expected: &str) -> Plan {
    check_memory(arguments, &Memory::new(repository), path, expected)
}

/// Like [`check`].
#[track_caller]
fn check_memory(arguments: &str, memory: &Memory, path: &str, expected: &str) -> Plan {
    let (plan, memory, text) = after(arguments, memory, path);
    assert_eq!(text, expected);
    let (again, _, _) = after(arguments, &memory, path);
    assert_eq!((again.files, again.message), (Vec::new(), String::new()));
    plan
}

/// Checks that a command line is refused, and that the explanation says why.
#[track_caller]
fn refuse(arguments: &str, repository: &str, kind: Kind, says: &str) {
    let failure = plan(arguments, &Memory::new(repository)).expect_err(arguments);
    let explanation = failure.explanation();
    assert_eq!(failure.kind, kind, "{explanation}");
    assert!(explanation.contains(says), "{explanation}");
}

/// Returns the rows of the table, each as a line.
fn rows(plan: &Plan) -> Vec<String> {
    let table = plan.table.as_ref().unwrap();
    table.rows.iter().map(|row| row.join(" | ")).collect()
}
