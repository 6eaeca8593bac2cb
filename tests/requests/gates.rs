//! Gates that a forge answers: statuses, checks, and approvals of the request.

use super::Shop;
use super::environments::{PROMOTE, config, path, tag, versions};
use crate::support::files::files;
use crate::support::forge::{FakeForge, Progress, TOKEN, Word};
use crate::support::repository::BareRepository;
use crate::support::towpath::Towpath;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

/// Runs a test on every forge, with gates before production.
#[track_caller]
fn everywhere(gates: &str, test: impl Fn(Shop)) {
    for kind in ForgeKind::ALL {
        test(Shop::ahead(kind, &config(&format!("    gates: {gates}\n"))));
    }
}

/// Returns a configuration whose production takes pushes, with gates.
fn pushed(gates: &str) -> String {
    config(&format!("    gates: {gates}\n")).replace("    delivery: request\n", "")
}

impl Shop {
    /// Gives the commit that brought web to staging a status, as the forge names it.
    fn status(&self, context: &str, state: &str) {
        let commit = self.repository.tip("main");
        let said = (commit, context.to_owned(), state.to_owned(), String::new());
        self.forge.state().statuses.push(said);
    }

    /// Takes all statuses away.
    fn forget(&self) {
        self.forge.state().statuses.clear();
    }
}

#[test]
fn statuses_open_and_close_a_gate() {
    for kind in ForgeKind::ALL {
        let shop = Shop::ahead(kind, &pushed("{statuses: [e2e]}"));
        let before = shop.repository.tip("main");
        shop.promote()
            .run()
            .fails(Kind::GateClosed)
            .says("`e2e` is missing on commit")
            .says("nothing was changed");
        let failed = if kind == ForgeKind::GitLab {
            "failed"
        } else {
            "failure"
        };
        for (state, says) in [("pending", "is pending"), (failed, "failed")] {
            shop.forget();
            shop.status("e2e", state);
            shop.promote()
                .run()
                .fails(Kind::GateClosed)
                .says(&format!("`e2e` {says} on commit"));
        }
        assert_eq!(shop.repository.tip("main"), before);
        shop.forget();
        shop.status("e2e", "success");
        shop.towpath("gate --environment production")
            .run()
            .succeeds()
            .says("open    status: `e2e` is green on commit");
        shop.promote().run().succeeds().says("Committed");
        assert_eq!(shop.runs("main", "web"), "v2");
    }
}

#[test]
fn checks_of_github_count_as_statuses_do() {
    let shop = Shop::ahead(ForgeKind::GitHub, &pushed("{statuses: [e2e]}"));
    let commit = shop.repository.tip("main");
    let check = |status: &str, conclusion: Option<&str>| {
        let conclusion = conclusion.map(str::to_owned);
        let check = (
            commit.clone(),
            "e2e".to_owned(),
            status.to_owned(),
            conclusion,
        );
        shop.forge.state().checks = vec![check];
        shop.towpath("gate --environment production").run()
    };
    check("in_progress", None)
        .fails(Kind::GateClosed)
        .says("`e2e` is pending");
    check("completed", Some("failure"))
        .fails(Kind::GateClosed)
        .says("`e2e` failed");
    check("completed", Some("skipped"))
        .fails(Kind::GateClosed)
        .says("`e2e` was skipped");
    check("completed", Some("neutral"))
        .succeeds()
        .says("`e2e` is neutral");
    check("completed", Some("success"))
        .succeeds()
        .says("`e2e` is green");
}

#[test]
fn statuses_of_the_source_are_asked_for_at_its_own_repository() {
    for kind in ForgeKind::ALL {
        let config = pushed("{source-statuses: [unit]}");
        let repository = BareRepository::new(&versions(&config, ["v1", "a1"], ["v1", "a1"]));
        let forge = FakeForge::start(kind, &repository);
        let shop = Shop { repository, forge };
        let built = shop.repository.tip("main");
        let set = |source: &str| {
            shop.towpath("set --environment staging --image ghcr.io/acme/web:v2")
                .args(["--source-repository", source, "--source-revision", &built])
        };
        // The fake knows one repository, so the source is this one.
        set("acme/deploy").run().succeeds();
        shop.promote()
            .run()
            .fails(Kind::GateClosed)
            .says("`unit` is missing");
        let said = (
            built.clone(),
            "unit".to_owned(),
            "success".to_owned(),
            String::new(),
        );
        shop.forge.state().statuses.push(said);
        shop.promote().run().succeeds();
    }
}

