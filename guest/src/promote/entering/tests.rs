use crate::error::{Failure, Kind};
use crate::plan::Plan;
use crate::request::{Intent, PromoteRequest, RollbackRequest};
use crate::testing::History;

fn config(settings: &str) -> String {
    format!(
        "version: 1\nfiles: environments/<environment>/<app>\nenvironments:\n  staging:\n  production:\n    from: staging\n{settings}"
    )
}

fn path(environment: &str, app: &str) -> String {
    format!("environments/{environment}/{app}/kustomization.yaml")
}

fn tag(app: &str, tag: &str) -> String {
    format!("images:\n- name: ghcr.io/acme/{app}\n  newTag: {tag}\n")
}

/// Staging and production with web v1 and api a1, then staging goes ahead.
fn history(settings: &str) -> History {
    let mut history = History::default();
    history.commit(
        0,
        "Begin",
        &[
            ("towpath.yaml", Some(&config(settings))),
            (&path("staging", "web"), Some(&tag("web", "v1"))),
            (&path("staging", "api"), Some(&tag("api", "a1"))),
            (&path("production", "web"), Some(&tag("web", "v1"))),
            (&path("production", "api"), Some(&tag("api", "a1"))),
        ],
    );
    set(&mut history, 10, "web", "v2");
    set(&mut history, 12, "api", "a2");
    set(&mut history, 50, "web", "v3");
    history
}

fn set(history: &mut History, hour: i64, app: &str, version: &str) {
    history.commit(
        hour,
        version,
        &[(&path("staging", app), Some(&tag(app, version)))],
    );
}

fn promote(history: &History, hour: i64, apps: &[&str]) -> Result<Plan, Failure> {
    let request = PromoteRequest {
        to: "production".to_owned(),
        apps: apps.iter().map(|app| (*app).to_owned()).collect(),
        ..PromoteRequest::default()
    };
    history.plan(hour, Intent::Promote(request))
}

#[track_caller]
fn check(history: &History, web: &str, api: &str) {
    assert_eq!(
        history.text(&path("production", "web")).unwrap(),
        tag("web", web)
    );
    assert_eq!(
        history.text(&path("production", "api")).unwrap(),
        tag("api", api)
    );
}

fn roll_back(history: &mut History, hour: i64) {
    let request = RollbackRequest {
        environment: "production".to_owned(),
        apps: vec!["web".to_owned()],
        author: "Bea <b@c>".to_owned(),
        ..RollbackRequest::default()
    };
    let plan = history.plan(hour, Intent::Rollback(request)).unwrap();
    history.apply(hour, &plan);
}

#[test]
fn a_closed_gate_refuses_and_says_when_to_try_again() {
    let mut history = history("    gates: {soak: 24h}\n");
    let failure = promote(&history, 60, &[]).unwrap_err();
    assert_eq!(
        (failure.kind, failure.retry_at),
        (Kind::GateClosed, Some(74 * 3600))
    );
    let text = failure.to_string();
    assert!(
        text.contains("soak of web: v3 has been in staging for 10h of 1d"),
        "{text}"
    );
    let plan = promote(&history, 60, &["api"]).unwrap();
    history.apply(60, &plan);
    check(&history, "v1", "a2");
    let plan = promote(&history, 74, &[]).unwrap();
    history.apply(74, &plan);
    check(&history, "v3", "a2");
}

#[test]
fn nothing_to_promote_is_no_matter_for_gates() {
    let mut history =
        history("    gates: {soak: 24h, freezes: [{from: 1970-01-05, to: 1970-02-01}]}\n");
    let plan = promote(&history, 80, &[]).unwrap();
    history.apply(80, &plan);
    assert_eq!(promote(&history, 200, &[]).unwrap().files, []);
    set(&mut history, 201, "web", "v4");
    let failure = promote(&history, 300, &[]).unwrap_err();
    assert_eq!(failure.retry_at, Some(31 * 86_400));
}

#[test]
fn a_busy_team_gets_what_has_soaked() {
    let mut history = history("    gates: {soak: 24h, pick: newest-soaked}\n");
    for hour in 51..70 {
        set(&mut history, hour, "web", &format!("b{hour}"));
    }
    let plan = promote(&history, 70, &[]).unwrap();
    assert!(
        plan.message
            .starts_with("Promote 2 apps from staging to production\n"),
        "{}",
        plan.message
    );
    history.apply(70, &plan);
    check(&history, "v2", "a2");
}

