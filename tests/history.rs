//! `towpath history` and `towpath status`, compared with a walk of our own
//! through what `git log` and `git show` say.

use crate::support::files::{Files, files};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::BareRepository;
use crate::support::towpath::Towpath;
use serde_json::Value;
use std::collections::BTreeMap;
use towpath_surface::Kind;

const APPS: [&str; 3] = ["api", "shop", "web"];

const CONFIGURATION: &str = "version: 1
files: envs/<environment>/<app>
environments:
  dev:
  staging: {from: dev}
  prod: {from: staging, delivery: request}
";

fn path(environment: &str, app: &str) -> String {
    format!("envs/{environment}/{app}/values.yaml")
}

fn values(app: &str, tag: &str, replicas: u32) -> String {
    format!("replicas: {replicas}\nimage:\n  repository: registry.example/{app}\n  tag: {tag}\n")
}

fn put(files: &mut Files, path: &str, text: &str) {
    files.extend(crate::support::files::files([(path, text)]));
}

fn start() -> BareRepository {
    let mut all = files([("towpath.yaml", CONFIGURATION), ("README.md", "hello\n")]);
    for environment in ["dev", "staging", "prod"] {
        for app in APPS {
            put(&mut all, &path(environment, app), &values(app, "v0", 1));
        }
    }
    BareRepository::new(&all)
}

/// Makes forty commits: builds through the launcher, edits by hand, moved and
/// removed files, squashed and merged branches, commits about something else.
fn forty(repository: &BareRepository) {
    for step in 1..=40_u32 {
        let app = APPS[(step as usize * 7) % 3];
        let environment = ["dev", "dev", "staging", "prod"][(step as usize * 5) % 4];
        if step % 3 == 0 {
            set(repository, &path(environment, app), app, step);
        } else {
            by_hand(repository, environment, app, step);
        }
    }
}

fn set(repository: &BareRepository, path: &str, app: &str, step: u32) {
    Towpath::set(repository.path())
        .args([
            "--file",
            path,
            "--image",
            &format!("registry.example/{app}:v{step}"),
        ])
        .args([
            "--build",
            &step.to_string(),
            "--source-repository",
            "acme/app",
        ])
        .args(["--run-url", &format!("https://ci.example/{step}")])
        .run()
        .succeeds();
}

fn by_hand(repository: &BareRepository, environment: &str, app: &str, step: u32) {
    let mut now = repository.files("main");
    let path = path(environment, app);
    let message = format!("Step {step}");
    match step % 7 {
        0 => put(&mut now, "README.md", &format!("{step}\n")),
        1 => {
            let text = String::from_utf8(now[&path].bytes.clone()).expect("UTF-8");
            put(
                &mut now,
                &path,
                &text.replace("replicas: 1", &format!("replicas: {step}")),
            );
        }
        2 if step > 20 => {
            let file = now.remove(&path).expect("it is there");
            now.insert(format!("envs/{environment}/{app}/chart/values.yaml"), file);
            repository.commit("main", &now, "Move away");
            let file = now.remove(&format!("envs/{environment}/{app}/chart/values.yaml"));
            now.insert(path, file.expect("it was moved there"));
        }
        3 => {
            return merge(
                repository,
                &path,
                &values(app, &format!("v{step}-merged"), 1),
            );
        }
        4 => {
            for app in APPS {
                put(
                    &mut now,
                    &self::path(environment, app),
                    &values(app, &format!("all-{step}"), 1),
                );
            }
        }
        _ => put(
            &mut now,
            &path,
            &format!("# {step}\n{}", values(app, &format!("hand-{step}"), 1)),
        ),
    }
    repository.commit("main", &now, &message);
}

/// Merges a branch that went back and forth before it was done.
fn merge(repository: &BareRepository, path: &str, text: &str) {
    let base = repository.tip("main");
    repository.git(&["update-ref", "refs/heads/side", &base]);
    let mut side = repository.files("main");
    put(
        &mut side,
        path,
        "image: {repository: registry.example/x, tag: wrong}\n",
    );
    repository.commit("side", &side, "Wrong");
    put(&mut side, path, text);
    let tip = repository.commit("side", &side, "Right");
    let merge = repository.git(&[
        "-c",
        "user.name=Merger",
        "-c",
        "user.email=m@example.org",
        "commit-tree",
        &format!("{tip}^{{tree}}"),
        "-p",
        &base,
        "-p",
        &tip,
        "-m",
        "Merge the right one",
    ]);
    repository.git(&["update-ref", "refs/heads/main", &merge]);
}

/// One change as this test finds it: commit, app, before, after.
type Step = (String, String, String, String);

