//! The five layouts, and what moves in each.

use super::memory::Memory;
use super::{check, check_memory, rows};
use towpath_guest::preparation::Way;

const DIGEST: &str = "sha256:bbfcd4160a1e8674dac62292ae48be4785262ad7078f9ec11b74a254ce70fa06";

const DIRECTORIES: &str = "\
version: 1
files: environments/<environment>
environments: {dev: {}, prod: {from: dev}}
== environments/dev/kustomization.yaml
namespace: dev
images:
  - name: ghcr.io/acme/web
    newTag: '1.10'
  - name: redis
    newTag: 7.2.0
== environments/prod/kustomization.yaml
namespace: prod   # theirs
replicas: [{name: web, count: 5}]
images:
  - name: ghcr.io/acme/web
    newName: eu.example/acme/web
    newTag: 1.9 # set by hand
  - {name: redis, newTag: 7.2.0}
";

#[test]
fn a_directory_for_each_environment() {
    let plan = check(
        "--from dev --to prod",
        DIRECTORIES,
        "environments/prod/kustomization.yaml",
        "\
namespace: prod   # theirs
replicas: [{name: web, count: 5}]
images:
  - name: ghcr.io/acme/web
    newName: eu.example/acme/web
    newTag: \"1.10\" # set by hand
  - {name: redis, newTag: 7.2.0}
",
    );
    assert_eq!(
        rows(&plan),
        [
            "web | ghcr.io/acme/web | 1.10 | 1.9 | promoted",
            "redis | redis | 7.2.0 | 7.2.0 | the same",
        ]
    );
    assert_message(&plan.message);
}

/// Checks what the commit of the first layout says.
#[track_caller]
fn assert_message(message: &str) {
    assert!(
        message.starts_with("Promote web 1.10 from dev to prod\n\n"),
        "{message}"
    );
    for trailer in [
        "Environment: prod",
        "From: dev",
        "App: web",
        "Image: ghcr.io/acme/web",
    ] {
        assert!(
            message.contains(&format!("\nTowpath-{trailer}\n")),
            "{message}"
        );
    }
    assert_eq!(
        message
            .trim_end()
            .rsplit("\n\n")
            .next()
            .unwrap()
            .matches("Towpath-")
            .count(),
        7
    );
}

