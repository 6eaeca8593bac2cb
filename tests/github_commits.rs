//! Commits that GitHub's API makes, on top of what is read over git.

use crate::support::command::command;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::{BareRepository, sample};
use crate::support::server::{Server, free_port};
use crate::support::temp::TempDir;
use crate::support::tools::{project, python};
use crate::support::towpath::Towpath;
use std::os::unix::fs::symlink;
use towpath_surface::Kind;

const TOKEN: &str = "ghs_abcdefghijklmnop";
const FILE: &str = "apps/web/overlays/dev/kustomization.yaml";

/// GitHub: a git server and the API, on the same repository.
struct GitHub {
    repository: BareRepository,
    git: HttpServer,
    port: u16,
    api: Server,
    _directory: TempDir,
}

impl GitHub {
    /// Starts both; the faults happen to the first requests of the API.
    fn start(repository: BareRepository, faults: &[&str]) -> Self {
        let directory = TempDir::new();
        symlink(repository.root(), repository.root().join("acme")).expect("it is ours");
        let git = HttpServer::start(&repository, HttpOptions::default());
        let port = free_port();
        let mut api = command(python("python"), directory.path());
        api.arg(project().join("tests/tools/github_api.py"));
        api.arg(port.to_string()).arg(repository.path());
        api.args(["acme/deploy", TOKEN]).args(faults);
        let mut api = Server::start(&mut api, &directory, "api.log");
        api.wait_for_port(port);
        Self {
            repository,
            git,
            port,
            api,
            _directory: directory,
        }
    }

    /// Prepares a change on a runner of this GitHub.
    fn set(&self) -> Towpath {
        self.set_with_token(TOKEN)
    }

    fn set_with_token(&self, token: &str) -> Towpath {
        let url = self.git.url_of("acme/deploy.git");
        let server = url.trim_end_matches("/acme/deploy.git");
        let api = format!("http://127.0.0.1:{}/graphql", self.port);
        Towpath::set(&url)
            .args(["--commit-through", "github-api", "--file", FILE])
            .args(["--image", "registry.example/shop/web:1.5.0"])
            .args([
                "--run-url",
                "https://github.example/acme/web/actions/runs/1",
            ])
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_SERVER_URL", server)
            .env("GITHUB_GRAPHQL_URL", api)
            .env("GITHUB_TOKEN", token)
    }

    /// Returns how many requests the API has answered.
    fn requests(&self) -> usize {
        self.api.log().matches("POST /graphql").count()
    }
}

/// Panics unless the file has the change once, and the rest is as it was.
#[track_caller]
fn assert_changed(repository: &BareRepository) {
    let mut expected = sample("shop");
    let file = expected.get_mut(FILE).expect("the sample has it");
    let text = String::from_utf8(file.bytes.clone()).expect("it is UTF-8");
    file.bytes = text.replace("newTag: 1.4.3", "newTag: 1.5.0").into_bytes();
    let mut found = repository.files("main");
    found.retain(|path, _| expected.contains_key(path));
    assert_eq!(found, expected);
    repository.fsck();
}

#[test]
fn github_makes_the_commit() {
    let github = GitHub::start(BareRepository::sample("shop"), &[]);
    let outcome = github.set().run().succeeds();
    let repository = &github.repository;
    assert_changed(repository);
    outcome.says(&repository.tip("main"));
    let made = repository.git(&["log", "-1", "--format=%an|%cn|%s", "main"]);
    assert_eq!(
        made,
        "acme-deploy[bot]|GitHub|Set registry.example/shop/web to 1.5.0 in apps/web/overlays/dev"
    );
    let trailers = repository.git(&["log", "-1", "--format=%(trailers:only)", "main"]);
    assert!(trailers.contains("Towpath-New: 1.5.0"), "{trailers}");
    assert!(trailers.contains("Towpath-Run: https://"), "{trailers}");
    assert_eq!(github.requests(), 1);

    github.set().run().succeeds().says("Nothing to change");
    assert_eq!(github.requests(), 1);
}

/// Returns a command that puts a commit of somebody else on the branch.
fn someone_else(repository: &BareRepository) -> String {
    let tree = repository.git(&["rev-parse", "main^{tree}"]);
    let identity = "-c user.name=A -c user.email=a@example.org";
    format!(
        "git update-ref refs/heads/main $(git {identity} commit-tree {tree} -p refs/heads/main -m Meanwhile)"
    )
}

