//! Deployments, which GitHub records.

use super::{HEAD, IMAGE, Shop};
use crate::support::forge::{TOKEN, Wrong};
use crate::support::towpath::Towpath;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

/// Prepares a run that pushes a tag for development.
fn push(shop: &Shop, tag: &str) -> Towpath {
    Towpath::set(shop.forge.repository())
        .args(["--path", "apps/web/overlays/dev", "--environment", "dev"])
        .arg("--image")
        .arg(format!("{IMAGE}:{tag}"))
        .args(["--deployment", "--forge", shop.forge.name()])
        .args(["--forge-url", &shop.forge.url()])
        .env("TOWPATH_FORGE_TOKEN", TOKEN)
}

/// Returns the deployments: commit, environment, and how far each was.
fn recorded(shop: &Shop) -> Vec<(String, String, String)> {
    let state = shop.forge.state();
    let all = state.deployments.iter();
    all.map(|one| {
        (
            one.commit.clone(),
            one.environment.clone(),
            one.states.join(" "),
        )
    })
    .collect()
}

fn record(commit: &str, states: &str) -> (String, String, String) {
    (commit.to_owned(), "dev".to_owned(), states.to_owned())
}

#[test]
fn a_push_is_a_deployment_of_its_commit() {
    let shop = Shop::open(ForgeKind::GitHub);
    push(&shop, "v2").run().succeeds();
    let first = shop.repository.tip("main");
    // Nothing is left to change, and nothing to record.
    push(&shop, "v2").run().succeeds();
    assert_eq!(recorded(&shop), [record(&first, "success")]);
    push(&shop, "v3").run().succeeds();
    let second = shop.repository.tip("main");
    let expected = [record(&first, "success"), record(&second, "success")];
    assert_eq!(recorded(&shop), expected);
}

#[test]
fn a_dry_run_is_no_deployment() {
    let shop = Shop::open(ForgeKind::GitHub);
    push(&shop, "v2").arg("--dry-run").run().succeeds();
    assert!(recorded(&shop).is_empty());
}

#[test]
fn a_request_waits_and_its_merge_is_found_by_the_next_run() {
    let shop = Shop::open(ForgeKind::GitHub);
    let run = || shop.build(1).arg("--deployment");
    run().run().succeeds();
    run().run().succeeds();
    let head = shop.repository.tip(HEAD);
    assert_eq!(recorded(&shop), [record(&head, "pending")]);
    shop.forge.state().merge(1, false);
    run().run().succeeds();
    run().run().succeeds();
    assert_eq!(recorded(&shop), [record(&head, "pending success")]);
}

#[test]
fn a_head_that_was_replaced_does_not_wait_any_more() {
    let shop = Shop::open(ForgeKind::GitHub);
    shop.build(1).arg("--deployment").run().succeeds();
    let first = shop.repository.tip(HEAD);
    shop.build(2).arg("--deployment").run().succeeds();
    let second = shop.repository.tip(HEAD);
    assert_ne!(first, second);
    let expected = [
        record(&first, "pending inactive"),
        record(&second, "pending"),
    ];
    assert_eq!(recorded(&shop), expected);
}

#[test]
fn a_request_that_is_merged_at_once_has_arrived() {
    let shop = Shop::open(ForgeKind::GitHub);
    shop.build(1)
        .args(["--deployment", "--auto-merge"])
        .run()
        .succeeds();
    let head = shop.repository.tip(HEAD);
    assert_eq!(recorded(&shop), [record(&head, "success")]);
}

#[test]
fn what_cannot_be_recorded_is_a_warning() {
    let shop = Shop::open(ForgeKind::GitHub);
    let refused = Wrong::Status(403, Vec::new());
    shop.forge.break_down("POST", "/deployments", refused);
    push(&shop, "v2")
        .run()
        .succeeds()
        .says("warning[deployment]: the token may not record a deployment");
    assert_eq!(shop.tag("main"), "v2");
}

#[test]
fn other_forges_record_none_and_are_left_unchanged() {
    for kind in [ForgeKind::GitLab, ForgeKind::Gitea] {
        let shop = Shop::open(kind);
        let refs = shop.repository.refs();
        for run in [push(&shop, "v2"), shop.build(1).arg("--deployment")] {
            run.run()
                .fails(Kind::Usage)
                .says("deployments are recorded on GitHub only")
                .says("nothing was changed");
        }
        assert_eq!(shop.repository.refs(), refs);
    }
}

#[test]
fn a_deployment_is_to_an_environment() {
    let shop = Shop::open(ForgeKind::GitHub);
    let run = Towpath::set(shop.forge.repository()).args(["--path", "apps/web/overlays/dev"]);
    run.args(["--image", "registry.example/shop/web:v2", "--deployment"])
        .args(["--forge", "github", "--forge-url", &shop.forge.url()])
        .env("TOWPATH_FORGE_TOKEN", TOKEN)
        .run()
        .fails(Kind::Usage)
        .says("`--deployment` is to an environment, and none was named");
}
