//! A values file for each environment, and a branch of the sources for each.

use super::folder;
use super::script::{path, shell};
use crate::support::command::command;
use crate::support::files;
use crate::support::forge::server::{Call, Reply, serve};
use crate::support::forge::{Progress, TOKEN};
use crate::support::git::git;
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::towpath::Outcome;
use crate::support::web::Web;
use serde_json::json;
use std::sync::{Arc, Mutex};
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

/// The charts behind https and an API, the sources, and a channel that listens.
struct System {
    charts: BareRepository,
    web: Web,
    sources: TempDir,
    slack: (u16, Arc<Mutex<Vec<Call>>>),
}

impl System {
    fn start() -> Self {
        let charts = BareRepository::new(&folder("values-per-environment/charts"));
        let web = Web::start(ForgeKind::GitHub, &charts, "acme/charts");
        let sources = TempDir::new();
        files::write(sources.path(), &folder("values-per-environment/myapp"));
        git(sources.path(), &["init", "--quiet", "-b", "master"]);
        let heard: Arc<Mutex<Vec<Call>>> = Arc::default();
        let kept = Arc::clone(&heard);
        let port = serve(move |call| {
            let mut kept = kept.lock().expect("no test panics in it");
            kept.push(call.clone());
            Some(Reply::json(200, &json!("ok")))
        });
        let system = Self {
            charts,
            web,
            sources,
            slack: (port, heard),
        };
        system.commit("Start");
        system
    }

    /// Makes a commit in the sources; returns what its image is tagged with.
    fn commit(&self, what: &str) -> String {
        self.sources.write("src/change", what);
        git(self.sources.path(), &["add", "."]);
        git(self.sources.path(), &["commit", "--quiet", "-m", what]);
        git(self.sources.path(), &["rev-parse", "--short", "HEAD"])
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = self.web.environment().to_vec();
        let slack = format!("http://127.0.0.1:{}/services/T/B/s3cr3t", self.slack.0);
        environment.extend([
            ("TOWPATH_TOKEN", TOKEN.to_owned()),
            ("TOWPATH_SLACK_URL", slack),
            ("NO_PROXY", "127.0.0.1".to_owned()),
        ]);
        environment
    }

    /// Builds a branch, as `.travis.yml` does.
    fn build(&self, branch: &str) -> Outcome {
        let mut make = command("make", self.sources.path());
        make.args(["docker-push", &format!("deploy-{branch}")])
            .env("PATH", path());
        for (name, value) in self.environment() {
            make.env(name, value);
        }
        Outcome::new(&make.output().expect("make is installed"), TempDir::new())
    }

    /// Runs another command on the charts.
    fn towpath(&self, arguments: &str) -> Outcome {
        let text = format!("towpath {arguments} --repo https://github.com/acme/charts.git");
        shell(&text, &self.environment())
    }

    fn tag(&self, revision: &str, environment: &str) -> String {
        let path = format!("charts/myapp/values.{environment}.yaml");
        let text = self.charts.read(revision, &path);
        let (_, tag) = text.split_once("tag: ").expect("there is a tag");
        tag.trim().trim_matches('"').to_owned()
    }
}

#[test]
fn a_build_of_master_runs_in_staging_and_asks_for_production() {
    let system = System::start();
    let tag = system.commit("A feature");
    system.build("master").succeeds();
    assert_eq!(system.tag("main", "stag"), tag);
    assert_eq!(system.tag("main", "prod"), "abc1234");
    let subject = format!("myapp stag release {tag}");
    assert_eq!(system.charts.subjects("main")[0], subject);
    let head = format!("myapp-{tag}-release");
    assert_eq!(system.tag(&head, "prod"), tag);
    {
        let state = system.web.forge.state();
        let [pull] = state.pulls.as_slice() else {
            panic!("{:?}", state.pulls);
        };
        assert_eq!((&*pull.head, &*pull.base), (&*head, "main"));
        assert_eq!(pull.title, format!("myapp prod release {tag}"));
        assert_eq!(pull.progress, Progress::Open);
    }
    let refs = system.charts.refs();
    system.build("master").succeeds();
    assert_eq!(system.charts.refs(), refs);

    // The next build has its own request, and the older one is closed.
    let next = system.commit("A fix");
    system.build("master").succeeds();
    let mut state = system.web.forge.state();
    assert_eq!(state.pulls.len(), 2);
    assert_eq!(state.pulls[0].progress, Progress::Closed);
    state.merge(2, false);
    drop(state);
    assert_eq!(system.tag("main", "prod"), next);
    let heard = system.slack.1.lock().expect("no test panics in it");
    let told = heard.iter().map(|call| call.json()["text"].to_string());
    let told: Vec<_> = told.collect();
    assert!(
        told[0].contains(&tag) && told[0].contains("values.stag.yaml"),
        "{told:?}"
    );
}

#[test]
fn the_branches_run_in_their_environments() {
    let system = System::start();
    let tag = system.commit("An idea");
    system.build("dev").succeeds();
    assert_eq!(system.tag("main", "dev"), tag);
    assert_eq!(system.tag("main", "stag"), "0c0ffee");
    let head = format!("myapp-{tag}-stag");
    assert_eq!(system.tag(&head, "stag"), tag);
    assert_eq!(system.web.forge.state().pulls.len(), 1);
    let tag = system.commit("Ready");
    system.build("staging").succeeds();
    assert_eq!(system.tag("main", "stag"), tag);
    assert_eq!(system.tag("main", "prod"), "abc1234");
    assert_eq!(system.web.forge.state().pulls.len(), 1);
}

#[test]
fn production_waits_until_staging_has_run_it() {
    let system = System::start();
    let refs = system.charts.refs();
    system
        .towpath(
            "set --environment prod --file charts/myapp/values.prod.yaml \
             --key image.tag --value fa57f00d",
        )
        .fails(Kind::GateClosed)
        .says("stag");
    system
        .towpath("promote --from dev --to prod myapp")
        .fails(Kind::Usage)
        .says("environment `prod` does not come from `dev`");
    assert_eq!(system.charts.refs(), refs);
    assert!(system.web.forge.state().pulls.is_empty());
}
