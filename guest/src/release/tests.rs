use super::{Naming, newest_first};
use crate::error::Kind;
use crate::request::{
    Carried, GateRequest, Intent, ReleaseRequest, ReleasesRequest, RollbackRequest,
};
use crate::testing::{History, request};

const CONFIG: &str = "\
version: 1
base: base
revision: {file: apps/<environment>.yaml, repository: https://git/apps}
environments:
  develop:
  staging: {from: develop}
  production: {from: staging, gates: {soak: 24h}}
";

fn application(name: &str, revision: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}\nspec:\n  source:\n    repoURL: https://git/manifests\n    targetRevision: {revision}\n    path: overlays/{name}\n"
    )
}

fn base(name: &str, tag: &str) -> String {
    format!("images:\n- name: ghcr.io/acme/{name}\n  newTag: {tag}\n")
}

/// A repository of manifests with a release 2.6.3, and changes since then.
fn manifests() -> History {
    let mut manifests = History::default();
    let overlay = "resources:\n- ../../base/web\n";
    manifests.commit(
        0,
        "Begin",
        &[
            ("towpath.yaml", Some(CONFIG)),
            ("base/web/kustomization.yaml", Some(&base("web", "v1"))),
            ("base/api/kustomization.yaml", Some(&base("api", "1.0"))),
            ("overlays/develop/kustomization.yaml", Some(overlay)),
            ("overlays/staging/kustomization.yaml", Some(overlay)),
            ("overlays/production/kustomization.yaml", Some(overlay)),
        ],
    );
    manifests.tag("release/2.6.3");
    manifests.commit(
        5,
        "web",
        &[("base/web/kustomization.yaml", Some(&base("web", "v2")))],
    );
    manifests
}

/// The same, with a repository of Applications.
fn history() -> History {
    let mut apps = History::default();
    apps.commit(
        1,
        "Begin",
        &[
            ("apps/develop.yaml", Some(&application("develop", "main"))),
            (
                "apps/staging.yaml",
                Some(&application("staging", "release/2.6.3")),
            ),
            (
                "apps/production.yaml",
                Some(&application("production", "release/2.6.3")),
            ),
        ],
    );
    let mut history = manifests();
    history.other = Some(("https://git/apps".to_owned(), Box::new(apps)));
    history
}

fn apps(history: &mut History) -> &mut History {
    &mut history.other.as_mut().unwrap().1
}

/// Writes which release an environment runs.
fn run(history: &mut History, hour: i64, environment: &str, release: &str) {
    let (_, apps) = history.other.as_mut().unwrap();
    let path = format!("apps/{environment}.yaml");
    apps.commit(
        hour,
        environment,
        &[(&path, Some(&application(environment, release)))],
    );
}

fn release(version: &str) -> Intent {
    Intent::Release(ReleaseRequest {
        version: version.to_owned(),
        ..ReleaseRequest::default()
    })
}

#[test]
fn a_release_names_all_apps_and_what_changed() {
    let plan = history().plan(10, release("2.7.0")).unwrap();
    let tag = plan.tag.unwrap();
    assert_eq!(tag.name, "release/2.7.0");
    assert!(plan.files.is_empty());
    assert_eq!(
        tag.message,
        "Release 2.7.0\n\nChanged since release/2.6.3:\n- web: v1 -> v2\n\nApps:\n- api: ghcr.io/acme/api 1.0\n\
         - web: ghcr.io/acme/web v2\n\nTowpath-Release: 2.7.0\nTowpath-Previous: release/2.6.3\n"
    );
    let prepared = crate::prepare(&request(10, release("2.7.0")), &history()).unwrap();
    assert_eq!(prepared.target.repository, None);
    assert_eq!(prepared.target.branch.as_deref(), Some("main"));
}

#[test]
fn a_release_that_is_there_is_never_moved() {
    let mut history = history();
    let failure = history.plan(10, release("2.6.3")).unwrap_err();
    assert_eq!(failure.kind, Kind::TagExists);
    history.tag("release/2.7.0");
    let plan = history.plan(10, release("release/2.7.0")).unwrap();
    assert_eq!((plan.tag, plan.files.len()), (None, 0));
}

#[test]
fn releases_are_listed_with_where_they_are_live() {
    let mut history = history();
    history.tag("release/2.7.0");
    run(&mut history, 20, "staging", "release/2.7.0");
    let intent = Intent::Releases(ReleasesRequest::default());
    let seen = crate::inspect(&request(21, intent), &history).unwrap();
    let lines: Vec<_> = seen
        .report
        .text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .collect();
    assert_eq!(
        lines[1],
        [
            "release/2.7.0",
            "1970-01-01",
            "05:00",
            "0000000200",
            "staging"
        ]
    );
    assert_eq!(
        lines[2],
        [
            "release/2.6.3",
            "1970-01-01",
            "00:00",
            "0000000100",
            "production"
        ]
    );
    assert_eq!(lines[3], ["develop", "runs", "main"]);
}

