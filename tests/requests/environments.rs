//! Commands that know environments, into one that takes changes by request, on
//! every forge.

use super::{Shop, expect_outputs};
use crate::support::files::{Files, files};
use crate::support::forge::{FakeForge, Progress, TOKEN};
use crate::support::repository::BareRepository;
use crate::support::towpath::Towpath;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

pub(super) const PROMOTE: &str = "towpath/production/promote";

/// Returns `towpath.yaml` whose production takes changes by request.
pub(super) fn config(more: &str) -> String {
    format!(
        "version: 1\nfiles: environments/<environment>/<app>\nenvironments:\n  staging:\n  \
         production:\n    from: staging\n    delivery: request\n{more}"
    )
}

pub(super) fn path(environment: &str, app: &str) -> String {
    format!("environments/{environment}/{app}/kustomization.yaml")
}

pub(super) fn tag(app: &str, tag: &str) -> String {
    format!("images:\n- name: ghcr.io/acme/{app}\n  newTag: {tag}\n")
}

/// Returns all files, with the versions of web and api in both environments.
pub(super) fn versions(config: &str, staging: [&str; 2], production: [&str; 2]) -> Files {
    let mut all = files([("towpath.yaml", config)]);
    for (environment, tags) in [("staging", staging), ("production", production)] {
        for (app, version) in ["web", "api"].into_iter().zip(tags) {
            all.extend(files([(
                path(environment, app).as_str(),
                tag(app, version).as_str(),
            )]));
        }
    }
    all
}

impl Shop {
    /// Returns a repository whose staging is ahead of production.
    pub(super) fn ahead(kind: ForgeKind, config: &str) -> Self {
        let repository = BareRepository::new(&versions(config, ["v1", "a1"], ["v1", "a1"]));
        let after = versions(config, ["v2", "a1"], ["v1", "a1"]);
        repository.commit("main", &after, "web v2 in staging");
        let forge = FakeForge::start(kind, &repository);
        Self { repository, forge }
    }

    /// Prepares a command on the repository of the forge.
    pub(super) fn towpath(&self, command: &str) -> Towpath {
        Towpath::new()
            .args(command.split(' '))
            .args(["--repo", &self.forge.repository()])
            .args(["--forge", self.forge.name()])
            .args(["--forge-url", &self.forge.url()])
            .env("TOWPATH_FORGE_TOKEN", TOKEN)
    }

    /// Prepares a promotion to production.
    pub(super) fn promote(&self) -> Towpath {
        self.towpath("promote --to production")
    }

    /// Puts other versions on the base, by hand.
    pub(super) fn put(&self, staging: [&str; 2], production: [&str; 2]) {
        let config = self.repository.read("main", "towpath.yaml");
        let files = versions(&config, staging, production);
        self.repository.commit("main", &files, "By hand");
    }

    /// Returns the version of an app in production, as a branch has it.
    #[track_caller]
    pub(super) fn runs(&self, branch: &str, app: &str) -> String {
        let text = self.repository.read(branch, &path("production", app));
        let (_, version) = text.trim().rsplit_once(": ").expect("it has a tag");
        version.to_owned()
    }
}

/// Runs a test on every forge.
#[track_caller]
fn everywhere(test: impl Fn(Shop)) {
    for kind in ForgeKind::ALL {
        test(Shop::ahead(kind, &config("")));
    }
}

#[test]
fn a_promotion_is_proposed_and_the_base_is_left_alone() {
    everywhere(|shop| {
        let before = shop.repository.tip("main");
        let outcome = shop.promote().run().succeeds();
        outcome.says("Opened request 1, http://");
        let pull = shop.only();
        assert_eq!(pull.title, "Promote web v2 from staging to production");
        assert_eq!((pull.head.as_str(), pull.base.as_str()), (PROMOTE, "main"));
        for says in [
            "| app | what | staging | production | outcome |",
            "| web | ghcr.io/acme/web | v2 | v1 | promoted |",
            "| api | ghcr.io/acme/api | a1 | a1 | the same |",
            "<code>environments/production/web/kustomization.yaml</code>",
            "Towpath-From: staging\nTowpath-App: web\n",
        ] {
            assert!(pull.body.contains(says), "{says} in\n{}", pull.body);
        }
        assert_eq!(shop.repository.tip("main"), before);
        assert_eq!(
            (shop.runs(PROMOTE, "web"), shop.runs("main", "web")),
            ("v2".into(), "v1".into())
        );
        let message = shop.repository.git(&["log", "-1", "--format=%B", PROMOTE]);
        assert!(
            message.contains("Towpath-Environment: production\n"),
            "{message}"
        );
        shop.repository.fsck();
    });
}

