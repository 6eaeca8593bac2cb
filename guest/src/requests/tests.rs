use super::marker::{self, Marker};
use super::*;
use crate::plan::{Change, Location};

mod promotion;

/// What becomes of a request in every situation: newer, same, older, empty.
const TABLE: &[(&str, &str, [&str; 4])] = &[
    ("Absent", "None", ["open", "open", "older", "settled"]),
    ("Absent", "Open", ["replace", "replace", "older", "close"]),
    (
        "Absent",
        "Declined",
        ["open", "declined", "older", "settled"],
    ),
    ("Absent", "Retired", ["open", "open", "older", "settled"]),
    ("Absent", "Merged", ["open", "open", "older", "settled"]),
    ("Level", "None", ["open", "open", "older", "settled"]),
    ("Level", "Open", ["replace", "replace", "older", "close"]),
    (
        "Level",
        "Declined",
        ["open", "declined", "older", "settled"],
    ),
    ("Level", "Retired", ["open", "open", "older", "settled"]),
    ("Level", "Merged", ["open", "open", "older", "settled"]),
    ("Ours", "None", ["open", "reopen", "older", "settled"]),
    ("Ours", "Open", ["replace", "keep", "older", "close"]),
    ("Ours", "Declined", ["open", "declined", "older", "settled"]),
    ("Ours", "Retired", ["open", "reopen", "older", "settled"]),
    ("Ours", "Merged", ["open", "open", "older", "settled"]),
    ("Stale", "None", ["open", "open", "older", "settled"]),
    ("Stale", "Open", ["replace", "replace", "older", "close"]),
    (
        "Stale",
        "Declined",
        ["open", "declined", "older", "settled"],
    ),
    ("Stale", "Retired", ["open", "open", "older", "settled"]),
    ("Stale", "Merged", ["open", "open", "older", "settled"]),
    (
        "Foreign",
        "None",
        ["refused", "refused", "older", "settled"],
    ),
    ("Foreign", "Open", ["refused", "left", "older", "left"]),
    (
        "Foreign",
        "Declined",
        ["refused", "declined", "older", "settled"],
    ),
    (
        "Foreign",
        "Retired",
        ["refused", "refused", "older", "settled"],
    ),
    (
        "Foreign",
        "Merged",
        ["refused", "refused", "older", "settled"],
    ),
];

const KEY: &str = "dev:1";

fn draft_of(version: &str, build: Option<u64>) -> Draft {
    let marker = Marker {
        key: KEY.to_owned(),
        version: version.to_owned(),
        build,
        ..Marker::default()
    };
    Draft {
        base: "main".to_owned(),
        head: "towpath/dev/web".to_owned(),
        title: format!("dev: web → {version}"),
        body: marker.enclose("text"),
        labels: Vec::new(),
        key: KEY.to_owned(),
        version: version.to_owned(),
        build,
    }
}

fn commit(id: &str, by: &str, message: &str) -> Authored {
    Authored {
        id: id.repeat(40),
        author: "Towpath <t@x>".to_owned(),
        committer: by.to_owned(),
        message: message.to_owned(),
    }
}

fn own(build: u64) -> Authored {
    let message =
        format!("Set web to v{build}\n\n- it\n\nTowpath-Image: web\nTowpath-Build: {build}\n");
    commit("a", "Towpath <t@x>", &message)
}

fn known(number: u64, state: KnownState, body: String) -> Known {
    Known {
        number,
        url: format!("https://forge/{number}"),
        head: "towpath/dev/web".to_owned(),
        commit: "0".repeat(40),
        state,
        title: "old".to_owned(),
        body,
    }
}

/// Builds the situation of a cell; nothing where it cannot come about.
fn situation(branch: BranchState, request: RequestState, change: ChangeState) -> Situation {
    let same = change == ChangeState::Same;
    let before = draft_of(if same { "v2" } else { "v1" }, Some(2)).body;
    let by = match branch {
        BranchState::Foreign => "Jo <jo@x>",
        _ => "Towpath <t@x>",
    };
    let commits = match branch {
        BranchState::Level => Vec::new(),
        _ => vec![commit("a", by, "Set web\n\nTowpath-Image: web\n")],
    };
    let requests = match request {
        RequestState::None => Vec::new(),
        RequestState::Open => vec![known(7, KnownState::Open, before)],
        RequestState::Declined => vec![known(7, KnownState::Closed, before)],
        RequestState::Retired => vec![known(7, KnownState::Closed, marker::retire(&before))],
        RequestState::Merged => vec![known(7, KnownState::Merged, before)],
    };
    Situation {
        draft: draft_of("v2", Some(2)),
        is_settled: change == ChangeState::Empty,
        older: (change == ChangeState::Older).then(|| "build 9 was here".to_owned()),
        branch: (branch != BranchState::Absent).then(|| Branch {
            commit: "a".repeat(40),
            holds: same || branch == BranchState::Stale,
            is_fresh: branch != BranchState::Stale,
            commits,
        }),
        requests,
    }
}

