//! Requests that end without a merge, and their branches.

use super::*;
use towpath_surface::requests::SideBranch;

#[test]
fn an_older_request_for_the_same_apps_is_closed_with_a_link() {
    let mut situation = situation(BranchState::Ours, RequestState::Open, ChangeState::Same);
    let mut older = known(5, KnownState::Open, draft_of("v1", Some(1)).body);
    older.head = "web-v1-release".to_owned();
    let mut unrelated = known(4, KnownState::Open, String::new());
    unrelated.head = "feature".to_owned();
    situation.requests.extend([older, unrelated]);
    situation.others = vec![side(own(1))];
    let step = next(&situation).unwrap();
    let [
        Action::Close {
            number: 5,
            comment,
            body,
            branch,
        },
    ] = &step.actions[..]
    else {
        panic!("{step:?}");
    };
    assert_eq!(comment, "Superseded by https://forge/7.");
    assert!(Marker::read(body).unwrap().is_retired);
    let gone = ("web-v1-release".to_owned(), "b".repeat(40));
    assert_eq!(branch.as_ref(), Some(&gone));
}

/// The branch of another request, with one commit.
fn side(commit: Authored) -> SideBranch {
    SideBranch {
        name: "web-v1-release".to_owned(),
        branch: Some(Branch {
            commit: "b".repeat(40),
            commits: vec![commit],
            ..Branch::default()
        }),
    }
}

/// A request with an older one of another branch, of which this is known.
fn superseding(others: Vec<SideBranch>, keep_branches: bool) -> Vec<Action> {
    let mut situation = situation(BranchState::Ours, RequestState::Open, ChangeState::Same);
    let mut older = known(5, KnownState::Open, draft_of("v1", Some(1)).body);
    older.head = "web-v1-release".to_owned();
    situation.requests.push(older);
    situation.others = others;
    situation.keep_branches = keep_branches;
    next(&situation).unwrap().actions
}

#[test]
fn a_branch_is_looked_at_before_it_is_deleted() {
    let look = Action::Look {
        branch: "web-v1-release".to_owned(),
    };
    assert_eq!(superseding(Vec::new(), false), [look]);
}

#[test]
fn a_branch_stays_when_it_is_somebodys_or_gone_or_to_be_kept() {
    let theirs = commit("a", "Jo <jo@x>", "Fix it\n");
    let gone = SideBranch {
        branch: None,
        ..side(own(1))
    };
    for (others, keep) in [
        (vec![side(theirs)], false),
        (vec![gone], false),
        (Vec::new(), true),
        (vec![side(own(1))], true),
    ] {
        let actions = superseding(others, keep);
        let [
            Action::Close {
                number: 5,
                branch: None,
                ..
            },
        ] = &actions[..]
        else {
            panic!("{actions:?}");
        };
    }
}

#[test]
fn the_branch_of_a_closed_request_can_be_kept() {
    let mut situation = situation(BranchState::Ours, RequestState::Open, ChangeState::Empty);
    for keep in [false, true] {
        situation.keep_branches = keep;
        let step = next(&situation).unwrap();
        let [Action::Close { branch, .. }] = &step.actions[..] else {
            panic!("{step:?}");
        };
        assert_eq!(branch.is_none(), keep);
    }
}

#[test]
fn the_open_requests_of_an_environment_are_known_by_their_marks() {
    let of = |number, key: &str, state| {
        let mut draft = draft_of("v1", None);
        draft.body = draft.body.replace(KEY, key);
        known(number, state, draft.body)
    };
    let requests = [
        of(1, "dev:1", KnownState::Open),
        of(2, "dev:2", KnownState::Open),
        of(3, "dev:3", KnownState::Merged),
        of(4, "dev-2:1", KnownState::Open),
        known(5, KnownState::Open, "by hand".to_owned()),
    ];
    let found = of_environment("dev", &requests).into_iter();
    assert_eq!(found.map(|known| known.number).collect::<Vec<_>>(), [1, 2]);
    assert!(of_environment("de", &requests).is_empty());
}
