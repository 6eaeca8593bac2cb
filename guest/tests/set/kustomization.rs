use crate::support::{DIGEST, check, refuse, warnings};
use towpath_guest::error::Kind;

const SET: &str = "--file kustomization.yaml --image";

/// Checks an image argument on one kustomization.
#[track_caller]
fn entry(image: &str, before: &str, after: &str) {
    check(
        &format!("{SET} {image}"),
        &format!("== kustomization.yaml\n{before}"),
        &format!("== kustomization.yaml\n{after}"),
    );
}

#[test]
fn a_tag_keeps_everything_else() {
    entry(
        "app:v2",
        "images: # all\n- name: app # the app\n  newName: r.io/app\n  newTag: v1 # now\n  tagSuffix: -x\n- name: app-worker\n  newTag: v1\n",
        "images: # all\n- name: app # the app\n  newName: r.io/app\n  newTag: v2 # now\n  tagSuffix: -x\n- name: app-worker\n  newTag: v1\n",
    );
}

#[test]
fn an_entry_is_found_by_its_new_name() {
    entry(
        "r.io/app:v2",
        "images:\n- name: app\n  newName: r.io/app\n  newTag: v1\n",
        "images:\n- name: app\n  newName: r.io/app\n  newTag: v2\n",
    );
}

#[test]
fn an_own_name_comes_before_a_new_name() {
    entry(
        "b:v2",
        "images:\n- name: a\n  newName: b\n  newTag: v1\n- name: b\n  newTag: v1\n",
        "images:\n- name: a\n  newName: b\n  newTag: v1\n- name: b\n  newTag: v2\n",
    );
}

#[test]
fn a_number_becomes_text() {
    entry(
        "app:1.10",
        "images:\n- name: app\n  newTag: 1.9\n",
        "images:\n- name: app\n  newTag: \"1.10\"\n",
    );
    entry(
        "app:1.10",
        "images:\n- name: app\n  newTag: 1.10\n",
        "images:\n- name: app\n  newTag: \"1.10\"\n",
    );
}

#[test]
fn a_tag_drops_a_stale_digest_and_says_so() {
    let plan = check(
        &format!("{SET} app:v2"),
        "== kustomization.yaml\nimages:\n- name: app\n  newTag: v1\n  digest: sha256:abc\n- name: x\n",
        "== kustomization.yaml\nimages:\n- name: app\n  newTag: v2\n- name: x\n",
    );
    assert_eq!(warnings(&plan), ["digest-removed"]);
    assert_eq!(plan.changes[1].new, None);
    assert!(
        plan.changes[1].reason.contains("old image"),
        "{:?}",
        plan.changes
    );
}

#[test]
fn tags_and_digests_give_way_to_each_other() {
    let digest = |text: &str| text.replace("DIGEST", DIGEST);
    entry(
        &digest("app@DIGEST"),
        "images:\n- name: app\n  newTag: v1 # c\n",
        &digest("images:\n- name: app\n  digest: DIGEST # c\n"),
    );
    entry(
        "app:v2",
        "images:\n- name: app\n  digest: sha256:ab\n",
        "images:\n- name: app\n  newTag: v2\n",
    );
    entry(
        &digest("app:v2@DIGEST"),
        "images:\n- name: app\n  newTag: v1\n",
        &digest("images:\n- name: app\n  newTag: v2\n  digest: DIGEST\n"),
    );
    entry(
        &digest("app@DIGEST"),
        "images:\n- name: app\n  newTag: v1\n  digest: sha256:ab\n",
        &digest("images:\n- name: app\n  newTag: v1\n  digest: DIGEST\n"),
    );
}

#[test]
fn a_tag_with_a_digest_in_it() {
    let digest = |text: &str| text.replace("DIGEST", DIGEST);
    entry(
        "app:v2",
        "images:\n- name: app\n  newTag: v1@sha256:ab\n",
        "images:\n- name: app\n  newTag: v2\n",
    );
    entry(
        &digest("app:v2@DIGEST"),
        "images:\n- name: app\n  newTag: v1@sha256:ab\n",
        &digest("images:\n- name: app\n  newTag: v2@DIGEST\n"),
    );
    entry(
        &digest("app@DIGEST"),
        "images:\n- name: app\n  newTag: v1@sha256:ab\n",
        &digest("images:\n- name: app\n  digest: DIGEST\n"),
    );
}

#[test]
fn a_new_name() {
    entry(
        "app=r.io/app:v2",
        "images:\n- name: app\n  newTag: v1\n",
        "images:\n- name: app\n  newName: r.io/app\n  newTag: v2\n",
    );
    entry(
        "app=r.io/app",
        "images:\n- newTag: v1\n  name: app\n  newName: x\n",
        "images:\n- newTag: v1\n  name: app\n  newName: r.io/app\n",
    );
    entry(
        "app=app:v2",
        "images:\n- name: app\n  newTag: v1\n",
        "images:\n- name: app\n  newTag: v2\n",
    );
}

