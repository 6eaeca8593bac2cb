//! `--output json`: one document on standard output, also of an error.

use crate::captain::released;
use crate::support::files::files;
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::project;
use crate::support::towpath::{Outcome, Towpath};
use clap::Command;
use serde_json::Value;
use std::fs;
use towpath_host::args;
use towpath_surface::{ERROR_FIELDS, Kind};

const GATED: &str = "version: 1\nfiles: <environment>.yaml\nenvironments:\n  staging:\n  \
                     production: {from: staging, gates: {freezes: [{from: 2020-01-01, to: 2099-01-01}]}}\n";

/// Returns the one document that was printed.
#[track_caller]
fn document(outcome: &Outcome) -> Value {
    let lines: Vec<_> = outcome.stdout.lines().collect();
    assert_eq!(lines.len(), 1, "{}", outcome.everything());
    let document: Value = serde_json::from_str(lines[0]).expect("it is JSON");
    assert_eq!(document["schema"], 1);
    document
}

/// Panics unless a run that failed told it to machines as it did to people.
#[track_caller]
fn assert_told(outcome: &Outcome) -> Value {
    let document = document(outcome);
    let error = &document["error"];
    assert_eq!(error["exit_code"], outcome.code, "{}", outcome.everything());
    let kind = error["kind"].as_str().expect("it has a kind");
    let known = Kind::from_name(kind).expect("it is one of ours");
    assert_eq!(outcome.code, i32::from(known.exit_code()));
    let message = error["message"].as_str().expect("it has a message");
    let people = format!("error[{kind}]: ");
    assert!(outcome.stderr.contains(&people), "{}", outcome.everything());
    assert!(outcome.stderr.contains(message), "{}", outcome.everything());
    for (name, _) in ERROR_FIELDS {
        assert!(error.get(name).is_some(), "no `{name}` in {document}");
    }
    document
}

/// Prepares a command with something for each argument that it cannot do without.
fn complete(name: &str, command: &Command) -> Towpath {
    let mut run = Towpath::new().args(name.split(' '));
    for argument in command.get_arguments().filter(|it| it.is_required_set()) {
        run = match argument.get_long() {
            Some("repo") => run,
            Some(long) => run.arg(format!("--{long}=staging")),
            None => run.arg("staging"),
        };
    }
    run.args(["--repo", "/nowhere/at/all", "--output", "json"])
}

