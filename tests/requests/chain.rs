//! Changes that move on from one environment to the next by themselves.

use super::Shop;
use crate::support::files::{Files, files};
use crate::support::forge::{FakeForge, Progress};
use crate::support::repository::BareRepository;
use serde_json::Value;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

fn config(staging: &str, production: &str) -> String {
    format!(
        "version: 1\nfiles: environments/<environment>\nenvironments:\n  dev:\n  \
         staging: {{from: dev{staging}}}\n  production: {{from: staging{production}}}\n"
    )
}

const AUTOMATIC: &str = ", promotion: automatic";
const BY_REQUEST: &str = ", promotion: automatic, delivery: request";

fn path(environment: &str) -> String {
    format!("environments/{environment}/kustomization.yaml")
}

fn tags(web: &str, api: &str) -> String {
    format!(
        "images:\n- name: ghcr.io/acme/web\n  newTag: {web}\n- name: ghcr.io/acme/api\n  newTag: {api}\n"
    )
}

fn all(config: &str) -> Files {
    let mut all = files([("towpath.yaml", config)]);
    for environment in ["dev", "staging", "production"] {
        all.extend(files([(
            path(environment).as_str(),
            tags("v1", "a1").as_str(),
        )]));
    }
    all
}

fn shop(kind: ForgeKind, staging: &str, production: &str) -> Shop {
    let repository = BareRepository::new(&all(&config(staging, production)));
    let forge = FakeForge::start(kind, &repository);
    Shop { repository, forge }
}

impl Shop {
    fn says(&self, branch: &str, environment: &str) -> String {
        self.repository.read(branch, &path(environment))
    }
}

const SET: &str = "set --environment dev --image ghcr.io/acme/web:v2";

#[test]
fn a_push_in_dev_opens_a_request_for_staging() {
    for kind in ForgeKind::ALL {
        let shop = shop(kind, BY_REQUEST, AUTOMATIC);
        let set = || {
            shop.towpath(SET)
                .args(["--label", "deploy", "--reviewer", "jo"])
        };
        set()
            .run()
            .succeeds()
            .says("Committed")
            .says("On to staging:\n")
            .says("Opened request 1, http://");
        assert_eq!(shop.says("main", "dev"), tags("v2", "a1"));
        assert_eq!(shop.says("main", "staging"), tags("v1", "a1"));
        let pull = shop.only();
        assert_eq!(pull.title, "Promote web v2 from dev to staging");
        assert_eq!(pull.head, "towpath/staging/promote-web");
        assert_eq!(
            (pull.labels, pull.reviewers),
            (vec!["deploy".into()], vec!["jo".into()])
        );
        // What is there already still moves on: the run before may have broken off.
        shop.forge.state().pulls.clear();
        set()
            .run()
            .succeeds()
            .says("Nothing to change")
            .says("Opened request 1, http://");
        shop.forge.state().merge(1, false);
        set()
            .run()
            .succeeds()
            .says("Nothing to change")
            .says("On to production:\n");
        assert_eq!(shop.says("main", "production"), tags("v2", "a1"));
        shop.repository.fsck();
    }
}

#[test]
fn pushes_follow_each_other_and_take_only_the_app_along() {
    let shop = shop(ForgeKind::GitHub, AUTOMATIC, AUTOMATIC);
    let mut files = shop.repository.files("main");
    files.extend(self::files([(
        path("dev").as_str(),
        tags("v1", "a2").as_str(),
    )]));
    shop.repository.commit("main", &files, "api by hand");
    shop.towpath(SET).run().succeeds();
    assert_eq!(shop.says("main", "dev"), tags("v2", "a2"));
    for environment in ["staging", "production"] {
        assert_eq!(shop.says("main", environment), tags("v2", "a1"));
    }
    let subjects = shop.repository.subjects("main");
    assert_eq!(
        subjects[..3],
        [
            "Promote web v2 from staging to production",
            "Promote web v2 from dev to staging",
            "Set ghcr.io/acme/web to v2 in dev",
        ]
    );
    shop.towpath("promote --to staging")
        .run()
        .succeeds()
        .says("On to production:\n");
    assert_eq!(shop.says("main", "production"), tags("v2", "a2"));
}

