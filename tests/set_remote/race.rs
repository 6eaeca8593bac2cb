//! When others push too, and when the server has the last word.

use super::{FILE, NEW, OLD, assert_changed, refuse, set, shop};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::{BareRepository, sample};
use crate::support::ssh::SshServer;
use crate::support::towpath::{Towpath, obeyed};
use std::time::{Duration, Instant};
use towpath_surface::Kind;

/// Puts the branch where a rival's is, from inside a push: the pushed objects
/// are apart until they are accepted, so what keeps refs from moving is unset.
const MOVE: &str = "env -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY \
     -u GIT_ALTERNATE_OBJECT_DIRECTORIES git update-ref refs/heads/main";

/// Makes a rival's commit that will be on `main` before the first push is.
fn rival(repository: &BareRepository, path: &str, from: &str, to: &str) {
    let mut files = sample("shop");
    let file = files.get_mut(path).expect("the sample has it");
    let text = String::from_utf8(file.bytes.clone()).expect("it is UTF-8");
    assert!(text.contains(from));
    file.bytes = text.replace(from, to).into_bytes();
    repository.git(&["branch", "rival", "main"]);
    repository.commit("rival", &files, "Rival");
    let once = format!("[ -e moved ] || {{ touch moved; {MOVE} refs/heads/rival; }}");
    repository.hook("pre-receive", &once);
}

#[track_caller]
fn assert_both(repository: &BareRepository, path: &str, line: &str) {
    assert_eq!(repository.git(&["rev-list", "--count", "main"]), "3");
    assert_eq!(
        repository.git(&["rev-parse", "main^"]),
        repository.tip("rival")
    );
    assert!(repository.read("main", FILE).contains(NEW));
    assert!(repository.read("main", path).contains(line));
    repository.fsck();
}

#[test]
fn a_push_that_comes_second_is_planned_again() {
    let repository = shop();
    let other = "apps/api/values/dev.yaml";
    rival(&repository, other, "2.0.1", "2.0.2");
    let server = HttpServer::start(&repository, HttpOptions::default());
    let outcome = set(server.url()).run().succeeds();
    assert_both(&repository, other, "2.0.2");
    outcome.says(&repository.tip("main"));
}

#[test]
fn a_neighbouring_line_is_no_conflict() {
    let repository = shop();
    let line = "  - name: registry.example/shop/web # the storefront";
    rival(
        &repository,
        FILE,
        "  - name: registry.example/shop/web",
        line,
    );
    let server = HttpServer::start(&repository, HttpOptions::default());
    set(server.url()).run().succeeds();
    assert_both(&repository, FILE, line);
}

#[test]
fn a_push_over_ssh_sees_the_new_tip_too() {
    let repository = shop();
    let other = "apps/api/values/dev.yaml";
    rival(&repository, other, "2.0.1", "2.0.2");
    let server = SshServer::start(&repository);
    let run = set(server.url()).env("TOWPATH_SSH_KNOWN_HOSTS", server.known_host());
    run.arg("--ssh-key-file")
        .arg(server.key("write"))
        .run()
        .succeeds();
    assert_both(&repository, other, "2.0.2");
}

#[test]
fn a_rival_who_did_the_same_leaves_nothing_to_do() {
    let repository = shop();
    rival(&repository, FILE, OLD, NEW);
    let server = HttpServer::start(&repository, HttpOptions::default());
    let outcome = set(server.url()).run().succeeds();
    assert_eq!(repository.tip("main"), repository.tip("rival"));
    outcome.says(&repository.tip("rival"));
}

#[test]
fn a_rival_who_removed_the_image_makes_the_push_wrong() {
    let repository = shop();
    let values = "apps/api/values/dev.yaml";
    rival(
        &repository,
        values,
        "registry.example/shop/api",
        "registry.example/shop/cart",
    );
    let server = HttpServer::start(&repository, HttpOptions::default());
    let run = Towpath::set(server.url()).args(["--image", "registry.example/shop/api:2.1.0"]);
    let outcome = run.args(["--file", values]).run().fails(Kind::NoSuchImage);
    outcome.says(values).says("nothing was changed");
    assert_eq!(repository.tip("main"), repository.tip("rival"));
}