#[test]
fn what_comes_by_request_brings_its_gates_along() {
    let history = history("    delivery: request\n    gates: {soak: 24h}\n");
    let plan = promote(&history, 60, &["web"]).unwrap();
    let notes = plan.request.unwrap().notes;
    assert!(
        notes[0].starts_with("- [x] ran-in of web: v3 was in staging"),
        "{notes:?}"
    );
    assert!(
        notes[1].starts_with("- [ ] soak of web: v3 has been in staging for 10h of 1d"),
        "{notes:?}"
    );
}

#[test]
fn what_was_rolled_back_is_not_promoted_again_until_something_newer_comes() {
    let mut history = history("");
    let plan = promote(&history, 60, &[]).unwrap();
    history.apply(60, &plan);
    roll_back(&mut history, 61);
    check(&history, "v1", "a2");
    assert_eq!(
        promote(&history, 62, &["web"]).unwrap_err().kind,
        Kind::Pinned
    );
    assert_eq!(promote(&history, 62, &[]).unwrap().files, []);
    set(&mut history, 63, "api", "a3");
    let plan = promote(&history, 64, &[]).unwrap();
    assert!(
        plan.warnings.iter().any(|warning| warning.code == "pinned"),
        "{:?}",
        plan.warnings
    );
    history.apply(64, &plan);
    check(&history, "v1", "a3");
    set(&mut history, 65, "web", "v4");
    let plan = promote(&history, 66, &[]).unwrap();
    history.apply(66, &plan);
    check(&history, "v4", "a3");
    assert_eq!(history.text(".towpath/pins/production/web.yaml"), None);
}

#[test]
fn names_without_an_order_are_newer_when_they_came_later() {
    let mut history = history("");
    for (hour, version) in [(51, "abc1234"), (55, "def5678")] {
        set(&mut history, hour, "web", version);
        let plan = promote(&history, hour + 1, &["web"]).unwrap();
        history.apply(hour + 1, &plan);
    }
    roll_back(&mut history, 61);
    check(&history, "abc1234", "a1");
    assert_eq!(
        promote(&history, 62, &["web"]).unwrap_err().kind,
        Kind::Pinned
    );
    set(&mut history, 63, "web", "0aa9999");
    let plan = promote(&history, 64, &["web"]).unwrap();
    history.apply(64, &plan);
    check(&history, "0aa9999", "a1");
}

#[test]
fn a_request_is_not_merged_before_its_gates_are_open() {
    let history = history("    delivery: request\n    gates: {soak: 24h}\n");
    let promote = |hour| {
        let mut request = crate::testing::request(
            hour,
            Intent::Promote(PromoteRequest {
                to: "production".to_owned(),
                ..PromoteRequest::default()
            }),
        );
        request.facts.merging = Some("towpath/production/promote".to_owned());
        crate::plan(&request, &history)
    };
    let failure = promote(60).unwrap_err();
    assert_eq!(
        (failure.kind, failure.retry_at),
        (Kind::GateClosed, Some(74 * 3600))
    );
    assert_eq!(promote(74).unwrap().files.len(), 2);
}

#[test]
fn a_promotion_without_anything_to_change_keeps_its_branch() {
    let mut history = history("");
    let before = promote(&history, 60, &[]).unwrap();
    history.apply(60, &before);
    let after = promote(&history, 61, &[]).unwrap();
    assert_eq!(after.files, []);
    let head = |plan: Plan| plan.request.unwrap().head;
    assert_eq!(head(before), "towpath/production/promote");
    assert_eq!(head(after), "towpath/production/promote");
}

#[test]
fn what_is_pinned_or_picked_does_not_change_the_branch() {
    let mut busy = history("    gates: {soak: 24h, pick: newest-soaked}\n");
    set(&mut busy, 69, "web", "v4");
    let plan = promote(&busy, 70, &[]).unwrap();
    let words = plan.request.unwrap();
    assert_eq!(words.head, "towpath/production/promote");
    assert_eq!(words.title, "Promote 2 apps from staging to production");
    assert_eq!(
        words.body.matches("| outcome |").count(),
        1,
        "{}",
        words.body
    );
    assert_eq!(words.body.matches("promoted").count(), 2, "{}", words.body);
    let mut pinned = history("");
    let plan = promote(&pinned, 60, &[]).unwrap();
    pinned.apply(60, &plan);
    roll_back(&mut pinned, 61);
    set(&mut pinned, 63, "api", "a3");
    let plan = promote(&pinned, 64, &[]).unwrap();
    assert_eq!(plan.request.unwrap().head, "towpath/production/promote");
}
