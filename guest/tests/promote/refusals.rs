//! What is refused, and in which words.

use super::{check, memory::Memory, plan, refuse, rows};
use towpath_guest::error::Kind;

const SHOP: &str = "\
version: 1
environments:
  dev: {files: dev.yaml}
  test: {files: dev.yaml}
  prod: {files: prod.yaml, from: dev}
  edge: {files: prod.yaml, from: [dev, test]}
== dev.yaml
web: {image: acme/web:v2}
api: {image: acme/api:v3}
== prod.yaml
web: {image: acme/web:v1}
";

#[test]
fn a_key_that_every_app_has_is_named_with_the_app() {
    let tags = "\
version: 1
files: tags/<environment>/<app>
keys: [image_tag]
environments: {dev: {}, prod: {from: dev}}
== tags/dev/api
image_tag: v3
== tags/dev/db
image_tag: v4
== tags/dev/web
image_tag: v2
== tags/prod/web
image_tag: v1
";
    refuse(
        "--to prod",
        tags,
        Kind::Incomplete,
        "no place for `image_tag` (app `api`), `image_tag` (app `db`) of `dev`",
    );
    check(
        "--to prod --skip-missing",
        tags,
        "tags/prod/web",
        "image_tag: v2\n",
    );
}

#[test]
fn what_the_target_has_no_place_for_is_named() {
    refuse(
        "--to prod",
        SHOP,
        Kind::Incomplete,
        "`prod` has no place for `acme/api` of `dev`",
    );
    let plan = check(
        "--to prod --skip-missing",
        SHOP,
        "prod.yaml",
        "web: {image: acme/web:v2}\n",
    );
    assert_eq!(
        rows(&plan)[0],
        "api | acme/api | v3 | - | only in the source: left out"
    );
    refuse(
        "--to prod api",
        SHOP,
        Kind::NoSuchApp,
        "no app `api` in environment `prod`",
    );
}

#[test]
fn unknown_names_come_with_the_nearest_ones() {
    refuse(
        "--to prd",
        SHOP,
        Kind::NoSuchEnvironment,
        "Did you mean `prod`?",
    );
    refuse(
        "--to prod --from dve",
        SHOP,
        Kind::NoSuchEnvironment,
        "Did you mean `dev`?",
    );
    refuse(
        "--to prod wbe",
        SHOP,
        Kind::NoSuchApp,
        "Did you mean `web`?",
    );
}

#[test]
fn versions_come_from_where_it_is_declared() {
    refuse(
        "--to prod --from test",
        SHOP,
        Kind::Usage,
        "`prod` does not come from `test`",
    );
    refuse("--to dev", SHOP, Kind::Usage, "`dev` comes from nowhere");
    refuse(
        "--to edge",
        SHOP,
        Kind::Usage,
        "Name one of them with --from: dev, test.",
    );
    plan("--to edge --from dev web", &Memory::new(SHOP)).unwrap();
}

#[test]
fn an_older_version_does_not_replace_a_newer_one() {
    let newer = SHOP
        .replace("acme/web:v1", "acme/web:v10")
        .replace("api: {image: acme/api:v3}\n", "");
    refuse(
        "--to prod",
        &newer,
        Kind::Downgrade,
        "`prod` has a newer `acme/web` already: v10 against v2 in `dev`",
    );
    let plan = check(
        "--to prod --allow-downgrade",
        &newer,
        "prod.yaml",
        "web: {image: acme/web:v2}\n",
    );
    assert_eq!(rows(&plan), ["web | acme/web | v2 | v10 | goes back"]);
}

#[test]
fn a_tag_that_moves_is_not_promoted() {
    let moving = SHOP.replace("acme/web:v2", "acme/web:latest");
    refuse(
        "--to prod web",
        &moving,
        Kind::Moving,
        "the tag `latest` of `acme/web` moves",
    );
    check(
        "--to prod web --allow-moving-tags",
        &moving,
        "prod.yaml",
        "web: {image: acme/web:latest}\n",
    );
}

#[test]
fn two_versions_of_one_image_are_ambiguous() {
    let two = SHOP.replace("api: {image: acme/api:v3}", "worker: {image: acme/web:v3}");
    let two = two.replace("web: {image: acme/web:v1}", "other: {image: acme/web:v1}");
    refuse(
        "--to prod",
        &two,
        Kind::Ambiguous,
        "`acme/web` has two versions in `dev`: v2 and v3",
    );
}

#[test]
fn there_is_nothing_without_a_configuration() {
    let failure = plan("--to prod", &Memory::default()).unwrap_err();
    assert_eq!(failure.kind, Kind::NoSuchFile);
    assert!(failure.explanation().contains("towpath init"));
}

#[test]
fn a_branch_is_no_release() {
    let captain = "\
version: 1
revision: {file: <environment>.yaml}
environments: {dev: {}, prod: {from: dev}}
== dev.yaml
spec: {source: {repoURL: https://git.example/deploy, targetRevision: main, path: x}}
== prod.yaml
spec: {source: {repoURL: https://git.example/deploy, targetRevision: v1, path: x}}
== @main x/kustomization.yaml
images: [{name: web, newTag: v3}]
== @v1 x/kustomization.yaml
images: [{name: web, newTag: v3}]
"
    .replace(
        "spec:",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:",
    );
    refuse("--to prod", &captain, Kind::Usage, "`dev` follows a branch");
    refuse(
        "--to prod --revision v2",
        &captain,
        Kind::NoSuchSource,
        "there is no tag `v2`",
    );
    refuse(
        "--to prod web",
        &captain,
        Kind::Usage,
        "a revision holds all apps together",
    );
}
