use crate::error::{Failure, Kind};
use crate::plan::Plan;
use crate::request::{Intent, PinRequest, RollbackRequest, SetRequest};
use crate::testing::History;

const CONFIG: &str = "version: 1\nfiles: environments/<environment>/<app>\nenvironments:\n  staging: {}\n  production: {from: staging}\n";
const WEB: &str = "environments/production/web/kustomization.yaml";
const API: &str = "environments/production/api/kustomization.yaml";

fn kustomization(name: &str, tag: &str) -> String {
    format!("# {name}\nimages:\n- name: ghcr.io/acme/{name}\n  newTag: {tag} # the tag\n")
}

/// A repository whose production had web v1, v2, v3 and api 1.0, 1.1.
fn history() -> History {
    let mut history = History::default();
    let (web, api) = (
        |tag| kustomization("web", tag),
        |tag| kustomization("api", tag),
    );
    history.commit(
        0,
        "Begin",
        &[
            ("towpath.yaml", Some(CONFIG)),
            (WEB, Some(&web("v1"))),
            (API, Some(&api("1.0"))),
        ],
    );
    history.commit(
        1,
        "Staging",
        &[(
            "environments/staging/web/kustomization.yaml",
            Some(&web("v9")),
        )],
    );
    history.commit(2, "web", &[(WEB, Some(&web("v2")))]);
    history.commit(3, "api", &[(API, Some(&api("1.1")))]);
    let built = "web\n\nTowpath-Source-Repository: acme/web\nTowpath-Build: 30\n";
    history.commit(4, built, &[(WEB, Some(&web("v3")))]);
    history.commit(5, "Docs", &[("README.md", Some("hello"))]);
    history
}

fn rollback(apps: &[&str]) -> RollbackRequest {
    RollbackRequest {
        environment: "production".to_owned(),
        apps: apps.iter().map(|app| (*app).to_owned()).collect(),
        reason: Some("it is slow".to_owned()),
        author: "Bea <bea@example.com>".to_owned(),
        ..RollbackRequest::default()
    }
}

fn go_back(history: &mut History, request: RollbackRequest) -> Plan {
    let plan = history.plan(10, Intent::Rollback(request)).unwrap();
    history.apply(10, &plan);
    plan
}

#[track_caller]
fn check(history: &History, web: &str, api: &str) {
    assert_eq!(history.text(WEB).unwrap(), kustomization("web", web));
    assert_eq!(history.text(API).unwrap(), kustomization("api", api));
}

#[test]
fn an_app_goes_back_to_its_version_before() {
    let mut history = history();
    let plan = go_back(&mut history, rollback(&["api"]));
    check(&history, "v3", "\"1.0\"");
    assert!(
        plan.message
            .starts_with("Roll back api in production to 1.0\n"),
        "{}",
        plan.message
    );
    assert!(
        plan.message.contains("\nTowpath-Environment: production\n"),
        "{}",
        plan.message
    );
    assert!(
        plan.message.ends_with("\nTowpath-Rollback: it is slow\n"),
        "{}",
        plan.message
    );
}

#[test]
fn the_environment_goes_back_to_before_its_last_change() {
    let mut history = history();
    go_back(&mut history, rollback(&[]));
    check(&history, "v2", "1.1");
}

#[test]
fn steps_count_changes_of_the_environment_and_versions_of_an_app() {
    let mut two = history();
    let steps = |apps, steps| RollbackRequest {
        steps: Some(steps),
        ..rollback(apps)
    };
    go_back(&mut two, steps(&[], 2));
    check(&two, "v2", "\"1.0\"");
    let mut web = history();
    go_back(&mut web, steps(&["web"], 2));
    check(&web, "v1", "1.1");
    let failure = history()
        .plan(10, Intent::Rollback(steps(&["web"], 3)))
        .unwrap_err();
    assert_eq!(failure.kind, Kind::NoEarlierVersion);
}

#[test]
fn a_rollback_can_be_rolled_back() {
    let mut history = history();
    go_back(&mut history, rollback(&["web"]));
    check(&history, "v2", "1.1");
    go_back(&mut history, rollback(&["web"]));
    check(&history, "v3", "1.1");
    go_back(&mut history, rollback(&[]));
    check(&history, "v2", "1.1");
}

#[test]
fn a_commit_can_be_named_by_its_beginning() {
    let mut history = history();
    let to = |commit: &str| RollbackRequest {
        to: Some(commit.to_owned()),
        ..rollback(&[])
    };
    go_back(&mut history, to("00000003"));
    check(&history, "v2", "\"1.0\"");
    let failure = history
        .plan(10, Intent::Rollback(to("deadbeef")))
        .unwrap_err();
    assert_eq!(failure.kind, Kind::NoEarlierVersion);
}

#[test]
fn moved_files_are_followed() {
    let mut history = history();
    let other = "environments/production/web/k8s/kustomization.yaml";
    history.commit(
        6,
        "Move",
        &[(WEB, None), (other, Some(&kustomization("web", "v3")))],
    );
    history.commit(7, "web", &[(other, Some(&kustomization("web", "v4")))]);
    let request = RollbackRequest {
        steps: Some(2),
        ..rollback(&["web"])
    };
    go_back(&mut history, request);
    assert_eq!(history.text(other).unwrap(), kustomization("web", "v2"));
}

