//! The layouts where files of environments are not beside each other.

use super::{application, configuration, refuse, towpath};
use crate::support::files::{Files, files};
use crate::support::repository::BareRepository;
use towpath_surface::Kind;

fn deployment(tag: &str) -> Files {
    let text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nspec: {{template: {{spec: {{containers: [{{name: web, image: 'acme/web:{tag}'}}]}}}}}}\n"
    );
    files([("web/deployment.yaml", text.as_str())])
}

#[test]
fn a_directory_for_each_environment() {
    let kustomization = |tag| format!("images: [{{name: acme/web, newTag: {tag}}}]\n");
    let (dev, prod) = (kustomization("v2"), kustomization("v1"));
    let repository = BareRepository::new(&files([
        (
            "towpath.yaml",
            "version: 1\nfiles: envs/<environment>\nenvironments: {dev: {}, prod: {from: dev}}\n",
        ),
        ("envs/dev/kustomization.yaml", &dev),
        ("envs/prod/kustomization.yaml", &prod),
    ]));
    towpath("promote --to prod", &repository).run().succeeds();
    assert_eq!(repository.read("main", "envs/prod/kustomization.yaml"), dev);
}

#[test]
fn a_values_file_for_each_environment() {
    let repository = BareRepository::new(&files([
        (
            "charts/web/values.yaml",
            "image: {repository: acme/web, tag: dev}\n",
        ),
        (
            "charts/web/values.stag.yaml",
            "replicas: 1\nimage:\n  tag: 0c0ffee\n",
        ),
        (
            "charts/web/values.prod.yaml",
            "replicas: 5\nimage:\n  tag: abc1234\n",
        ),
    ]));
    towpath("init", &repository).run().succeeds();
    towpath("promote --to prod", &repository).run().succeeds();
    let text = repository.read("main", "charts/web/values.prod.yaml");
    assert_eq!(text, "replicas: 5\nimage:\n  tag: 0c0ffee\n");
}

#[test]
fn a_branch_for_each_environment() {
    let repository = BareRepository::new(&configuration(
        "version: 1\nenvironments: {dev: {branch: dev}, prod: {branch: production, from: dev}}\n",
    ));
    repository.commit("dev", &deployment("v2"), "Start dev");
    repository.commit("production", &deployment("v1"), "Start production");
    let main = repository.tip("main");
    towpath("promote --to prod --dry-run", &repository)
        .run()
        .succeeds()
        .says("on production");
    towpath("promote --to prod", &repository).run().succeeds();
    assert_eq!(repository.files("production"), deployment("v2"));
    assert_eq!(repository.tip("main"), main);
    assert_eq!(
        repository.subjects("production")[0],
        "Promote web v2 from dev to prod"
    );
    towpath("set --environment dev --image acme/web:v3", &repository)
        .run()
        .succeeds();
    assert_eq!(repository.files("dev"), deployment("v3"));
    assert_eq!(repository.tip("main"), main);
    repository.fsck();
}

/// Returns the manifests with two releases, and the Applications that point.
fn captain() -> (BareRepository, BareRepository) {
    let base = |tag: &str| format!("images: [{{name: acme/web, newTag: {tag}}}]\n");
    let overlay = "resources: [../../base/web]\n";
    let argocd = BareRepository::empty(&[]);
    let address = argocd.path();
    let declared = format!(
        "version: 1\nbase: base\nrevision: {{file: <environment>.yaml, repository: {}}}\n\
         environments: {{develop: {{}}, staging: {{from: develop}}, production: {{from: staging}}}}\n",
        address.display()
    );
    let manifests = |tag: &str| {
        files([
            ("towpath.yaml", declared.as_str()),
            ("base/web/kustomization.yaml", base(tag).as_str()),
            ("overlays/develop/kustomization.yaml", overlay),
            ("overlays/staging/kustomization.yaml", overlay),
            ("overlays/production/kustomization.yaml", overlay),
        ])
    };
    let deploy = BareRepository::new(&manifests("v1"));
    deploy.git(&["tag", "release/2.6.3", "main"]);
    deploy.commit("main", &manifests("v2"), "Build web v2");
    deploy.git(&["tag", "release/2.7.0", "main"]);
    deploy.commit("main", &manifests("v3"), "Build web v3");
    let application = |name, revision| application(name, deploy.path(), revision);
    let applications = [
        ("develop.yaml", application("develop", "main")),
        ("staging.yaml", application("staging", "release/2.6.3")),
        (
            "production.yaml",
            application("production", "release/2.6.3"),
        ),
    ];
    let applications = applications
        .each_ref()
        .map(|(path, text)| (*path, text.as_str()));
    argocd.commit("main", &files(applications), "Point");
    (deploy, argocd)
}

