//! The links of the documentation lead somewhere.

use crate::support::command::succeed;
use crate::support::git::of_project;
use crate::support::tools::project;
use std::fs;
use std::path::Path;

/// Returns the lines of a document that are no code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// Returns where the links of a document lead to, without those to the web.
fn links(text: &str) -> Vec<String> {
    let all = prose(text).flat_map(|line| line.split("](").skip(1));
    let all = all.filter_map(|rest| rest.split(')').next());
    let all = all.filter(|link| !link.contains("://"));
    all.map(str::to_owned).collect()
}

/// Returns the anchors of the headings, as the forges make them.
fn anchors(text: &str) -> Vec<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    let headings = headings.map(|line| line.trim_start_matches('#').trim().to_lowercase());
    let anchors = headings.map(|heading| {
        let kept = heading.chars().filter_map(|char| match char {
            ' ' => Some('-'),
            '-' | '_' => Some(char),
            _ => char.is_alphanumeric().then_some(char),
        });
        kept.collect()
    });
    anchors.collect()
}

#[track_caller]
fn check(document: &str, link: &str) {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let own = project().join(document);
    let target = match path {
        "" => own,
        path => own.parent().unwrap_or(Path::new("/")).join(path),
    };
    assert!(target.exists(), "{document}: nothing is at {link}");
    if !anchor.is_empty() {
        let text = fs::read_to_string(target).expect("it is a document");
        let found = anchors(&text).iter().any(|it| it == anchor);
        assert!(found, "{document}: no heading is at {link}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut list = of_project();
    list.args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let files = succeed(list.args(["--", "*.md", ":!tests", ":!guest/tests"]));
    let mut checked = 0;
    for document in files.lines().filter(|path| project().join(path).exists()) {
        let text = fs::read_to_string(project().join(document)).expect("it was there");
        for link in links(&text) {
            check(document, &link);
            checked += 1;
        }
    }
    assert!(checked > 30, "{checked} links");
}
