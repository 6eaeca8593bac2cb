//! Every request is a round trip: there are no more of them than needed.

use crate::git_remote::{open, replace, sample};
use crate::support::command::{expect_success, run_with};
use crate::support::files::File;
use crate::support::git::command_for;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::{BareRepository, sample as sample_of};
use crate::support::towpath::Towpath;
use serde_json::Value;
use std::fmt::Write as _;
use towpath_host::git::Access;

/// Changes one file and returns what was asked of the server.
#[track_caller]
fn requests(repository: &BareRepository, path: &str, options: HttpOptions) -> Vec<String> {
    let server = HttpServer::start(repository, options);
    let mut remote = open(&server.url(), &Access::default());
    let outcome = replace(&mut remote, &[path], ("v1", "v2")).expect("it may be pushed");
    assert!(outcome.pushed);
    asked(&server)
}

/// Returns what was asked of a server, without the places.
fn asked(server: &HttpServer) -> Vec<String> {
    let requests = server.requests().into_iter().map(|request| {
        let mut words = request.split([' ', '?']);
        let method = words.next().expect("a request has a method").to_owned();
        let service = words.next().and_then(|path| path.rsplit('/').next());
        format!("{method} {}", service.expect("a request has a path"))
    });
    requests.collect()
}

#[track_caller]
fn check(configuration: &[(&str, &str)], path: &str, fetches: usize) {
    check_with(HttpOptions::default(), configuration, path, fetches);
}

#[track_caller]
fn check_with(options: HttpOptions, configuration: &[(&str, &str)], path: &str, fetches: usize) {
    let repository = BareRepository::new(&sample());
    for (name, value) in configuration {
        repository.git(&["config", name, value]);
    }
    expect(&requests(&repository, path, options), fetches);
}

/// Panics unless there were so many fetches and one push, and nothing else.
#[track_caller]
fn expect(requests: &[String], fetches: usize) {
    let uploads = requests
        .iter()
        .filter(|request| *request == "POST git-upload-pack")
        .count();
    let pushes = requests
        .iter()
        .filter(|request| *request == "POST git-receive-pack")
        .count();
    // One of them asks for the tip.
    assert_eq!((uploads - 1, pushes), (fetches, 1), "{requests:?}");
}

#[test]
fn a_directory_comes_with_its_files() {
    let github = [("uploadpackfilter.tree.maxDepth", "0")];
    for (configuration, github, fetches) in [(&[][..], false, 2), (&github, true, 4)] {
        let repository = BareRepository::sample("shop");
        for (name, value) in configuration {
            repository.git(&["config", name, value]);
        }
        let options = HttpOptions {
            github,
            ..HttpOptions::default()
        };
        let server = HttpServer::start(&repository, options);
        let run = Towpath::set(server.url()).args(["--path", "apps/web/overlays/dev"]);
        let run = run.args(["--image", "registry.example/shop/web:1.5.0"]);
        run.run().succeeds();
        let requests = asked(&server);
        expect(&requests, fetches);
        assert_eq!(requests.len(), fetches + 2, "{requests:?}");
    }
}

/// Returns bytes that cannot be compressed, the same in every run.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_le_bytes()[7]
    };
    (0..count).map(next).collect()
}

#[test]
fn a_directory_that_holds_much_comes_without_its_files() {
    let mut shop = sample_of("shop");
    let file = File {
        mode: "100644".to_owned(),
        bytes: noise(3 << 20),
    };
    shop.insert("apps/web/overlays/picture.bin".to_owned(), file);
    let repository = BareRepository::new(&shop);
    let server = HttpServer::start(&repository, HttpOptions::default());
    let run = Towpath::set(server.url()).args(["--path", "apps/web/overlays/dev"]);
    let run = run.args(["--image", "registry.example/shop/web:1.5.0"]);
    run.run().succeeds();
    let text = repository.read("main", "apps/web/overlays/dev/kustomization.yaml");
    assert!(text.contains("1.5.0"), "{text}");
    // One answer was broken off, and not asked for again.
    let fetches = asked(&server)
        .iter()
        .filter(|it| it.contains("upload"))
        .count();
    assert!((5..=7).contains(&fetches), "{fetches}");
}