#[test]
fn where_no_forge_answers_the_gate_is_closed_and_says_why() {
    let shop = Shop::ahead(ForgeKind::GitHub, &pushed("{statuses: [e2e]}"));
    Towpath::new()
        .args(["promote", "--to", "production", "--repo"])
        .arg(shop.repository.path())
        .run()
        .fails(Kind::GateClosed)
        .says("`e2e` is not known: ");
    let promote = |token: &str| {
        Towpath::new()
            .args([
                "promote",
                "--to",
                "production",
                "--repo",
                &shop.forge.repository(),
            ])
            .args(["--forge", "github", "--forge-url", &shop.forge.url()])
            .env("TOWPATH_FORGE_TOKEN", token)
            .run()
    };
    promote("")
        .fails(Kind::GateClosed)
        .says("`e2e` is not known: ");
    promote("a-wrong-token")
        .fails(Kind::GateClosed)
        .says("`e2e` is not known: ");
    promote(TOKEN)
        .fails(Kind::GateClosed)
        .says("`e2e` is missing");
}

#[test]
fn a_source_that_is_no_repository_of_the_forge_is_not_asked_for() {
    let shop = Shop::ahead(ForgeKind::GitHub, &pushed("{source-statuses: [unit]}"));
    for source in [
        "https://other.example/acme/web",
        "../../user",
        "acme/web?x=y",
    ] {
        let message = format!(
            "Build\n\nTowpath-Source-Repository: {source}\nTowpath-Source-Revision: {}\n",
            "ab".repeat(20)
        );
        let config = shop.repository.read("main", "towpath.yaml");
        let next = format!("v{}", source.len() + 100);
        let all = versions(&config, [&next, "a1"], ["v1", "a1"]);
        shop.repository.commit("main", &all, &message);
        shop.promote()
            .run()
            .fails(Kind::GateClosed)
            .says("`unit` is not known: ");
    }
}

#[test]
fn approvals_open_and_close_a_gate() {
    everywhere("{approvals: 2}", |shop| {
        let gate = || shop.towpath("gate --environment production").run();
        gate()
            .fails(Kind::GateClosed)
            .says("there is no request yet");
        shop.promote().run().succeeds().says("Opened request 1");
        assert!(
            shop.only().body.contains("- [ ] approval: "),
            "{}",
            shop.only().body
        );
        gate()
            .fails(Kind::GateClosed)
            .says("nobody approved it so far");
        let say = |user: &str, word| shop.forge.state().review(1, user, word);
        say("jo", Word::Approve);
        say("jo", Word::Approve);
        say("towpath", Word::Approve);
        say("eve", Word::ApproveAsStranger);
        gate().fails(Kind::GateClosed).says("approved by jo so far");
        say("kim", Word::Approve);
        say("kim", Word::Comment);
        gate().succeeds().says("is approved by jo, kim");
        say("kim", Word::Object);
        gate().fails(Kind::GateClosed).says("approved by jo so far");
        say("kim", Word::Approve);
        gate().succeeds();
        shop.put(["v3", "a1"], ["v1", "a1"]);
        shop.promote().run().succeeds().says("Updated request 1");
        gate()
            .fails(Kind::GateClosed)
            .says("approvals of earlier commits do not count");
    });
}

#[test]
fn a_request_is_merged_by_itself_only_when_its_gates_are_open() {
    everywhere("{approvals: 1, statuses: [e2e]}", |shop| {
        shop.status("e2e", "success");
        let promote = || shop.promote().arg("--auto-merge");
        promote()
            .run()
            .fails(Kind::GateClosed)
            .says("Opened request 1")
            .says("nobody approved it so far");
        assert_eq!(shop.only().progress, Progress::Open);
        shop.forge.state().review(1, "jo", Word::Approve);
        shop.forget();
        promote()
            .run()
            .fails(Kind::GateClosed)
            .says("`e2e` is missing");
        shop.status("e2e", "success");
        promote().run().succeeds();
        assert_eq!(shop.only().progress, Progress::Merged);
        assert_eq!(shop.runs("main", "web"), "v2");
    });
}

#[test]
fn an_approval_is_not_carried_over_to_what_is_pushed_in_the_same_run() {
    everywhere("{approvals: 1}", |shop| {
        shop.promote().run().succeeds();
        shop.forge.state().review(1, "jo", Word::Approve);
        shop.put(["v3", "a1"], ["v1", "a1"]);
        shop.promote()
            .arg("--auto-merge")
            .run()
            .fails(Kind::GateClosed)
            .says("Updated request 1")
            .says("approvals of earlier commits do not count");
        assert_eq!(shop.only().progress, Progress::Open);
        assert_eq!(shop.runs(PROMOTE, "web"), "v3");
    });
}