#[test]
fn a_revision_for_each_environment_in_another_repository() {
    let (deploy, argocd) = captain();
    let before = deploy.refs();
    refuse(&deploy, "promote --to staging", Kind::Usage).says("`develop` follows a branch");
    refuse(
        &deploy,
        "promote --to staging --revision release/9",
        Kind::NoSuchSource,
    )
    .says("no tag");
    towpath("promote --to staging --revision release/2.7.0", &deploy)
        .run()
        .succeeds();
    let text = argocd.read("main", "staging.yaml");
    assert!(text.contains("targetRevision: release/2.7.0\n"), "{text}");
    let shown = towpath("promote --to production --dry-run", &deploy)
        .run()
        .succeeds();
    shown.says("release/2.7.0  release/2.6.3").says("web");
    towpath("promote --to production", &deploy).run().succeeds();
    let text = argocd.read("main", "production.yaml");
    assert!(text.contains("targetRevision: release/2.7.0\n"), "{text}");
    assert_eq!(deploy.refs(), before);
    argocd.fsck();
}

#[test]
fn a_base_that_all_environments_share() {
    let repository = BareRepository::new(&files([
        (
            "towpath.yaml",
            "version: 1\nbase: base\nfiles: overlays/<environment>\nenvironments: {dev: {}, prod: {from: dev}}\n",
        ),
        (
            "base/kustomization.yaml",
            "images:\n  - {name: acme/web, newTag: v2}\n  - {name: acme/api, newTag: v5}\n",
        ),
        (
            "overlays/dev/kustomization.yaml",
            "resources: [../../base]\n",
        ),
        (
            "overlays/prod/kustomization.yaml",
            "resources: [../../base]\nimages:\n  - {name: acme/web, newTag: v1}\n",
        ),
    ]));
    towpath("promote --to prod", &repository).run().succeeds();
    let text = repository.read("main", "overlays/prod/kustomization.yaml");
    assert_eq!(
        text,
        "resources: [../../base]\nimages:\n  - {name: acme/web, newTag: v2}\n"
    );
    towpath("set --environment dev --image acme/web:v3", &repository)
        .run()
        .succeeds();
    let text = repository.read("main", "base/kustomization.yaml");
    assert!(
        text.starts_with("images:\n  - {name: acme/web, newTag: v3}\n"),
        "{text}"
    );
}

#[test]
fn where_requests_are_declared_nothing_is_pushed() {
    let repository = BareRepository::new(&configuration(
        "version: 1\nenvironments: {dev: {branch: dev}, prod: {branch: production, from: dev, delivery: request}}\n",
    ));
    repository.commit("dev", &deployment("v2"), "Start dev");
    repository.commit("production", &deployment("v1"), "Start production");
    towpath("promote --to prod --dry-run", &repository)
        .run()
        .succeeds()
        .says("promoted");
    refuse(&repository, "promote --to prod", Kind::UnknownForge);
    let set = "set --environment prod --image acme/web:v3";
    refuse(&repository, set, Kind::UnknownForge);
}