#[test]
fn a_server_with_all_filters_needs_two_fetches() {
    check(&[], "apps/web/values.yaml", 2);
    check(&[], "apps/web/overlays/prod/eu/values.yaml", 3);
}

#[test]
fn a_server_with_the_filters_of_github_needs_five_fetches() {
    let github = [("uploadpackfilter.tree.maxDepth", "0")];
    // The first one is refused.
    check(&github, "apps/web/values.yaml", 5);
}

#[test]
fn a_server_that_says_it_is_one_of_github_needs_four() {
    let github = [("uploadpackfilter.tree.maxDepth", "0")];
    let options = HttpOptions {
        github: true,
        ..HttpOptions::default()
    };
    // On any host, as those of GitHub Enterprise are.
    check_with(options, &github, "apps/web/values.yaml", 4);
}

/// Returns a repository whose two environments have a past of 600 commits, and an app
/// that is as it was at the start.
pub(crate) fn with_a_past() -> BareRepository {
    let configuration = "version: 1\nfiles: envs/<environment>/<app>\nenvironments:\n  \
                         dev:\n  prod: {from: dev}\n";
    let values = |app: usize, tag: usize| {
        format!("image:\n  repository: registry.example/app-{app}\n  tag: v{tag}\n")
    };
    let mut stream = String::new();
    let mut commit = |number: usize, changes: &[(String, String)]| {
        let time = 1_700_000_000 + 60 * number;
        let message = format!("Change {number}");
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter Jo Doe <jo@example.org> {time} +0000\n\
             data {}\n{message}\n",
            message.len()
        );
        for (path, text) in changes {
            let _ = write!(
                stream,
                "M 100644 inline {path}\ndata {}\n{text}\n",
                text.len()
            );
        }
    };
    let path = |environment: &str, app: usize| format!("envs/{environment}/app-{app}/values.yaml");
    let mut start = vec![("towpath.yaml".to_owned(), configuration.to_owned())];
    for app in 0..20 {
        start.push((path("dev", app), values(app, 0)));
        start.push((path("prod", app), values(app, 0)));
    }
    commit(0, &start);
    for number in 1..600 {
        let app = 1 + number / 2 % 19;
        let environment = if number % 2 == 0 { "prod" } else { "dev" };
        commit(number, &[(path(environment, app), values(app, number / 2))]);
    }
    let repository = BareRepository::empty(&[]);
    let mut import = command_for(&repository.path(), &["fast-import", "--quiet"]);
    let output = run_with(&mut import, stream.as_bytes());
    expect_success(&import, &output);
    repository
}

#[test]
fn what_runs_where_since_when_takes_four_requests() {
    let repository = with_a_past();
    let server = HttpServer::start(&repository, HttpOptions::default());
    let status = Towpath::new().args(["status", "--repo", &server.url(), "--output", "json"]);
    let status: Value = serde_json::from_str(&status.run().succeeds().stdout).unwrap();
    let since = |app: usize, environment: usize| {
        let cell = &status["apps"][app]["environments"][environment];
        cell["since"]["commit"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    // The apps are sorted by name: the second one is `app-1`.
    for (app, environment, path) in [
        (0, 0, "envs/dev/app-0/values.yaml"),
        (1, 0, "envs/dev/app-1/values.yaml"),
        (1, 1, "envs/prod/app-1/values.yaml"),
    ] {
        let newest = repository.git(&["log", "-1", "--format=%H", "main", "--", path]);
        assert_eq!(since(app, environment), newest.trim(), "{path}");
    }
    // Where the branch is, the commit, its past, and the files with what they held before.
    assert_eq!(asked(&server), ["POST git-upload-pack"; 4]);
}