#[test]
fn a_request_says_how_its_gates_stand_and_is_told_when_they_change() {
    everywhere("{statuses: [e2e]}", |shop| {
        shop.promote().run().succeeds();
        let body = shop.only().body;
        assert!(
            body.contains("- [ ] status: &#96;e2e&#96; is missing"),
            "{body}"
        );
        shop.status("e2e", "success");
        shop.promote().run().succeeds();
        let body = shop.only().body;
        assert!(
            body.contains("- [x] status: &#96;e2e&#96; is green"),
            "{body}"
        );
        let (refs, body) = (shop.repository.refs(), body);
        shop.promote().run().succeeds().says("Nothing to do");
        assert_eq!((shop.repository.refs(), shop.only().body), (refs, body));
    });
}

#[test]
fn a_request_is_waited_for_until_it_is_approved() {
    let shop = Shop::ahead(ForgeKind::GitLab, &config("    gates: {approvals: 1}\n"));
    shop.promote().run().succeeds();
    let run = shop.promote().args(["--auto-merge", "--wait", "1s"]);
    run.run().fails(Kind::GateClosed);
    shop.forge.state().review(1, "jo", Word::Approve);
    let run = shop.promote().args(["--auto-merge", "--wait", "1m"]);
    run.run().succeeds();
    assert_eq!(shop.only().progress, Progress::Merged);
}

#[test]
fn a_set_waits_for_the_gates_of_its_environment() {
    for kind in ForgeKind::ALL {
        let shop = Shop::ahead(kind, &pushed("{ran-in: staging, statuses: [e2e]}"));
        let set = |version: &str| {
            let image = format!("ghcr.io/acme/web:{version}");
            shop.towpath("set --environment production")
                .args(["--image", &image])
                .run()
        };
        let refs = shop.repository.refs();
        set("v9")
            .fails(Kind::GateClosed)
            .says("ran-in of web: v9 was never in staging");
        set("v2").fails(Kind::GateClosed).says("`e2e` is missing");
        assert_eq!(shop.repository.refs(), refs);
        shop.status("e2e", "success");
        set("v2").succeeds().says("Committed");
        let message = shop.repository.git(&["log", "-1", "--format=%B", "main"]);
        assert!(
            message.contains("Towpath-Environment: production\n"),
            "{message}"
        );
        // It is there already, whatever the gates say.
        shop.forget();
        set("v2").succeeds().says("Nothing to change");
    }
}

#[test]
fn a_set_by_request_says_what_it_waits_for() {
    everywhere("{approvals: 1}", |shop| {
        let set = || {
            shop.towpath("set --environment production --image ghcr.io/acme/web:v2")
                .arg("--auto-merge")
        };
        set().run().fails(Kind::GateClosed).says("Opened request 1");
        let pull = shop.only();
        assert_eq!(pull.title, "production: web v1 → v2");
        assert!(pull.body.contains("- [ ] approval: "), "{}", pull.body);
        shop.forge.state().review(1, "jo", Word::Approve);
        set().run().succeeds();
        assert_eq!(shop.only().progress, Progress::Merged);
    });
}

#[test]
fn a_set_waits_as_long_as_it_is_told_to() {
    let shop = Shop::ahead(ForgeKind::GitHub, &pushed("{statuses: [e2e]}"));
    let set = |wait: &str| {
        shop.towpath("set --environment production --image ghcr.io/acme/web:v2")
            .args(["--wait", wait])
            .run()
    };
    set("1s").fails(Kind::GateClosed);
    shop.status("e2e", "success");
    set("1m").succeeds();
}

#[test]
fn what_is_set_at_a_desk_is_not_delivered_and_asks_no_gate() {
    let all = versions(&pushed("{statuses: [e2e]}"), ["v1", "a1"], ["v1", "a1"]);
    let mut all = all;
    all.extend(files([("more.txt", "more\n")]));
    let repository = BareRepository::new(&all);
    let run = Towpath::new();
    let clone = run.directory().join("clone");
    repository.git(&["clone", "--quiet", ".", &clone.display().to_string()]);
    run.args(["set", "--working-copy", &clone.display().to_string()])
        .args([
            "--environment",
            "production",
            "--image",
            "ghcr.io/acme/web:v2",
        ])
        .run()
        .succeeds();
    let text = std::fs::read_to_string(clone.join(path("production", "web")));
    assert_eq!(text.expect("it is there"), tag("web", "v2"));
}