#[test]
fn a_branch_that_never_rests_is_busy() {
    let repository = shop();
    // Each push finds an empty commit more on the branch.
    let commit = "$(git commit-tree -p refs/heads/main -m Busy refs/heads/main^{tree})";
    let identity = "export GIT_AUTHOR_NAME=b GIT_AUTHOR_EMAIL=b@b GIT_COMMITTER_NAME=b GIT_COMMITTER_EMAIL=b@b;";
    let apart = "unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES;";
    let script = format!("{identity} {apart} git update-ref refs/heads/main {commit}");
    repository.hook("pre-receive", &script);
    let start = Instant::now();
    let server = HttpServer::start(&repository, HttpOptions::default());
    let outcome = set(server.url()).args(["--timeout", "2s"]).run();
    outcome.fails(Kind::Busy).says("nothing was changed");
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    assert!(repository.read("main", FILE).contains(OLD));
}

/// Refuses a push with the words of a hook.
#[track_caller]
fn assert_declined(hook: &str, script: &str, words: &str) {
    let repository = shop();
    repository.hook(hook, script);
    let server = HttpServer::start(&repository, HttpOptions::default());
    refuse(&repository, set(server.url()), Kind::Rejected).says(words);
}

#[test]
fn a_hook_has_the_last_word() {
    let script = "echo 'GH006: Protected branch update failed for refs/heads/main.' >&2; exit 1";
    assert_declined(
        "pre-receive",
        script,
        "GH006: Protected branch update failed",
    );
    assert_declined(
        "update",
        "echo 'Commits must be signed.' >&2; exit 1",
        "must be signed",
    );
}

#[test]
fn the_words_of_a_server_are_only_words() {
    let repository = shop();
    repository.hook(
        "pre-receive",
        r"printf '\033[31mred\033[0m\n::error::forged\n' >&2; exit 1",
    );
    let server = HttpServer::start(&repository, HttpOptions::default());
    let run = set(server.url()).env("GITHUB_ACTIONS", "true");
    let outcome = refuse(&repository, run, Kind::Rejected);
    let said = outcome.everything();
    assert!(said.contains("red") && !said.contains('\u{1b}'), "{said:?}");
    let obeyed = obeyed(&outcome.stderr);
    assert_eq!(obeyed.len(), 1, "{obeyed:#?}");
    assert!(obeyed[0].starts_with("::error title="), "{obeyed:#?}");
}

#[test]
fn many_at_once_all_arrive() {
    let repository = shop();
    let server = HttpServer::start(&repository, HttpOptions::default());
    let set_value = |number: usize| {
        let file = format!(
            "apps/web/overlays/{}/kustomization.yaml",
            ["dev", "staging", "prod"][number % 3]
        );
        let key = if number < 3 {
            "replicas[name=web].count"
        } else {
            "namespace"
        };
        let value = if number < 3 { "9" } else { "shop-all" };
        Towpath::set(server.url())
            .args(["--file", &file, "--key", key, "--value", value])
            .run()
    };
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..6)
            .map(|number| scope.spawn(move || set_value(number)))
            .collect();
        for run in runs {
            run.join().expect("it does not panic").succeeds();
        }
    });
    assert_eq!(repository.git(&["rev-list", "--count", "main"]), "7");
    for environment in ["dev", "staging", "prod"] {
        let file = format!("apps/web/overlays/{environment}/kustomization.yaml");
        let text = repository.read("main", &file);
        assert!(
            text.contains("count: 9") && text.contains("namespace: shop-all"),
            "{text}"
        );
    }
    repository.fsck();
}

#[test]
fn nothing_but_the_change_is_pushed() {
    let repository = shop();
    let server = HttpServer::start(&repository, HttpOptions::default());
    set(server.url()).run().succeeds();
    assert_changed(&repository, "main");
    // One commit, the changed file and the five trees above it.
    let new = repository.git(&["rev-list", "--objects", "main", "--not", "main^"]);
    assert_eq!(new.lines().count(), 7, "{new}");
}
