//! Gates, rollbacks, pins and releases, through the launcher, on real repositories.

use crate::support::files::{Files, files};
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::towpath::Towpath;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use towpath_guest::time::{Civil, Zone};
use towpath_surface::Kind;

const STAGING: &str = "environments/staging/web/kustomization.yaml";
const PRODUCTION: &str = "environments/production/web/kustomization.yaml";

fn tag(tag: &str) -> String {
    format!("# what runs\nimages:\n- name: ghcr.io/acme/web\n  newTag: {tag} # by Towpath\n")
}

fn config(gates: &str) -> String {
    format!(
        "version: 1\nfiles: environments/<environment>/<app>\nenvironments:\n  staging:\n  production:\n    from: staging\n    gates: {gates}\n"
    )
}

/// A repository whose staging is ahead of production.
fn repository(gates: &str) -> BareRepository {
    let mut now = files([("towpath.yaml", &config(gates))]);
    put(&mut now, STAGING, "v1");
    put(&mut now, PRODUCTION, "v1");
    let repository = BareRepository::new(&now);
    put(&mut now, STAGING, "v2");
    repository.commit("main", &now, "v2 in staging");
    repository
}

fn put(now: &mut Files, path: &str, version: &str) {
    now.extend(files([(path, &tag(version))]));
}

fn towpath(repository: &BareRepository, arguments: &[&str]) -> Towpath {
    Towpath::new()
        .args(arguments)
        .arg("--repo")
        .arg(repository.path())
}

/// Returns a time so many seconds from now as it is written in UTC.
fn in_seconds(seconds: i64) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is after 1970");
    let at = i64::try_from(now.as_secs()).expect("it is before the year 10000") + seconds;
    Civil(Zone::utc().clock(at).0).to_string()
}

#[test]
fn a_closed_gate_has_its_own_exit_code_and_says_when_it_opens() {
    let repository =
        repository("{soak: 1h, freezes: [{from: 2020-01-01, to: 2099-01-01, reason: the fair}]}");
    let gate = ["gate", "--environment", "production"];
    towpath(&repository, &gate)
        .run()
        .fails(Kind::GateClosed)
        .says("closed  freeze: frozen until 2099-01-01 00:00 UTC")
        .says("(the fair)")
        .says("open    soak of web: v2 has been in staging for");
    let json = towpath(&repository, &gate).args(["--output", "json"]).run();
    let report: serde_json::Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    assert_eq!(report["open"], false);
    assert_eq!(report["opens_at"], 4_070_908_800_i64);
    let tip = repository.tip("main");
    towpath(&repository, &["promote", "--to", "production"])
        .run()
        .fails(Kind::GateClosed)
        .says("frozen until 2099-01-01 00:00 UTC")
        .says("nothing was changed");
    assert_eq!(repository.tip("main"), tip);
}

#[test]
fn a_promotion_waits_for_a_gate() {
    let gates = format!(
        "{{freezes: [{{from: 2020-01-01, to: '{}'}}]}}",
        in_seconds(8)
    );
    let repository = repository(&gates);
    let started = Instant::now();
    towpath(
        &repository,
        &["promote", "--to", "production", "--wait", "1m"],
    )
    .run()
    .succeeds();
    assert!(started.elapsed() > Duration::from_secs(1));
    assert_eq!(repository.read("main", PRODUCTION), tag("v2"));
    let early = format!(
        "{{freezes: [{{from: 2020-01-01, to: '{}'}}]}}",
        in_seconds(600)
    );
    towpath(
        &self::repository(&early),
        &["gate", "--environment", "production", "--wait", "2s"],
    )
    .run()
    .fails(Kind::GateClosed);
}

#[test]
fn a_probe_is_asked_and_sees_no_secret() {
    let seen = TempDir::new();
    let probe = format!(
        "env > {}; echo not today >&2; exit 1",
        seen.join("env").display()
    );
    let repository = repository(&format!(
        "{{probes: [{{name: smoke, command: '{probe}'}}]}}"
    ));
    let promote = ["promote", "--to", "production"];
    towpath(&repository, &promote)
        .run()
        .fails(Kind::GateClosed)
        .says("commands of probes are run only with --allow-probes");
    assert!(!seen.join("env").exists());
    towpath(&repository, &promote)
        .arg("--allow-probes")
        .env("TOWPATH_TOKEN", "a-very-secret-token")
        .run()
        .fails(Kind::GateClosed)
        .says("probe: `smoke` says no: not today");
    let environment = std::fs::read_to_string(seen.join("env")).expect("the probe ran");
    assert!(
        !environment.contains("a-very-secret-token"),
        "{environment}"
    );
}

