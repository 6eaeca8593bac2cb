//! Several repositories in one run.

use super::{FILE, NEW, assert_changed, set, shop};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::towpath::{Outcome, Towpath};
use std::fs;
use towpath_surface::Kind;

/// Prepares the change in three repositories.
fn set_all(repositories: &[&BareRepository]) -> Towpath {
    let rest = repositories[1..].iter();
    rest.fold(set(repositories[0].path()), |run, repository| {
        run.arg("--repo").arg(repository.path())
    })
}

fn outputs(outcome: &Outcome) -> String {
    fs::read_to_string(outcome.directory.join("dotenv")).expect("it was written")
}

#[test]
fn each_gets_the_change() {
    let [one, two] = [shop(), shop()];
    let run = set_all(&[&one, &two]).args(["--dotenv", "dotenv"]);
    let outcome = run.run().succeeds();
    for repository in [&one, &two] {
        assert_changed(repository, "main");
        let path = repository.path().display().to_string();
        assert!(outcome.stdout.contains(&path), "{}", outcome.stdout);
    }
    let outputs = outputs(&outcome);
    let commits = format!("TOWPATH_COMMIT={},{}\n", one.tip("main"), two.tip("main"));
    assert!(outputs.contains(&commits), "{outputs}");
    assert!(
        outputs.contains(&format!("TOWPATH_FILES={FILE}\n")),
        "{outputs}"
    );
    let results = outputs
        .lines()
        .find_map(|line| line.strip_prefix("TOWPATH_RESULTS="));
    let results: serde_yaml::Value =
        serde_yaml::from_str(results.expect("there are some")).expect("it is JSON");
    assert_eq!(results[1]["commit"], two.tip("main").as_str());
    assert_eq!(results[1]["changed"], true);
    // Once more, and one of them has to catch up.
    two.git(&["update-ref", "refs/heads/main", "main~"]);
    set_all(&[&one, &two])
        .run()
        .succeeds()
        .says("Nothing to change");
    assert_changed(&one, "main");
    assert_changed(&two, "main");
}

#[test]
fn what_cannot_be_planned_in_one_is_done_in_none() {
    let [one, two] = [shop(), shop()];
    let mut files = two.files("main");
    files.remove(FILE);
    two.commit("main", &files, "Gone");
    let refs = (one.refs(), two.refs());
    let outcome = set_all(&[&one, &two]).run().fails(Kind::NoSuchFile);
    let path = two.path().display().to_string();
    outcome.says(&path).says("nothing was changed");
    assert_eq!((one.refs(), two.refs()), refs);
}

#[test]
fn one_that_refuses_the_push_does_not_stop_the_others() {
    let [one, two, three] = [shop(), shop(), shop()];
    two.hook("pre-receive", "echo 'GH006: frozen' >&2; exit 1");
    let server = HttpServer::start(&two, HttpOptions::default());
    let run = set(one.path()).args(["--repo", &server.url(), "--repo"]);
    let run = run.arg(three.path()).args(["--dotenv", "dotenv"]);
    let outcome = run.run().fails(Kind::Partial);
    let outcome = outcome
        .says("GH006: frozen")
        .says("1 of 3 repositories failed");
    assert_changed(&one, "main");
    assert_changed(&three, "main");
    assert_eq!(two.subjects("main"), ["Start"]);
    let outputs = outputs(&outcome);
    assert!(outputs.contains("\"error\":\"rejected\""), "{outputs}");
    // A second run finds what is done, and does the rest.
    two.hook("pre-receive", "exit 0");
    let run = set(one.path()).args(["--repo", &server.url(), "--repo"]);
    run.arg(three.path()).run().succeeds();
    for repository in [&one, &two, &three] {
        assert_changed(repository, "main");
    }
}

#[test]
fn when_all_fail_the_first_tells_why() {
    let [one, two] = [shop(), shop()];
    for repository in [&one, &two] {
        repository.hook("update", "exit 1");
    }
    let servers = [&one, &two].map(|it| HttpServer::start(it, HttpOptions::default()));
    let run = set(servers[0].url()).args(["--repo", &servers[1].url()]);
    let outcome = run.run().fails(Kind::Rejected);
    assert_eq!(outcome.stderr.matches("error[rejected]").count(), 2);
}

#[test]
fn the_report_for_machines_has_them_all() {
    let [one, two] = [shop(), shop()];
    let run = set_all(&[&one, &two]).args(["--output", "json", "--dry-run"]);
    let outcome = run.run().succeeds();
    let report: serde_yaml::Value = serde_yaml::from_str(&outcome.stdout).expect("it is JSON");
    let repositories = report["repositories"].as_sequence().expect("it is a list");
    assert_eq!(repositories.len(), 2);
    for repository in repositories {
        let diff = repository["diff"].as_str().expect("it is a text");
        assert!(diff.contains(NEW), "{diff}");
    }
    assert_eq!(one.subjects("main"), ["Start"]);
}

#[test]
fn one_repository_twice_is_a_mistake() {
    let one = shop();
    let outcome = set_all(&[&one, &one]).run().fails(Kind::Usage);
    outcome.says("was given twice");
}

#[test]
fn a_token_is_for_one_server() {
    let run = set("https://git.one.example/deploy.git");
    let run = run.args(["--repo", "https://git.two.example/deploy.git"]);
    let outcome = run.env("TOWPATH_TOKEN", "s3cret-token").run();
    let outcome = outcome.fails(Kind::InvalidCredential);
    outcome.says("git.one.example").says("git.two.example");
}

#[test]
fn a_key_from_standard_input_opens_them_all() {
    let [one, two] = [shop(), shop()];
    let servers = [&one, &two].map(crate::support::ssh::SshServer::start);
    let directory = TempDir::new();
    // Both servers take the key of the first one.
    let key = fs::read_to_string(servers[0].key("write")).expect("ssh-keygen wrote it");
    let hosts = format!("{}\n{}", servers[0].known_host(), servers[1].known_host());
    let hosts = directory.write("known_hosts", hosts);
    servers[1].authorize(&servers[0], "write");
    let run = set(servers[0].url()).args(["--repo", &servers[1].url()]);
    let run = run.arg("--known-hosts").arg(hosts);
    let run = run.args(["--ssh-key-file", "-"]).stdin(key);
    run.run().succeeds();
    assert_changed(&one, "main");
    assert_changed(&two, "main");
}

#[test]
fn the_variable_has_a_line_for_each() {
    let [one, two] = [shop(), shop()];
    let lines = format!("{}\n{}\n", one.path().display(), two.path().display());
    let run = Towpath::new().args(["set", "--image", "registry.example/shop/web:1.5.0"]);
    let run = run.args(["--file", FILE]).env("TOWPATH_REPO", lines);
    run.run().succeeds();
    assert_changed(&one, "main");
    assert_changed(&two, "main");
}
