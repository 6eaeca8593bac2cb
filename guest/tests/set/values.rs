use crate::support::{DIGEST, check, refuse, warnings};
use towpath_guest::error::Kind;

/// Checks an image argument on values.
#[track_caller]
fn values(image: &str, before: &str, after: &str) {
    check(
        &format!("--file values.yaml --image {image}"),
        before,
        after,
    );
}

#[test]
fn repository_and_tag() {
    values(
        "r.io/app:v2",
        "image:\n  repository: r.io/app # x\n  tag: v1 # y\n",
        "image:\n  repository: r.io/app # x\n  tag: v2 # y\n",
    );
    values(
        "app:1.10",
        "image: {repository: app, tag: 1.9}\n",
        "image: {repository: app, tag: \"1.10\"}\n",
    );
    values(
        "app:v2",
        "image:\n  repository: app\n  tag: \"\" # appVersion\n",
        "image:\n  repository: app\n  tag: \"v2\" # appVersion\n",
    );
    values(
        "app:v2",
        "image:\n  repository: app\n  tag:\n  x: 1\n",
        "image:\n  repository: app\n  tag: v2\n  x: 1\n",
    );
    values(
        "app:v2",
        "image:\n  repository: app\n  version: v1\n",
        "image:\n  repository: app\n  version: v2\n",
    );
}

#[test]
fn a_registry_apart() {
    let before = "image:\n  registry: r.io\n  repository: team/app\n  tag: v1\n";
    values("r.io/team/app:v2", before, &before.replace("v1", "v2"));
    values("team/app:v2", before, &before.replace("v1", "v2"));
    values(
        "team/app=q.io/x/app:v2",
        before,
        "image:\n  registry: q.io\n  repository: x/app\n  tag: v2\n",
    );
    let global =
        "global:\n  imageRegistry: r.io\nweb:\n  image:\n    repository: team/app\n    tag: v1\n";
    values("r.io/team/app:v2", global, &global.replace("v1", "v2"));
}

#[test]
fn flat_keys() {
    values(
        "app:v2",
        "imageRepository: app\nimageTag: v1\n",
        "imageRepository: app\nimageTag: v2\n",
    );
    values(
        "app:v2",
        "app_image: app\napp_image_tag: v1\nother_image: x\nother_image_tag: v1\n",
        "app_image: app\napp_image_tag: v2\nother_image: x\nother_image_tag: v1\n",
    );
    values(
        "app:v2",
        "name: app\nimage: app\ntag: v1\n",
        "name: app\nimage: app\ntag: v2\n",
    );
}

#[test]
fn strings() {
    values(
        "app:v2",
        "web:\n  image: 'app:v1' # x\n",
        "web:\n  image: 'app:v2' # x\n",
    );
    values(
        "l:5000/app:v2",
        "image: l:5000/app\n",
        "image: l:5000/app:v2\n",
    );
    values(
        "app:v2",
        "configReloaderImage: app:v1\n",
        "configReloaderImage: app:v2\n",
    );
    values(
        "app:v2",
        "images:\n- app:v1\n- other:v1\n",
        "images:\n- app:v2\n- other:v1\n",
    );
    values(
        "app:v2",
        "env:\n- name: RELATED_IMAGE_APP\n  value: app:v1\n",
        "env:\n- name: RELATED_IMAGE_APP\n  value: app:v2\n",
    );
}

#[test]
fn several_services() {
    let before =
        "web:\n  image: {repository: web, tag: v1}\napi:\n  image: {repository: api, tag: v1}\n";
    values(
        "api:v2",
        before,
        "web:\n  image: {repository: web, tag: v1}\napi:\n  image: {repository: api, tag: v2}\n",
    );
    check(
        "--file values.yaml --image web:v2 --image api:v3",
        before,
        "web:\n  image: {repository: web, tag: v2}\napi:\n  image: {repository: api, tag: v3}\n",
    );
    check(
        "--file values.yaml --image web --image api --tag v2",
        before,
        &before.replace("v1", "v2"),
    );
}