#[test]
fn a_rollback_stays_until_it_is_unpinned() {
    let repository = repository("{}");
    let promote = ["promote", "--to", "production"];
    towpath(&repository, &promote).run().succeeds();
    let rollback = [
        "rollback",
        "--environment",
        "production",
        "web",
        "--reason",
        "errors",
    ];
    towpath(&repository, &rollback)
        .env("GITHUB_ACTOR", "bea")
        .run()
        .succeeds()
        .says("v2 -> v1");
    assert_eq!(repository.read("main", PRODUCTION), tag("v1"));
    let pin = repository.read("main", ".towpath/pins/production/web.yaml");
    assert!(
        pin.contains("version: v1\ninstead-of: v2\nreason: errors\nauthor: bea\n"),
        "{pin}"
    );
    let set = [
        "set",
        "--path",
        "environments/production",
        "--image",
        "ghcr.io/acme/web:v2",
    ];
    towpath(&repository, &set)
        .run()
        .fails(Kind::Pinned)
        .says("pinned by bea on");
    towpath(&repository, &promote).run().fails(Kind::Pinned);
    let unpin = ["unpin", "--environment", "production", "web"];
    towpath(&repository, &unpin).run().succeeds();
    towpath(&repository, &promote).run().succeeds();
    assert_eq!(repository.read("main", PRODUCTION), tag("v2"));
    assert!(
        !repository
            .files("main")
            .contains_key(".towpath/pins/production/web.yaml")
    );
    repository.fsck();
}

#[test]
fn a_rollback_can_take_all_files_back() {
    let repository = repository("{}");
    let before = repository.files("main");
    let mut now = before.clone();
    now.remove(PRODUCTION);
    now.extend(files([(
        "environments/production/web/other.yaml",
        "kind: ConfigMap\n",
    )]));
    repository.commit("main", &now, "Rework");
    let rollback = [
        "rollback",
        "--environment",
        "production",
        "--whole",
        "--no-pin",
    ];
    towpath(&repository, &rollback).run().succeeds();
    assert_eq!(repository.files("main"), before);
    let nothing = [
        "rollback",
        "--environment",
        "staging",
        "web",
        "--steps",
        "9",
    ];
    towpath(&repository, &nothing)
        .run()
        .fails(Kind::NoEarlierVersion);
    let none = ["rollback", "--environment", "production", "--steps", "0"];
    towpath(&repository, &none).run().fails(Kind::Usage);
}

fn application(revision: &str) -> String {
    format!(
        "kind: Application\nmetadata: {{name: x}}\nspec:\n  source:\n    repoURL: https://git/x\n    targetRevision: {revision}\n    path: overlays\n"
    )
}

/// A repository with one release, and a change since then; returns the tip as well.
pub(crate) fn released() -> (BareRepository, String) {
    let now = files([
        (
            "towpath.yaml",
            "version: 1\nbase: base\nrevision: {file: apps/<environment>.yaml}\nenvironments:\n  develop:\n  staging: {from: develop}\n",
        ),
        ("base/kustomization.yaml", &tag("v1")),
        ("overlays/kustomization.yaml", "resources: [../base]\n"),
        ("apps/develop.yaml", &application("main")),
        ("apps/staging.yaml", &application("release/1.0.0")),
    ]);
    let repository = BareRepository::new(&now);
    let first = repository.tip("main");
    repository.git(&["tag", "release/1.0.0", &first]);
    let mut next = now.clone();
    next.extend(files([("base/kustomization.yaml", &tag("v2"))]));
    let tip = repository.commit("main", &next, "v2");
    (repository, tip)
}

#[test]
fn a_release_is_cut_once_and_never_moved() {
    let (repository, tip) = released();
    let release = ["release", "1.1.0"];
    towpath(&repository, &release)
        .arg("--dry-run")
        .run()
        .succeeds()
        .says("- web: v1 -> v2");
    assert!(!repository.refs().contains("release/1.1.0"));
    towpath(&repository, &release)
        .run()
        .succeeds()
        .says("Cut the tag release/1.1.0");
    assert_eq!(
        repository
            .git(&["rev-parse", "release/1.1.0^{commit}"])
            .trim(),
        tip.trim()
    );
    assert_eq!(
        repository.git(&["cat-file", "-t", "release/1.1.0"]).trim(),
        "tag"
    );
    let message = repository.git(&["tag", "-l", "--format=%(contents)", "release/1.1.0"]);
    assert!(
        message.contains("Changed since release/1.0.0:\n- web: v1 -> v2\n"),
        "{message}"
    );
    towpath(&repository, &release)
        .run()
        .succeeds()
        .says("Nothing to change");
    towpath(&repository, &["release", "1.0.0"])
        .run()
        .fails(Kind::TagExists);
    towpath(
        &repository,
        &["promote", "--to", "staging", "--revision", "release/1.1.0"],
    )
    .run()
    .succeeds();
    towpath(&repository, &["releases"])
        .run()
        .succeeds()
        .says("staging");
    towpath(&repository, &["rollback", "--environment", "staging"])
        .run()
        .succeeds();
    let staging = repository.read("main", "apps/staging.yaml");
    assert_eq!(staging, application("release/1.0.0"));
}
