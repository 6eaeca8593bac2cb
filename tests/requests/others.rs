//! Other people: their commits, their words, and who is asked to look.

use super::{FILE, HEAD, Shop, everywhere};
use crate::support::forge::TOKEN;
use crate::support::towpath::Towpath;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

/// Puts a commit of a person on the branch of the request.
fn meddle(shop: &Shop) -> String {
    let mut files = shop.repository.files(HEAD);
    let text = format!("{}# by hand\n", shop.repository.read(HEAD, FILE));
    files.get_mut(FILE).expect("it is there").bytes = text.into_bytes();
    shop.repository.commit(HEAD, &files, "A finishing touch")
}

#[test]
fn commits_of_others_are_never_overwritten() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        let theirs = meddle(&shop);
        let pull = shop.only();
        let outcome = shop.build(2).run().fails(Kind::OthersWork);
        outcome
            .says("has commits that Towpath did not make")
            .says("A Tester <tester@example.com>")
            .says("nothing was changed");
        assert_eq!(shop.repository.tip(HEAD), theirs);
        assert_eq!(shop.only().body, pull.body);
    });
}

#[test]
fn commits_of_others_that_keep_the_values_are_welcome() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        let theirs = meddle(&shop);
        let outcome = shop.build(1).run().succeeds();
        outcome.says("Nothing is done: others have put commits on the branch");
        assert_eq!(shop.repository.tip(HEAD), theirs);
    });
}

#[test]
fn a_branch_with_commits_of_others_outlives_its_request() {
    everywhere(|shop| {
        let run = |number| {
            shop.build(number)
                .args(["--head", "{{app}}-{{new}}-release"])
        };
        run(1).run().succeeds();
        let branch = "web-v2.0.1-release";
        let mut files = shop.repository.files(branch);
        let text = format!("{}# by hand\n", shop.repository.read(branch, FILE));
        files.get_mut(FILE).expect("it is there").bytes = text.into_bytes();
        let theirs = shop.repository.commit(branch, &files, "A finishing touch");
        run(2).run().succeeds().says("Opened request 2");
        assert_eq!(shop.forge.state().open().len(), 1);
        assert_eq!(shop.repository.tip(branch), theirs);
    });
}

#[test]
fn a_commit_that_was_amended_is_not_ours_any_more() {
    let shop = Shop::open(ForgeKind::GitHub);
    shop.build(1).run().succeeds();
    let git = |arguments: &[&str]| shop.repository.git(arguments);
    let message = git(&["log", "-1", "--format=%B", HEAD]);
    let (tree, parent) = (format!("{HEAD}^{{tree}}"), format!("{HEAD}^"));
    let mut commit = crate::support::git::command_for(
        &shop.repository.path(),
        &["commit-tree", &tree, "-p", &parent, "-m", &message],
    );
    commit
        .env("GIT_AUTHOR_NAME", "Towpath")
        .env("GIT_AUTHOR_EMAIL", "towpath@localhost");
    let amended = crate::support::command::succeed(&mut commit);
    let reference = format!("refs/heads/{HEAD}");
    git(&["update-ref", &reference, amended.trim()]);
    shop.build(2).run().fails(Kind::OthersWork);
    assert_eq!(shop.repository.tip(HEAD), amended.trim());
}

#[test]
fn what_people_wrote_into_the_text_stays() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        {
            let mut state = shop.forge.state();
            let pull = &mut state.pulls[0];
            pull.body = format!("Careful!\n\n{}\n\n- [x] looked at", pull.body);
        }
        shop.build(2).run().succeeds();
        let body = shop.only().body;
        assert!(body.starts_with("Careful!\n"), "{body}");
        assert!(body.ends_with("- [x] looked at"), "{body}");
        assert!(
            body.contains("v2.0.2") && !body.contains("v2.0.1"),
            "{body}"
        );
    });
}

