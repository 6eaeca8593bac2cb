//! `towpath.yaml` through the launcher, on real repositories: the five layouts,
//! and the commands that know environments.

mod layouts;

use crate::support::files::{Files, files};
use crate::support::repository::{BareRepository, sample};
use crate::support::towpath::{Outcome, Towpath};
use std::ffi::OsStr;
use towpath_surface::Kind;

/// Prepares a command on a repository.
fn towpath(command: &str, repository: &BareRepository) -> Towpath {
    Towpath::new()
        .args(command.split(' '))
        .arg("--repo")
        .arg(repository.path())
}

/// Returns the sample with a `towpath.yaml`, as `towpath init` writes it.
fn shop() -> BareRepository {
    let repository = BareRepository::sample("shop");
    towpath("init", &repository).run().succeeds();
    repository
}

/// Runs what has to be refused, and panics if anything was changed.
#[track_caller]
fn refuse(repository: &BareRepository, command: &str, kind: Kind) -> Outcome {
    let refs = repository.refs();
    let outcome = towpath(command, repository).run().fails(kind);
    assert_eq!(repository.refs(), refs);
    outcome
}

#[test]
fn init_writes_what_the_sample_looks_like() {
    let repository = shop();
    assert_eq!(
        repository.read("main", "towpath.yaml"),
        "\
version: 1
base: apps/<app>/base
files:
  - apps/<app>/overlays/<environment>
  - apps/<app>/values/<environment>.yaml
  - argocd/<app>-<environment>.yaml
environments:
  dev:
  staging: {from: dev}
  prod: {from: staging}
"
    );
    let subjects = repository.subjects("main");
    assert_eq!(subjects[0], "Declare the environments dev, staging, prod");
    refuse(&repository, "init", Kind::Usage).says("there is a \"towpath.yaml\" already");
    let checked = towpath("check", &repository).run().succeeds();
    checked.says("prod from staging: 4 files, apps api, web");
}

#[test]
fn check_fails_where_the_configuration_does_not_fit() {
    let repository = BareRepository::sample("shop");
    let mut files = sample("shop");
    files.extend(configuration(
        "version: 1\nenvironments: {dev: {files: apps/none}, prod: {files: apps/web, from: dev}}\n",
    ));
    repository.commit("main", &files, "Declare");
    let outcome = refuse(&repository, "check", Kind::InvalidConfig);
    outcome.says("environment `dev` has no files at \"apps/none\"");
}

#[test]
fn what_dev_runs_goes_to_staging_and_then_to_prod() {
    let repository = shop();
    let shown = towpath("promote --to staging --dry-run", &repository)
        .run()
        .succeeds();
    let shown = shown
        .says("registry.example/shop/web  1.4.3  1.4.2")
        .says("promoted");
    shown.says("-    newTag: 1.4.2");
    assert_eq!(repository.subjects("main").len(), 2);
    towpath("promote --to staging web", &repository)
        .run()
        .succeeds();
    let file = repository.read("main", "apps/web/overlays/staging/kustomization.yaml");
    assert!(
        file.contains("newTag: 1.4.3 # set by the pipeline"),
        "{file}"
    );
    let message = repository.git(&["log", "-1", "--format=%B", "main"]);
    for says in [
        "Promote web 1.4.3 from dev to staging",
        "Towpath-From: dev",
        "Towpath-Environment: staging",
        "Towpath-App: web",
    ] {
        assert!(message.contains(says), "{message}");
    }
    towpath("promote --to staging web", &repository)
        .run()
        .succeeds()
        .says("Nothing to change");
    towpath("promote --from staging --to prod", &repository)
        .run()
        .succeeds();
    let file = repository.read("main", "apps/web/overlays/prod/kustomization.yaml");
    assert!(file.contains("1.4.3"), "{file}");
    repository.fsck();
}

#[test]
fn a_promotion_is_refused_with_the_nearest_name() {
    let repository = shop();
    refuse(&repository, "promote --to stagin", Kind::NoSuchEnvironment).says("`staging`");
    refuse(&repository, "promote --to prod --from dev", Kind::Usage).says("does not come from");
    refuse(&repository, "promote --to prod wbe", Kind::NoSuchApp).says("`web`");
}

#[test]
fn an_environment_is_added_as_one_commit() {
    let repository = shop();
    towpath(
        "env add qa --from dev --namespace shop-quality",
        &repository,
    )
    .run()
    .succeeds();
    let text = repository.read("main", "argocd/web-qa.yaml");
    assert!(
        text.contains("name: web-qa\n") && text.contains("path: apps/web/overlays/qa\n"),
        "{text}"
    );
    assert!(text.contains("namespace: shop-quality\n"), "{text}");
    let checked = towpath("check", &repository).run().succeeds();
    checked.says("qa from dev: 4 files, apps api, web");
    assert_eq!(
        repository.subjects("main")[0],
        "Add environment qa from dev"
    );
    refuse(&repository, "env add qa --from dev", Kind::Contradiction).says("already");
}

#[test]
fn a_set_is_held_within_the_environment_that_it_names() {
    let repository = shop();
    let set = "set --environment staging --image registry.example/shop/web:1.5.0";
    towpath(set, &repository).run().succeeds();
    let changed = repository.git(&["diff", "--name-only", "main~1", "main"]);
    assert_eq!(changed, "apps/web/overlays/staging/kustomization.yaml");
    let unknown = "set --environment stagin --image registry.example/shop/web:1.5.0";
    refuse(&repository, unknown, Kind::NoSuchEnvironment).says("`staging`");
}

fn configuration(text: &str) -> Files {
    files([("towpath.yaml", text)])
}

/// Returns an `Application` that follows a revision of a repository.
fn application(name: &str, repository: impl AsRef<OsStr>, revision: &str) -> String {
    let address = repository.as_ref().to_string_lossy().into_owned();
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  \
         source:\n    repoURL: {address}\n    targetRevision: {revision}\n    path: overlays/{name}\n"
    )
}