#[test]
fn a_branch_that_moved_is_planned_again() {
    let repository = BareRepository::sample("shop");
    let moved = format!("moved:{}", someone_else(&repository));
    let github = GitHub::start(repository, &[&moved, &moved, &moved]);
    github.set().run().succeeds();
    assert_eq!(github.requests(), 4);
    let subjects = github.repository.subjects("main");
    assert_eq!(subjects.len(), 5, "{subjects:?}");
    assert!(subjects[0].starts_with("Set "), "{subjects:?}");
    assert_changed(&github.repository);
}

#[test]
fn a_commit_whose_answer_was_lost_is_found() {
    let github = GitHub::start(BareRepository::sample("shop"), &["drop"]);
    let outcome = github.set().run().succeeds();
    assert_eq!(github.repository.subjects("main").len(), 2);
    outcome.says(&github.repository.tip("main"));
    assert_changed(&github.repository);
}

#[test]
fn a_server_that_stumbles_is_asked_again() {
    let github = GitHub::start(BareRepository::sample("shop"), &["status:502"]);
    github.set().run().succeeds();
    assert_eq!(github.repository.subjects("main").len(), 2);
    assert_changed(&github.repository);
}

#[track_caller]
fn refuse(github: &GitHub, run: Towpath, kind: Kind, message: &str) {
    let refs = github.repository.refs();
    let outcome = run.run().fails(kind).says(message);
    assert!(
        outcome.stderr.contains("nothing was changed"),
        "{}",
        outcome.stderr
    );
    assert!(!outcome.everything().contains(TOKEN), "{}", outcome.stderr);
    assert_eq!(github.repository.refs(), refs);
}

#[test]
fn refusals_are_in_the_words_of_the_api() {
    for (fault, kind, message) in [
        (
            "error:UNPROCESSABLE:Protected branch update failed for refs/heads/main.",
            Kind::Rejected,
            "Protected branch update failed",
        ),
        (
            "error:FORBIDDEN:Resource not accessible by integration",
            Kind::ReadOnly,
            "Resource not accessible by integration",
        ),
        (
            "error:NOT_FOUND:Could not resolve to a Repository with the name 'acme/deploy'.",
            Kind::NoSuchRepository,
            "Could not resolve to a Repository",
        ),
        ("status:403", Kind::ReadOnly, "the API answers 403"),
        ("status:404", Kind::NoSuchRepository, "the API answers 404"),
        ("status:418", Kind::Protocol, "the API answers 418"),
    ] {
        let github = GitHub::start(BareRepository::sample("shop"), &[fault]);
        refuse(&github, github.set(), kind, message);
    }
    let github = GitHub::start(BareRepository::sample("shop"), &[]);
    let run = github.set_with_token("ghs_of_somebody_else");
    refuse(&github, run, Kind::Unauthorized, "Bad credentials");
}

#[test]
fn what_the_api_cannot_do_is_refused_before_it_is_asked() {
    let mut files = sample("shop");
    files.get_mut(FILE).expect("the sample has it").mode = "100755".to_owned();
    let github = GitHub::start(BareRepository::new(&files), &[]);
    refuse(&github, github.set(), Kind::NotAFile, "it is executable");

    let github = GitHub::start(BareRepository::sample("shop"), &[]);
    for (option, value) in [
        ("--author", "Jo <jo@example.org>"),
        ("--committer", "Jo <jo@example.org>"),
        ("--push-option", "ci.skip"),
    ] {
        let run = github.set().args([option, value]);
        refuse(&github, run, Kind::Usage, option);
    }
    let run = Towpath::set(github.repository.path())
        .args(["--commit-through", "github-api", "--file", FILE])
        .args(["--image", "registry.example/shop/web:1.5.0"])
        .env("TOWPATH_TOKEN", TOKEN);
    refuse(&github, run, Kind::Unsupported, "no repository on GitHub");
    let run = Towpath::set(github.git.url_of("acme/deploy.git"))
        .args(["--commit-through", "github-api", "--file", FILE])
        .args(["--image", "registry.example/shop/web:1.5.0"]);
    refuse(&github, run, Kind::Unauthorized, "wants a token");
    assert_eq!(github.requests(), 0);
}
