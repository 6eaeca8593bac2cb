use crate::support::{check, refuse};
use towpath_guest::error::Kind;

/// Checks `--image app:v2` with options on one manifest.
#[track_caller]
fn manifest(options: &str, before: &str, after: &str) {
    check(
        &format!("--file values.yaml --image app:v2 {options}"),
        before,
        after,
    );
}

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  initContainers:
  - {name: init, image: app:v1}
  containers:
  - {name: web, image: app:v1, args: [app:v1]}
  - {name: side, image: app-side:v1}
  ephemeralContainers:
  - {name: debug, image: app:v1}
status:
  containerStatuses:
  - {name: web, image: app:v1}
";

#[test]
fn a_container_is_chosen_by_its_name() {
    refuse(
        "--file values.yaml --image app:v2",
        POD,
        Kind::Ambiguous,
        "values.yaml:8",
    );
    for name in ["init", "web", "debug"] {
        let entry = format!("{{name: {name}, image: app:v");
        let (head, status) = POD.split_once("status").unwrap();
        let after = head.replace(&format!("{entry}1"), &format!("{entry}2"));
        manifest(
            &format!("--container {name}"),
            POD,
            &format!("{after}status{status}"),
        );
    }
    refuse(
        "--file values.yaml --image app:v2 --container x",
        POD,
        Kind::NoSuchImage,
        "app",
    );
}

#[test]
fn all_containers() {
    let (head, status) = POD.split_once("status").unwrap();
    let after = head.replace("image: app:v1", "image: app:v2");
    manifest("--all", POD, &format!("{after}status{status}"));
}

#[test]
fn kinds_with_templates() {
    for path in [
        "spec.template.spec",
        "spec.jobTemplate.spec.template.spec",
        "spec.workload.pod",
    ] {
        let mut text = "apiVersion: x/v1\nkind: Any\n".to_owned();
        for (depth, key) in path.split('.').enumerate() {
            text.push_str(&format!("{}{key}:\n", "  ".repeat(depth)));
        }
        let indent = "  ".repeat(path.split('.').count());
        text.push_str(&format!(
            "{indent}containers:\n{indent}- name: web\n{indent}  image: app:v1\n"
        ));
        manifest("--container web", &text, &text.replace("app:v1", "app:v2"));
    }
}

const SEVERAL: &str = "\
# comment
---
apiVersion: v1
kind: Service
metadata: {name: web}
---
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: a}
spec: {template: {spec: {containers: [{name: c, image: app:v1}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: b}
spec: {template: {spec: {containers: [{name: c, image: app:v0}]}}}
...
";

#[test]
fn documents_are_chosen_by_kind_name_and_namespace() {
    refuse(
        "--file values.yaml --image app:v2",
        SEVERAL,
        Kind::Ambiguous,
        "--document",
    );
    for document in ["Deployment", "Deployment/web"] {
        refuse(
            &format!("--file values.yaml --image app:v2 --document {document}"),
            SEVERAL,
            Kind::Ambiguous,
            ":16",
        );
    }
    manifest(
        "--document Deployment/web/a",
        SEVERAL,
        &SEVERAL.replace("app:v1", "app:v2"),
    );
    manifest(
        "--document '#4'",
        SEVERAL,
        &SEVERAL.replace("app:v0", "app:v2"),
    );
    refuse(
        "--file values.yaml --image app:v2 --document Service",
        SEVERAL,
        Kind::NoSuchImage,
        "app",
    );
    refuse(
        "--file values.yaml --image app:v2 --document a/b/c/d",
        SEVERAL,
        Kind::Usage,
        "KIND/NAME",
    );
}

#[test]
fn items_of_lists() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n  spec: {containers: [{name: c, image: app:v1}]}\n";
    manifest("--document Pod/p", list, &list.replace("v1}", "v2}"));
}

#[test]
fn what_is_watched_is_not_what_runs() {
    let files =
        "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\nspec: {image: app}\n---\n";
    let pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: app:v1}]}\n";
    manifest(
        "",
        &format!("{files}{pod}"),
        &format!("{files}{}", pod.replace("app:v1", "app:v2")),
    );
}

#[test]
fn compose_services_are_containers() {
    let compose = "services:\n  web: {image: app:v1}\n  old: {image: app:v0}\n";
    check(
        "--file compose.yaml --image app:v2 --container web",
        &format!("== compose.yaml\n{compose}"),
        &format!("== compose.yaml\n{}", compose.replace("app:v1", "app:v2")),
    );
}

#[test]
fn versions_in_variables_are_named() {
    refuse(
        "--image app:v2",
        "== compose.yaml\nservices:\n  web:\n    image: app:${TAG:-v1}\n",
        Kind::NoSuchImage,
        "compose.yaml:3:12: no image `app`",
    );
}

#[test]
fn json() {
    let json = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"app:v1\"}]}}";
    check(
        "--file p.json --image app:v2",
        &format!("== p.json\n{json}"),
        &format!("== p.json\n{}", json.replace("app:v1", "app:v2")),
    );
}
