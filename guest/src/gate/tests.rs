use super::inspect;
use crate::error::{Failure, Kind};
use crate::request::{Carried, GateRequest};
use crate::testing::{History, request};
use towpath_surface::facts::{
    Answer, Answered, CommitAt, CommitStatus, Facts, HeadBranch, Question, StatusState,
};
use towpath_surface::preparation::{Inspection, Target};

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

/// A request that set out from the second commit and brings v2, while staging
/// went on to v3.
fn carrying(gates: &str) -> (History, GateRequest) {
    let mut history = history(gates);
    let fork = history.commit(41, "before the request", &[("other", Some("1"))]);
    let commit = history.commit(42, "the request", &[(PRODUCTION, Some(&tag("v2")))]);
    history.commit(43, "main goes on", &[(PRODUCTION, Some(&tag("v1")))]);
    let carried = Some(Carried { commit, fork });
    let head = Some("towpath/production/web".to_owned());
    let request = GateRequest {
        carried,
        head,
        ..gate()
    };
    (history, request)
}

#[track_caller]
fn status(gates: &str, hour: i64) -> (StatusState, String) {
    let (history, request) = carrying(gates);
    let seen = inspect(&request, &facts(hour, Vec::new()), &history).unwrap();
    let text = &seen.report.text;
    assert!(text.contains("web: v1 -> v2\n"), "{text}");
    let status = seen.status.unwrap();
    assert_eq!(status.context, "towpath/production");
    (status.state, status.description)
}

#[test]
fn the_gates_of_a_request_are_those_of_the_versions_that_it_carries() {
    let open = (StatusState::Success, "all gates are open".to_owned());
    assert_eq!(status("      soak: 24h\n", 44), open);
    assert_eq!(
        status("      soak: 24h\n      pick: newest-soaked\n", 44),
        open
    );
    assert_eq!(status("      {}\n", 44).1, "no gate is declared");
    let (state, description) = status("      soak: 48h\n", 44);
    assert_eq!(state, StatusState::Pending);
    assert_eq!(
        description,
        "soak of web: v2 was in staging for 1d 6h of 2d only, and is there no more"
    );
}

#[test]
fn a_status_says_when_the_gates_open_and_is_the_same_until_then() {
    let freeze = "      freezes: [{from: 1970-01-02, to: 1970-01-05}]\n";
    let expected = (
        StatusState::Pending,
        "opens 1970-01-05 00:00 UTC: freeze".to_owned(),
    );
    assert_eq!(status(freeze, 44), expected);
    assert_eq!(status(freeze, 70), expected);
    let both = "      freezes: [{from: 1970-01-02, to: 1970-01-05}]\n      approvals: 1\n";
    assert_eq!(
        status(both, 44).1,
        "freeze until 1970-01-05 00:00 UTC; approval: the request is not known: nobody asked"
    );
}

#[test]
fn a_request_to_another_branch_is_asked_about_there() {
    let (history, request) = carrying("      approvals: 1\n");
    let prepared = super::prepare(&request, &facts(44, Vec::new()), &history).unwrap();
    assert_eq!(prepared.target, Target::default());
    let head = HeadBranch {
        repository: None,
        branch: "towpath/production/web".to_owned(),
    };
    assert_eq!(prepared.questions, [Question::Request(head)]);
}
