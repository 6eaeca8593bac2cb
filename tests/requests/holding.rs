//! The state of the gates as a commit status, on the requests that they hold.

use crate::support::files::files;
use crate::support::forge::state::Written;
use crate::support::forge::{FakeForge, Progress, TOKEN, Wrong};
use crate::support::repository::BareRepository;
use crate::support::towpath::Towpath;
use serde_json::Value;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

const HEAD: &str = "towpath/production/web";
const CONTEXT: &str = "towpath/production";
const FREEZE: &str = "{freezes: [{from: 2020-01-01, to: 2099-01-01, reason: the fair}]}";

/// A staging that is ahead of production, and gates between them.
struct Lock {
    repository: BareRepository,
    forge: FakeForge,
}

fn tag(tag: &str) -> String {
    format!("images:\n- name: ghcr.io/acme/web\n  newTag: {tag}\n")
}

fn config(gates: &str) -> String {
    format!(
        "version: 1\nfiles: environments/<environment>\nenvironments:\n  staging:\n  \
         production:\n    from: staging\n    gates: {gates}\n"
    )
}

impl Lock {
    fn open(kind: ForgeKind, gates: &str) -> Self {
        let repository = BareRepository::new(&files([
            ("towpath.yaml", &config(gates)),
            ("environments/staging/kustomization.yaml", &tag("v2")),
            ("environments/production/kustomization.yaml", &tag("v1")),
        ]));
        let forge = FakeForge::start(kind, &repository);
        Self { repository, forge }
    }

    fn run(&self, arguments: &[&str]) -> Towpath {
        Towpath::new()
            .args(arguments)
            .args(["--repo", &self.forge.repository()])
            .args(["--forge", self.forge.name(), "--forge-url"])
            .arg(self.forge.url())
            .env("TOWPATH_FORGE_TOKEN", TOKEN)
    }

    /// Prepares to propose a version for production, with its status.
    fn propose(&self, version: &str) -> Towpath {
        let image = format!("ghcr.io/acme/web:{version}");
        let run = self.run(&["set", "--environment", "production", "--image", &image]);
        run.args(["--request", "--status"])
    }

    /// Prepares to write the state of the gates.
    fn refresh(&self) -> Towpath {
        self.run(&["gate", "--environment", "production", "--status"])
    }

    /// Sets other gates.
    fn set(&self, gates: &str) {
        let mut now = self.repository.files("main");
        now.extend(files([("towpath.yaml", &config(gates))]));
        self.repository.commit("main", &now, "Other gates");
    }

    /// Returns the statuses that were written, with what each says.
    fn written(&self) -> Vec<Written> {
        self.forge.state().statuses.clone()
    }

    #[track_caller]
    fn expect(&self, expected: &[(&str, &str)]) {
        let head = self.repository.tip(HEAD);
        let expected: Vec<Written> = expected
            .iter()
            .map(|(state, said)| {
                let (state, said) = ((*state).to_owned(), (*said).to_owned());
                (head.clone(), CONTEXT.to_owned(), state, said)
            })
            .collect();
        assert_eq!(self.written(), expected);
    }
}

#[track_caller]
fn everywhere(gates: &str, test: impl Fn(Lock)) {
    for kind in ForgeKind::ALL {
        test(Lock::open(kind, gates));
    }
}

#[test]
fn a_request_gets_the_state_of_the_gates_at_once_and_keeps_it() {
    everywhere(FREEZE, |lock| {
        lock.propose("v2").run().succeeds();
        let closed = [("pending", "opens 2099-01-01 00:00 UTC: freeze")];
        lock.expect(&closed);
        // The same again, by the same command and by the one that refreshes it.
        lock.propose("v2").run().succeeds();
        lock.refresh().run().succeeds().says(
            "request 1: towpath/production is pending: opens 2099-01-01 00:00 UTC: freeze (as it was)",
        );
        lock.expect(&closed);
    });
}

#[test]
fn a_scheduled_run_lets_the_request_go() {
    everywhere(FREEZE, |lock| {
        lock.propose("v2").run().succeeds();
        lock.set("{soak: 1h}");
        let run = lock.refresh().args(["--output", "json"]).run().succeeds();
        let said: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
        let request = &said["requests"][0];
        assert_eq!(
            (&request["state"], &request["written"], &request["number"]),
            (&"success".into(), &true.into(), &1.into())
        );
        lock.refresh().run().succeeds().says("(as it was)");
        lock.expect(&[
            ("pending", "opens 2099-01-01 00:00 UTC: freeze"),
            ("success", "all gates are open"),
        ]);
    });
}