#[test]
fn every_command_tells_its_errors() {
    let commands = args::commands().into_iter();
    let commands: Vec<_> = commands
        .filter(|(_, it)| it.get_arguments().any(|it| it.get_long() == Some("output")))
        .collect();
    assert!(commands.len() > 10, "{}", commands.len());
    for (name, command) in commands {
        let outcome = complete(&name, &command).run();
        assert_ne!(outcome.code, 0, "{name}");
        assert_eq!(assert_told(&outcome)["changed"], false, "{name}");
        // What is wrong with the command line, too.
        let outcome = complete(&name, &command).arg("--bogus").run();
        let told = assert_told(&outcome.fails(Kind::Usage));
        let message = told["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains("'--bogus'"), "{name}: {told}");
    }
}

#[test]
fn the_form_may_be_given_by_the_environment() {
    let run = Towpath::new().args(["set", "--imge", "a:1"]);
    let outcome = run.env("TOWPATH_OUTPUT", "json").run();
    let told = assert_told(&outcome.fails(Kind::Usage));
    let hint = "A similar argument exists: '--image'.";
    assert_eq!(told["error"]["hint"], hint);
    let run = Towpath::new().args(["set", "--output=text", "--imge", "a:1"]);
    let outcome = run.env("TOWPATH_OUTPUT", "json").run();
    assert_eq!(outcome.fails(Kind::Usage).stdout, "");
}

#[test]
fn an_error_in_a_file_has_its_place() {
    let repository = BareRepository::new(&files([("values.yaml", "tag: 1\ntag: 2\n")]));
    let tip = repository.tip("main");
    let run = Towpath::set(repository.path()).args(["--file", "values.yaml"]);
    let run = run.args(["--key", "tag", "--value", "3", "--output", "json"]);
    let outcome = run.run().fails(Kind::Contradiction);
    let error = &assert_told(&outcome)["error"];
    assert_eq!(error["file"], "values.yaml");
    assert_eq!(error["line"], 2);
    assert_eq!(repository.tip("main"), tip);
}

#[test]
fn a_report_that_ends_in_an_error_holds_it() {
    let repository = BareRepository::new(&files([
        ("towpath.yaml", GATED),
        ("staging.yaml", "image: registry.example/web:v2\n"),
        ("production.yaml", "image: registry.example/web:v1\n"),
    ]));
    let gate = || {
        let run = Towpath::new().args(["gate", "--environment", "production", "--repo"]);
        run.arg(repository.path()).args(["--output", "json"])
    };
    let told = assert_told(&gate().run().fails(Kind::GateClosed));
    assert_eq!(told["open"], false);
    assert_eq!(told["error"]["retry_at"], told["opens_at"]);
    // Quiet leaves out the report, and not the error.
    let quiet = assert_told(&gate().arg("--quiet").run().fails(Kind::GateClosed));
    assert_eq!(quiet.get("open"), None);
}

#[test]
fn every_field_of_a_report_is_documented() {
    let repository = BareRepository::sample("shop");
    let run = Towpath::set(repository.path()).args(["--dry-run", "--output=json"]);
    let image = "--image=registry.example/shop/web:1.5.0";
    let run = run.args([image, "--file=apps/web/overlays/dev/kustomization.yaml"]);
    let report = document(&run.run().succeeds());
    assert!(report["changes"][0].is_object(), "{report}");
    expect_documented(&report);
}

#[test]
fn every_field_of_what_is_looked_at_is_documented() {
    let repository = BareRepository::new(&files([
        ("towpath.yaml", GATED),
        ("staging.yaml", "image: registry.example/web:v2\n"),
        ("production.yaml", "image: registry.example/api:v1\n"),
    ]));
    for command in [
        &["gate", "--environment", "production"][..],
        &["check"],
        &["status"],
        &["history", "production"],
        &["diff", "staging", "production"],
    ] {
        expect_documented(&looked_at(&repository, command));
    }
    let (repository, _) = released();
    let told = looked_at(&repository, &["releases"]);
    assert!(told["releases"][0].is_object(), "{told}");
    expect_documented(&told);
}

fn looked_at(repository: &BareRepository, command: &[&str]) -> Value {
    let run = Towpath::new().args(command).args(["--output", "json"]);
    document(&run.arg("--repo").arg(repository.path()).run())
}

/// Panics unless the page for machines tells of every field.
#[track_caller]
fn expect_documented(document: &Value) {
    let page = ["status.md", "reference.md"]
        .map(|name| fs::read_to_string(project().join("docs").join(name)).expect("it is there"));
    let page = page.concat();
    let mut open = vec![document];
    while let Some(value) = open.pop() {
        open.extend(value.as_array().into_iter().flatten());
        for (field, value) in value.as_object().into_iter().flatten() {
            let forms = [format!("`{field}`"), format!("`{field}[]`")];
            let told = forms.iter().any(|form| page.contains(form));
            assert!(told, "docs/status.md: {field}: {document}");
            open.push(value);
        }
    }
}

#[test]
fn what_the_credentials_may_do_is_told() {
    let repository = BareRepository::sample("shop");
    let run = Towpath::new().args(["check", "--permissions", "--output=json", "--repo"]);
    let outcome = run.arg(repository.path()).run().succeeds();
    let told = document(&outcome);
    let found = told["permissions"].as_array().expect("it is a list");
    let found: Vec<_> = found
        .iter()
        .map(|it| (it["what"].as_str(), it["holds"].as_bool()))
        .collect();
    assert_eq!(
        found,
        [(Some("read"), Some(true)), (Some("push"), Some(true))]
    );
}

#[test]
fn a_secret_is_left_out_as_json_writes_it_too() {
    let directory = TempDir::new();
    let secret = r#"pass"word\1"#;
    let run = Towpath::set(directory.join(secret)).args(["--image", "a:1"]);
    let run = run.args(["--output", "json"]).env("TOWPATH_TOKEN", secret);
    let outcome = run.run();
    assert_told(&outcome);
    let quoted = Value::from(secret).to_string();
    for text in [secret, quoted.trim_matches('"')] {
        assert!(!outcome.everything().contains(text), "{text}");
    }
}