#[test]
fn a_closed_gate_further_on_is_no_error_and_is_told() {
    let gated = ", promotion: automatic, gates: {soak: 1h}";
    let shop = shop(ForgeKind::GitHub, AUTOMATIC, gated);
    shop.towpath(SET)
        .run()
        .succeeds()
        .says("On to staging:\n")
        .says("Not in production yet: `production` is closed: soak of web: v2 has been in staging");
    assert_eq!(shop.says("main", "production"), tags("v1", "a1"));
    let json = shop
        .towpath(SET)
        .args(["--output", "json"])
        .run()
        .succeeds();
    let json: Value = serde_json::from_str(&json.stdout).expect("it is one document");
    assert_eq!(json["changed"], false);
    assert_eq!(json["then"][0]["environment"], "staging");
    assert_eq!(json["then"][1]["environment"], "production");
    assert_eq!(json["then"][1]["waiting"]["kind"], "gate-closed");
    assert!(json["then"][1]["waiting"]["retry_at"].is_i64(), "{json}");
    shop.towpath("promote --to production")
        .run()
        .fails(Kind::GateClosed);
}

#[test]
fn a_gate_of_the_first_step_stops_everything() {
    let frozen = ", gates: {freezes: [{from: 2020-01-01, to: 2099-01-01}]}";
    let shop = shop(ForgeKind::GitHub, frozen, AUTOMATIC);
    let refs = shop.repository.refs();
    shop.towpath("promote --to staging")
        .run()
        .succeeds()
        .says("Nothing to change");
    shop.towpath("set --environment staging --image ghcr.io/acme/web:v2")
        .run()
        .fails(Kind::GateClosed)
        .says("nothing was changed");
    assert_eq!(shop.repository.refs(), refs);
}

#[test]
fn a_pin_further_on_is_no_error() {
    let shop = shop(ForgeKind::GitHub, AUTOMATIC, "");
    shop.towpath("pin --environment staging web --reason fair")
        .run()
        .succeeds();
    shop.towpath(SET)
        .run()
        .succeeds()
        .says("Not in staging yet: web in staging is pinned");
    assert_eq!(shop.says("main", "staging"), tags("v1", "a1"));
}

#[test]
fn what_breaks_further_on_is_an_error_that_says_what_was_done() {
    let shop = shop(ForgeKind::GitHub, BY_REQUEST, "");
    shop.forge.state().is_read_only = true;
    let outcome = shop.towpath(SET).run().fails(Kind::ReadOnly);
    let outcome = outcome
        .says("Committed")
        .says("the change did not move on to `staging`: ");
    assert!(
        !outcome.stderr.contains("nothing was changed"),
        "{}",
        outcome.stderr
    );
    assert_eq!(shop.says("main", "dev"), tags("v2", "a1"));
}

#[test]
fn a_chain_waits_for_the_request_in_its_middle() {
    for kind in ForgeKind::ALL {
        let shop = shop(kind, BY_REQUEST, AUTOMATIC);
        shop.towpath(SET)
            .arg("--auto-merge")
            .run()
            .succeeds()
            .says("On to production:\n");
        assert_eq!(shop.only().progress, Progress::Merged);
        assert_eq!(shop.says("main", "production"), tags("v2", "a1"));
    }
}

#[test]
fn an_app_that_the_next_environment_lacks_stays_behind() {
    let shop = shop(ForgeKind::GitHub, AUTOMATIC, "");
    let mut files = shop.repository.files("main");
    let more = format!(
        "{}- name: ghcr.io/acme/new\n  newTag: n1\n",
        tags("v1", "a1")
    );
    files.extend(self::files([(path("dev").as_str(), more.as_str())]));
    shop.repository.commit("main", &files, "A new app");
    let outcome = shop
        .towpath("set --environment dev --image ghcr.io/acme/new:n2")
        .run()
        .succeeds();
    assert!(!outcome.stdout.contains("staging"), "{}", outcome.stdout);
}

#[test]
fn a_dry_run_says_where_it_would_go_on_to() {
    let shop = shop(ForgeKind::GitHub, BY_REQUEST, "");
    let refs = shop.repository.refs();
    shop.towpath(SET)
        .arg("--dry-run")
        .run()
        .succeeds()
        .says("Dry run: 1 file would change on main")
        .says("It would go on to staging by itself.");
    assert_eq!(shop.repository.refs(), refs);
    assert!(shop.forge.state().pulls.is_empty());
}

#[test]
fn the_outputs_tell_of_every_step() {
    let shop = shop(ForgeKind::GitHub, BY_REQUEST, "");
    let run = shop.towpath(SET);
    let dotenv = run.directory().join("run.env");
    let outcome = run.arg("--dotenv").arg(&dotenv).run().succeeds();
    let text = std::fs::read_to_string(outcome.directory.join("run.env"));
    let text = text.expect("it was written");
    let commits = format!(
        "TOWPATH_COMMIT={},{}",
        shop.repository.tip("main"),
        shop.repository.tip("towpath/staging/promote-web")
    );
    for line in ["TOWPATH_CHANGED=true", "TOWPATH_REQUEST_NUMBER=1", &commits] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
}
