//! A request from its opening to its end.

use super::{HEAD, IMAGE, everywhere, expect_outputs};
use crate::support::forge::Progress;

#[test]
fn a_change_is_proposed_and_the_base_is_left_alone() {
    everywhere(|shop| {
        let before = shop.repository.tip("main");
        let outcome = shop.build(1).run().succeeds();
        let pull = shop.only();
        assert_eq!(pull.title, "dev: web 1.4.3 → v2.0.1");
        assert_eq!((pull.head.as_str(), pull.base.as_str()), (HEAD, "main"));
        assert!(
            pull.body.contains("<code>registry.example/shop/web</code>"),
            "{}",
            pull.body
        );
        assert_eq!(shop.repository.tip("main"), before);
        assert_eq!(shop.tag(HEAD), "v2.0.1");
        assert_eq!(
            shop.repository.git(&["rev-parse", &format!("{HEAD}^")]),
            before
        );
        outcome.says("Opened request 1, http://");
        shop.repository.fsck();
    });
}

#[test]
fn the_same_again_changes_nothing() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        let (refs, pull) = (shop.repository.refs(), shop.only());
        shop.build(1)
            .run()
            .succeeds()
            .says("Nothing to do: request 1");
        assert_eq!(shop.repository.refs(), refs);
        assert_eq!(shop.only().body, pull.body);
    });
}

#[test]
fn a_newer_version_updates_the_request() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        shop.build(2).run().succeeds().says("Updated request 1");
        let pull = shop.only();
        assert_eq!(pull.title, "dev: web 1.4.3 → v2.0.2");
        assert_eq!(shop.tag(HEAD), "v2.0.2");
        let own = shop
            .repository
            .git(&["rev-list", "--count", &format!("main..{HEAD}")]);
        assert_eq!(own, "1");
    });
}

#[test]
fn an_older_build_leaves_the_request_alone() {
    everywhere(|shop| {
        shop.build(5).run().succeeds();
        let refs = shop.repository.refs();
        let outcome = shop.build(4).run().succeeds();
        outcome.says("Nothing is done: build 5 has set");
        assert_eq!(shop.repository.refs(), refs);
        assert_eq!(shop.only().title, "dev: web 1.4.3 → v2.0.5");
    });
}

#[test]
fn a_merged_request_is_followed_by_a_new_one() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        shop.forge.state().merge(1, true);
        shop.build(1).run().succeeds().says("Nothing to change");
        shop.build(2).run().succeeds().says("Opened request 2");
        assert_eq!(shop.tag(HEAD), "v2.0.2");
        assert_eq!(shop.tag("main"), "v2.0.1");
        assert_eq!(shop.forge.state().open().len(), 1);
    });
}

#[test]
fn a_request_without_anything_left_is_closed_and_says_why() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        let mut files = shop.repository.files("main");
        let text = shop.repository.read(HEAD, super::FILE);
        files.get_mut(super::FILE).expect("it is there").bytes = text.into_bytes();
        shop.repository.commit("main", &files, "By hand");
        shop.build(1).run().succeeds().says("Closed request 1");
        let pull = shop.only();
        assert_eq!(pull.progress, Progress::Closed);
        assert_eq!(
            pull.comments,
            ["Nothing is left to change: `main` has these values already."]
        );
        assert!(!shop.has(HEAD));
    });
}

#[test]
fn a_request_that_a_person_closed_is_not_opened_again_for_the_same_version() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        shop.forge.state().close(1);
        let outcome = shop.build(1).run().succeeds();
        outcome.says("Nothing is done: a person closed the request for these values");
        assert_eq!(shop.only().progress, Progress::Closed);
        shop.build(2).run().succeeds().says("Opened request 2");
    });
}

#[test]
fn a_request_that_lost_its_branch_gets_it_back() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        shop.repository
            .git(&["update-ref", "-d", &format!("refs/heads/{HEAD}")]);
        shop.build(2).run().succeeds();
        assert_eq!(shop.tag(HEAD), "v2.0.2");
        assert_eq!(shop.forge.state().open().len(), 1);
    });
}

#[test]
fn a_branch_without_its_request_gets_one() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        let tip = shop.repository.tip(HEAD);
        shop.forge.state().pulls.clear();
        shop.build(1).run().succeeds().says("Opened request 1");
        assert_eq!(shop.repository.tip(HEAD), tip);
    });
}