#[test]
fn digests() {
    let digest = |text: &str| text.replace("DIGEST", DIGEST);
    values(
        &digest("app:v2@DIGEST"),
        "image:\n  repository: app\n  tag: v1\n",
        &digest("image:\n  repository: app\n  tag: v2@DIGEST\n"),
    );
    values(
        &digest("app:v2@DIGEST"),
        "image:\n  repository: app\n  tag: v1\n  digest: sha256:ab\n",
        &digest("image:\n  repository: app\n  tag: v2\n  digest: DIGEST\n"),
    );
    values(
        &digest("app@DIGEST"),
        "image:\n  repository: app\n  tag: v1\n  digest: \"\"\n",
        &digest("image:\n  repository: app\n  tag: v1\n  digest: \"DIGEST\"\n"),
    );
    values("app:v2", "image: app:v1@sha256:ab\n", "image: app:v2\n");
}

#[test]
fn a_stale_digest_becomes_empty_because_the_chart_has_a_default() {
    let plan = check(
        "--file values.yaml --image app:v2",
        "image:\n  repository: app\n  tag: v1\n  digest: sha256:ab\n",
        "image:\n  repository: app\n  tag: v2\n  digest: \"\"\n",
    );
    assert_eq!(warnings(&plan), ["digest-removed"]);
}

#[test]
fn a_missing_tag() {
    let before = "image:\n  repository: app\n  pullPolicy: Always\n";
    refuse(
        "--file values.yaml --image app:v2",
        before,
        Kind::NoSuchKey,
        "--create",
    );
    check(
        "--file values.yaml --image app:v2 --create",
        before,
        "image:\n  repository: app\n  tag: v2\n  pullPolicy: Always\n",
    );
    refuse(
        &format!("--file values.yaml --image app@{DIGEST}"),
        "image: {repository: app, tag: v1}\n",
        Kind::NoSuchKey,
        "NAME:TAG@DIGEST",
    );
}

#[test]
fn decoys() {
    values(
        "app:v2",
        "a: app:v1\nargs: [--image=app:v1]\n# image: app:v1\nimage: app:v1\nsub: {image: app-x:v1}\n",
        "a: app:v1\nargs: [--image=app:v1]\n# image: app:v1\nimage: app:v2\nsub: {image: app-x:v1}\n",
    );
}

#[test]
fn templates_are_refused() {
    refuse(
        "--file values.yaml --image app:v2",
        "image: {{ .Values.x }}:v1\n{{- if .x }}\n",
        Kind::Template,
        "template",
    );
}

#[test]
fn shared_values() {
    let before = "a: &t v1\nweb:\n  image: {repository: web, tag: *t}\n";
    refuse(
        "--file values.yaml --image web:v2",
        before,
        Kind::SharedValue,
        "line 1",
    );
    let merged = "base: &b {tag: v1}\nweb:\n  image:\n    <<: *b\n    repository: web\n";
    refuse(
        "--file values.yaml --image web:v2",
        merged,
        Kind::SharedValue,
        "shared",
    );
    let definition = "web:\n  image: {repository: web, tag: &t v1}\nb: *t\n";
    refuse(
        "--file values.yaml --image web:v2",
        definition,
        Kind::SharedValue,
        "--all",
    );
    check(
        "--file values.yaml --image web:v2 --all",
        definition,
        &definition.replace("v1", "v2"),
    );
}

#[test]
fn names_of_docker_hub() {
    let before = "image: {repository: docker.io/library/app, tag: v1}\n";
    refuse(
        "--file values.yaml --image app:v2",
        before,
        Kind::NoSuchImage,
        "Did you mean `docker.io/library/app`?",
    );
    check(
        "--file values.yaml --image app:v2 --docker-hub-names",
        before,
        &before.replace("v1", "v2"),
    );
}
