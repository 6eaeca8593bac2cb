//! `towpath init`, `check` and `env add`, and `set` in an environment, on
//! repositories in memory.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

#[path = "promote/memory.rs"]
mod memory;

use memory::Memory;
use towpath_guest::error::{Failure, Kind};
use towpath_guest::facts::Facts;
use towpath_guest::plan::{FileState, Plan};
use towpath_guest::repository::View;
use towpath_guest::request::{
    AddEnvironmentRequest, CheckRequest, InitRequest, Intent, Request, SetRequest, Source, Wording,
};

const SHOP: &str = "\
== README.md
# Deployments
== apps/web/base/kustomization.yaml
resources: [deployment.yaml]
== apps/web/overlays/dev/kustomization.yaml
namespace: shop-dev
images:
  - name: acme/web
    newTag: v2
== apps/web/overlays/prod/kustomization.yaml
namespace: shop-prod
images:
  - name: acme/web
    newTag: v1
== apps/api/values/dev.yaml
image: {repository: acme/api, tag: v4}
== apps/api/values/prod.yaml
image: {repository: acme/api, tag: v3}
== argocd/web-dev.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: web-dev
  namespace: argocd
spec:
  source: {repoURL: https://git.example/deploy, targetRevision: HEAD, path: apps/web/overlays/dev}
  destination: {server: https://kubernetes.default.svc, namespace: shop-dev}
== argocd/web-prod.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: web-prod
  namespace: argocd
spec:
  source: {repoURL: https://git.example/deploy, targetRevision: HEAD, path: apps/web/overlays/prod}
  destination: {server: https://kubernetes.default.svc, namespace: shop-prod}
";

const CONFIGURATION: &str = "\
version: 1
base: apps/<app>/base
files:
  - apps/<app>/overlays/<environment>
  - apps/<app>/values/<environment>.yaml
  - argocd/<app>-<environment>.yaml
environments:
  dev:
  prod: {from: dev}
";

fn request(intent: Intent) -> Request {
    Request {
        intent,
        source: Source::default(),
        facts: Facts::default(),
        wording: Wording::default(),
    }
}

fn init(repository: &str) -> Result<Plan, Failure> {
    let request = request(Intent::Init(InitRequest::default()));
    let mut memory = Memory::new(repository);
    memory
        .files
        .retain(|(_, path), bytes| path != "towpath.yaml" || !bytes.is_empty());
    towpath_guest::plan(&request, &memory)
}

/// Checks what `init` writes.
#[track_caller]
fn check_init(repository: &str, expected: &str) -> Plan {
    let plan = init(repository).unwrap_or_else(|failure| panic!("{}", failure.explanation()));
    let file = &plan.files[0];
    assert_eq!(
        (file.path.as_str(), file.state),
        ("towpath.yaml", FileState::Added)
    );
    assert_eq!(
        String::from_utf8(file.apply(&[]).unwrap()).unwrap(),
        expected
    );
    plan
}

/// Returns what `check` says, and the kind of its verdict.
fn check(configuration: &str, files: &str) -> (String, Option<String>) {
    let request = request(Intent::Check(CheckRequest::default()));
    let memory = Memory::new(&format!("{configuration}{files}"));
    let seen = towpath_guest::inspect(&request, &memory).unwrap();
    (seen.report.text, seen.verdict.map(|verdict| verdict.kind))
}

fn add(name: &str, from: &str, more: AddEnvironmentRequest) -> Result<Plan, Failure> {
    add_to(&format!("{CONFIGURATION}{SHOP}"), (name, from), more).1
}

/// Adds an environment to a repository; also returns the repository that the
/// commit goes to.
fn add_to(
    repository: &str,
    (name, from): (&str, &str),
    more: AddEnvironmentRequest,
) -> (Option<String>, Result<Plan, Failure>) {
    let request = request(Intent::AddEnvironment(AddEnvironmentRequest {
        name: name.to_owned(),
        from: from.to_owned(),
        ..more
    }));
    let memory = Memory::new(repository);
    let prepared = towpath_guest::prepare(&request, &memory);
    let target = prepared.map(|prepared| prepared.target.repository);
    (
        target.unwrap_or_default(),
        towpath_guest::plan(&request, &memory),
    )
}

/// Returns the text of a file after a plan.
fn after(plan: &Plan, path: &str, before: &str) -> String {
    let file = plan.files.iter().find(|file| file.path == path).unwrap();
    String::from_utf8(file.apply(before.as_bytes()).unwrap()).unwrap()
}

#[test]
fn init_finds_directories_files_and_applications() {
    let plan = check_init(SHOP, CONFIGURATION);
    let rows = plan.table.unwrap().rows;
    assert_eq!(rows[0], ["dev", "", "api v4, web v2"]);
    assert_eq!(rows[1], ["prod", "dev", "api v3, web v1"]);
    assert!(
        plan.message
            .starts_with("Declare the environments dev, prod\n\n"),
        "{}",
        plan.message
    );
}

#[test]
fn init_finds_values_for_each_environment_and_what_they_share() {
    check_init(
        "\
== charts/web/values.yaml
image: {repository: acme/web, tag: dev}
== charts/web/values.stag.yaml
image: {tag: v2}
== charts/web/values.prod.yaml
image: {tag: v1}
",
        "\
version: 1
base: charts/<app>/values.yaml
files: charts/<app>/values.<environment>.yaml
environments:
  stag:
  prod: {from: stag}
",
    );
}

#[test]
fn init_refuses_what_it_does_not_know_and_what_is_there() {
    let failure = init("== values.yaml\nimage: web:v1\n").unwrap_err();
    assert_eq!(failure.kind, Kind::NoSuchFile);
    let failure = init(&format!("{CONFIGURATION}{SHOP}")).unwrap_err();
    assert_eq!(failure.kind, Kind::Usage);
}

#[test]
fn check_says_what_fits() {
    let (text, verdict) = check(CONFIGURATION, SHOP);
    assert_eq!(
        text,
        "dev: 4 files, apps api, web\nprod from dev: 4 files, apps api, web\ntowpath.yaml fits the repository.\n"
    );
    assert_eq!(verdict, None);
}

#[test]
fn check_says_what_does_not_fit_and_where() {
    let configuration = "\
version: 1
apps: {shop: {images: [acme/web, acme/none]}}
environments:
  dev: {files: apps/web/overlays/dev}
  prod: {files: apps/web/overlays/prod, from: dev}
  copy: {files: apps/web/overlays/dev, from: prod}
  gone: {files: apps/web/overlays/gone}
";
    let (text, verdict) = check(configuration, SHOP);
    assert_eq!(verdict.as_deref(), Some("invalid-config"));
    for says in [
        "towpath.yaml:7: environment `gone` has no files at \"apps/web/overlays/gone\"",
        "towpath.yaml:7: environment `gone` comes from nowhere and leads nowhere",
        "towpath.yaml:6: environments `dev` and `copy` have the same files",
    ] {
        assert!(text.contains(says), "{text}");
    }
    let whole = configuration.replace("  gone: {files: apps/web/overlays/gone}\n", "");
    let (text, _) = check(&whole, SHOP);
    assert!(
        text.contains("towpath.yaml:2: no environment has `acme/none` of app `shop`"),
        "{text}"
    );
}

#[test]
fn an_environment_is_made_from_another_one() {
    let plan = add("qa", "dev", AddEnvironmentRequest::default()).unwrap();
    let paths: Vec<_> = plan.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "apps/api/values/qa.yaml",
            "apps/web/overlays/qa/kustomization.yaml",
            "argocd/web-qa.yaml",
            "towpath.yaml",
        ]
    );
    let text = after(&plan, "apps/web/overlays/qa/kustomization.yaml", "");
    assert_eq!(
        text,
        "namespace: shop-qa\nimages:\n  - name: acme/web\n    newTag: v2\n"
    );
    let text = after(&plan, "argocd/web-qa.yaml", "");
    for says in [
        "name: web-qa\n",
        "namespace: argocd\n",
        "path: apps/web/overlays/qa}",
        "namespace: shop-qa}",
    ] {
        assert!(text.contains(says), "{text}");
    }
    let text = after(&plan, "towpath.yaml", CONFIGURATION);
    assert_eq!(text, format!("{CONFIGURATION}  qa:\n    from: dev\n"));
    assert!(
        plan.message.starts_with("Add environment qa from dev\n"),
        "{}",
        plan.message
    );
}

#[test]
fn a_new_environment_can_have_its_own_namespace_and_cluster() {
    let more = AddEnvironmentRequest {
        namespace: Some("eu".to_owned()),
        cluster: Some("https://eu.example".to_owned()),
        ..AddEnvironmentRequest::default()
    };
    let plan = add("prod-eu", "prod", more).unwrap();
    let text = after(&plan, "argocd/web-prod-eu.yaml", "");
    assert!(
        text.contains("destination: {server: https://eu.example, namespace: eu}"),
        "{text}"
    );
    let failure = add("prod", "dev", AddEnvironmentRequest::default()).unwrap_err();
    assert_eq!(failure.kind, Kind::Contradiction);
    let failure = add("a b", "dev", AddEnvironmentRequest::default()).unwrap_err();
    assert_eq!(failure.kind, Kind::InvalidConfig);
}

#[test]
fn a_set_is_held_within_its_environment() {
    let set = |environment: &str, memory: &Memory| {
        let request = Request {
            intent: Intent::Set(SetRequest {
                images: vec!["acme/web:v3".to_owned()],
                ..SetRequest::default()
            }),
            source: Source {
                environment: Some(environment.to_owned()),
                ..Source::default()
            },
            facts: Facts::default(),
            wording: Wording::default(),
        };
        let target = towpath_guest::prepare(&request, memory)?.target;
        towpath_guest::plan(&request, memory).map(|plan| (plan, target))
    };
    let memory = Memory::new(&format!("{CONFIGURATION}{SHOP}"));
    let (plan, target) = set("prod", &memory).unwrap();
    let paths: Vec<_> = plan.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["apps/web/overlays/prod/kustomization.yaml"]);
    assert_eq!(target.branch, None);
    assert_eq!(
        set("prd", &memory).unwrap_err().kind,
        Kind::NoSuchEnvironment
    );

    let memory = Memory::new(
        "version: 1\nenvironments: {dev: {branch: develop}}\n== @develop a.yaml\nimage: acme/web:v2\n",
    );
    let (plan, target) = set("dev", &memory).unwrap();
    assert_eq!(target.branch.as_deref(), Some("develop"));
    let develop = View {
        revision: target.branch,
        ..View::default()
    };
    let before = &memory.files[&(develop, "a.yaml".to_owned())];
    assert_eq!(
        plan.files[0].apply(before).unwrap(),
        b"image: acme/web:v3\n"
    );
}

/// A release captain's repository, with the Applications at `place`.
fn captain(place: &str) -> String {
    let mut text = String::from("== README.md\nhello\n");
    for at in ["", "@main", "@release/2.7.0"] {
        text.push_str(&format!(
            "== {at} base/web/kustomization.yaml\nimages: [{{name: acme/web, newTag: v3}}]\n"
        ));
        for environment in ["develop", "staging", "production"] {
            text.push_str(&format!(
                "== {at} overlays/{environment}/kustomization.yaml\nresources: [../../base/web]\n"
            ));
        }
    }
    for (environment, revision) in [
        ("develop", "main"),
        ("staging", "release/2.7.0"),
        ("production", "release/2.7.0"),
    ] {
        text.push_str(&format!(
            "== {place} applications/{environment}.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop-{environment}}}
spec:
  source: {{repoURL: https://git.example/deploy, targetRevision: {revision}, path: overlays/{environment}}}
  destination: {{server: https://kubernetes.default.svc, namespace: {environment}}}
"
        ));
    }
    text
}

const REVISIONS: &str = "\
version: 1
base: base
revision: {file: 'applications/<environment>.yaml'}
environments:
  develop:
  staging: {from: develop}
  production: {from: staging}
";

#[test]
fn init_finds_the_revision_that_each_environment_runs() {
    let plan = check_init(&captain(""), REVISIONS);
    let rows = plan.table.unwrap().rows;
    assert_eq!(rows[1], ["staging", "develop", "web v3"]);
    assert_eq!(plan.warnings, []);
    assert_eq!(check(REVISIONS, &captain("")).1, None);
}

#[test]
fn init_finds_manifests_in_another_repository() {
    let elsewhere = captain("").replace("== ", "== https://git.example/deploy");
    let text = elsewhere
        .replace(
            "== https://git.example/deploy applications",
            "== applications",
        )
        .replace("== https://git.example/deployREADME.md", "== README.md");
    check_init(
        &text,
        "version: 1
environments:
  develop: {repository: 'https://git.example/deploy', revision: {file: 'applications/develop.yaml'}}
  staging: {repository: 'https://git.example/deploy', revision: {file: 'applications/staging.yaml'}, from: develop}
  production: {repository: 'https://git.example/deploy', revision: {file: 'applications/production.yaml'}, from: staging}
",
    );
}

#[test]
fn an_environment_at_a_revision_gets_an_application_of_its_own() {
    let more = AddEnvironmentRequest {
        cluster: Some("https://qa.example".to_owned()),
        ..AddEnvironmentRequest::default()
    };
    let repository = format!("{REVISIONS}{}", captain(""));
    let (target, plan) = add_to(&repository, ("qa", "staging"), more);
    let plan = plan.unwrap();
    assert_eq!(target, None);
    assert_eq!(
        after(&plan, "applications/qa.yaml", ""),
        "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-qa}
spec:
  source: {repoURL: https://git.example/deploy, targetRevision: release/2.7.0, path: overlays/staging}
  destination: {server: https://qa.example, namespace: qa}
"
    );
    assert_eq!(
        after(&plan, "towpath.yaml", REVISIONS),
        format!("{REVISIONS}  qa:\n    from: staging\n")
    );
    // The release has no directory for it yet.
    assert_eq!(plan.warnings[0].code, "same-directory");
}

#[test]
fn an_application_in_another_repository_comes_first() {
    let place = "https://git.example/config";
    let configuration = REVISIONS.replace("yaml'}", &format!("yaml', repository: '{place}'}}"));
    let repository = format!("{configuration}{}", captain(place));
    let nothing = AddEnvironmentRequest::default;
    let (target, plan) = add_to(&repository, ("qa", "staging"), nothing());
    let plan = plan.unwrap();
    assert_eq!(target.as_deref(), Some(place));
    let paths = |plan: &Plan| {
        let paths = plan.files.iter().map(|file| file.path.clone());
        paths.collect::<Vec<_>>()
    };
    assert_eq!(paths(&plan), ["applications/qa.yaml"]);
    assert!(plan.warnings.iter().any(|one| one.code == "second-step"));

    let there = after(&plan, "applications/qa.yaml", "");
    let repository = format!("{repository}== {place} applications/qa.yaml\n{there}");
    let (target, plan) = add_to(&repository, ("qa", "staging"), nothing());
    assert_eq!(target, None);
    assert_eq!(paths(&plan.unwrap()), ["towpath.yaml"]);
}

#[test]
fn a_branch_is_made_by_git() {
    let repository = "\
version: 1
environments:
  dev: {branch: dev}
  prod: {branch: main, from: dev}
== @dev web/kustomization.yaml
images: [{name: acme/web, newTag: v2}]
";
    let (_, plan) = add_to(repository, ("qa", "dev"), AddEnvironmentRequest::default());
    let failure = plan.unwrap_err();
    assert_eq!(failure.kind, Kind::Unsupported);
    let hint = failure.problem.hint.unwrap();
    assert!(
        hint.contains("`git push origin FETCH_HEAD:refs/heads/qa`"),
        "{hint}"
    );
}
