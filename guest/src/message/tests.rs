use super::{Commit, Move, What};
use crate::plan::{Change, FileChange, FileState, Location};
use crate::request::Source;

fn file(path: &str) -> FileChange {
    FileChange {
        path: path.to_owned(),
        state: FileState::Edited,
        edits: Vec::new(),
    }
}

fn change(path: &str) -> Change {
    Change {
        at: Location {
            path: path.to_owned(),
            line: 3,
            column: 1,
        },
        key: "image.tag".to_owned(),
        image: Some("app".to_owned()),
        old: Some("v1".to_owned()),
        new: Some("v2".to_owned()),
        reason: String::new(),
    }
}

fn image(name: &str, new: &str) -> Move {
    Move {
        what: What::Image(name.to_owned()),
        old: Some("v1".to_owned()),
        new: new.to_owned(),
    }
}

/// Returns the message for changes of `paths`.
fn message(moves: &[Move], paths: &[&str], source: &Source, subject: Option<&str>) -> String {
    let files: Vec<_> = paths.iter().map(|path| file(path)).collect();
    let changes: Vec<_> = paths.iter().map(|path| change(path)).collect();
    let commit = Commit {
        subject,
        moves,
        changes: &changes,
        files: &files,
        source,
    };
    commit.message()
}

#[test]
fn a_whole_message() {
    let source = Source {
        environment: Some("staging".to_owned()),
        repository: Some("acme/web".to_owned()),
        revision: Some("0123abc".to_owned()),
        run_url: Some("https://ci.example/1".to_owned()),
        build: Some(7),
    };
    assert_eq!(
        message(
            &[image("ghcr.io/acme/web", "v2")],
            &["apps/values.yaml"],
            &source,
            None
        ),
        "Set ghcr.io/acme/web to v2 in staging\n\n\
         - apps/values.yaml: image.tag: v1 -> v2\n\n\
         Towpath-Image: ghcr.io/acme/web\n\
         Towpath-Old: v1\n\
         Towpath-New: v2\n\
         Towpath-File: apps/values.yaml\n\
         Towpath-Environment: staging\n\
         Towpath-Source-Repository: acme/web\n\
         Towpath-Source-Revision: 0123abc\n\
         Towpath-Run: https://ci.example/1\n\
         Towpath-Build: 7\n"
    );
}

#[track_caller]
fn check_subject(moves: &[Move], paths: &[&str], expected: &str) {
    let message = message(moves, paths, &Source::default(), None);
    assert_eq!(message.lines().next(), Some(expected));
}

#[test]
fn subjects() {
    let app = image("app", "v2");
    check_subject(
        std::slice::from_ref(&app),
        &["values.yaml"],
        "Set app to v2",
    );
    check_subject(
        std::slice::from_ref(&app),
        &["a/b/x.yaml", "a/bc/y.yaml"],
        "Set app to v2 in a",
    );
    check_subject(
        &[app, image("api", "v3")],
        &["a/b/x.yaml"],
        "Set app to v2, api to v3 in a/b",
    );
    let long = image(
        "registry.example.com/a-rather-long-path/of-many-components/app",
        &"0123456789".repeat(6),
    );
    check_subject(
        std::slice::from_ref(&long),
        &["a/b/x.yaml"],
        "Set app to 01234567890123456789012… in a/b",
    );
    check_subject(
        &[long.clone(), long],
        &["a/b/x.yaml"],
        "Set 2 values in a/b",
    );
}

#[test]
fn text_of_the_user_writes_no_trailers() {
    let source = Source {
        revision: Some("1\nTowpath-Build: 99".to_owned()),
        ..Source::default()
    };
    let message = message(
        &[image("app", "v2")],
        &["a\n\nTowpath-Build: 98/x"],
        &source,
        Some("Hi\n\nTowpath-Build: 97"),
    );
    assert_eq!(message.lines().next(), Some("Hi Towpath-Build: 97"));
    assert!(!message.contains("\nTowpath-Build"), "{message}");
}

#[test]
fn nothing_changes() {
    assert_eq!(message(&[], &[], &Source::default(), Some("Hi")), "");
}
