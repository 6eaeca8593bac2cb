use crate::support::{check, refuse, warnings};
use towpath_guest::error::Kind;

/// Checks a key on values.
#[track_caller]
fn key(key: &str, value: &str, before: &str, after: &str) {
    check(
        &format!("--file values.yaml --key '{key}' --value '{value}'"),
        before,
        after,
    );
}

#[test]
fn scalars_keep_their_type() {
    key("replicas", "3", "replicas: 2 # x\n", "replicas: 3 # x\n");
    key("replicas", "3", "replicas: \"2\"\n", "replicas: \"3\"\n");
    key("enabled", "false", "enabled: true\n", "enabled: false\n");
    key(
        "data.LEVEL",
        "debug",
        "data:\n  LEVEL: info\n",
        "data:\n  LEVEL: debug\n",
    );
    key(
        "data.LEVEL",
        "yes",
        "data:\n  LEVEL: info\n",
        "data:\n  LEVEL: \"yes\"\n",
    );
}

#[test]
fn versions_are_text() {
    key(
        "image.tag",
        "1.10",
        "image: {tag: 1.9}\n",
        "image: {tag: \"1.10\"}\n",
    );
    key(
        "appVersion",
        "10",
        "appVersion: 9.5\n",
        "appVersion: \"10\"\n",
    );
}

#[test]
fn items_are_chosen_by_a_field() {
    let before = "services:\n- name: web\n  image: {tag: v1}\n- name: api\n  image: {tag: v1}\n";
    key(
        "services[name=api].image.tag",
        "v2",
        before,
        "services:\n- name: web\n  image: {tag: v1}\n- name: api\n  image: {tag: v2}\n",
    );
    refuse(
        "--file values.yaml --key services[name=x].image.tag --value v2",
        before,
        Kind::NoSuchKey,
        "name=x",
    );
}

#[test]
fn keys_with_dots() {
    key(
        "\"app.kubernetes.io/version\"",
        "v2",
        "app.kubernetes.io/version: v1\napp: 1\n",
        "app.kubernetes.io/version: v2\napp: 1\n",
    );
}

#[test]
fn several_keys_and_files() {
    check(
        "--file a.yaml --file b.yaml --key x --value 2 --key y --value 3",
        "== a.yaml\nx: 1\n== b.yaml\ny: 1\nx: 0\n",
        "== a.yaml\nx: 2\n== b.yaml\ny: 3\nx: 2\n",
    );
    refuse(
        "--file a.yaml --file b.yaml --key x --value 2",
        "== a.yaml\nx: 1\n== b.yaml\ny: 1\n",
        Kind::NoSuchKey,
        "b.yaml",
    );
    refuse(
        "--file a.yaml --key x",
        "== a.yaml\nx: 1\n",
        Kind::Usage,
        "--value",
    );
}

#[test]
fn keys_are_added_when_permitted() {
    let before = "web:\n  image:\n    repository: x\n";
    refuse(
        "--file values.yaml --key web.image.tag --value v2",
        before,
        Kind::NoSuchKey,
        "web.image.tag",
    );
    check(
        "--file values.yaml --key web.image.tag --value 1.10 --create",
        before,
        "web:\n  image:\n    repository: x\n    tag: \"1.10\"\n",
    );
    check(
        "--file values.yaml --key web.scale.max --value 3 --create",
        before,
        "web:\n  image:\n    repository: x\n  scale:\n    max: 3\n",
    );
    refuse(
        "--file values.yaml --key web.image[0] --value 3 --create",
        before,
        Kind::NoSuchKey,
        "web.image",
    );
}

#[test]
fn what_cannot_hold_a_value() {
    refuse(
        "--file values.yaml --key a --value 1",
        "a: {b: 1}\n",
        Kind::InvalidKey,
        "a mapping",
    );
    refuse(
        "--file values.yaml --key a --value 1",
        "a: [b]\n",
        Kind::InvalidKey,
        "a list",
    );
    refuse(
        "--file values.yaml --key 'a[' --value 1",
        "a: [b]\n",
        Kind::InvalidKey,
        "a[",
    );
    refuse(
        "--file values.yaml --key a --value 1",
        "a: 1\na: 2\n",
        Kind::Contradiction,
        "twice",
    );
}

#[test]
fn documents() {
    let before = "kind: A\nx: 1\n---\nkind: B\nx: 1\n";
    refuse(
        "--file values.yaml --key x --value 2",
        before,
        Kind::Ambiguous,
        "--document",
    );
    check(
        "--file values.yaml --key x --value 2 --document B",
        before,
        "kind: A\nx: 1\n---\nkind: B\nx: 2\n",
    );
    check(
        "--file values.yaml --key x --value 2 --all",
        before,
        "kind: A\nx: 2\n---\nkind: B\nx: 2\n",
    );
}

#[test]
fn a_tag_next_to_a_digest() {
    let before = "image:\n  repository: app\n  tag: v1\n  digest: sha256:ab\n";
    let plan = check(
        "--file values.yaml --key image.tag --value v2",
        before,
        &before.replace("v1", "v2"),
    );
    assert_eq!(warnings(&plan), ["stale-digest"]);
    refuse(
        "--file values.yaml --key image.tag --value latest",
        before,
        Kind::Moving,
        "latest",
    );
}

#[test]
fn an_image_and_a_key_of_one_file() {
    check(
        "--file values.yaml --image app:v2 --key replicas --value 3",
        "image: app:v1\nreplicas: 2\n",
        "image: app:v2\nreplicas: 3\n",
    );
    refuse(
        "--file values.yaml --image app:v2 --key image --value app:v3",
        "image: app:v1\n",
        Kind::InvalidKey,
        "two values",
    );
}

/// Found by the fuzz target `plan`.
#[test]
fn a_key_that_no_reader_would_find_is_not_added() {
    let key = "k".repeat(1023);
    refuse(
        &format!("--file values.yaml --key {key} --value x --create"),
        "a: b\n",
        Kind::InvalidKey,
        "too long for readers of YAML",
    );
    check(
        &format!("--file values.yaml --key {} --value x --create", &key[3..]),
        "a: b\n",
        &format!("a: b\n{}: x\n", &key[3..]),
    );
}