#[test]
fn an_environment_without_a_past_has_nothing_to_go_back_to() {
    let mut history = History::default();
    history.commit(
        0,
        "Begin",
        &[
            ("towpath.yaml", Some(CONFIG)),
            (WEB, Some(&kustomization("web", "v1"))),
        ],
    );
    for apps in [&[][..], &["web"]] {
        let failure = history
            .plan(1, Intent::Rollback(rollback(apps)))
            .unwrap_err();
        assert_eq!(failure.kind, Kind::NoEarlierVersion, "{failure}");
    }
    let failure = history
        .plan(1, Intent::Rollback(rollback(&["wbe"])))
        .unwrap_err();
    assert_eq!(
        (failure.kind, failure.problem.hint.as_deref()),
        (Kind::NoSuchApp, Some("Did you mean `web`?"))
    );
}

#[test]
fn a_whole_environment_goes_back_with_its_files() {
    let mut history = history();
    let extra = "environments/production/web/service.yaml";
    let before = history.text(WEB).unwrap();
    history.commit(
        6,
        "Rework",
        &[
            (WEB, Some("images: []\n")),
            (extra, Some("kind: Service\n")),
            (API, None),
        ],
    );
    let request = RollbackRequest {
        whole: true,
        ..rollback(&[])
    };
    let plan = go_back(&mut history, request);
    check(&history, "v3", "1.1");
    assert_eq!(history.text(WEB).unwrap(), before);
    assert_eq!(history.text(extra), None);
    assert!(plan.diff.contains("+images:"), "{}", plan.diff);
}

fn set(history: &History, tag: &str, build: Option<u64>) -> Result<Plan, Failure> {
    let set = SetRequest {
        images: vec![format!("ghcr.io/acme/web:{tag}")],
        directories: vec!["environments/production".to_owned()],
        ..SetRequest::default()
    };
    let mut request = crate::testing::request(20, Intent::Set(set));
    request.source.build = build;
    request.source.repository = Some("acme/web".to_owned());
    crate::plan(&request, history)
}

#[test]
fn a_rollback_holds_until_a_strictly_newer_build() {
    let mut history = history();
    let plan = go_back(&mut history, rollback(&["web"]));
    let [warning] = &plan.warnings[..] else {
        panic!("{:?}", plan.warnings);
    };
    let told = format!("{}: {:?}", warning.message, warning.hint);
    let expected = "web in production is pinned to v2 from now on: Some(\"What ends it is a build \
        newer than what was rolled back, or `towpath unpin --environment production web`.\")";
    assert_eq!(told, expected);
    let pin = ".towpath/pins/production/web.yaml";
    assert!(
        history.text(pin).unwrap().contains("reason: it is slow"),
        "{:?}",
        history.text(pin)
    );
    let failure = set(&history, "v3", Some(30)).unwrap_err();
    assert_eq!(failure.kind, Kind::Pinned);
    let text = failure.to_string();
    assert!(
        text.contains("web in production is pinned to v2 instead of v3"),
        "{text}"
    );
    assert!(text.contains("by Bea"), "{text}");
    assert_eq!(
        set(&history, "v4", Some(29)).unwrap_err().kind,
        Kind::Pinned
    );
    let newer = set(&history, "v4", Some(31)).unwrap();
    history.apply(20, &newer);
    check(&history, "v4", "1.1");
    assert_eq!(history.text(pin), None);
    assert!(
        newer
            .warnings
            .iter()
            .any(|warning| warning.code == "unpinned")
    );
}

#[test]
fn a_pin_holds_until_it_ends() {
    let mut history = history();
    let pin = |apps: &[&str], end| {
        Intent::Pin(PinRequest {
            environment: "production".to_owned(),
            apps: apps.iter().map(|app| (*app).to_owned()).collect(),
            end,
            reason: Some("the fair".to_owned()),
            author: "Bea <bea@example.com>".to_owned(),
        })
    };
    let plan = history.plan(10, pin(&["web"], false)).unwrap();
    history.apply(10, &plan);
    assert_eq!(
        set(&history, "v4", Some(99)).unwrap_err().kind,
        Kind::Pinned
    );
    assert_eq!(
        history.plan(11, pin(&["api"], true)).unwrap_err().kind,
        Kind::NoSuchApp
    );
    let plan = history.plan(11, pin(&["web"], true)).unwrap();
    history.apply(11, &plan);
    set(&history, "v4", Some(99)).unwrap();
    let plan = history.plan(12, pin(&[], false)).unwrap();
    history.apply(12, &plan);
    assert_eq!(
        set(&history, "v4", Some(99)).unwrap_err().kind,
        Kind::Pinned
    );
    let plan = history.plan(13, pin(&[], true)).unwrap();
    history.apply(13, &plan);
    set(&history, "v4", Some(99)).unwrap();
}

#[test]
fn a_rollback_that_waits_in_a_request_stays_the_same() {
    let history = history();
    let at = |hour, proposed| {
        let mut request = crate::testing::request(hour, Intent::Rollback(rollback(&["web"])));
        request.facts.proposed = proposed;
        crate::plan(&request, &history).unwrap()
    };
    let first = at(10, None);
    assert_eq!(at(20, Some(10 * 3600)), first);
    assert_ne!(at(20, None).files, first.files);
    let words = first.request.unwrap();
    assert_eq!(words.head, "towpath/production/rollback-web");
    assert_eq!(words.title, "Roll back web in production to v2");
}
