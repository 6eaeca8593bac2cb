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

#[test]
fn versions_of_charts() {
    let file = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  chart:\n    spec:\n      chart: web\n      version: 1.0.0\n      sourceRef: {kind: HelmRepository, name: acme}\n";
    for name in ["web", "acme/web"] {
        check(
            &format!("--chart {name}:1.1.0"),
            file,
            &file.replace("1.0.0", "1.1.0"),
        );
    }
    let open = file.replace("      version: 1.0.0\n", "");
    refuse("--chart web:1.1.0", &open, Kind::NoSuchKey, "--create");
    check(
        "--chart web:1.1.0 --create",
        &open,
        &file.replace("1.0.0", "1.1.0"),
    );
    let range = file.replace("1.0.0", "'>=1.0.0 <2.0.0'");
    refuse("--chart web:1.1.0", &range, Kind::Moving, ">=1.0.0");
    check(
        "--chart web:1.1.0 --allow-moving-revisions",
        &range,
        &file.replace("1.0.0", "'1.1.0'"),
    );
}

/// Checks what the `ref` of a `GitRepository` becomes.
#[track_caller]
fn git(revision: &str, before: &str, after: &str) {
    let file = |reference: &str| {
        format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nspec:\n  url: ssh://git@github.com/acme/config\n{reference}"
        )
    };
    check(
        &format!(
            "--revision https://github.com/acme/config={revision} --allow-moving-revisions --create"
        ),
        &file(before),
        &file(after),
    );
}

#[test]
fn revisions_of_repositories() {
    const COMMIT: &str = "0123456789012345678901234567890123456789";
    for (revision, before, after) in [
        ("v2", "tag: v1", "tag: v2"),
        ("v2", "branch: main", "tag: v2"),
        ("v2", "semver: 1.x", "tag: v2"),
        ("v2", "commit: abc", "tag: v2"),
        ("v2", "name: refs/tags/v1", "name: refs/tags/v2"),
        ("main", "branch: dev", "branch: main"),
        (
            "refs/heads/release-2",
            "branch: release-1",
            "branch: release-2",
        ),
        ("1.x", "tag: v1", "semver: 1.x"),
        (COMMIT, "tag: v1", &format!("commit: \"{COMMIT}\"")),
        (
            COMMIT,
            "branch: main",
            &format!("branch: main\n    commit: \"{COMMIT}\""),
        ),
        (
            "v2",
            "branch: main\n    commit: abc",
            "branch: main\n    tag: v2",
        ),
        ("v2", "semver: 1.x\n    tag: v1", "tag: v2"),
    ] {
        git(
            revision,
            &format!("  ref:\n    {before}\n"),
            &format!("  ref:\n    {after}\n"),
        );
    }
    git("v2", "", "  ref:\n    tag: v2\n");
    git("v2", "  ref: {}\n", "  ref:\n    tag: v2\n");
    let branch = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nspec: {url: https://h.io/a/b, ref: {branch: release-1}}\n";
    refuse(
        "--revision h.io/a/b=v2",
        branch,
        Kind::Moving,
        "follows `release-1`",
    );
    refuse(
        "--revision h.io/a/b=v2",
        &branch.replace(", ref: {branch: release-1}", ""),
        Kind::NoSuchKey,
        "--create",
    );
}

#[test]
fn revisions_of_artifacts() {
    let file = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec:\n  url: oci://r.io/manifests\n  ref:\n    tag: v1\n";
    check(
        "--revision oci://r.io/manifests=v2",
        file,
        &file.replace("tag: v1", "tag: v2"),
    );
    check(
        &format!("--revision oci://r.io/manifests={DIGEST}"),
        file,
        &file.replace("tag: v1", &format!("digest: {DIGEST}")),
    );
    check(
        "--revision r.io/manifests=1.x --allow-moving-revisions",
        file,
        &file.replace("tag: v1", "semver: 1.x"),
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
fn a_marked_name_stays_when_only_a_version_is_given() {
    let file = "\
spec:
  imgName: ghcr.io/acme/app # {\"$imagepolicy\": \"ns:app:name\"}
  imgTag: v1 # {\"$imagepolicy\": \"ns:app:tag\"}
";
    check(
        "--file values.yaml --tag v2 --marker ns:app",
        file,
        &file.replace("imgTag: v1", "imgTag: v2"),
    );
    check(
        "--file values.yaml --image ghcr.io/acme/web:v2 --marker ns:app",
        file,
        &file
            .replace("acme/app", "acme/web")
            .replace("imgTag: v1", "imgTag: v2"),
    );
    refuse(
        "--file values.yaml --tag v2 --marker ns:app",
        &file.replace("ghcr.io/acme/app", ""),
        Kind::NoSuchImage,
        "spec.imgName names no image yet",
    );
}

/// Found by the fuzz target `plan`.
#[test]
fn a_marked_value_without_an_image_is_not_given_just_any() {
    let marker = "# {\"$imagepolicy\": \"ns:app\"}";
    let empty = format!("image: {marker}\n");
    refuse(
        "--file values.yaml --tag v8 --marker ns:app",
        &empty,
        Kind::NoSuchImage,
        "image names no image yet",
    );
    check(
        "--file values.yaml --image app:v8 --marker ns:app",
        &empty,
        &format!("image: app:v8 {marker}\n"),
    );
    refuse(
        "--file values.yaml --image app:v8 --marker ns:app",
        &format!("a: {{b/c|-\n:v3}} {marker}\n"),
        Kind::InvalidKey,
        "has no place for a value",
    );
}

#[test]
fn a_colon_after_a_space_gets_quotes_between_braces() {
    check(
        "--file values.yaml --key a.b --value 'x :v8'",
        "a: {b: c}\n",
        "a: {b: \"x :v8\"}\n",
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
