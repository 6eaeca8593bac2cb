//! Changes that go through pull and merge requests, on every forge.

mod app;
mod chain;
mod client;
mod deployments;
mod elsewhere;
mod environments;
mod gates;
mod holding;
mod life;
mod merge;
mod others;
mod table;
mod trouble;

use crate::support::forge::{FakeForge, Pull, TOKEN};
use crate::support::repository::BareRepository;
use crate::support::towpath::Towpath;
use towpath_host::forge::ForgeKind;

const FILE: &str = "apps/web/overlays/dev/kustomization.yaml";
const IMAGE: &str = "registry.example/shop/web";
const HEAD: &str = "towpath/dev/web";

/// A repository on a forge.
struct Shop {
    repository: BareRepository,
    forge: FakeForge,
}

impl Shop {
    fn open(kind: ForgeKind) -> Self {
        let repository = BareRepository::sample("shop");
        let forge = FakeForge::start(kind, &repository);
        Self { repository, forge }
    }

    /// Prepares a run that proposes a tag for development.
    fn propose(&self, tag: &str) -> Towpath {
        Towpath::set(self.forge.repository())
            .args(["--path", "apps/web/overlays/dev", "--environment", "dev"])
            .arg("--image")
            .arg(format!("{IMAGE}:{tag}"))
            .args(["--request", "--forge", self.forge.name()])
            .args(["--forge-url", &self.forge.url()])
            .env("TOWPATH_FORGE_TOKEN", TOKEN)
    }

    /// Prepares the run of a numbered build.
    fn build(&self, number: u64) -> Towpath {
        let run = self.propose(&format!("v2.0.{number}"));
        let run = run.args(["--build", &number.to_string()]);
        run.args(["--source-repository", "acme/web"])
    }

    /// Returns the only request there is.
    #[track_caller]
    fn only(&self) -> Pull {
        let state = self.forge.state();
        assert_eq!(state.pulls.len(), 1, "{:#?}", state.pulls);
        state.pulls[0].clone()
    }

    /// Returns the tag that a branch has.
    #[track_caller]
    fn tag(&self, branch: &str) -> String {
        let text = self.repository.read(branch, FILE);
        let line = text.lines().find(|line| line.contains("newTag"));
        let (_, tag) = line
            .expect("it has one")
            .split_once(": ")
            .expect("it is a key");
        let tag = tag.split(" #").next().unwrap_or_default();
        tag.trim_matches('"').to_owned()
    }

    fn has(&self, branch: &str) -> bool {
        self.forge.state().tip(branch).is_some()
    }
}

/// Runs a test on every forge.
#[track_caller]
fn everywhere(test: impl Fn(Shop)) {
    for kind in ForgeKind::ALL {
        test(Shop::open(kind));
    }
}

/// Runs what opens the first request, and checks what it leaves for later steps.
#[track_caller]
fn expect_outputs(run: Towpath, repository: &BareRepository, head: &str) {
    let dotenv = run.directory().join("request.env");
    let outcome = run.arg("--dotenv").arg(&dotenv).run().succeeds();
    let text = std::fs::read_to_string(outcome.directory.join("request.env"));
    let text = text.expect("it was written");
    for line in [
        "TOWPATH_CHANGED=true",
        "TOWPATH_REQUEST_NUMBER=1",
        "TOWPATH_REQUEST_OUTCOME=open",
        &format!("TOWPATH_COMMIT={}", repository.tip(head)),
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
}
