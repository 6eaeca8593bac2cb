//! Requests of promotions.

use super::*;

/// Returns the plan of a promotion that changes these, and keeps the other.
fn promotion(changes: &[(&str, &str, &str, &str)]) -> Plan {
    let mut plan = plan(changes);
    let about = About {
        what: "promote",
        environment: "prod",
        apps: &[],
    };
    plan.request = Some(crate::plan::RequestDraft {
        from: Some("staging".to_owned()),
        body: "\n| app | outcome |\n| --- | --- |\n| web | promoted |\n".to_owned(),
        ..about.draft("Promote web v2 from staging to prod")
    });
    plan
}

#[test]
fn a_promotion_is_found_again_whichever_apps_differ() {
    let written = |changes: &[(&str, &str, &str, &str)]| {
        draft(&promotion(changes), &Source::default(), &wishes()).unwrap()
    };
    let some = written(&[("prod/web.yaml", WEB_IMAGE, "v1", "v2")]);
    let none = written(&[]);
    let other = written(&[("prod/api.yaml", "api", "v1", "v2")]);
    assert_eq!(some.head, "towpath/prod/promote");
    assert_eq!(some.title, "Promote web v2 from staging to prod");
    for draft in [&none, &other] {
        assert_eq!((&draft.head, &draft.key), (&some.head, &some.key));
    }
    let parts = [
        "| web | promoted |\n\n<details><summary>Files</summary>\n\n| File |",
        "\n</details>\n",
    ];
    for part in parts {
        assert!(some.body.contains(part), "{part} in\n{}", some.body);
    }
    let own = Wishes {
        head: Some("{{from}}-to-{{environment}}".to_owned()),
        title: Some("{{app}} from {{from}}".to_owned()),
        ..wishes()
    };
    let plan = promotion(&[("prod/web.yaml", WEB_IMAGE, "v1", "v2")]);
    let draft = draft(&plan, &Source::default(), &own).unwrap();
    assert_eq!(draft.head, "staging-to-prod");
    assert_eq!(draft.title, "web from staging");
    assert_eq!(draft.key, some.key);
}

#[test]
fn a_request_is_told_when_a_gate_opens_and_not_when_time_goes_by() {
    let written = |notes: [&str; 2]| {
        let mut plan = promotion(&[("prod/web.yaml", WEB_IMAGE, "v1", "v2")]);
        let words = plan.request.as_mut().unwrap();
        words.notes = notes.map(str::to_owned).to_vec();
        draft(&plan, &Source::default(), &wishes()).unwrap()
    };
    let before = written(["- [x] ran-in: it was", "- [ ] soak: 1h of 2h"]);
    assert!(
        before
            .body
            .contains("\nGates:\n\n- [x] ran-in: it was\n- [ ] soak: 1h of 2h\n"),
        "{}",
        before.body
    );
    let actions = |now: &Draft| {
        let mut situation = situation(BranchState::Ours, RequestState::Open, ChangeState::Same);
        let mut own = known(7, KnownState::Open, before.body.clone());
        own.head.clone_from(&now.head);
        situation.requests = vec![own];
        situation.draft = now.clone();
        next(&situation).unwrap().actions
    };
    let later = written(["- [x] ran-in: it was", "- [ ] soak: 90m of 2h"]);
    assert_eq!(actions(&later), []);
    let open = written(["- [x] ran-in: it was", "- [x] soak: 2h of 2h"]);
    assert!(
        matches!(&actions(&open)[..], [Action::Update { body, .. }] if body.contains("- [x] soak")),
        "{:?}",
        actions(&open)
    );
}

#[test]
fn a_promotion_that_became_empty_is_closed() {
    let empty = draft(&promotion(&[]), &Source::default(), &wishes()).unwrap();
    let before = promotion(&[("prod/web.yaml", WEB_IMAGE, "v1", "v2")]);
    let before = draft(&before, &Source::default(), &wishes()).unwrap();
    let mut situation = situation(BranchState::Ours, RequestState::Open, ChangeState::Empty);
    let mut own = known(7, KnownState::Open, before.body);
    own.head.clone_from(&empty.head);
    situation.requests = vec![own];
    situation.draft = empty;
    let step = next(&situation).unwrap();
    assert_eq!(step.outcome, "close");
    assert!(
        matches!(&step.actions[..], [Action::Close { number: 7, .. }]),
        "{step:?}"
    );
}