/// Walks through every commit, reading every file of the environment in each.
fn walk(repository: &BareRepository, environment: &str) -> Vec<Step> {
    let line = repository.git(&["rev-list", "--first-parent", "--reverse", "main"]);
    let mut before = BTreeMap::<String, String>::new();
    let mut steps = Vec::new();
    for commit in line.lines() {
        let prefix = format!("envs/{environment}/");
        let listing = repository.git(&["ls-tree", "-r", "--name-only", commit, "--", &prefix]);
        let mut after = BTreeMap::new();
        for path in listing.lines() {
            let text = repository.read(commit, path);
            let tag = text.split("tag: ").nth(1).expect("every file has a tag");
            let tag = tag.split(['\n', '}']).next().unwrap_or_default();
            let app = path[prefix.len()..].split('/').next().unwrap_or_default();
            after.insert(app.to_owned(), tag.to_owned());
        }
        for app in APPS {
            let (old, new) = (before.get(app), after.get(app));
            if old != new {
                let text = |tag: Option<&String>| tag.cloned().unwrap_or_default();
                steps.push((commit.to_owned(), app.to_owned(), text(old), text(new)));
            }
        }
        before = after;
    }
    steps.reverse();
    steps
}

fn history(url: &str, environment: &str) -> Value {
    let outcome = Towpath::new()
        .args(["history", environment, "--limit", "0", "--output", "json"])
        .args(["--repo", url])
        .run()
        .succeeds();
    serde_json::from_str(&outcome.stdout).expect("it is JSON")
}

fn steps(history: &Value) -> Vec<Step> {
    let changes = history["changes"].as_array().expect("there are changes");
    let text = |value: &Value| value.as_str().expect("it is text").to_owned();
    let steps = changes.iter().map(|change| {
        (
            text(&change["commit"]),
            text(&change["app"]),
            text(&change["before"]),
            text(&change["after"]),
        )
    });
    steps.collect()
}

/// Sorts what one commit did: only the order of commits means something.
fn sorted(mut steps: Vec<Step>) -> Vec<Step> {
    for of_commit in steps.chunk_by_mut(|one, other| one.0 == other.0) {
        of_commit.sort();
    }
    steps
}

#[test]
fn forty_commits_of_every_hand_are_told_as_git_has_them() {
    let repository = start();
    forty(&repository);
    let server = HttpServer::start(&repository, HttpOptions::default());
    for environment in ["dev", "staging", "prod"] {
        let expected = sorted(walk(&repository, environment));
        assert!(expected.len() > 10, "{}", expected.len());
        for url in [repository.path().display().to_string(), server.url()] {
            let history = history(&url, environment);
            assert_eq!(sorted(steps(&history)), expected, "{environment}");
            assert_eq!(history["complete"], true);
        }
    }
    status(&repository, &server.url());
}

/// Compares the matrix with the newest change of every app.
fn status(repository: &BareRepository, url: &str) {
    let outcome = Towpath::new()
        .args(["status", "--output", "json", "--repo", url])
        .run()
        .succeeds();
    let status: Value = serde_json::from_str(&outcome.stdout).expect("it is JSON");
    assert_eq!(status["commit"], repository.tip("main").as_str());
    for environment in ["dev", "staging", "prod"] {
        let walked = walk(repository, environment);
        for app in status["apps"].as_array().expect("there are apps") {
            let cells = app["environments"].as_array().expect("there are some");
            let mut cells = cells.iter();
            let cell = cells.find(|cell| cell["environment"] == environment);
            let cell = cell.expect("every app is everywhere");
            let mut newest = walked.iter();
            let newest = newest.find(|step| app["name"] == step.1.as_str());
            let (commit, _, _, version) = newest.expect("it was added once");
            assert_eq!(cell["version"], version.as_str());
            assert_eq!(cell["since"]["commit"], commit.as_str());
            if let Some(build) = version
                .strip_prefix('v')
                .and_then(|v| v.parse::<u64>().ok())
            {
                let expected = if build == 0 {
                    Value::Null
                } else {
                    build.into()
                };
                assert_eq!(cell["since"]["build"], expected, "{version}");
            }
        }
    }
}

#[test]
fn the_board_is_written_beside_the_table() {
    let repository = start();
    let outcome = Towpath::new()
        .args(["status", "--html", "board.html", "--repo"])
        .arg(repository.path())
        .run()
        .succeeds()
        .says("app   dev");
    let html = std::fs::read_to_string(outcome.directory.join("board.html"));
    assert!(html.expect("it was written").starts_with("<!DOCTYPE html>"));
    Towpath::new()
        .args(["diff", "dev", "staging", "--repo"])
        .arg(repository.path())
        .run()
        .succeeds()
        .says("0 of 3 apps differ between dev and staging.");
}

#[test]
fn what_is_not_declared_is_an_error() {
    let repository = start();
    let run = |arguments: &[&str]| {
        Towpath::new()
            .args(arguments)
            .arg("--repo")
            .arg(repository.path())
            .run()
    };
    run(&["history", "dve"])
        .fails(Kind::NoSuchEnvironment)
        .says("Did you mean `dev`?");
    run(&["status", "--environment", "qa"]).fails(Kind::NoSuchEnvironment);
    run(&["diff", "dev", "prod", "wep"])
        .fails(Kind::NoSuchApp)
        .says("`web`");
    run(&["history", "dev", "wep"])
        .fails(Kind::NoSuchApp)
        .says("`web`");
    let bare = BareRepository::new(&files([("a.yaml", "b: 1\n")]));
    Towpath::new()
        .args(["status", "--repo"])
        .arg(bare.path())
        .run()
        .fails(Kind::NoSuchFile)
        .says("towpath init");
}