#[test]
fn a_promotion_is_followed_by_what_becomes_of_it() {
    everywhere(|shop| {
        shop.promote().run().succeeds();
        let (refs, body) = (shop.repository.refs(), shop.only().body);
        shop.promote()
            .run()
            .succeeds()
            .says("Nothing to do: request 1");
        assert_eq!((shop.repository.refs(), shop.only().body), (refs, body));
        shop.put(["v3", "a2"], ["v1", "a1"]);
        shop.promote().run().succeeds().says("Updated request 1");
        assert_eq!(
            (shop.runs(PROMOTE, "web"), shop.runs(PROMOTE, "api")),
            ("v3".into(), "a2".into())
        );
        assert_eq!(
            shop.only().title,
            "Promote api a2, web v3 from staging to production"
        );
        shop.forge.state().merge(1, true);
        shop.promote().run().succeeds().says("Nothing to change");
        assert_eq!(shop.runs("main", "web"), "v3");
        shop.put(["v4", "a2"], ["v3", "a2"]);
        shop.promote().run().succeeds().says("Opened request 2");
    });
}

#[test]
fn a_promotion_without_anything_left_is_closed_and_says_why() {
    everywhere(|shop| {
        shop.promote().run().succeeds();
        shop.put(["v2", "a1"], ["v2", "a1"]);
        shop.promote().run().succeeds().says("Closed request 1");
        let pull = shop.only();
        assert_eq!(pull.progress, Progress::Closed);
        assert_eq!(
            pull.comments,
            ["Nothing is left to change: `main` has these values already."]
        );
        assert!(!shop.has(PROMOTE));
        shop.promote().run().succeeds().says("Nothing to change");
    });
}

#[test]
fn a_promotion_that_a_person_closed_is_not_opened_again_for_the_same_versions() {
    everywhere(|shop| {
        shop.promote().run().succeeds();
        shop.forge.state().close(1);
        shop.promote()
            .run()
            .succeeds()
            .says("Nothing is done: a person closed the request for these values");
        shop.put(["v3", "a1"], ["v1", "a1"]);
        shop.promote().run().succeeds().says("Opened request 2");
    });
}

#[test]
fn work_of_others_on_the_branch_is_kept() {
    everywhere(|shop| {
        shop.promote().run().succeeds();
        let mut more = shop.repository.files(PROMOTE);
        more.extend(files([("notes.md", "Careful\n")]));
        shop.repository.commit(PROMOTE, &more, "By hand");
        let refs = shop.repository.refs();
        shop.promote()
            .run()
            .succeeds()
            .says("others have put commits on the branch");
        assert_eq!(shop.repository.refs(), refs);
        shop.put(["v3", "a1"], ["v1", "a1"]);
        let refs = shop.repository.refs();
        shop.promote()
            .run()
            .fails(Kind::OthersWork)
            .says("nothing was changed");
        assert_eq!(shop.repository.refs(), refs);
    });
}

#[test]
fn each_choice_of_apps_has_a_request_of_its_own() {
    everywhere(|shop| {
        shop.put(["v2", "a2"], ["v1", "a1"]);
        shop.towpath("promote --to production web").run().succeeds();
        shop.towpath("promote --to production api").run().succeeds();
        let heads: Vec<_> = shop
            .forge
            .state()
            .pulls
            .iter()
            .map(|pull| pull.head.clone())
            .collect();
        assert_eq!(heads, [format!("{PROMOTE}-web"), format!("{PROMOTE}-api")]);
        shop.forge.state().merge(1, false);
        shop.towpath("promote --to production api")
            .run()
            .succeeds()
            .says("Nothing to do: request 2");
    });
}

#[test]
fn a_promotion_has_all_that_a_request_can_have() {
    everywhere(|shop| {
        let run = shop
            .promote()
            .args([
                "--label",
                "env:dev",
                "--reviewer",
                "jo",
                "--assignee",
                "kim",
            ])
            .args(["--head", "{{from}}-to-{{environment}}/{{app}}"])
            .args(["--title", "{{app}} {{new}}", "--body", "From {{from}}."]);
        run.args(["--auto-merge", "--wait-for-merge", "1m"])
            .run()
            .succeeds();
        let pull = shop.only();
        assert_eq!(pull.head, "staging-to-production/api-web");
        assert_eq!(pull.title, "api, web a1, v2");
        assert!(
            pull.body.contains("\nFrom staging.\n\n| app |"),
            "{}",
            pull.body
        );
        assert_eq!(pull.labels, ["env:dev"]);
        assert_eq!(
            (pull.reviewers, pull.assignees),
            (vec!["jo".into()], vec!["kim".into()])
        );
        assert_eq!(pull.progress, Progress::Merged);
        assert_eq!(shop.runs("main", "web"), "v2");
    });
}

#[test]
fn a_request_can_be_asked_for_where_a_push_is_declared() {
    everywhere(|shop| {
        let config = config("").replace("    delivery: request\n", "");
        shop.repository.commit(
            "main",
            &versions(&config, ["v2", "a1"], ["v1", "a1"]),
            "Push",
        );
        shop.promote().arg("--request").run().succeeds();
        assert_eq!(shop.only().head, PROMOTE);
        shop.promote().run().succeeds().says("Committed");
        shop.promote()
            .arg("--request")
            .run()
            .succeeds()
            .says("Closed request 1");
    });
}