#[test]
fn a_status_that_waits_for_something_else_says_so() {
    everywhere(FREEZE, |lock| {
        lock.propose("v2").run().succeeds();
        lock.set(&FREEZE.replace("2099", "2098"));
        lock.refresh().run().succeeds().says("(written)");
        let newest = lock.written().pop().expect("there is one");
        assert_eq!(
            (newest.2.as_str(), newest.3.as_str()),
            ("pending", "opens 2098-01-01 00:00 UTC: freeze")
        );
    });
}

#[test]
fn the_gates_are_those_of_what_the_request_brings() {
    everywhere("{soak: 1h}", |lock| {
        lock.propose("v2").run().succeeds();
        let mut now = lock.repository.files("main");
        now.extend(files([(
            "environments/staging/kustomization.yaml",
            &tag("v3"),
        )]));
        lock.repository.commit("main", &now, "v3 in staging");
        lock.refresh().run().succeeds().says("(written)");
        let newest = lock.written().pop().expect("there is one");
        assert_eq!(
            newest.3,
            "soak of web: v2 was in staging for 0s of 1h only, and is there no more"
        );
    });
}

#[test]
fn a_long_reason_is_cut_where_the_forge_wants_it() {
    let names: Vec<_> = (1..20).map(|number| format!("check-{number}")).collect();
    let gates = format!("{{statuses: [{}]}}", names.join(", "));
    everywhere(&gates, |lock| {
        lock.propose("v2").run().succeeds();
        lock.refresh().run().succeeds().says("(as it was)");
        let [written] = &lock.written()[..] else {
            panic!("{:?}", lock.written());
        };
        let longest = match lock.forge.name() {
            "github" => 140,
            _ => 255,
        };
        assert_eq!(written.3.chars().count(), longest);
    });
}

#[test]
fn requests_of_others_are_left_alone() {
    everywhere("{}", |lock| {
        lock.propose("v2").run().succeeds();
        let image = ["--image", "ghcr.io/acme/web:v3", "--request"];
        lock.run(&["set", "--environment", "staging"])
            .args(image)
            .run()
            .succeeds();
        lock.refresh().run().succeeds();
        lock.expect(&[("success", "no gate is declared")]);
        let outcome = lock.refresh().args(["--head", "elsewhere"]).run();
        outcome.succeeds().says("no request for production is open");
    });
}

#[test]
fn a_merge_finds_the_status_there() {
    everywhere("{soak: 1h}", |lock| {
        lock.propose("v2").arg("--auto-merge").run().succeeds();
        assert_eq!(lock.forge.state().pulls[0].progress, Progress::Merged);
        lock.expect(&[("success", "all gates are open")]);
        lock.refresh()
            .run()
            .succeeds()
            .says("no request for production is open");
    });
}

#[test]
fn a_token_that_may_not_write_statuses_is_said() {
    everywhere(FREEZE, |lock| {
        let refuse = || {
            let refused = Wrong::Status(403, Vec::new());
            lock.forge.break_down("POST", "/statuses/", refused);
        };
        refuse();
        lock.propose("v2")
            .run()
            .succeeds()
            .says("warning[request]: the token may not write the status of a commit")
            .says("Give");
        refuse();
        lock.refresh()
            .run()
            .fails(Kind::ReadOnly)
            .says("the token may not write the status of a commit")
            .says("hint: Give");
        assert!(lock.written().is_empty());
    });
}

#[test]
fn a_status_is_of_an_environment_and_waits_for_nothing() {
    let lock = Lock::open(ForgeKind::Gitea, "{}");
    let run = lock.run(&["set", "--path", "environments/production"]);
    run.args(["--image", "ghcr.io/acme/web:v2", "--request", "--status"])
        .run()
        .fails(Kind::Usage)
        .says("`--status` is of an environment");
    lock.refresh()
        .args(["--wait", "1s"])
        .run()
        .fails(Kind::Usage)
        .says("do not go together");
}