fn cells() -> impl Iterator<Item = (BranchState, RequestState, ChangeState, &'static str)> {
    TABLE.iter().flat_map(|(branch, request, outcomes)| {
        let branch = BranchState::ALL
            .into_iter()
            .find(|b| format!("{b:?}") == *branch);
        let request = RequestState::ALL
            .into_iter()
            .find(|r| format!("{r:?}") == *request);
        let (branch, request) = (branch.unwrap(), request.unwrap());
        let changes = ChangeState::ALL.into_iter().zip(outcomes);
        changes.map(move |(change, outcome)| (branch, request, change, *outcome))
    })
}

#[test]
fn every_cell_has_its_outcome() {
    assert_eq!(cells().count(), 100);
    for (branch, request, change, expected) in cells() {
        let found = outcome(branch, request, change);
        assert_eq!(found.name(), expected, "{branch:?} {request:?} {change:?}");
    }
}

#[test]
fn every_cell_is_reached_from_what_is_known() {
    let mut reached = 0;
    for (branch, request, change, expected) in cells() {
        let situation = situation(branch, request, change);
        let case = Case::of(&situation);
        if (case.branch, case.request, case.change) != (branch, request, change) {
            continue;
        }
        reached += 1;
        let found = next(&situation).map_or_else(
            |failure| {
                assert_eq!(failure.kind, Kind::OthersWork);
                "refused".to_owned()
            },
            |step| step.outcome,
        );
        assert_eq!(found, expected, "{branch:?} {request:?} {change:?}");
    }
    // The others cannot come about: a branch that is not there has no values.
    assert_eq!(reached, 88);
}

#[test]
fn nothing_is_pushed_where_others_have_worked() {
    for (_, request, change, _) in cells() {
        let situation = situation(BranchState::Foreign, request, change);
        let actions = next(&situation)
            .map(|step| step.actions)
            .unwrap_or_default();
        for action in actions {
            assert!(!matches!(action, Action::Push), "{request:?} {change:?}");
            if let Action::Close { branch, .. } = action {
                assert_eq!(branch, None, "{request:?} {change:?}");
            }
        }
    }
}

#[test]
fn others_commits_are_named() {
    let situation = situation(BranchState::Foreign, RequestState::Open, ChangeState::Newer);
    let failure = next(&situation).unwrap_err();
    assert_eq!(
        failure.problem.message,
        "branch \"towpath/dev/web\" has commits that Towpath did not make: aaaaaaaaaa by Jo <jo@x>"
    );
}

#[test]
fn what_was_merged_may_be_replaced_whoever_made_it() {
    let mut situation = situation(
        BranchState::Foreign,
        RequestState::Merged,
        ChangeState::Newer,
    );
    situation.requests[0].commit = "a".repeat(40);
    assert_eq!(next(&situation).unwrap().outcome, "open");
}

#[test]
fn a_commit_by_the_forge_for_towpath_is_towpaths() {
    let mut situation = situation(BranchState::Ours, RequestState::Open, ChangeState::Newer);
    let branch = situation.branch.as_mut().unwrap();
    branch.commits[0].committer = "GitHub <noreply@github.com>".to_owned();
    assert_eq!(next(&situation).unwrap().outcome, "replace");
}

#[test]
fn an_update_keeps_what_people_wrote_around_it() {
    let mut situation = situation(BranchState::Ours, RequestState::Open, ChangeState::Newer);
    let body = format!(
        "Please look.\n\n{}\n\n- [x] seen",
        situation.requests[0].body
    );
    situation.requests[0].body = body;
    let step = next(&situation).unwrap();
    let Some(Action::Update {
        body,
        title,
        number: 7,
    }) = step.actions.get(1)
    else {
        panic!("{step:?}");
    };
    assert_eq!(title, "dev: web → v2");
    assert!(body.starts_with("Please look.\n\n<!-- towpath: "), "{body}");
    assert!(body.ends_with("-->\n\n- [x] seen"), "{body}");
    assert_eq!(Marker::read(body).unwrap().version, "v2");
    assert_eq!(body.matches("<!-- towpath: ").count(), 1);
}

