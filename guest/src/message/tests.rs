use super::{Commit, Move, What, Wording, Words};
use crate::error::{Failure, Kind};
use crate::plan::{Change, FileChange, FileState, Location};
use crate::request::{self, Source};

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
    let wording = request::Wording {
        subject: subject.map(str::to_owned),
        ..request::Wording::default()
    };
    worded(moves, paths, source, &wording).unwrap()
}

fn worded(
    moves: &[Move],
    paths: &[&str],
    source: &Source,
    wording: &request::Wording,
) -> Result<String, Failure> {
    let files: Vec<_> = paths.iter().map(|path| file(path)).collect();
    let changes: Vec<_> = paths.iter().map(|path| change(path)).collect();
    let words = Words {
        wording: Wording::parse(wording)?,
        source,
    };
    let commit = Commit {
        words: &words,
        moves,
        changes: &changes,
        files: &files,
        subject: None,
        trailers: &[],
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

fn source() -> Source {
    Source {
        environment: Some("staging".to_owned()),
        repository: Some("acme/web".to_owned()),
        revision: Some("0123456789abcdef".to_owned()),
        run_url: Some("https://ci.example/1".to_owned()),
        build: Some(7),
    }
}

#[track_caller]
fn check_subject_template(template: &str, moves: &[Move], expected: &str) {
    let message = message(moves, &["apps/values.yaml"], &source(), Some(template));
    assert_eq!(message.lines().next(), Some(expected));
}

#[test]
fn a_subject_has_variables() {
    let web = [image("ghcr.io/acme/web", "v2")];
    check_subject_template("{{name}}: {{old}} -> {{new}}", &web, "web: v1 -> v2");
    check_subject_template(
        "{{image}} in {{environment}}",
        &web,
        "ghcr.io/acme/web in staging",
    );
    check_subject_template(
        "#{{build}} of {{repository}}@{{short-revision}}, {{revision}}",
        &web,
        "#7 of acme/web@01234567, 0123456789abcdef",
    );
    check_subject_template(
        "{{path}} {{run}}",
        &web,
        "apps/values.yaml https://ci.example/1",
    );
    check_subject_template(
        "deploy: {{subject}}",
        &web,
        "deploy: Set ghcr.io/acme/web to v2 in staging",
    );
    let two = [image("web", "v2"), image("api", "v2")];
    check_subject_template("{{name}} to {{new}}", &two, "web, api to v2");
    // A subject of which nothing is left is the default one.
    check_subject_template(" ", &web, "Set ghcr.io/acme/web to v2 in staging");
}

#[test]
fn a_body_trailers_and_a_word_to_ci_servers() {
    let wording = request::Wording {
        subject: Some("Ship {{name}}".to_owned()),
        body: Some("Why: because.\n\n{{changes}}\n".to_owned()),
        trailers: vec![
            "Signed-off-by=Jo Doe <jo@example.org>".to_owned(),
            "Ticket=OPS-{{build}}\nTowpath-Build: 99".to_owned(),
        ],
        skip_ci: true,
    };
    let source = Source {
        build: Some(7),
        ..Source::default()
    };
    let message = worded(&[image("web", "v2")], &["values.yaml"], &source, &wording);
    assert_eq!(
        message.unwrap(),
        "Ship web\n\n\
         [skip ci]\n\n\
         Why: because.\n\n\
         - values.yaml: image.tag: v1 -> v2\n\n\
         Towpath-Image: web\n\
         Towpath-Old: v1\n\
         Towpath-New: v2\n\
         Towpath-File: values.yaml\n\
         Towpath-Build: 7\n\
         Signed-off-by: Jo Doe <jo@example.org>\n\
         Ticket: OPS-7 Towpath-Build: 99\n"
    );
}

#[track_caller]
fn refuse(wording: &request::Wording, kind: Kind, message: &str) {
    let failure = worded(&[], &[], &Source::default(), wording).unwrap_err();
    assert_eq!(failure.kind, kind);
    assert!(failure.problem.message.contains(message), "{failure}");
    assert!(failure.problem.hint.is_some(), "{failure}");
}

#[test]
fn wrong_wording_is_refused_also_when_nothing_changes() {
    let body = request::Wording {
        body: Some("{{iamge}}".to_owned()),
        ..request::Wording::default()
    };
    refuse(&body, Kind::InvalidTemplate, "no variable `{{iamge}}`");
    for (trailer, message) in [
        ("Ticket", "has no `=`"),
        ("Tic ket=1", "a key that is not one"),
        ("=1", "a key that is not one"),
        ("Ticket= ", "has no value"),
        ("towpath-build=9", "a key of Towpath's own"),
    ] {
        let wording = request::Wording {
            trailers: vec![trailer.to_owned()],
            ..request::Wording::default()
        };
        refuse(&wording, Kind::Usage, message);
    }
}

#[test]
fn every_variable_of_the_documentation_is_there() {
    let all = towpath_surface::VARIABLES.iter();
    let template: String = all.map(|(name, _)| format!("{{{{{name}}}}} ")).collect();
    let wording = request::Wording {
        body: Some(template),
        ..request::Wording::default()
    };
    worded(&[image("web", "v2")], &["values.yaml"], &source(), &wording).unwrap();
}