#[test]
fn duplicate_entries() {
    let before =
        "== kustomization.yaml\nimages:\n- name: app\n  newTag: v1\n- name: app\n  newTag: v1\n";
    refuse(
        &format!("{SET} app:v2"),
        before,
        Kind::Ambiguous,
        "kustomization.yaml:5",
    );
    let plan = check(
        &format!("{SET} app:v2 --all"),
        before,
        &before.replace("v1", "v2"),
    );
    assert_eq!(warnings(&plan), ["duplicate-entry"]);
}

#[test]
fn patches_and_generators_are_left_alone() {
    let rest = "patches:\n- patch: |-\n    image: app:v1\nconfigMapGenerator:\n- literals: [image=app:v1]\n";
    entry(
        "app:v2",
        &format!("images:\n- name: app\n  newTag: v1\n{rest}"),
        &format!("images:\n- name: app\n  newTag: v2\n{rest}"),
    );
}

const BASE: &str = "\
== base/kustomization.yaml
resources: [deployment.yaml]
== base/deployment.yaml
apiVersion: apps/v1
kind: Deployment
spec: {template: {spec: {containers: [{name: app, image: app:v1}]}}}
";

#[test]
fn an_entry_is_added_where_a_resource_uses_the_image() {
    let file = "== prod/kustomization.yaml\nresources:\n- ../base\n";
    for arguments in [
        "--file prod/kustomization.yaml --image app:v2",
        "--path prod --image app:v2",
    ] {
        check(
            arguments,
            &format!("{BASE}{file}"),
            &format!("{file}images:\n- name: app\n  newTag: v2\n"),
        );
    }
}

#[test]
fn an_entry_follows_the_style_of_the_list() {
    let file = "== prod/kustomization.yaml\r\nresources:\r\n  - ../base\r\nimages:\r\n  - name: other\r\n    newTag: v1\r\n";
    check(
        "--file prod/kustomization.yaml --image app=r.io/app:1.10",
        &format!("{BASE}{file}"),
        &format!("{file}  - name: app\r\n    newName: r.io/app\r\n    newTag: \"1.10\"\r\n"),
    );
}

#[test]
fn an_entry_for_nothing_is_not_added() {
    let file = "== prod/kustomization.yaml\nresources:\n- ../base\n";
    let all = format!("{BASE}{file}");
    refuse(
        "--file prod/kustomization.yaml --image other:v2",
        &all,
        Kind::NoSuchImage,
        "other",
    );
    let plan = check(
        "--file prod/kustomization.yaml --image other:v2 --create",
        &all,
        &format!("{file}images:\n- name: other\n  newTag: v2\n"),
    );
    assert_eq!(warnings(&plan), ["unused-entry"]);
}

#[test]
fn an_entry_is_added_to_what_was_chosen() {
    let overlay = |name: &str| {
        format!("== {name}/kustomization.yaml\nnamePrefix: app-\nresources:\n- ../base\n")
    };
    let all = format!("{BASE}{}{}", overlay("a"), overlay("b"));
    // Each of two directories would be one of several places.
    let both = "--path a --path b --image app:v2";
    refuse(both, &all, Kind::Ambiguous, "a/kustomization.yaml:1");
    let with_entry = |name: &str| format!("{}images:\n- name: app\n  newTag: v2\n", overlay(name));
    check(
        &format!("{both} --all"),
        &all,
        &format!("{}{}", with_entry("a"), with_entry("b")),
    );
    check(
        "--file a/kustomization.yaml --file b/kustomization.yaml --image app:v2",
        &all,
        &format!("{}{}", with_entry("a"), with_entry("b")),
    );
    // What was not chosen is not added to.
    let listed = format!("{BASE}{}", with_entry("a"));
    refuse(
        "--document Deploymnt/web --image app:v3",
        &listed,
        Kind::NoSuchImage,
        "It is at a/kustomization.yaml:",
    );
}

#[test]
fn an_entry_that_no_resource_uses_is_warned_of() {
    let entry = |name: &str| format!("images:\n- name: {name}\n  newTag: v1\n");
    let prod =
        |rest: &str| format!("{BASE}== prod/kustomization.yaml\nresources:\n- ../base\n{rest}");
    let check = |arguments: &str, files: &str, expected: &[&str]| {
        let after = files.replace("newTag: v1", "newTag: v2");
        assert_eq!(
            warnings(&check(arguments, files, &after)),
            expected,
            "{files}"
        );
    };
    check(
        "--image other:v2",
        &prod(&entry("other")),
        &["unused-entry"],
    );
    check(
        "--image app:v2 --path prod --path base",
        &prod(&entry("app")),
        &["overridden"],
    );
    // What cannot be seen may use it.
    check("--image other:v2 --path prod", &prod(&entry("other")), &[]);
    check(
        "--image other:v2 --file prod/kustomization.yaml",
        &prod(&entry("other")),
        &[],
    );
    for more in [
        "- https://example.com/base\n",
        "- ../missing\n",
        "patches:\n- path: patch.yaml\n",
        "kind: Component\n",
    ] {
        check(
            "--image other:v2",
            &prod(&format!("{more}{}", entry("other"))),
            &[],
        );
    }
    // What the base calls by another name is used.
    let renamed = prod(&entry("r.io/app")).replace(
        "[deployment.yaml]\n",
        "[deployment.yaml]\nimages:\n- name: app\n  newName: r.io/app\n",
    );
    check(
        "--image r.io/app:v2 --file prod/kustomization.yaml",
        &renamed,
        &[],
    );
    check("--image r.io/app:v2 --path prod", &renamed, &[]);
}

