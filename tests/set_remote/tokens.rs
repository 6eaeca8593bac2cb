//! Where a token comes from, beside the variable: helpers and runners.

use super::{assert_changed, refuse, set, shop};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::BareRepository;
use std::fs;
use towpath_surface::Kind;

const TOKEN: &str = "s3cret-token";

fn guarded(repository: &BareRepository, user: &'static str) -> HttpServer {
    let options = HttpOptions {
        account: Some((user, TOKEN)),
        ..HttpOptions::default()
    };
    HttpServer::start(repository, options)
}

#[test]
fn a_helper_is_asked_as_git_asks_it() {
    let repository = shop();
    let server = guarded(&repository, "towpath");
    let run = set(server.url());
    let asked = run.directory().join("asked");
    let helper = format!(
        "!f() {{ cat >'{}'; echo username=towpath; echo password={TOKEN}; }}; f",
        asked.display()
    );
    let outcome = run.args(["--credential-helper", &helper]).run().succeeds();
    assert_changed(&repository, "main");
    let asked = fs::read_to_string(outcome.directory.join("asked")).expect("it was asked");
    let host = server
        .url()
        .replace("http://", "")
        .replace("/deploy.git", "");
    assert_eq!(asked.trim_end(), format!("protocol=http\nhost={host}"));
}

#[test]
fn the_helpers_that_git_is_configured_with_are_asked() {
    let repository = shop();
    let server = guarded(&repository, "towpath");
    let run = set(server.url());
    let helper = format!("!f() {{ echo username=towpath; echo password={TOKEN}; }}; f");
    let configuration = format!("[credential]\n\thelper = \"{helper}\"\n");
    let file = run.directory().write("gitconfig", configuration);
    let run = run.env("GIT_CONFIG_GLOBAL", file);
    run.args(["--credential-helper", "git"]).run().succeeds();
    assert_changed(&repository, "main");
}

#[test]
fn a_helper_without_a_token_is_named() {
    let repository = shop();
    let server = guarded(&repository, "towpath");
    for (helper, words) in [
        ("!cat >/dev/null; :", "has no token for"),
        ("!exit 3;", "failed, or cannot be run"),
        ("/nowhere/helper", "failed, or cannot be run"),
    ] {
        let run = set(server.url()).args(["--credential-helper", helper]);
        refuse(&repository, run, Kind::InvalidCredential)
            .says(words)
            .says("credential.helper");
    }
}

#[test]
fn no_helper_is_asked_unless_one_is_named() {
    let repository = shop();
    let server = guarded(&repository, "towpath");
    let run = set(server.url());
    let configuration = "[credential]\n\thelper = \"!touch asked; exit 1;\"\n";
    let file = run.directory().write("gitconfig", configuration);
    let run = run.env("GIT_CONFIG_GLOBAL", file);
    let outcome = refuse(&repository, run, Kind::Unauthorized);
    assert!(!outcome.directory.join("asked").exists());
}

#[test]
fn the_token_of_a_runner_goes_to_its_own_server_only() {
    let repository = shop();
    let server = guarded(&repository, "gitlab-ci-token");
    let own = server.url().replace("/deploy.git", "");
    let on_runner = |server_url: &str| {
        set(server.url())
            .env("GITLAB_CI", "true")
            .env("CI_SERVER_URL", server_url)
            .env("CI_JOB_TOKEN", TOKEN)
    };
    refuse(
        &repository,
        on_runner("https://gitlab.example"),
        Kind::Unauthorized,
    );
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.ends_with("401 -"))
    );
    on_runner(&own).run().succeeds();
    assert_changed(&repository, "main");
}
