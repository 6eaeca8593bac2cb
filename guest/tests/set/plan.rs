use crate::support::{check, refuse};
use towpath_guest::error::Kind;

const VALUES: &str = "web:\n  image:\n    repository: r.io/web\n    tag: v1\n";

#[test]
fn what_is_said_about_a_change() {
    let plan = check(
        "--file a/values.yaml --image r.io/web:v2 --environment prod --source-repository acme/web --build 7",
        &format!("== a/values.yaml\n{VALUES}"),
        &format!("== a/values.yaml\n{}", VALUES.replace("v1", "v2")),
    );
    let change = &plan.changes[0];
    assert_eq!(change.at.to_string(), "a/values.yaml:4:10");
    assert_eq!(
        (change.key.as_str(), change.image.as_deref()),
        ("web.image.tag", Some("r.io/web"))
    );
    assert_eq!(
        (change.old.as_deref(), change.new.as_deref()),
        (Some("v1"), Some("v2"))
    );
    assert_eq!(
        plan.message,
        "Set r.io/web to v2 in prod\n\n- a/values.yaml: web.image.tag: v1 -> v2\n\nTowpath-Image: r.io/web\nTowpath-Old: v1\nTowpath-New: v2\nTowpath-File: a/values.yaml\nTowpath-Environment: prod\nTowpath-Source-Repository: acme/web\nTowpath-Build: 7\n"
    );
    assert_eq!(
        plan.diff,
        "--- a/a/values.yaml\n+++ b/a/values.yaml\n@@ -1,4 +1,4 @@\n web:\n   image:\n     repository: r.io/web\n-    tag: v1\n+    tag: v2\n"
    );
}

#[test]
fn what_is_as_asked_already() {
    let plan = check("--file values.yaml --image r.io/web:v1", VALUES, VALUES);
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(plan.changes[0].old, plan.changes[0].new);
    assert_eq!((plan.diff.as_str(), plan.message.as_str()), ("", ""));
}

#[test]
fn changes_are_in_order_of_place() {
    let plan = check(
        "--image a:v2 --image b:v2",
        "== x.yaml\nb: {image: b:v1}\na: {image: a:v1}\n== y.yaml\nc: {image: c:v1}\n",
        "== x.yaml\nb: {image: b:v2}\na: {image: a:v2}\n",
    );
    let keys: Vec<_> = plan
        .changes
        .iter()
        .map(|change| change.key.as_str())
        .collect();
    assert_eq!(keys, ["b.image", "a.image"]);
    assert_eq!(plan.message.lines().next(), Some("Set a to v2, b to v2"));
}

#[test]
fn one_failure_changes_nothing() {
    refuse(
        "--image a:v2 --image none:v2",
        "image: a:v1\n",
        Kind::NoSuchImage,
        "none",
    );
}

#[test]
fn the_names_of_the_formats_are_distinct() {
    let names: Vec<_> = towpath_guest::formats::names().collect();
    let distinct: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(names.len(), distinct.len());
}
