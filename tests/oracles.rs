//! What the tools that read the files afterwards make of them.

mod argocd;
mod helm;
mod kustomize;

use crate::support::files::Files;
use crate::support::native;

/// Returns the files after `towpath set`.
#[track_caller]
fn set(files: &Files, arguments: &[&str]) -> Files {
    let words: Vec<_> = arguments.iter().map(|word| (*word).to_owned()).collect();
    match native::set(files, &words) {
        Ok(answer) => answer.files,
        Err(failure) => panic!("{arguments:?}: {}", failure.explanation()),
    }
}

/// Checks that only these lines differ, without their indentation and hyphens.
#[track_caller]
fn assert_changed(before: &str, after: &str, expected: &[(&str, &str)]) {
    assert_eq!(
        before.lines().count(),
        after.lines().count(),
        "other lines:\n{before}\n=====\n{after}"
    );
    let lines = before.lines().zip(after.lines());
    let changed: Vec<_> = lines
        .filter(|(before, after)| before != after)
        .map(|(before, after)| (bare(before), bare(after)))
        .collect();
    assert_eq!(changed, expected, "{after}");
}

fn bare(line: &str) -> &str {
    line.trim_start_matches([' ', '-']).trim_end()
}
