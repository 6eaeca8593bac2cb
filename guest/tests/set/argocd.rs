use crate::support::{check, refuse, warnings};
use towpath_guest::error::Kind;
use towpath_guest::plan::Plan;

/// Checks options on the source of an `Application`.
#[track_caller]
fn source(options: &str, before: &str, after: &str) -> Plan {
    let application = |source: &str| {
        let indented: String = source.lines().map(|line| format!("    {line}\n")).collect();
        format!("apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n{indented}")
    };
    check(
        &format!("--file values.yaml {options}"),
        &application(before),
        &application(after),
    )
}

#[test]
fn images_for_kustomize() {
    for (before, after) in [
        ("app:v1", "app:v2"),
        ("app=r.io/app:v1", "app=r.io/app:v2"),
        ("app=*:v1", "app=*:v2"),
        ("x=app:v1", "x=app:v2"),
        ("app=r.io/app", "app=r.io/app:v2"),
        ("app@sha256:ab", "app:v2"),
    ] {
        source(
            "--image app:v2",
            &format!("kustomize:\n  images:\n  - {before}\n  - other:v1\n"),
            &format!("kustomize:\n  images:\n  - {after}\n  - other:v1\n"),
        );
    }
    source(
        "--image app=r.io/app:v2",
        "kustomize: {images: [app:v1]}\n",
        "kustomize: {images: [\"app=r.io/app:v2\"]}\n"
            .replace('"', "")
            .as_str(),
    );
}

#[test]
fn parameters_for_helm() {
    let plan = source(
        "--image app:1.10",
        "helm:\n  parameters:\n  - {name: web.image.repository, value: app}\n  - {name: web.image.tag, value: v1}\n  - {name: api.image.tag, value: v1}\n",
        "helm:\n  parameters:\n  - {name: web.image.repository, value: app}\n  - {name: web.image.tag, value: \"1.10\"}\n  - {name: api.image.tag, value: v1}\n",
    );
    assert_eq!(warnings(&plan), ["no-force-string"]);
    source(
        "--image app:v2",
        "helm:\n  parameters:\n  - {name: image, value: app:v1}\n  - {name: note, value: app:v1}\n",
        "helm:\n  parameters:\n  - {name: image, value: app:v2}\n  - {name: note, value: app:v1}\n",
    );
}

#[test]
fn values_for_helm() {
    source(
        "--image app:v2",
        "helm:\n  valuesObject:\n    image: {repository: app, tag: v1}\n",
        "helm:\n  valuesObject:\n    image: {repository: app, tag: v2}\n",
    );
    source(
        "--image app:1.10",
        "helm:\n  values: |\n    # mine\n    image:\n      repository: app\n      tag: v1 # x\n    other: {tag: v1}\n",
        "helm:\n  values: |\n    # mine\n    image:\n      repository: app\n      tag: \"1.10\" # x\n    other: {tag: v1}\n",
    );
}

#[test]
fn a_place_in_a_string_has_the_line_of_the_file() {
    let plan = source(
        "--image app:v2",
        "helm:\n  values: |\n    image:\n      repository: app\n      tag: v1\n",
        "helm:\n  values: |\n    image:\n      repository: app\n      tag: v2\n",
    );
    assert_eq!(plan.changes[0].at.line, 9);
    assert_eq!(plan.changes[0].key, "spec.source.helm.values > image.tag");
}

#[test]
fn a_key_inside_of_a_string() {
    source(
        "--key 'spec.source.helm.values > image.tag' --value v2",
        "helm:\n  values: |\n    image:\n      tag: v1\n",
        "helm:\n  values: |\n    image:\n      tag: v2\n",
    );
}

#[test]
fn revisions() {
    let key = "--key spec.source.targetRevision --value";
    source(
        &format!("{key} v2.0.0"),
        "targetRevision: v1.0.0\n",
        "targetRevision: v2.0.0\n",
    );
    source(
        &format!("{key} v2.0.0 --allow-moving-revisions"),
        "targetRevision: HEAD\n",
        "targetRevision: v2.0.0\n",
    );
    for (old, new) in [
        ("HEAD", "v2"),
        ("main", "v2"),
        ("1.*", "1.2.0"),
        ("'>=1.0 <2'", "1.2.0"),
        ("v1", "main"),
    ] {
        let file = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {{source: {{targetRevision: {old}}}}}\n"
        );
        refuse(
            &format!("--file values.yaml {key} {new}"),
            &file,
            Kind::Moving,
            "--allow-moving-revisions",
        );
    }
}

const SOURCES: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  sources:
    - repoURL: https://charts.acme.io
      chart: web
      targetRevision: 1.9.0 # pinned
    - repoURL: git@github.com:acme/config.git
      path: apps/web
      targetRevision: v1.0.0
    - repoURL: https://github.com/acme/values
      ref: values
      targetRevision: HEAD