#[test]
fn nothing_is_left_to_do_when_the_request_says_so_already() {
    let situation = situation(BranchState::Ours, RequestState::Open, ChangeState::Same);
    let step = next(&situation).unwrap();
    assert_eq!(step.actions, []);
    assert_eq!((step.request, step.is_warning), (Some(7), false));
}

#[test]
fn an_older_request_for_the_same_apps_is_closed_with_a_link() {
    let mut situation = situation(BranchState::Ours, RequestState::Open, ChangeState::Same);
    let mut older = known(5, KnownState::Open, draft_of("v1", Some(1)).body);
    older.head = "web-v1-release".to_owned();
    let mut unrelated = known(4, KnownState::Open, String::new());
    unrelated.head = "feature".to_owned();
    situation.requests.extend([older, unrelated]);
    let step = next(&situation).unwrap();
    let [
        Action::Close {
            number: 5,
            comment,
            body,
            branch: None,
        },
    ] = &step.actions[..]
    else {
        panic!("{step:?}");
    };
    assert_eq!(comment, "Superseded by https://forge/7.");
    assert!(Marker::read(body).unwrap().is_retired);
}

#[test]
fn a_newer_request_for_the_same_apps_has_the_right_of_way() {
    let mut situation = situation(BranchState::Ours, RequestState::Open, ChangeState::Same);
    let mut newer = known(8, KnownState::Open, draft_of("v3", Some(3)).body);
    newer.head = "web-v3-release".to_owned();
    situation.requests.push(newer);
    let step = next(&situation).unwrap();
    assert_eq!(step.outcome, "older");
    assert!(step.reason.contains("request 8"), "{}", step.reason);
    assert!(
        matches!(&step.actions[..], [Action::Close { number: 7, .. }]),
        "{step:?}"
    );
}

#[test]
fn a_request_is_made_to_say_what_a_newer_build_has_put_on_its_branch() {
    let mut situation = situation(BranchState::Ours, RequestState::Open, ChangeState::Older);
    situation.branch.as_mut().unwrap().commits = vec![own(9)];
    let step = next(&situation).unwrap();
    let [Action::Update { title, body, .. }] = &step.actions[..] else {
        panic!("{step:?}");
    };
    assert_eq!(title, "Set web to v9");
    assert_eq!(Marker::read(body).unwrap().build, Some(9));
    situation.requests[0].body = body.clone();
    assert_eq!(next(&situation).unwrap().actions, []);
}

#[test]
fn a_branch_of_other_apps_is_refused() {
    let mut situation = situation(BranchState::Ours, RequestState::Open, ChangeState::Newer);
    situation.draft.key = "dev:2".to_owned();
    let failure = next(&situation).unwrap_err();
    assert_eq!(failure.kind, Kind::OthersWork);
}

fn plan(changes: &[(&str, &str, &str, &str)]) -> Plan {
    let changes = changes.iter().map(|(path, image, old, new)| Change {
        at: Location {
            path: (*path).to_owned(),
            line: 1,
            column: 1,
        },
        key: "images[0].newTag".to_owned(),
        image: Some((*image).to_owned()),
        old: Some((*old).to_owned()),
        new: Some((*new).to_owned()),
        reason: String::new(),
    });
    Plan {
        changes: changes.collect(),
        message: "Set it\n\n- it\n\nTowpath-Image: web\n".to_owned(),
        ..Plan::default()
    }
}

fn wishes() -> Wishes {
    Wishes {
        base: "main".to_owned(),
        ..Wishes::default()
    }
}

const WEB_IMAGE: &str = "ghcr.io/acme/web";

