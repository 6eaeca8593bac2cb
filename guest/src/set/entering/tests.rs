use crate::error::{Failure, Kind};
use crate::plan::Plan;
use crate::preparation::Preparation;
use crate::request::{Intent, Request, SetRequest, Wording};
use crate::testing::{History, request};
use towpath_surface::facts::{Answer, Answered, CommitStatus, HeadBranch, Question, StatusState};

const STAGING: &str = "environments/staging/web/kustomization.yaml";
const PRODUCTION: &str = "environments/production/web/kustomization.yaml";

fn tag(tag: &str) -> String {
    format!("images:\n- name: ghcr.io/acme/web\n  newTag: {tag}\n")
}

/// Staging runs v2 since hour 10, production v1.
fn history(settings: &str) -> History {
    let config = format!(
        "version: 1\nfiles: environments/<environment>/<app>\nenvironments:\n  staging:\n  \
         production:\n    from: staging\n{settings}"
    );
    let mut history = History::default();
    history.commit(
        0,
        "Begin",
        &[
            ("towpath.yaml", Some(&config)),
            (STAGING, Some(&tag("v1"))),
            (PRODUCTION, Some(&tag("v1"))),
        ],
    );
    history.commit(10, "v2", &[(STAGING, Some(&tag("v2")))]);
    history
}

fn set(hour: i64, environment: &str, version: &str) -> Request {
    let mut request = request(
        hour,
        Intent::Set(SetRequest {
            images: vec![format!("ghcr.io/acme/web:{version}")],
            ..SetRequest::default()
        }),
    );
    request.source.environment = Some(environment.to_owned());
    request.wording = Wording::default();
    request
}

fn plan(history: &History, hour: i64, version: &str) -> Result<Plan, Failure> {
    crate::plan(&set(hour, "production", version), history)
}

fn prepare(history: &History, request: &Request) -> Preparation {
    crate::prepare(request, history).unwrap()
}

#[test]
fn an_environment_that_is_not_declared_is_not_entered_around_the_gates() {
    let history = history("    gates: {soak: 24h}\n");
    let mut request = set(20, "producton", "v2");
    if let Intent::Set(set) = &mut request.intent {
        set.directories = vec!["environments/production".to_owned()];
    }
    let failure = crate::plan(&request, &history).unwrap_err();
    assert_eq!(failure.kind, Kind::NoSuchEnvironment);
    let text = failure.explanation();
    assert!(text.contains("`producton`"), "{text}");
    assert!(text.contains("`production`"), "{text}");
}

#[test]
fn a_set_needs_open_gates() {
    let history = history("    gates: {soak: 24h}\n");
    let failure = plan(&history, 20, "v2").unwrap_err();
    assert_eq!(
        (failure.kind, failure.retry_at),
        (Kind::GateClosed, Some(34 * 3600))
    );
    let text = failure.to_string();
    assert!(
        text.contains("soak of web: v2 has been in staging for 10h of 1d"),
        "{text}"
    );
    let failure = plan(&history, 50, "v9").unwrap_err();
    let text = failure.to_string();
    assert!(text.contains("v9 was never in staging"), "{text}");
    assert_eq!(plan(&history, 50, "v2").unwrap().files.len(), 1);
    assert_eq!(plan(&history, 20, "v1").unwrap().files, []);
}

#[test]
fn what_is_set_is_not_picked() {
    let history = history("    gates: {soak: 24h, pick: newest-soaked}\n");
    assert_eq!(plan(&history, 20, "v2").unwrap_err().kind, Kind::GateClosed);
}

#[test]
fn where_the_files_are_named_the_gates_are_the_same() {
    let history = history("    gates: {soak: 24h}\n");
    let mut request = set(20, "production", "v2");
    if let Intent::Set(set) = &mut request.intent {
        set.files = vec![PRODUCTION.to_owned()];
    }
    let failure = crate::plan(&request, &history).unwrap_err();
    assert_eq!(failure.kind, Kind::GateClosed);
    request.source.environment = Some("elsewhere".to_owned());
    let failure = crate::plan(&request, &history).unwrap_err();
    assert_eq!(failure.kind, Kind::NoSuchEnvironment);
    request.source.environment = None;
    assert_eq!(crate::plan(&request, &history).unwrap().files.len(), 1);
}

#[test]
fn forges_are_asked_what_they_know() {
    let history = history("    gates: {statuses: e2e, approvals: 1}\n");
    let mut request = set(20, "production", "v2");
    let prepared = prepare(&history, &request);
    assert!(prepared.is_gated);
    let [Question::Statuses(at)] = &prepared.questions[..] else {
        panic!("{prepared:?}");
    };
    assert!(at.commit.starts_with("00000002"), "{at:?}");
    request.facts.by_request = true;
    let prepared = prepare(&history, &request);
    let head = |branch: &str| {
        Question::Request(HeadBranch {
            repository: None,
            branch: branch.to_owned(),
        })
    };
    assert_eq!(prepared.questions[1], head("towpath/production/web"));
    request.facts.merging = Some("own/branch".to_owned());
    let prepared = prepare(&history, &request);
    assert_eq!(prepared.questions[1], head("own/branch"));
}

#[test]
fn a_request_holds_its_gates_until_it_is_merged() {
    let history = history("    delivery: request\n    gates: {statuses: e2e}\n");
    let mut request = set(20, "production", "v2");
    let question = prepare(&history, &request).questions[0].clone();
    let answer = |state| Answered {
        question: question.clone(),
        answer: Answer::Statuses(vec![CommitStatus {
            context: "e2e".to_owned(),
            state,
            ..CommitStatus::default()
        }]),
    };
    request.facts.answers = vec![answer(StatusState::Pending)];
    let draft = crate::plan(&request, &history).unwrap().request.unwrap();
    assert!(
        draft.notes[1].starts_with("- [ ] status: &#96;e2e&#96; is pending"),
        "{:?}",
        draft.notes
    );
    request.facts.merging = Some("towpath/production/web".to_owned());
    let failure = crate::plan(&request, &history).unwrap_err();
    assert_eq!(failure.kind, Kind::GateClosed);
    request.facts.answers = vec![answer(StatusState::Success)];
    assert_eq!(crate::plan(&request, &history).unwrap().files.len(), 1);
}

#[test]
fn what_arrives_moves_on_by_itself_where_that_is_declared() {
    let follows = |history: &History, version: &str| {
        let prepared = prepare(history, &set(20, "staging", version));
        let then = prepared.then.into_iter().map(|intent| match intent {
            Intent::Promote(promote) => (promote.from.unwrap(), promote.to, promote.apps),
            other => panic!("{other:?}"),
        });
        then.collect::<Vec<_>>()
    };
    assert_eq!(follows(&history(""), "v3"), []);
    let automatic = history("    promotion: automatic\n");
    let expected = [(
        "staging".to_owned(),
        "production".to_owned(),
        vec!["web".to_owned()],
    )];
    assert_eq!(follows(&automatic, "v3"), expected);
    // The run before may have broken off in between.
    assert_eq!(follows(&automatic, "v2"), expected);
    let mut lacking = automatic.clone();
    lacking.commit(
        11,
        "Gone",
        &[
            (PRODUCTION, None),
            (
                "environments/production/api/kustomization.yaml",
                Some("images:\n- name: ghcr.io/acme/api\n  newTag: a1\n"),
            ),
        ],
    );
    assert_eq!(follows(&lacking, "v3"), []);
}