#[test]
fn production_takes_only_what_staging_ran_for_long_enough() {
    let mut history = history();
    history.tag("release/2.7.0");
    run(&mut history, 20, "staging", "release/2.7.0");
    let gate = Intent::Gate(GateRequest {
        environment: "production".to_owned(),
        ..GateRequest::default()
    });
    let look = |hour| crate::inspect(&request(hour, gate.clone()), &history).unwrap();
    let early = look(30);
    assert!(
        early
            .report
            .text
            .contains("production: release/2.6.3 -> release/2.7.0\n"),
        "{}",
        early.report.text
    );
    assert_eq!(early.verdict.unwrap().retry_at, Some(44 * 3600));
    assert!(look(44).verdict.is_none());
}

#[test]
fn a_request_that_moves_a_revision_carries_the_release() {
    let mut history = history();
    history.tag("release/2.7.0");
    run(&mut history, 20, "staging", "release/2.7.0");
    let apps = apps(&mut history);
    let fork = apps.commit(21, "before the request", &[("other", Some("1"))]);
    let moved = application("production", "release/2.7.0");
    let path = "apps/production.yaml";
    let commit = apps.commit(22, "the request", &[(path, Some(&moved))]);
    let back = application("production", "release/2.6.3");
    apps.commit(23, "main", &[(path, Some(&back))]);
    let gate = Intent::Gate(GateRequest {
        environment: "production".to_owned(),
        carried: Some(Carried { commit, fork }),
        ..GateRequest::default()
    });
    let seen = crate::inspect(&request(30, gate), &history).unwrap();
    let text = &seen.report.text;
    assert!(
        text.contains("production: release/2.6.3 -> release/2.7.0\n"),
        "{text}"
    );
    assert_eq!(
        seen.status.unwrap().description,
        "opens 1970-01-02 20:00 UTC: soak"
    );
}

#[test]
fn an_environment_goes_back_to_the_release_before() {
    let mut history = history();
    let path = "apps/production.yaml";
    history.tag("release/2.7.0");
    run(&mut history, 20, "production", "release/2.7.0");
    let rollback = Intent::Rollback(RollbackRequest {
        environment: "production".to_owned(),
        author: "Bea <b@c>".to_owned(),
        ..RollbackRequest::default()
    });
    let plan = history.plan(21, rollback.clone()).unwrap();
    assert!(
        plan.message
            .starts_with("Roll back production to release/2.6.3\n"),
        "{}",
        plan.message
    );
    apps(&mut history).apply(21, &plan);
    assert_eq!(
        apps(&mut history).text(path).unwrap(),
        application("production", "release/2.6.3")
    );
    let pin = apps(&mut history)
        .text(".towpath/pins/production/@all.yaml")
        .unwrap();
    assert!(pin.contains("instead-of: release/2.7.0"), "{pin}");
    let plan = history.plan(22, rollback).unwrap();
    apps(&mut history).apply(22, &plan);
    assert_eq!(
        apps(&mut history).text(path).unwrap(),
        application("production", "release/2.7.0")
    );
}

#[test]
fn a_version_and_its_tag_name_each_other() {
    let naming = Naming::parse(None).unwrap();
    assert_eq!(naming.tag("2.7.0").unwrap(), "release/2.7.0");
    assert_eq!(naming.tag("release/2.7.0").unwrap(), "release/2.7.0");
    assert_eq!(naming.version("release/2.7.0"), Some("2.7.0"));
    assert_eq!(naming.version("v2.7.0"), None);
    let naming = Naming::parse(Some("v{version}-prod")).unwrap();
    assert_eq!(naming.tag("3").unwrap(), "v3-prod");
    assert_eq!(naming.prefix(), "refs/tags/v");
}

#[test]
fn what_git_does_not_take_is_refused() {
    for template in [
        "release",
        "{version}{version}",
        "a b{version}",
        "/{version}",
        "x..{version}",
    ] {
        assert!(Naming::parse(Some(template)).is_err(), "{template}");
    }
    let naming = Naming::parse(None).unwrap();
    for version in ["", "2 7", "2..7", "a~1", "x.lock", "/", "2/", "@{1}", ".1"] {
        assert!(naming.tag(version).is_err(), "{version}");
    }
}

#[test]
fn the_newest_comes_first() {
    let mut versions = vec!["2.6.3", "2.10.0", "2.7.0-rc.1", "2.7.0"];
    versions.sort_by(|one, other| newest_first(one, other));
    assert_eq!(versions, ["2.10.0", "2.7.0", "2.7.0-rc.1", "2.6.3"]);
}
