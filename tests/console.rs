//! What a person at a terminal sees, and what a log gets.

use crate::support::command::{command, succeed};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::proxy::Proxy;
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::system;
use crate::support::towpath::Towpath;
use std::time::Duration;
use towpath_surface::Kind;

const FILE: &str = "apps/web/overlays/dev/kustomization.yaml";
const RED: &str = "\x1b[1;31m";

fn set(url: impl Into<std::ffi::OsString>, tag: &str) -> Towpath {
    let image = format!("--image=registry.example/shop/web:{tag}");
    Towpath::set(url).args([&image, "--file", FILE])
}

/// Runs the launcher on a terminal, and returns what the terminal was told.
fn at_a_terminal(url: &str, more: &[&str], environment: &[(&str, &str)]) -> String {
    let directory = TempDir::new();
    let words = [
        env!("CARGO_BIN_EXE_towpath"),
        "set",
        "--repo",
        url,
        "--image=registry.example/shop/web:1.5.0",
        "--file",
        FILE,
    ];
    let line = [&words, more].concat().join(" ");
    let mut script = command(system("script"), directory.path());
    script.env("TERM", "xterm");
    script.envs(environment.iter().copied());
    succeed(script.args(["--quiet", "--return", "--command", &line, "/dev/null"]))
}

#[test]
fn a_terminal_shows_what_takes_its_time_and_nothing_of_it_stays() {
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, HttpOptions::default());
    let network = Proxy::start(&server.url(), Duration::from_millis(400));
    let told = at_a_terminal(&network.url(&server.url()), &["--dry-run"], &[]);
    let line = told.find("connecting to http://127.0.0.1");
    let line = line.unwrap_or_else(|| panic!("no progress in {told:?}"));
    let report = told.find("1.4.3 -> 1.5.0").expect("there is a report");
    let erased = told[..report].rfind("\r\x1b[2K").expect("it is erased");
    assert!(line < erased, "{told:?}");
}

#[test]
fn colours_are_for_terminals_and_as_the_conventions_say() {
    let repository = BareRepository::sample("shop");
    let url = repository.path().display().to_string();
    let added = "\x1b[32m+    newTag: 1.5.0";
    let told = at_a_terminal(&url, &["--dry-run"], &[]);
    assert_eq!(told.matches(added).count(), 1, "{told:?}");
    for quiet in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let told = at_a_terminal(&url, &["--dry-run"], &[quiet]);
        assert!(told.contains("newTag: 1.5.0"), "{told:?}");
        assert!(!told.contains(added) && !told.contains(RED), "{told:?}");
    }
    let error = |run: Towpath| run.run().fails(Kind::Moving).stderr;
    assert!(!error(set(&url, "latest")).contains('\x1b'));
    let forced = set(&url, "latest").env("CLICOLOR_FORCE", "1");
    let told = forced.run();
    assert!(
        told.stderr.starts_with(&format!("{RED}error[moving]:")),
        "{}",
        told.stderr
    );
    let forced = set(&url, "latest").env("CLICOLOR_FORCE", "1");
    assert!(!error(forced.env("NO_COLOR", "1")).contains('\x1b'));
}

#[test]
fn a_log_of_a_pipeline_has_the_details_in_a_group() {
    let repository = BareRepository::sample("shop");
    let url = repository.path().display().to_string();
    let run = |variable: &str| {
        let run = set(&url, "1.5.0").args(["--verbose", "--dry-run"]);
        run.env(variable, "true").run().succeeds()
    };
    let github = run("GITHUB_ACTIONS").stderr;
    assert!(
        github.starts_with("::group::Details of towpath\n"),
        "{github}"
    );
    assert!(github.contains("\nconnecting to ") || github.contains("connecting to "));
    assert!(github.contains("\n::endgroup::\n"), "{github}");
    let gitlab = run("GITLAB_CI").stderr;
    assert!(gitlab.contains("section_start:"), "{gitlab}");
    assert!(gitlab.contains("section_end:"), "{gitlab}");
    let plain = set(&url, "1.5.0").args(["--verbose", "--dry-run"]);
    let plain = plain.run().succeeds().stderr;
    assert!(
        !plain.contains("group") && !plain.contains("section"),
        "{plain}"
    );
}

#[test]
fn every_shell_gets_completions_that_it_can_read() {
    for (shell, knows) in [
        ("bash", "--dry-run"),
        ("zsh", "--dry-run"),
        ("fish", "dry-run"),
        ("powershell", "--dry-run"),
    ] {
        let outcome = Towpath::new().args(["completions", shell]).run().succeeds();
        assert!(outcome.stdout.contains(knows), "{shell}");
        if shell == "bash" {
            let script = outcome.directory.write("completions", &outcome.stdout);
            let mut bash = command("bash", outcome.directory.path());
            let line = "source completions; complete -p towpath";
            let told = succeed(bash.args(["-c", line]));
            assert!(told.contains("towpath"), "{told} {}", script.display());
        }
    }
    let unknown = Towpath::new().args(["completions", "dos"]).run();
    assert_eq!(unknown.code, i32::from(Kind::Usage.exit_code()));
}