status:
  sync:
    comparedTo:
      source: {repoURL: https://github.com/acme/config, targetRevision: v1.0.0}
";

#[test]
fn charts_and_repositories() {
    for name in ["web", "https://charts.acme.io/web", "charts.acme.io/web"] {
        let plan = check(
            &format!("--chart {name}:1.10 --file values.yaml"),
            SOURCES,
            &SOURCES.replace("1.9.0", "\"1.10\""),
        );
        let change = &plan.changes[0];
        assert_eq!(change.key, "spec.sources[chart=web].targetRevision");
        assert!(
            change.reason.starts_with("quoted, because"),
            "{}",
            change.reason
        );
    }
    for repository in [
        "https://github.com/acme/config",
        "git@github.com:acme/config.git",
        "ssh://git@github.com/acme/config",
        "https://github.com/acme/config//apps/web",
    ] {
        let plan = check(
            &format!("--revision {repository}=v2.0.0"),
            SOURCES,
            &SOURCES.replacen("v1.0.0", "v2.0.0", 1),
        );
        let trailer = format!(
            "\nTowpath-Revision: github.com/acme/config{}\nTowpath-Old: v1.0.0\nTowpath-New: v2.0.0\n",
            if repository.ends_with("apps/web") {
                "//apps/web"
            } else {
                ""
            }
        );
        assert!(plan.message.contains(&trailer), "{}", plan.message);
    }
    let plan = check(
        "--chart web:1.9.1 --revision github.com/acme/config=v2.0.0 --document Application/web",
        SOURCES,
        &SOURCES
            .replace("1.9.0", "1.9.1")
            .replacen("v1.0.0", "v2.0.0", 1),
    );
    let subject = "Set web to 1.9.1, github.com/acme/config to v2.0.0";
    assert_eq!(plan.message.lines().next(), Some(subject));
    assert!(plan.message.contains("\nTowpath-Chart: web\n"));
}

#[test]
fn what_moves_needs_a_permit() {
    let asked = "--revision https://github.com/acme/values=";
    for (options, says) in [
        (format!("{asked}v1"), "follows `HEAD`"),
        (format!("{asked}main"), "`main` moves"),
        ("--chart web:1.x".to_owned(), "`1.x` moves"),
        (
            format!("{asked}main --allow-moving-tags"),
            "--allow-moving-revisions",
        ),
    ] {
        refuse(&options, SOURCES, Kind::Moving, says);
    }
    check(
        &format!("{asked}v1 --allow-moving-revisions"),
        SOURCES,
        &SOURCES.replace("HEAD", "v1"),
    );
    check(
        &format!("{asked}main --allow-moving-revisions"),
        SOURCES,
        &SOURCES.replace("HEAD", "main"),
    );
}

#[test]
fn what_is_near_is_named() {
    for (options, says) in [
        (
            "--revision https://github.com/acme/confg=v1",
            "`github.com/acme/config`",
        ),
        (
            "--revision https://gitlab.com/acme/config=v1",
            "`github.com/acme/config`",
        ),
        ("--revision config=v1", "`github.com/acme/config`"),
        ("--chart webb:1.0.0", "`web`"),
        (
            "--chart nothing:1.0.0",
            "There are `charts.acme.io/web` and",
        ),
        ("--chart other.io/web:1.0.0", "`charts.acme.io/web`"),
    ] {
        refuse(options, SOURCES, Kind::NoSuchSource, says);
    }
    refuse(
        "--revision github.com/acme/config=v1",
        &SOURCES.replace("acme/values", "acme/config"),
        Kind::Ambiguous,
        "spec.sources[path=apps/web].targetRevision",
    );
}

#[test]
fn sources_of_application_sets() {
    let file = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec:\n  generators:\n  - git: {repoURL: https://h.io/a/b, revision: HEAD}\n  template:\n    spec:\n      source: {repoURL: https://h.io/a/b, path: '{{path}}'}\n";
    refuse(
        "--revision https://h.io/a/b=v1",
        file,
        Kind::NoSuchKey,
        "--create",
    );
    check(
        "--revision https://h.io/a/b=v1 --create",
        file,
        &file.replace("a/b, path", "a/b, targetRevision: v1, path"),
    );
    refuse(
        "--revision https://h.io/a/b=v1 --allow-moving-revisions",
        &file.replace("a/b, path", "a/b, targetRevision: '{{rev}}', path"),
        Kind::Template,
        "{{rev}}",
    );
}

#[test]
fn sources_are_chosen_by_their_fields() {
    let file = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  sources:\n  - {repoURL: a, chart: web, targetRevision: 1.0.0}\n  - {repoURL: b, ref: values, targetRevision: 1.0.0}\n";
    check(
        "--file values.yaml --key spec.sources[chart=web].targetRevision --value 1.10",
        file,
        &file.replace(
            "chart: web, targetRevision: 1.0.0",
            "chart: web, targetRevision: \"1.10\"",
        ),
    );
}

#[test]
fn application_sets() {
    let file = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec:\n  generators:\n  - list:\n      elements:\n      - {cluster: dev, image: app:v1}\n      - {cluster: prod, image: app:v0}\n  template:\n    spec:\n      source:\n        kustomize:\n          images: ['other:v1']\n";
    check(
        "--file values.yaml --image other:v2",
        file,
        &file.replace("other:v1", "other:v2"),
    );
    refuse(
        "--file values.yaml --image app:v2",
        file,
        Kind::Ambiguous,
        "cluster",
    );
    check(
        "--file values.yaml --key spec.generators[0].list.elements[cluster=dev].image --value app:v2",
        file,
        &file.replace("app:v1", "app:v2"),
    );
}

#[test]
fn overrides_beside_the_manifests() {
    check(
        "--image app:v2",
        "== a/.argocd-source-web.yaml\nkustomize:\n  images:\n  - app:v1\n",
        "== a/.argocd-source-web.yaml\nkustomize:\n  images:\n  - app:v2\n",
    );
}
