//! Others are told of a change, after the fact.

use crate::support::command::{command, run_with};
use crate::support::files::files;
use crate::support::forge::server::{Call, Reply, serve};
use crate::support::repository::BareRepository;
use crate::support::tools::python;
use crate::support::towpath::Towpath;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Somebody who listens.
struct Listener {
    port: u16,
    heard: Arc<Mutex<Vec<Call>>>,
}

impl Listener {
    fn start(status: u16) -> Self {
        let heard: Arc<Mutex<Vec<Call>>> = Arc::default();
        let kept = Arc::clone(&heard);
        let port = serve(move |call| {
            kept.lock()
                .expect("no test panics in it")
                .push(call.clone());
            Some(Reply::json(status, &json!("ok")))
        });
        Self { port, heard }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks/s3cr3t-path", self.port)
    }

    #[track_caller]
    fn only(&self) -> Call {
        let heard = self.heard.lock().expect("no test panics in it");
        assert_eq!(heard.len(), 1);
        heard[0].clone()
    }
}

/// Returns the signature that another program makes.
fn signature(key: &str, body: &[u8]) -> String {
    let script = "import hmac,sys; print('sha256=' + hmac.new(sys.argv[1].encode(), \
                  sys.stdin.buffer.read(), 'sha256').hexdigest())";
    let mut other = command(python("python"), Path::new("/"));
    let output = run_with(other.args(["-c", script, key]), body);
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn a_webhook_gets_the_report_with_a_signature() {
    let repository = BareRepository::sample("shop");
    let listener = Listener::start(204);
    let run = || {
        let run = Towpath::set(repository.path()).args(["--path", "apps/web/overlays/dev"]);
        run.args(["--image", "registry.example/shop/web:v2"])
            .env("TOWPATH_WEBHOOK_URL", listener.url())
            .env("TOWPATH_WEBHOOK_SECRET", "the key")
    };
    run().arg("--dry-run").run().succeeds();
    run().run().succeeds();
    // Nothing is left to change, and nothing to tell.
    run().run().succeeds();
    let call = listener.only();
    assert_eq!(
        (call.method.as_str(), call.path.as_str()),
        ("POST", "/hooks/s3cr3t-path")
    );
    assert_eq!(
        call.header("x-towpath-signature-256"),
        signature("the key", &call.body)
    );
    let body: Value = call.json();
    assert_eq!(
        (&body["schema"], &body["command"]),
        (&json!(1), &json!("set"))
    );
    assert_eq!(body["report"]["commit"], repository.tip("main"));
    assert_eq!(body["report"]["changes"][0]["new"], "v2");
}

fn tag(tag: &str) -> String {
    format!("images:\n- name: ghcr.io/acme/web\n  newTag: {tag}\n")
}

#[test]
fn every_command_that_changes_something_says_so() {
    let application = "kind: Application\nmetadata: {name: x}\nspec:\n  source:\n    \
                       repoURL: https://git/x\n    targetRevision: main\n    path: base\n";
    let environments = BareRepository::new(&files([
        (
            "towpath.yaml",
            "version: 1\nfiles: environments/<environment>\nenvironments:\n  staging:\n  \
             production: {from: staging}\n",
        ),
        ("environments/staging/kustomization.yaml", &tag("v2")),
        ("environments/production/kustomization.yaml", &tag("v1")),
    ]));
    let releases = BareRepository::new(&files([
        (
            "towpath.yaml",
            "version: 1\nrevision: {file: apps/<environment>.yaml}\nenvironments:\n  develop:\n",
        ),
        ("base/kustomization.yaml", &tag("v1")),
        ("apps/develop.yaml", application),
    ]));
    let listener = Listener::start(200);
    for (repository, arguments) in [
        (&environments, &["promote", "--to", "production"][..]),
        (
            &environments,
            &["rollback", "--environment", "production", "web"],
        ),
        (
            &environments,
            &["unpin", "--environment", "production", "web"],
        ),
        (&environments, &["env", "add", "qa", "--from", "staging"]),
        (&releases, &["release", "1.0.0"]),
    ] {
        let run = Towpath::new().args(arguments).arg("--repo");
        run.arg(repository.path())
            .env("TOWPATH_WEBHOOK_URL", listener.url())
            .run()
            .succeeds();
    }
    let heard = listener.heard.lock().expect("no test panics in it");
    let commands: Vec<_> = heard
        .iter()
        .map(|call| call.json()["command"].clone())
        .collect();
    let expected = ["promote", "rollback", "unpin", "env add", "release"];
    assert_eq!(commands, expected);
}

#[test]
fn slack_gets_the_report_as_text() {
    let repository = BareRepository::sample("shop");
    let listener = Listener::start(200);
    let run = Towpath::set(repository.path()).args(["--file", "apps/api/values/dev.yaml"]);
    let run = run.args([
        "--key",
        "env[name=LOG_LEVEL].value",
        "--value",
        "<!channel>",
    ]);
    run.env("TOWPATH_SLACK_URL", listener.url())
        .run()
        .succeeds();
    let body = listener.only().json();
    let text = body["text"].as_str().expect("it is a text");
    assert!(text.contains("debug -&gt; &lt;!channel&gt;"), "{text}");
}

#[test]
fn a_failure_to_tell_is_a_warning_that_shows_no_address() {
    let repository = BareRepository::sample("shop");
    let listener = Listener::start(404);
    let run = Towpath::set(repository.path()).args(["--path", "apps/web/overlays/dev"]);
    let run = run.args(["--image", "registry.example/shop/web:v2"]);
    let outcome = run
        .env("TOWPATH_WEBHOOK_URL", listener.url())
        .env("TOWPATH_SLACK_URL", "http://127.0.0.1:1/s3cr3t-path")
        .run()
        .succeeds();
    let outcome = outcome
        .says("warning[notify]: cannot notify the webhook: it does not know this address")
        .says("warning[notify]: cannot notify Slack: it cannot be reached");
    assert!(
        !outcome.everything().contains("s3cr3t"),
        "{}",
        outcome.everything()
    );
    assert_eq!(repository.subjects("main").len(), 2);
}
