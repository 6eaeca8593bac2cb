use crate::support::{DIGEST, check, refuse};
use towpath_guest::error::Kind;

#[test]
fn a_release_of_helm() {
    let file = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  chart: {spec: {chart: web, version: 1.0.0}}\n  values:\n    image: {repository: app, tag: v1}\n";
    check(
        "--file values.yaml --image app:v2",
        file,
        &file.replace("v1}", "v2}"),
    );
    check(
        "--file values.yaml --key spec.chart.spec.version --value 1.10",
        file,
        &file.replace("version: 1.0.0", "version: \"1.10\""),
    );
    let range = file.replace("1.0.0", "1.x");
    refuse(
        "--file values.yaml --key spec.chart.spec.version --value 1.10",
        &range,
        Kind::Moving,
        "1.x",
    );
}

#[test]
fn images_of_a_kustomization() {
    let file = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  images:\n  - name: app\n    newTag: v1\n";
    check(
        "--file values.yaml --image app:v2",
        file,
        &file.replace("newTag: v1", "newTag: v2"),
    );
}

#[test]
fn an_artifact() {
    let file = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec:\n  url: oci://r.io/chart\n  ref:\n    tag: v1\n";
    check(
        "--file values.yaml --image r.io/chart:v2",
        file,
        &file.replace("tag: v1", "tag: v2"),
    );
    check(
        &format!("--file values.yaml --image r.io/chart@{DIGEST}"),
        file,
        &file.replace("tag: v1", &format!("digest: {DIGEST}")),
    );
    let range = file.replace("tag: v1", "semver: 1.x");
    refuse(
        "--file values.yaml --image r.io/chart:v2",
        &range,
        Kind::Moving,
        "1.x",
    );
    check(
        "--file values.yaml --image r.io/chart:v2 --allow-moving-revisions",
        &range,
        &file.replace("tag: v1", "tag: v2"),
    );
}

const MARKED: &str = "\
spec:
  image:
    repository: app # {\"$imagepolicy\": \"ns:app:name\"}
    tag: v1 # see {\"$imagepolicy\": \"ns:app:tag\"} here
  whole: app:v1 # {\"$imagepolicy\": \"ns:app\"}
  other: v1 # {\"$imagepolicy\": \"ns:app-2:tag\"}
";

#[test]
fn markers_select_whatever_the_name_is() {
    check(
        "--file values.yaml --image r.io/app:v2 --marker ns:app",
        MARKED,
        &MARKED
            .replace("repository: app", "repository: r.io/app")
            .replace("tag: v1", "tag: v2")
            .replace("app:v1", "r.io/app:v2"),
    );
    check(
        "--file values.yaml --tag v2 --marker ns:app:tag",
        MARKED,
        &MARKED.replace("tag: v1", "tag: v2"),
    );
    check(
        "--tag 1.10 --marker ns:app-2",
        MARKED,
        &MARKED.replace("other: v1", "other: \"1.10\""),
    );
    refuse(
        "--file values.yaml --tag v2 --marker ns:none",
        MARKED,
        Kind::NoSuchImage,
        "ns:none",
    );
}

#[test]
fn any_comment_narrows() {
    let file = "a: {image: app:v1} # the first\nb: {image: app:v1} # the second\n";
    check(
        "--file values.yaml --image app:v2 --marker 'the second'",
        file,
        "a: {image: app:v1} # the first\nb: {image: app:v2} # the second\n",
    );
    check(
        "--file values.yaml --key a.image --value app:v2 --marker first",
        file,
        "a: {image: app:v2} # the first\nb: {image: app:v1} # the second\n",
    );
    refuse(
        "--file values.yaml --image app:v2 --marker third",
        file,
        Kind::NoSuchImage,
        "app",
    );
}
