//! `docs/formats.md` has a row for each format, in the order of the planner.

use crate::support::tools::project;
use std::fs;
use towpath_guest::yaml::{MAX_BYTES, MAX_DEPTH};

#[test]
fn every_format_has_its_row() {
    let text = fs::read_to_string(project().join("docs/formats.md")).expect("the page is there");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    let names: Vec<_> = rows.filter_map(|row| row.split(" |").next()).collect();
    let expected: Vec<_> = ["format"]
        .into_iter()
        .chain(towpath_guest::formats::names())
        .collect();
    assert_eq!(names, expected);
}

#[test]
fn the_limits_are_those_of_the_planner() {
    let text = fs::read_to_string(project().join("docs/formats.md")).expect("the page is there");
    assert!(text.contains(&format!("at most {} MiB", MAX_BYTES >> 20)));
    assert!(text.contains(&format!("{MAX_DEPTH} levels of nesting")));
}