#[test]
fn a_dry_run_says_what_would_be_proposed() {
    everywhere(|shop| {
        let refs = shop.repository.refs();
        let dry = || shop.promote().arg("--dry-run");
        dry()
            .run()
            .succeeds()
            .says("+  newTag: v2")
            .says("Dry run: a request would be opened for 1 file.");
        assert_eq!(shop.repository.refs(), refs);
        assert!(shop.forge.state().pulls.is_empty());
        shop.promote().run().succeeds();
        dry().run().succeeds().says("Nothing to do: request 1");
    });
}

#[test]
fn without_a_forge_a_dry_run_says_what_it_does_not_know_and_a_real_one_is_refused() {
    let shop = Shop::ahead(ForgeKind::GitHub, &config(""));
    let promote = |more: &[&str]| {
        Towpath::new()
            .args(["promote", "--to", "production", "--repo"])
            .arg(shop.repository.path())
            .args(more)
            .run()
    };
    promote(&["--dry-run"])
        .succeeds()
        .says("Dry run: a request would be opened for 1 file.")
        .says("warning[request]: it is not known whether there is a request already");
    promote(&[])
        .fails(Kind::UnknownForge)
        .says("nothing was changed");
}

#[test]
fn the_outputs_have_the_request() {
    everywhere(|shop| {
        let run = shop.promote();
        expect_outputs(run, &shop.repository, PROMOTE);
    });
}

#[test]
fn a_rollback_is_proposed_once() {
    everywhere(|shop| {
        shop.put(["v2", "a1"], ["v2", "a1"]);
        let rollback = || {
            shop.towpath("rollback --environment production web").args([
                "--reason",
                "errors",
                "--author",
                "Bea <bea@example.org>",
            ])
        };
        rollback().run().succeeds().says("Opened request 1");
        let pull = shop.only();
        assert_eq!(pull.title, "Roll back web in production to v1");
        assert_eq!(pull.head, "towpath/production/rollback-web");
        assert_eq!(shop.runs(&pull.head, "web"), "v1");
        let refs = shop.repository.refs();
        std::thread::sleep(std::time::Duration::from_secs(1));
        rollback().run().succeeds().says("Nothing to do: request 1");
        assert_eq!(shop.repository.refs(), refs);
        assert!(
            !shop
                .repository
                .files("main")
                .keys()
                .any(|path| path.contains(".towpath/pins"))
        );
        shop.forge.state().merge(1, false);
        shop.towpath("promote --to production web")
            .run()
            .fails(Kind::Pinned)
            .says("errors");
    });
}

#[test]
fn pins_are_proposed_once_and_so_is_their_end() {
    everywhere(|shop| {
        let pin = |word: &str| shop.towpath(&format!("{word} --environment production web"));
        pin("pin").run().succeeds().says("Opened request 1");
        std::thread::sleep(std::time::Duration::from_secs(1));
        pin("pin").run().succeeds().says("Nothing to do: request 1");
        assert_eq!(shop.only().title, "Pin web in production");
        shop.forge.state().merge(1, false);
        pin("unpin").run().succeeds().says("Opened request 2");
        shop.forge.state().merge(2, false);
        shop.promote().run().succeeds().says("Opened request 3");
    });
}

#[test]
fn an_environment_made_from_one_that_takes_requests_comes_by_request() {
    everywhere(|shop| {
        shop.towpath("env add canary --from production")
            .run()
            .succeeds()
            .says("Opened request 1");
        let pull = shop.only();
        assert_eq!(pull.title, "Add environment canary from production");
        assert_eq!(pull.head, "towpath/canary/add");
        let text = shop.repository.read(&pull.head, &path("canary", "web"));
        assert_eq!(text, tag("web", "v1"));
        shop.towpath("env add canary --from production")
            .run()
            .succeeds()
            .says("Nothing to do: request 1");
    });
}

#[test]
fn a_configuration_is_proposed_where_that_is_asked_for() {
    everywhere(|shop| {
        let mut bare = shop.repository.files("main");
        bare.remove("towpath.yaml");
        shop.repository.commit("main", &bare, "Bare");
        shop.towpath("init --request")
            .run()
            .succeeds()
            .says("Opened request 1");
        let pull = shop.only();
        assert_eq!(pull.head, "towpath/init");
        assert_eq!(pull.title, "Declare the environments staging, production");
    });
}

#[test]
fn a_set_into_it_is_proposed_too() {
    everywhere(|shop| {
        let set = || shop.towpath("set --environment production --image ghcr.io/acme/web:v9");
        set().run().succeeds().says("Opened request 1");
        let pull = shop.only();
        assert_eq!(pull.title, "production: web v1 → v9");
        assert_eq!(pull.head, "towpath/production/web");
        set().run().succeeds().says("Nothing to do: request 1");
        shop.promote().run().succeeds().says("Opened request 2");
    });
}