#[test]
fn a_base_that_has_the_entry_is_named() {
    let base = BASE.replace(
        "[deployment.yaml]\n",
        "[deployment.yaml]\nimages:\n- name: app\n  newTag: v1\n",
    );
    let file = "== prod/kustomization.yaml\nresources:\n- ../base\n";
    refuse(
        "--file prod/kustomization.yaml --image app:v2",
        &format!("{base}{file}"),
        Kind::NoSuchImage,
        "base/kustomization.yaml:4 has it",
    );
}

#[test]
fn components_and_other_names() {
    check(
        "--file c/Kustomization --image app:v2",
        "== c/Kustomization\napiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n- {name: app, newTag: v1}\n",
        "== c/Kustomization\napiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n- {name: app, newTag: v2}\n",
    );
}

#[test]
fn two_kustomizations_in_a_directory() {
    let files = "== a/kustomization.yaml\nimages:\n- {name: app, newTag: v1}\n== a/kustomization.yml\nimages: []\n";
    for arguments in [
        "--file a/kustomization.yaml --image app:v2",
        "--image app:v2",
    ] {
        refuse(arguments, files, Kind::Contradiction, "kustomization.yml");
    }
}

#[test]
fn a_manifest_that_is_replaced_anyway_is_left_alone() {
    let file =
        "== prod/kustomization.yaml\nresources: [../base]\nimages:\n- name: app\n  newTag: v1\n";
    let plan = check(
        "--image app:v2",
        &format!("{BASE}{file}"),
        &file.replace("v1", "v2"),
    );
    assert_eq!(warnings(&plan), ["overridden"]);
}

#[test]
fn a_manifest_that_another_overlay_uses_is_not_left_alone() {
    let prod =
        "== prod/kustomization.yaml\nresources: [../base]\nimages:\n- name: app\n  newTag: v1\n";
    let dev = "== dev/kustomization.yaml\nresources: [../base]\n";
    refuse(
        "--image app:v2",
        &format!("{BASE}{prod}{dev}"),
        Kind::Ambiguous,
        "base/deployment.yaml:3",
    );
}

const REMOTE: &str = "\
== a/kustomization.yaml
resources:
  - ../base
  - https://github.com/acme/config//base?timeout=90s&ref=v1.0.0 # pinned
  - github.com/acme/other/base?ref=main
components:
  - git@gitlab.acme.io:tools/parts.git//x
helmCharts:
  - name: web
    repo: https://charts.acme.io
    version: 1.0.0
";

#[test]
fn remote_bases() {
    for repository in [
        "https://github.com/acme/config",
        "git@github.com:acme/config.git",
        "https://github.com/acme/config//base",
    ] {
        let plan = check(
            &format!("--revision {repository}=v2.0.0"),
            REMOTE,
            &REMOTE.replace("v1.0.0", "v2.0.0"),
        );
        assert!(
            plan.message
                .contains("\nTowpath-Old: v1.0.0\nTowpath-New: v2.0.0\n")
        );
    }
    refuse(
        "--revision github.com/acme/other=v1",
        REMOTE,
        Kind::Moving,
        "`main`",
    );
    check(
        "--revision github.com/acme/other=v1+2 --allow-moving-revisions",
        REMOTE,
        &REMOTE.replace("ref=main", "ref=v1%2B2"),
    );
    refuse(
        "--revision gitlab.acme.io/tools/parts=v1",
        REMOTE,
        Kind::NoSuchKey,
        "--create",
    );
    check(
        "--revision gitlab.acme.io/tools/parts=v1 --create",
        REMOTE,
        &REMOTE.replace("parts.git//x", "parts.git//x?ref=v1"),
    );
}

#[test]
fn versions_of_charts() {
    check(
        "--file a/kustomization.yaml --chart web:1.10",
        REMOTE,
        &REMOTE.replace("version: 1.0.0", "version: \"1.10\""),
    );
    let chart = "== c/Chart.yaml\nname: c\nversion: 1.0.0\ndependencies:\n- name: redis\n  alias: cache\n  version: 18.0.0\n  repository: oci://r.io/charts\n- name: web\n  version: ~1.2\n== c/Chart.lock\ndependencies:\n- name: redis\n  version: 18.0.0\n";
    for name in ["redis", "cache", "oci://r.io/charts/redis"] {
        let after = chart.replacen("18.0.0", "19.0.0", 1);
        let plan = check(&format!("--chart {name}:19.0.0"), chart, &after);
        assert_eq!(warnings(&plan), ["stale-lock"]);
    }
    refuse("--chart web:1.2.3", chart, Kind::Moving, "`~1.2`");
    refuse("--chart c:1.2.3", chart, Kind::NoSuchSource, "chart `c`");
}