#[test]
fn the_change_is_made_anew_where_the_base_has_moved_under_it() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        let mut files = shop.repository.files("main");
        let text = shop.repository.read("main", super::FILE);
        let text = format!("{text}# a line more\n");
        files.get_mut(super::FILE).expect("it is there").bytes = text.into_bytes();
        let tip = shop.repository.commit("main", &files, "By hand");
        shop.build(1).run().succeeds().says("Updated request 1");
        assert!(
            shop.repository
                .read(HEAD, super::FILE)
                .ends_with("# a line more\n")
        );
        assert_eq!(
            shop.repository.git(&["rev-parse", &format!("{HEAD}^")]),
            tip
        );
    });
}

#[test]
fn a_base_that_moved_elsewhere_leaves_the_branch_as_it_is() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        let tip = shop.repository.tip(HEAD);
        let mut files = shop.repository.files("main");
        files
            .values_mut()
            .next()
            .expect("there is one")
            .bytes
            .push(b'\n');
        shop.repository.commit("main", &files, "By hand");
        shop.build(1).run().succeeds().says("Nothing to do");
        assert_eq!(shop.repository.tip(HEAD), tip);
    });
}

#[test]
fn a_branch_for_each_version_closes_the_older_request_with_a_link() {
    everywhere(|shop| {
        let run = |number| {
            shop.build(number)
                .args(["--head", "{{app}}-{{new}}-release"])
        };
        run(1).run().succeeds();
        run(2).run().succeeds().says("Opened request 2");
        let state = shop.forge.state();
        let [old, new] = &state.pulls[..] else {
            panic!("{:#?}", state.pulls);
        };
        assert_eq!(new.head, "web-v2.0.2-release");
        assert_eq!(
            (old.progress, new.progress),
            (Progress::Closed, Progress::Open)
        );
        assert!(
            old.comments[0].starts_with("Superseded by http://"),
            "{:?}",
            old.comments
        );
        drop(state);
        assert!(!shop.has("web-v2.0.1-release"));
        run(1).run().succeeds().says("Nothing is done");
        assert_eq!(shop.forge.state().open().len(), 1);
    });
}

#[test]
fn the_branch_of_an_older_request_stays_when_it_is_to_be_kept() {
    everywhere(|shop| {
        let run = |number| {
            let run = shop.build(number).arg("--keep-branch");
            run.args(["--head", "{{app}}-{{new}}-release"])
        };
        run(1).run().succeeds();
        run(2).run().succeeds();
        assert_eq!(shop.forge.state().open().len(), 1);
        assert!(shop.has("web-v2.0.1-release"));
    });
}

#[test]
fn a_dry_run_says_what_would_become_of_the_request() {
    everywhere(|shop| {
        let refs = shop.repository.refs();
        let run = || shop.build(1).arg("--dry-run");
        run()
            .run()
            .succeeds()
            .says("Dry run: a request would be opened for 1 file.");
        assert_eq!(shop.repository.refs(), refs);
        assert!(shop.forge.state().pulls.is_empty());
    });
}

#[test]
fn the_outputs_have_the_request() {
    everywhere(|shop| {
        let run = shop.build(1);
        expect_outputs(run, &shop.repository, HEAD);
        let json = shop.build(1).args(["--output", "json"]).run().succeeds();
        let json: serde_json::Value = serde_json::from_str(&json.stdout).expect("it is JSON");
        assert_eq!(json["request"]["outcome"], "keep");
        assert_eq!(json["request"]["number"], 1);
        assert!(
            json["request"]["url"]
                .as_str()
                .is_some_and(|url| url.contains("/acme/deploy/"))
        );
    });
}

#[test]
fn templates_give_branch_title_text_and_commit() {
    everywhere(|shop| {
        let run = shop.build(1);
        let run = run.args([
            "--head",
            "release/{{app}}_{{new}}",
            "--title",
            "Release {{app}} {{new}}",
        ]);
        run.args(["--body", "From {{old}} to {{new}}"])
            .run()
            .succeeds();
        let pull = shop.only();
        assert_eq!(pull.head, "release/web_v2.0.1");
        assert_eq!(pull.title, "Release web v2.0.1");
        assert!(pull.body.contains("From 1.4.3 to v2.0.1"), "{}", pull.body);
        assert!(pull.body.contains(IMAGE), "{}", pull.body);
    });
}
