//! Environments on other branches, in other repositories, and of a release, that
//! take changes by request.

use super::Shop;
use crate::support::files::{Files, files};
use crate::support::forge::{FakeForge, TOKEN};
use crate::support::repository::BareRepository;
use crate::support::towpath::Towpath;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

/// Returns manifests of one app.
fn deployment(tag: &str) -> Files {
    let text = format!("images: [{{name: acme/web, newTag: {tag}}}]\n");
    files([("kustomization.yaml", text.as_str())])
}

#[test]
fn a_branch_for_each_environment_gets_its_request() {
    for kind in ForgeKind::ALL {
        let declared = "version: 1\nenvironments:\n  dev: {branch: dev}\n  \
                        prod: {branch: production, from: dev, delivery: request}\n";
        let repository = BareRepository::new(&files([("towpath.yaml", declared)]));
        repository.commit("dev", &deployment("v2"), "Start dev");
        repository.commit("production", &deployment("v1"), "Start production");
        let forge = FakeForge::start(kind, &repository);
        let shop = Shop { repository, forge };
        let promote = || shop.towpath("promote --to prod");
        promote().run().succeeds().says("Opened request 1");
        let pull = shop.only();
        assert_eq!(
            (pull.head.as_str(), pull.base.as_str()),
            ("towpath/prod/promote", "production")
        );
        assert_eq!(shop.repository.files(&pull.head), deployment("v2"));
        promote().run().succeeds().says("Nothing to do: request 1");
        shop.repository.commit("dev", &deployment("v3"), "On");
        promote().run().succeeds().says("Updated request 1");
        assert_eq!(shop.repository.files(&pull.head), deployment("v3"));
        shop.repository
            .commit("production", &deployment("v3"), "By hand");
        promote().run().succeeds().says("Closed request 1");
        let set = || shop.towpath("set --environment prod --image acme/web:v4");
        set().run().succeeds().says("Opened request 2");
        set()
            .arg("--request")
            .run()
            .succeeds()
            .says("Nothing to do: request 2");
        shop.repository.fsck();
    }
}

#[test]
fn another_repository_gets_the_request() {
    for kind in ForgeKind::ALL {
        let there = BareRepository::new(&deployment("v1"));
        let forge = FakeForge::start(kind, &there);
        let shop = Shop {
            repository: there,
            forge,
        };
        let declared = format!(
            "version: 1\nenvironments:\n  dev: {{files: dev}}\n  prod: {{repository: '{}', from: dev, delivery: request}}\n",
            shop.forge.repository()
        );
        let home = BareRepository::new(&files([
            ("towpath.yaml", declared.as_str()),
            (
                "dev/kustomization.yaml",
                "images: [{name: acme/web, newTag: v2}]\n",
            ),
        ]));
        let promote = |more: &[&str]| {
            Towpath::new()
                .args(["promote", "--to", "prod", "--repo"])
                .arg(home.path())
                .args([
                    "--forge",
                    shop.forge.name(),
                    "--forge-url",
                    &shop.forge.url(),
                ])
                .args(more)
                .env("TOWPATH_FORGE_TOKEN", TOKEN)
                .run()
        };
        promote(&[])
            .fails(Kind::OutsideRepository)
            .says("--allow-repository");
        let allowed = ["--allow-repository", &shop.forge.repository()];
        promote(&allowed).succeeds().says("Opened request 1");
        let pull = shop.only();
        assert_eq!(shop.repository.files(&pull.head), deployment("v2"));
        promote(&allowed)
            .succeeds()
            .says("Nothing to do: request 1");
    }
}

#[test]
fn a_release_is_proposed_where_an_application_points() {
    for kind in ForgeKind::ALL {
        let application = |revision: &str| {
            format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop}}\nspec:\n  \
                 source:\n    repoURL: https://git.example/acme/deploy\n    targetRevision: {revision}\n    path: base\n"
            )
        };
        let declared = "version: 1\nfiles: base\nrevision: {file: applications/<environment>.yaml}\n\
                        environments:\n  develop:\n  production: {from: develop, delivery: request}\n";
        let manifests = |tag: &str| {
            files([
                ("towpath.yaml", declared),
                (
                    "base/kustomization.yaml",
                    &format!("images: [{{name: acme/web, newTag: {tag}}}]\n"),
                ),
                ("applications/develop.yaml", &application("main")),
                (
                    "applications/production.yaml",
                    &application("release/1.0.0"),
                ),
            ])
        };
        let repository = BareRepository::new(&manifests("v1"));
        repository.git(&["tag", "release/1.0.0", "main"]);
        repository.commit("main", &manifests("v2"), "v2");
        repository.git(&["tag", "release/1.1.0", "main"]);
        let forge = FakeForge::start(kind, &repository);
        let shop = Shop { repository, forge };
        let promote = || shop.towpath("promote --to production --revision release/1.1.0");
        promote().run().succeeds().says("Opened request 1");
        let pull = shop.only();
        let text = shop
            .repository
            .read(&pull.head, "applications/production.yaml");
        assert_eq!(text, application("release/1.1.0"));
        assert!(
            pull.body.contains("| web |  | v2 | v1 | promoted |"),
            "{}",
            pull.body
        );
        promote().run().succeeds().says("Nothing to do: request 1");
    }
}
