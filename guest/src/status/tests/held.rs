//! Pins, gates and open requests beside the versions.

use crate::facts::{
    Answer, Answered, CommitAt, CommitStatus, Facts, HeadBranch, Question, RequestProgress,
    RequestState, StatusState,
};
use crate::preparation::Report;
use crate::request::StatusRequest;
use crate::status::{inspect, prepare};
use crate::testing::History;

const CONFIGURATION: &str = "version: 1
files: environments/<environment>/<app>
environments:
  staging:
  production:
    from: staging
    delivery: request
    gates:
      soak: 24h
      statuses: e2e
";

const PIN: &str = "environment: production
app: api
version: v1
instead-of: v2
reason: errors <b>everywhere</b>
author: Ann <ann@example.com>
since: 2026-11-27 18:00 UTC
files: [environments/production/api/values.yaml]
of: [api]
";

fn values(app: &str, tag: &str) -> String {
    format!("image: {{repository: {app}, tag: {tag}}}\n")
}

/// A staging whose web is v2 since hour 10 and whose api is v2 since hour 30;
/// production has v1 of both, and api is pinned.
fn history() -> History {
    let mut history = History::default();
    let path =
        |environment: &str, app: &str| format!("environments/{environment}/{app}/values.yaml");
    let (web, api) = (path("staging", "web"), path("staging", "api"));
    history.commit(
        0,
        "Begin",
        &[
            ("towpath.yaml", Some(CONFIGURATION)),
            (&web, Some(&values("web", "v1"))),
            (&api, Some(&values("api", "v1"))),
            (&path("production", "web"), Some(&values("web", "v1"))),
            (&path("production", "api"), Some(&values("api", "v1"))),
        ],
    );
    history.commit(10, "web", &[(&web, Some(&values("web", "v2")))]);
    history.commit(30, "api", &[(&api, Some(&values("api", "v2")))]);
    history.commit(
        31,
        "pin",
        &[(".towpath/pins/production/api.yaml", Some(PIN))],
    );
    history.branches = [
        "towpath/production/promote-web",
        "towpath/staging/web",
        "main",
    ]
    .map(str::to_owned)
    .to_vec();
    history
}

fn head() -> Question {
    Question::Request(HeadBranch {
        repository: None,
        branch: "towpath/production/promote-web".to_owned(),
    })
}

fn answered(question: &Question) -> Answered {
    let answer = match question {
        Question::Request(_) => Answer::Request(Some(RequestState {
            number: 12,
            url: "https://forge.example/acme/deploy/pulls/12".to_owned(),
            progress: RequestProgress::Open,
            title: "Promote web to production".to_owned(),
            ..RequestState::default()
        })),
        Question::Statuses(_) => Answer::Statuses(vec![CommitStatus {
            context: "e2e".to_owned(),
            state: StatusState::Success,
            ..CommitStatus::default()
        }]),
        Question::Probe(_) => Answer::Unknown("nobody asks probes here".to_owned()),
    };
    Answered {
        question: question.clone(),
        answer,
    }
}

/// Reports at hour 40, with what the launcher finds out or without.
fn report(history: &History, has_forge: bool) -> Report {
    let request = StatusRequest {
        page: true,
        ..StatusRequest::default()
    };
    let mut facts = Facts {
        now: 40 * 3600,
        ..Facts::default()
    };
    if has_forge {
        let asked = prepare(&request, &facts, history).unwrap().questions;
        facts.answers = asked.iter().map(answered).collect();
    }
    inspect(&request, &facts, history).unwrap().report
}

#[test]
fn only_what_could_matter_is_asked() {
    let facts = Facts {
        now: 40 * 3600,
        ..Facts::default()
    };
    let asked = prepare(&StatusRequest::default(), &facts, &history()).unwrap();
    assert_eq!(asked.questions.len(), 3, "{:?}", asked.questions);
    assert_eq!(asked.questions[0], head());
    let is_commit = |question: &Question| matches!(question, Question::Statuses(CommitAt { .. }));
    assert!(asked.questions[1..].iter().all(is_commit));
}

#[test]
fn a_table_tells_what_is_held_asked_for_and_closed() {
    let text = report(&history(), true).text;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[..8],
        [
            "app  staging       production",
            "api  v2, 10 h ago  v1, 1 behind staging, pinned, gate closed for 14h, 1 d ago",
            "web  v2, 1 d ago   v1, 1 behind staging, #12 open, gate open, 1 d ago",
            "pinned: api in production to v1 instead of v2, by Ann on 2026-11-27 18:00 UTC: errors <b>everywhere</b>",
            "open in production: #12 Promote web to production https://forge.example/acme/deploy/pulls/12",
            "gates of production: closed, opens at 1970-01-03 06:00 UTC (in 14h)",
            "  closed   soak of api: v2 has been in staging for 10h of 1d, since commit 0000000300; it has soaked at 1970-01-03 06:00 UTC (in 14h)",
            "  open     ran-in of api: v2 was in staging, brought by commit 0000000300",
        ],
        "{text}"
    );
}

#[test]
fn what_nobody_found_out_is_not_known() {
    let text = report(&history(), false).text;
    assert!(
        text.contains("v1, 1 behind staging, gate not known, 1 d ago"),
        "{text}"
    );
    assert!(
        text.contains("  unknown  status: `e2e` is not known: nobody asked"),
        "{text}"
    );
    assert!(!text.contains("#12"), "{text}");
}

#[test]
fn machines_get_pins_requests_and_gates() {
    let json = report(&history(), true).json;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let api = &json["apps"][0]["environments"][1];
    assert_eq!(api["pin"]["reason"], "errors <b>everywhere</b>");
    assert_eq!(api["pin"]["author"], "Ann <ann@example.com>");
    assert_eq!(api["gate"]["state"], "closed");
    assert_eq!(api["gate"]["opens_at"], "1970-01-03T06:00:00Z");
    assert_eq!(
        json["apps"][0]["environments"][0]["gate"],
        serde_json::Value::Null
    );
    let web = &json["apps"][1]["environments"][1];
    assert_eq!(web["pin"], serde_json::Value::Null);
    assert_eq!(web["requests"][0]["number"], 12);
    assert_eq!(web["gate"]["state"], "open");
    let production = &json["environments"][1];
    assert_eq!(production["gate"]["state"], "closed");
    assert_eq!(production["gate"]["gates"][0]["gate"], "soak");
    assert_eq!(production["gate"]["gates"][0]["app"], "api");
}

#[test]
fn a_summary_and_the_page_tell_them_too() {
    let report = report(&history(), true);
    let markdown = report.markdown;
    assert!(
        markdown.contains("<br>pinned<br>gate closed for 14h |"),
        "{markdown}"
    );
    assert!(
        markdown.contains("- open in production: [&#35;12 Promote web to production](https://forge.example/acme/deploy/pulls/12)"),
        "{markdown}"
    );
    let html = report.html.unwrap();
    assert!(
        html.contains("errors &lt;b&gt;everywhere&lt;/b&gt;\">pinned</span>"),
        "{html}"
    );
    assert!(
        html.contains(
            "<a class=\"mark request\" href=\"https://forge.example/acme/deploy/pulls/12\""
        ),
        "{html}"
    );
    assert!(html.contains("gate closed for 14h</span>"), "{html}");
    assert!(
        html.contains("<summary>gates of production: closed"),
        "{html}"
    );
}
