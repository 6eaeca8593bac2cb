//! Argo CD is told to sync, and waited for.

use crate::support::forge::server::{Call, Reply, serve};
use crate::support::forge::{self, FakeForge};
use crate::support::repository::BareRepository;
use crate::support::towpath::Towpath;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::sync::{Arc, Mutex};
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

const TOKEN: &str = "argo-token-of-the-tests";

/// A fake that follows the documented API: an application goes through states,
/// one at each look, and stays in the last.
struct Argo {
    port: u16,
    synced: Arc<Mutex<Vec<Value>>>,
}

/// Sync, health, phase of the operation.
type State = (&'static str, &'static str, &'static str);

impl Argo {
    fn start(states: &'static [State]) -> Self {
        let synced: Arc<Mutex<Vec<Value>>> = Arc::default();
        let kept = Arc::clone(&synced);
        let looks = Mutex::new(0);
        let port = serve(move |call| Some(answer(call, &kept, &looks, states)));
        Self { port, synced }
    }

    fn set(&self, repository: &BareRepository) -> Towpath {
        self.on(repository.path())
    }

    fn on(&self, repository: impl Into<OsString>) -> Towpath {
        Towpath::set(repository)
            .args(["--path", "apps/web/overlays/dev"])
            .args(["--image", "registry.example/shop/web:v2"])
            .args(["--argocd-url", &format!("http://127.0.0.1:{}", self.port)])
            .env("TOWPATH_ARGOCD_TOKEN", TOKEN)
    }
}

fn answer(
    call: &Call,
    synced: &Mutex<Vec<Value>>,
    looks: &Mutex<usize>,
    states: &[State],
) -> Reply {
    let failed = |status, message: &str| {
        Reply::json(
            status,
            &json!({ "code": 1, "error": message, "message": message }),
        )
    };
    if call.header("authorization") != format!("Bearer {TOKEN}") {
        return failed(401, "invalid session");
    }
    let name = call.path.trim_start_matches("/api/v1/applications/");
    if !name.starts_with("web") {
        return failed(403, "permission denied");
    }
    let mut synced = synced.lock().expect("no test panics in it");
    if call.method == "POST" && name == "web/sync" {
        synced.push(call.json());
        return Reply::json(200, &json!({ "metadata": { "name": "web" } }));
    }
    let mut looks = looks.lock().expect("no test panics in it");
    let (sync, health, phase) = states[(*looks).min(states.len() - 1)];
    *looks += 1;
    let revision = synced
        .last()
        .map_or(json!("before"), |body| body["revision"].clone());
    Reply::json(
        200,
        &json!({
            "metadata": { "name": "web" },
            "status": {
                "sync": { "status": sync, "revision": revision },
                "health": { "status": health, "message": "1 of 2 pods" },
                "operationState": {
                    "phase": phase,
                    "message": "one or more objects failed to apply",
                    "operation": { "sync": { "revision": revision } },
                },
            },
        }),
    )
}

#[test]
fn the_commit_is_synced_and_waited_for() {
    let repository = BareRepository::sample("shop");
    let argo = Argo::start(&[
        ("OutOfSync", "Degraded", "Running"),
        ("Synced", "Degraded", "Running"),
        ("Synced", "Progressing", "Succeeded"),
        ("Synced", "Healthy", "Succeeded"),
    ]);
    let run = argo
        .set(&repository)
        .args(["--argocd-app", "web", "--argocd-wait", "30s"]);
    let outcome = run.arg("--verbose").run().succeeds();
    let tip = repository.tip("main");
    outcome.says(&format!("web is healthy at {tip}"));
    let synced = argo.synced.lock().expect("no test panics in it");
    assert_eq!(synced[..], [json!({ "name": "web", "revision": tip })]);
}

#[test]
fn an_application_that_degrades_is_an_error_and_the_commit_stays() {
    for (state, said) in [
        (
            &[("Synced", "Degraded", "Succeeded")][..],
            "it is degraded: 1 of 2 pods",
        ),
        (
            &[("OutOfSync", "Missing", "Failed")],
            "the sync failed: one or more objects",
        ),
        (
            &[("Synced", "Progressing", "Succeeded")],
            "not in time: sync Synced, health Progressing",
        ),
    ] {
        let repository = BareRepository::sample("shop");
        let argo = Argo::start(state);
        let run = argo
            .set(&repository)
            .args(["--argocd-app", "web", "--argocd-wait", "4s"]);
        let outcome = run.run().fails(Kind::NotDeployed).says(said);
        assert!(
            !outcome.stderr.contains("nothing was changed"),
            "{}",
            outcome.stderr
        );
        assert_eq!(repository.subjects("main").len(), 2);
    }
}

#[test]
fn a_deployment_is_as_far_as_argo_cd_is() {
    for (state, expected) in [
        (&[("Synced", "Healthy", "Succeeded")][..], "success"),
        (&[("OutOfSync", "Missing", "Failed")], "failure"),
    ] {
        let repository = BareRepository::sample("shop");
        let github = FakeForge::start(ForgeKind::GitHub, &repository);
        let argo = Argo::start(state);
        let run = argo.on(github.repository()).args(["--environment", "dev"]);
        let run = run.args(["--argocd-app", "web", "--argocd-wait", "4s", "--deployment"]);
        let outcome = run
            .args(["--forge", "github", "--forge-url", &github.url()])
            .env("TOWPATH_FORGE_TOKEN", forge::TOKEN)
            .run();
        match expected {
            "success" => outcome.succeeds(),
            _ => outcome.fails(Kind::NotDeployed),
        };
        let state = github.state();
        let [deployed] = &state.deployments[..] else {
            panic!("{:?}", state.deployments);
        };
        assert_eq!(deployed.commit, repository.tip("main"));
        assert_eq!(deployed.states, ["in_progress", expected]);
    }
}

#[test]
fn a_dry_run_syncs_nothing() {
    let repository = BareRepository::sample("shop");
    let argo = Argo::start(&[("Synced", "Healthy", "Succeeded")]);
    let run = argo
        .set(&repository)
        .args(["--argocd-app", "web", "--dry-run"]);
    run.run().succeeds();
    assert!(argo.synced.lock().expect("no test panics in it").is_empty());
}

#[test]
fn what_argo_cd_refuses_is_said_without_the_token() {
    let repository = BareRepository::sample("shop");
    let argo = Argo::start(&[("Synced", "Healthy", "Succeeded")]);
    let run = argo.set(&repository).args(["--argocd-app", "api"]);
    run.run().fails(Kind::ReadOnly).says("permission denied");
    let run = argo.set(&repository).args(["--argocd-app", "web"]);
    let outcome = run.env("TOWPATH_ARGOCD_TOKEN", "expired-token").run();
    let outcome = outcome.fails(Kind::Unauthorized).says("invalid session");
    assert!(
        !outcome.everything().contains("expired-token"),
        "{}",
        outcome.everything()
    );
    let run = argo.set(&repository).args(["--argocd-app", "web"]);
    run.env("TOWPATH_ARGOCD_TOKEN", "")
        .run()
        .fails(Kind::Unauthorized)
        .says("TOWPATH_ARGOCD_TOKEN");
}
