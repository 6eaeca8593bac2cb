use super::inspect;
use crate::error::{Failure, Kind};
use crate::request::GateRequest;
use crate::testing::{History, request};
use towpath_surface::facts::{
    Answer, Answered, CommitAt, CommitStatus, Facts, HeadBranch, Question, StatusState,
};
use towpath_surface::preparation::Inspection;

fn config(gates: &str) -> String {
    format!(
        "version: 1\nfiles: environments/<environment>\nenvironments:\n  staging: {{}}\n  production:\n    from: staging\n    gates:\n{gates}"
    )
}

fn tag(tag: &str) -> String {
    format!("images:\n- name: ghcr.io/acme/web\n  newTag: {tag}\n")
}

const STAGING: &str = "environments/staging/kustomization.yaml";
const PRODUCTION: &str = "environments/production/kustomization.yaml";

/// A staging that had v1 from hour 0, v2 from hour 10 and v3 from hour 40, and a
/// production with v1.
fn history(gates: &str) -> History {
    let mut history = History::default();
    history.commit(
        0,
        "Begin",
        &[
            ("towpath.yaml", Some(&config(gates))),
            (STAGING, Some(&tag("v1"))),
            (PRODUCTION, Some(&tag("v1"))),
        ],
    );
    history.commit(10, "v2", &[(STAGING, Some(&tag("v2")))]);
    history.commit(
        20,
        "a comment",
        &[(STAGING, Some(&format!("# more\n{}", tag("v2"))))],
    );
    history.commit(40, "v3", &[(STAGING, Some(&tag("v3")))]);
    history
}

fn gate() -> GateRequest {
    GateRequest {
        environment: "production".to_owned(),
        ..GateRequest::default()
    }
}

fn look(history: &History, hour: i64) -> Result<Inspection, Failure> {
    inspect(&gate(), &facts(hour, Vec::new()), history)
}

fn facts(hour: i64, answers: Vec<Answered>) -> Facts {
    Facts {
        now: hour * 3600,
        answers,
        ..Facts::default()
    }
}

#[track_caller]
fn check(history: &History, hour: i64, version: &str, opens: Option<Option<i64>>) {
    let seen = look(history, hour).unwrap();
    let text = &seen.report.text;
    assert!(text.contains(&format!("web: v1 -> {version}\n")), "{text}");
    let found = seen.verdict.map(|verdict| {
        assert_eq!(verdict.kind, Kind::GateClosed.name());
        verdict.retry_at.map(|at| at / 3600)
    });
    assert_eq!(found, opens, "{text}");
}

#[test]
fn a_version_waits_until_it_has_soaked() {
    let history = history("      soak: 24h\n");
    check(&history, 41, "v3", Some(Some(64)));
    check(&history, 63, "v3", Some(Some(64)));
    check(&history, 64, "v3", None);
}

#[test]
fn a_version_that_comes_back_soaks_anew() {
    let mut history = history("      soak: 24h\n");
    history.commit(50, "back", &[(STAGING, Some(&tag("v2")))]);
    check(&history, 70, "v2", Some(Some(74)));
    check(&history, 74, "v2", None);
}

#[test]
fn a_busy_team_promotes_what_has_soaked() {
    let mut history = history("      soak: 24h\n      pick: newest-soaked\n");
    for hour in 41..60 {
        history.commit(hour, "busy", &[(STAGING, Some(&tag(&format!("b{hour}"))))]);
    }
    check(&history, 60, "v2", None);
    let seen = look(&history, 60).unwrap();
    assert!(
        seen.report.text.contains("v2 was in staging for 1d 6h"),
        "{}",
        seen.report.text
    );
}

#[test]
fn the_commit_that_brought_a_version_proves_that_it_ran() {
    let history = history("      ran-in: staging\n");
    let seen = look(&history, 41).unwrap();
    assert!(seen.verdict.is_none());
    let text = &seen.report.text;
    assert!(
        text.contains("ran-in of web: v3 was in staging, brought by commit 0000000400"),
        "{text}"
    );
    let json: serde_json::Value = serde_json::from_str(&seen.report.json).unwrap();
    assert_eq!(json["gates"][0]["gate"], "ran-in");
    assert_eq!(json["open"], true);
}

#[test]
fn statuses_are_those_of_the_commit_that_brought_the_version() {
    let history = history("      statuses: e2e\n      approvals: 1\n");
    let mut gate = gate();
    gate.head = Some("towpath/production".to_owned());
    let prepared = super::prepare(&gate, &facts(41, Vec::new()), &history).unwrap();
    let commit = CommitAt {
        repository: None,
        commit: "0000000400000000000000000000000000007bbc".to_owned(),
    };
    let head = HeadBranch {
        repository: None,
        branch: "towpath/production".to_owned(),
    };
    assert_eq!(
        prepared.questions,
        [
            Question::Statuses(commit.clone()),
            Question::Request(head.clone())
        ]
    );
    let verdict = |answers| {
        let seen = inspect(&gate, &facts(41, answers), &history).unwrap();
        seen.verdict
            .map(|verdict| (verdict.problem.message, verdict.retry_at))
    };
    let status = Answered {
        question: Question::Statuses(commit),
        answer: Answer::Statuses(vec![CommitStatus {
            context: "e2e".to_owned(),
            state: StatusState::Success,
            ..CommitStatus::default()
        }]),
    };
    let request = Answered {
        question: Question::Request(head),
        answer: Answer::Request(None),
    };
    let (message, retry) = verdict(vec![status, request]).unwrap();
    assert_eq!(
        message,
        "`production` is closed: approval: there is no request yet that 1 person could approve"
    );
    assert_eq!(retry, None);
    let (message, _) = verdict(Vec::new()).unwrap();
    assert!(
        message.contains("status: `e2e` is not known: nobody asked"),
        "{message}"
    );
}

#[test]
fn nothing_new_needs_no_gate() {
    let mut history = history("      soak: 24h\n");
    history.commit(41, "v3", &[(PRODUCTION, Some(&tag("v3")))]);
    let seen = look(&history, 42).unwrap();
    assert_eq!(seen.report.text, "production is open\n");
    assert!(seen.verdict.is_none());
}

#[test]
fn unknown_names_have_neighbours() {
    let history = history("      soak: 24h\n");
    let unknown = |change: fn(&mut GateRequest)| {
        let mut gate = gate();
        change(&mut gate);
        inspect(
            &gate,
            &request(1, crate::request::Intent::Gate(GateRequest::default())).facts,
            &history,
        )
        .unwrap_err()
        .kind
    };
    assert_eq!(
        unknown(|gate| gate.environment = "prodution".to_owned()),
        Kind::NoSuchEnvironment
    );
    assert_eq!(
        unknown(|gate| gate.apps = vec!["wbe".to_owned()]),
        Kind::NoSuchApp
    );
}