#[test]
fn a_request_is_labelled_assigned_and_sent_to_reviewers() {
    everywhere(|shop| {
        let run = shop
            .build(1)
            .args(["--label", "deploy", "--label", "env:{{environment}}"]);
        run.args(["--reviewer", "jo", "--assignee", "kim"])
            .args(["--milestone", "Sprint 2"])
            .run()
            .succeeds();
        let pull = shop.only();
        assert_eq!(pull.labels, ["deploy", "env:dev"]);
        assert_eq!(pull.reviewers, ["jo"]);
        assert_eq!(pull.assignees, ["kim"]);
        assert_eq!(pull.milestone.as_deref(), Some("Sprint 2"));
    });
}

#[test]
fn a_team_is_asked_by_its_name() {
    for kind in [ForgeKind::GitHub, ForgeKind::Gitea] {
        let shop = Shop::open(kind);
        let run = shop
            .build(1)
            .args(["--reviewer", "acme/platform", "--reviewer", "jo"]);
        run.run().succeeds();
        let pull = shop.only();
        assert_eq!(
            (pull.teams, pull.reviewers),
            (vec!["platform".into()], vec!["jo".into()])
        );
    }
}

#[test]
fn what_cannot_be_done_beside_the_request_is_said() {
    everywhere(|shop| {
        let run = shop
            .build(1)
            .args(["--reviewer", "nobody", "--assignee", "nobody"]);
        let outcome = run.args(["--milestone", "Sprint 9"]).run().succeeds();
        outcome
            .says("warning[request]")
            .says("nobody")
            .says("milestone \"Sprint 9\"");
        let pull = shop.only();
        assert!(
            pull.reviewers.is_empty() && pull.assignees.is_empty(),
            "{pull:?}"
        );
    });
}

#[test]
fn the_author_as_reviewer_is_said_and_no_error() {
    for kind in [ForgeKind::GitHub, ForgeKind::Gitea] {
        let shop = Shop::open(kind);
        let outcome = shop
            .build(1)
            .args(["--reviewer", "towpath"])
            .run()
            .succeeds();
        outcome.says("cannot ask towpath for a review");
    }
}

#[test]
fn a_label_that_is_not_there_is_said_on_gitea() {
    let shop = Shop::open(ForgeKind::Gitea);
    let run = shop
        .build(1)
        .args(["--label", "deploy", "--label", "unheard-of"]);
    run.run().succeeds().says("no label \"unheard-of\"");
    assert_eq!(shop.only().labels, ["deploy"]);
}

#[test]
fn a_draft_stays_one() {
    everywhere(|shop| {
        shop.build(1).arg("--draft").run().succeeds();
        shop.build(2).run().succeeds();
        let pull = shop.only();
        let title = "dev: web 1.4.3 → v2.0.2";
        match shop.forge.name() {
            "github" => assert!(pull.is_draft && pull.title == title, "{pull:?}"),
            "gitlab" => assert_eq!(pull.title, format!("Draft: {title}")),
            _ => assert_eq!(pull.title, format!("WIP: {title}")),
        }
    });
}

#[test]
fn a_branch_of_other_apps_is_not_taken() {
    everywhere(|shop| {
        shop.build(1)
            .args(["--head", "towpath/shared"])
            .run()
            .succeeds();
        let tip = shop.repository.tip("towpath/shared");
        let run = Towpath::set(shop.forge.repository())
            .args([
                "--file",
                "apps/api/values/dev.yaml",
                "--image",
                "registry.example/shop/api:v9",
            ])
            .args([
                "--request",
                "--head",
                "towpath/shared",
                "--forge",
                shop.forge.name(),
            ])
            .args(["--forge-url", &shop.forge.url()])
            .env("TOWPATH_FORGE_TOKEN", TOKEN);
        run.run()
            .fails(Kind::OthersWork)
            .says("for another environment or other apps");
        assert_eq!(shop.repository.tip("towpath/shared"), tip);
    });
}

#[test]
fn a_committer_of_towpaths_own_takes_nothing_over() {
    let shop = Shop::open(ForgeKind::Gitea);
    let run = |number| {
        shop.build(number)
            .args(["--committer", "Bot <bot@example.org>"])
    };
    run(1).run().succeeds();
    run(2).run().succeeds().says("Updated request 1");
    assert_eq!(shop.tag(HEAD), "v2.0.2");
}