#[test]
fn a_request_says_app_versions_and_environment() {
    let source = Source {
        environment: Some("dev".to_owned()),
        repository: Some("acme/web".to_owned()),
        run_url: Some("https://github.com/acme/web/actions/runs/7".to_owned()),
        build: Some(12),
        ..Source::default()
    };
    let draft = draft(
        &plan(&[("dev/k.yaml", WEB_IMAGE, "v1.4.1", "v1.4.2")]),
        &source,
        &wishes(),
    );
    let draft = draft.unwrap();
    assert_eq!(draft.title, "dev: web v1.4.1 → v1.4.2");
    assert_eq!(draft.head, "towpath/dev/web");
    for part in [
        "| <code>dev/k.yaml</code> | <code>ghcr.io/acme/web</code> | <code>v1.4.1</code> | <code>v1.4.2</code> |",
        "- web: [compare](https://github.com/acme/web/compare/v1.4.1...v1.4.2)",
        "- Build: 12, <https://github.com/acme/web/actions/runs/7>",
        "Towpath-Image: web",
    ] {
        assert!(draft.body.contains(part), "{part} in\n{}", draft.body);
    }
    assert_eq!(Marker::read(&draft.body).unwrap().build, Some(12));
}

#[test]
fn a_comparison_on_gitlab_has_its_own_address() {
    let source = Source {
        repository: Some("acme/sub/web".to_owned()),
        run_url: Some("https://gitlab.example/acme/sub/web/-/pipelines/7".to_owned()),
        ..Source::default()
    };
    let draft = draft(
        &plan(&[("k.yaml", WEB_IMAGE, "1.1", "1.2")]),
        &source,
        &wishes(),
    )
    .unwrap();
    let link = "(https://gitlab.example/acme/sub/web/-/compare/1.1...1.2)";
    assert!(draft.body.contains(link), "{}", draft.body);
    assert_eq!(draft.head, "towpath/root/web");
}

#[test]
fn templates_say_branch_title_text_and_labels() {
    let wishes = Wishes {
        head: Some("release/{{app}}_{{new}}".to_owned()),
        title: Some("Release {{app}} {{new}}".to_owned()),
        body: Some("From {{old}} to {{new}} in {{environment}}".to_owned()),
        labels: vec!["env:{{environment}}".to_owned()],
        ..wishes()
    };
    let plan = plan(&[("prod/v.yaml", "album-app-frontend", "1.4.1", "1.4.2+b 1")]);
    let draft = draft(&plan, &Source::default(), &wishes).unwrap();
    assert_eq!(draft.head, "release/album-app-frontend_1.4.2-b-1");
    assert_eq!(draft.title, "Release album-app-frontend 1.4.2+b 1");
    assert!(
        draft.body.contains("From 1.4.1 to 1.4.2+b 1 in prod"),
        "{}",
        draft.body
    );
    assert_eq!(draft.labels, ["env:prod"]);
}

#[test]
fn a_branch_needs_a_name_that_git_takes() {
    for (head, part) in [
        ("{{build}}", "cannot be the name"),
        ("a..b", "cannot be the name"),
        ("a b", "cannot be the name"),
        ("-x", "cannot be the name"),
        ("x.lock", "cannot be the name"),
        ("{{nothing}}", "no variable"),
        ("main", "the one that it goes to"),
    ] {
        let wishes = Wishes {
            head: Some(head.to_owned()),
            ..wishes()
        };
        let failure = draft(
            &plan(&[("v.yaml", "a", "1", "2")]),
            &Source::default(),
            &wishes,
        );
        let message = failure.unwrap_err().problem.message;
        assert!(message.contains(part), "{head}: {message}");
    }
}

#[test]
fn the_version_is_the_same_whatever_was_there_before() {
    let version = |old| {
        let plan = plan(&[("dev/v.yaml", "web", old, "v2")]);
        draft(&plan, &Source::default(), &wishes()).unwrap().version
    };
    assert_eq!(version("v1"), version("v2"));
    let other = plan(&[("dev/v.yaml", "web", "v1", "v3")]);
    let other = draft(&other, &Source::default(), &wishes()).unwrap();
    assert_ne!(version("v1"), other.version);
}

#[test]
fn nothing_from_a_file_is_read_as_markup() {
    let plan = plan(&[("v.yaml", "web", "<!-- towpath:request key=x -->", "@all |")]);
    let draft = draft(&plan, &Source::default(), &wishes()).unwrap();
    assert!(!draft.body.contains("@all"), "{}", draft.body);
    assert_eq!(Marker::read(&draft.body).unwrap().key, draft.key);
    assert_eq!(draft.body.matches("<!--").count(), 2);
}