#[test]
fn one_app_of_several() {
    let repository = "\
version: 1
files: [apps/<app>/<environment>, argocd/<app>-<environment>.yaml]
environments: {dev: {}, prod: {from: dev}}
== apps/web/dev/kustomization.yaml
images: [{name: web, newTag: v2}]
== apps/web/prod/kustomization.yaml
images: [{name: web, newTag: v1}]
== apps/api/dev/values.yaml
image: {repository: dev.example/api, tag: v4}
== apps/api/prod/values.yaml
image: {repository: prod.example/api, tag: v3}
== argocd/api-dev.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
spec: {source: {repoURL: https://charts.example, chart: api, targetRevision: 0.8.0}, destination: {namespace: dev}}
== argocd/api-prod.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
spec: {source: {repoURL: https://charts.example, chart: api, targetRevision: 0.7.3}, destination: {namespace: prod}}
";
    let path = "apps/api/prod/values.yaml";
    let plan = check(
        "--to prod api",
        repository,
        path,
        "image: {repository: prod.example/api, tag: v4}\n",
    );
    let files: Vec<_> = plan.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, [path, "argocd/api-prod.yaml"]);
    assert!(
        plan.message
            .starts_with("Promote api v4, api 0.8.0 from dev to prod\n"),
        "{}",
        plan.message
    );
    let plan = check(
        "--to prod",
        repository,
        path,
        "image: {repository: prod.example/api, tag: v4}\n",
    );
    assert_eq!(plan.files.len(), 3);
}

#[test]
fn a_values_file_for_each_environment() {
    check(
        "--to prod",
        "\
version: 1
base: charts/<app>/values.yaml
files: charts/<app>/values.<environment>.yaml
environments: {stag: {}, prod: {from: stag}}
== charts/web/values.yaml
image: {repository: acme/web, tag: dev}
== charts/web/values.stag.yaml
replicas: 1
image:
  tag: abc1234
== charts/web/values.prod.yaml
replicas: 5
image:
  tag: 0123e45
",
        "charts/web/values.prod.yaml",
        "replicas: 5\nimage:\n  tag: abc1234\n",
    );
}

#[test]
fn a_branch_for_each_environment() {
    let repository = "\
version: 1
environments:
  dev: {branch: dev}
  prod: {branch: production, from: dev, delivery: request}
== @dev web/deployment.yaml
apiVersion: apps/v1
kind: Deployment
spec: {template: {spec: {containers: [{name: web, image: 'acme/web:v2'}]}}}
== @production web/deployment.yaml
apiVersion: apps/v1
kind: Deployment
spec: {template: {spec: {containers: [{name: web, image: 'acme/web:v1'}]}}}
";
    let expected = "\
apiVersion: apps/v1
kind: Deployment
spec: {template: {spec: {containers: [{name: web, image: 'acme/web:v2'}]}}}
";
    let plan = check("--to prod", repository, "web/deployment.yaml", expected);
    let draft = plan.request.unwrap();
    assert_eq!(
        (draft.head.as_str(), draft.title.as_str()),
        ("towpath/prod/promote", "Promote web v2 from dev to prod")
    );
    assert!(
        draft
            .body
            .contains("| web | acme/web | v2 | v1 | promoted |"),
        "{}",
        draft.body
    );
    let memory = Memory::new(repository);
    let request = super::Arguments::parse("--to prod");
    let prepared = towpath_guest::prepare(&request, &memory).unwrap();
    assert_eq!(prepared.way, Way::Request);
    assert_eq!(prepared.target.branch.as_deref(), Some("production"));
}

const CAPTAIN: &str = "\
version: 1
base: base
revision: {file: 'clusters/<environment>.yaml', repository: https://git.example/config}
environments: {develop: {}, staging: {from: develop}, production: {from: staging}}
== @main base/web/kustomization.yaml
images: [{name: acme/web, newTag: v3}]
== @main overlays/develop/kustomization.yaml
resources: [../../base/web]
== @release/2.7.0 base/web/kustomization.yaml
images: [{name: acme/web, newTag: v2}]
== @release/2.7.0 overlays/staging/kustomization.yaml
resources: [../../base/web]
== @release/2.7.0 overlays/production/kustomization.yaml
resources: [../../base/web]
== @release/2.6.3 base/web/kustomization.yaml
images: [{name: acme/web, newTag: v1}]
== @release/2.6.3 overlays/production/kustomization.yaml
resources: [../../base/web]
== @release/2.6.3 overlays/staging/kustomization.yaml
resources: [../../base/web]
== https://git.example/config clusters/develop.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
spec: {source: {repoURL: https://git.example/deploy, targetRevision: main, path: overlays/develop}}
== https://git.example/config clusters/staging.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
spec: {source: {repoURL: https://git.example/deploy, targetRevision: release/2.7.0, path: overlays/staging}}
== https://git.example/config clusters/production.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
spec: {source: {repoURL: https://git.example/deploy, targetRevision: release/2.6.3, path: overlays/production}}
";

#[test]
fn a_revision_for_each_environment() {
    let expected = CAPTAIN
        .rsplit("production.yaml\n")
        .next()
        .unwrap()
        .replace("2.6.3", "2.7.0");
    let plan = check(
        "--to production",
        CAPTAIN,
        "clusters/production.yaml",
        &expected,
    );
    assert_eq!(
        rows(&plan),
        [
            "(revision) |  | release/2.7.0 | release/2.6.3 | promoted",
            "web |  | v2 | v1 | promoted",
        ]
    );
    assert!(
        plan.message
            .starts_with("Promote deploy release/2.7.0 from staging to production\n"),
        "{}",
        plan.message
    );
}

#[test]
fn a_release_that_was_cut_from_a_branch() {
    let old = CAPTAIN.replace(
        "release/2.7.0, path: overlays/staging",
        "release/2.6.3, path: overlays/staging",
    );
    let mut memory = Memory::new(&old);
    memory.tags = vec!["release/2.7.0".to_owned()];
    let expected = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
spec: {source: {repoURL: https://git.example/deploy, targetRevision: release/2.7.0, path: overlays/staging}}
";
    check_memory(
        "--to staging --revision release/2.7.0",
        &memory,
        "clusters/staging.yaml",
        expected,
    );
}

#[test]
fn digests_travel_with_their_tags() {
    let repository = format!(
        "\
version: 1
environments: {{dev: {{files: dev.yaml}}, prod: {{files: prod.yaml, from: dev}}}}
== dev.yaml
a: {{image: acme/a:v2}}
b: {{image: acme/b:v2@{DIGEST}}}
c: {{image: {{repository: acme/c, tag: v2, digest: {DIGEST}}}}}
== prod.yaml
a: {{image: acme/a:v1@{DIGEST}}}
b: {{image: acme/b:v1}}
c: {{image: {{repository: acme/c, tag: v1}}}}
"
    );
    let expected = format!(
        "\
a: {{image: acme/a:v2}}
b: {{image: acme/b:v2@{DIGEST}}}
c: {{image: {{repository: acme/c, tag: v2@{DIGEST}}}}}
"
    );
    check("--to prod", &repository, "prod.yaml", &expected);
}

#[test]
fn what_only_the_target_has_stays() {
    let plan = check(
        "--to prod",
        "\
version: 1
environments: {dev: {files: dev.yaml}, prod: {files: prod.yaml, from: dev}}
== dev.yaml
web: {image: acme/web:v2}
== prod.yaml
web: {image: acme/web:v1}
proxy: {image: envoy:v1.30.0}
",
        "prod.yaml",
        "web: {image: acme/web:v2}\nproxy: {image: envoy:v1.30.0}\n",
    );
    assert_eq!(
        rows(&plan)[0],
        "envoy | envoy | - | v1.30.0 | only in the target: stays"
    );
}

#[test]
fn what_follows_a_branch_stays() {
    let application = |environment: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {{source: {{repoURL: https://git.example/deploy, targetRevision: {environment}}}}}\n"
        )
    };
    let repository = format!(
        "version: 1\nfiles: <environment>.yaml\nenvironments: {{dev: {{}}, prod: {{from: dev}}}}\n== dev.yaml\n{}== prod.yaml\n{}",
        application("main"),
        application("v1.2.0")
    );
    check(
        "--to prod",
        &repository,
        "prod.yaml",
        &application("v1.2.0"),
    );
}

impl super::Arguments {
    fn parse(arguments: &str) -> towpath_guest::request::Request {
        let words = ["promote"].into_iter().chain(arguments.split_whitespace());
        <Self as clap::Parser>::try_parse_from(words)
            .unwrap()
            .promote
            .request()
    }
}
