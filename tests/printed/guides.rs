//! The guides for those who come from something else: what they had is read,
//! what they get is run.

use super::{Shell, assert_reads, at_home, exactly, indented};
use crate::action::{Run, TOKEN, checkout, run_workflow};
use crate::gitlab::{component_project, run_pipeline};
use crate::support::command::{command, succeed};
use crate::support::files::{Files, files};
use crate::support::git::git;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::{BareRepository, sample};
use crate::support::ssh::SshServer;
use crate::support::temp::TempDir;
use crate::support::tools::project;
use crate::support::towpath::Outcome;
use std::fs;

/// The guides that are tested here.
const GUIDES: &[&str] = &[
    "from-a-release-workflow",
    "from-argocd-image-updater",
    "from-kargo",
    "from-kustomize-edit",
    "from-yq-and-make",
    "release-captain",
];

const ADDRESS: &str = "https://github.com/acme/deploy.git";
const DEV: &str = "apps/web/overlays/dev/kustomization.yaml";
const STAGING: &str = "apps/web/overlays/staging/kustomization.yaml";
const PROD: &str = "apps/web/overlays/prod/kustomization.yaml";

fn guarded() -> HttpOptions {
    HttpOptions {
        account: Some(("x-access-token", TOKEN)),
        ..HttpOptions::default()
    }
}

/// Runs a workflow that is printed, or one with the step that is.
fn workflow(text: &str) -> Run {
    let text = if text.starts_with("- uses:") {
        let head =
            "on: push\npermissions: {}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n";
        format!("{head}{}", indented(text, 6))
    } else {
        text.to_owned()
    };
    let (action, home) = (checkout(), TempDir::new());
    let launcher = [("TOWPATH_BIN", env!("CARGO_BIN_EXE_towpath"))];
    run_workflow(&text, action.path(), &home, &[], &launcher)
}

#[test]
fn every_guide_is_tested() {
    let guides = fs::read_dir(project().join("docs/guides")).expect("there are some");
    let guides = guides.map(|guide| guide.expect("the folder stays").file_name());
    let mut guides: Vec<_> = guides.map(|it| it.to_string_lossy().into_owned()).collect();
    guides.sort_unstable();
    let tested: Vec<_> = GUIDES.iter().map(|name| format!("{name}.md")).collect();
    assert_eq!(guides, tested);
    let readme = fs::read_to_string(project().join("README.md")).expect("it is there");
    for guide in guides {
        assert!(
            readme.contains(&format!("docs/guides/{guide}")),
            "README.md: {guide}"
        );
    }
}

#[test]
fn from_a_release_workflow() {
    let [yours, here] = exactly("docs/guides/from-a-release-workflow.md");
    assert_reads(&yours);
    // The step is run with the whole system that it is of, `crate::systems`.
    let whole = "tests/systems/release-request/application/.github/workflows/release.yml";
    let whole = fs::read_to_string(project().join(whole)).expect("the system is there");
    let step = indented(here.of("yaml"), 6);
    assert!(whole.contains(&step), "{step}\nis not in\n{whole}");
}

#[test]
fn from_kustomize_edit() {
    let [yours, here] = exactly("docs/guides/from-kustomize-edit.md");
    assert_reads(&yours);
    let repository = BareRepository::sample("shop");
    let server = SshServer::start(&repository);
    let url = server.url();
    let pipeline = at_home(
        here.of("yaml"),
        &[
            ("git@gitlab.example:shop/deploy.git", &url),
            ("$CI_PIPELINE_ID", "4711"),
        ],
    );
    let launcher = format!("TOWPATH_BIN={}", env!("CARGO_BIN_EXE_towpath"));
    let key = format!("TOWPATH_SSH_KEY_FILE={}", server.key("write").display());
    let known = format!("TOWPATH_SSH_KNOWN_HOSTS={}", server.known_host());
    let run = run_pipeline(&pipeline, &component_project(), &[&launcher, &key, &known]);
    assert!(run.succeeded, "{}", run.log);
    let text = repository.read("main", DEV);
    assert!(
        text.contains("newTag: \"4711\" # set by the pipeline"),
        "{text}"
    );
}

#[test]
fn from_yq_and_make() {
    let [yours, here] = exactly("docs/guides/from-yq-and-make.md");
    assert_reads(&yours);
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    let url = server.url();
    let makefile = at_home(
        here.of("make"),
        &[("https://git.example/shop/deploy.git", &url)],
    );
    let shell = Shell::new().env("TOWPATH_TOKEN", TOKEN);
    shell.directory.write("Makefile", makefile);
    let outcome = shell.run("make deploy TAG=1.10 ENV=dev").succeeds();
    let _ = outcome.says("2.0.1 -> 1.10");
    let text = repository.read("main", "apps/api/values/dev.yaml");
    assert!(text.contains("tag: \"1.10\"\n"), "{text}");
}

#[test]
fn from_argocd_image_updater() {
    let [yours, step, others] = exactly("docs/guides/from-argocd-image-updater.md");
    assert_reads(&yours);
    let nginx = "  - name: docker.io/library/nginx\n    newTag: 1.27.2\n";
    let mut now = sample("shop");
    let file = now.get_mut(DEV).expect("it is there");
    file.bytes.extend(nginx.bytes());
    let repository = BareRepository::new(&now);
    let server = HttpServer::start(&repository, guarded());
    let addresses = [(ADDRESS, server.url())];
    let addresses = addresses.each_ref().map(|(from, to)| (*from, to.as_str()));
    let run = workflow(&at_home(step.of("yaml"), &addresses));
    assert!(run.succeeded, "{}", run.log());
    let text = repository.read("main", DEV);
    assert!(
        text.contains("newTag: 1.5.0 # set by the pipeline"),
        "{text}"
    );

    let shell = Shell::new().env("TOWPATH_TOKEN", TOKEN);
    let tags = "#!/bin/sh\nprintf '%s\\n' latest 1.27.10 1.27.9 1.28.0 1.27.10-alpine\n";
    shell.program("crane", tags);
    let lines = at_home(others.of("sh"), &addresses);
    for _ in 0..2 {
        let _ = shell.run(&lines).succeeds();
        assert_eq!(repository.subjects("main")[0], "nginx 1.27.10");
        assert_eq!(repository.subjects("main").len(), 3);
    }
}

/// The sample as `towpath.yaml` of the guide has it, with what ran long ago.
fn staged(configuration: &str) -> BareRepository {
    let mut now: Files = sample("shop");
    now.retain(|path, _| path.starts_with("apps/web/"));
    now.extend(files([("towpath.yaml", configuration)]));
    BareRepository::new(&now)
}

#[test]
fn from_kargo() {
    let [yours, configuration, step, promote, people] = exactly("docs/guides/from-kargo.md");
    assert_reads(&yours);
    let repository = staged(configuration.of("yaml"));
    let server = HttpServer::start(&repository, guarded());
    let addresses = [(ADDRESS, server.url())];
    let addresses = addresses.each_ref().map(|(from, to)| (*from, to.as_str()));
    let run = workflow(&at_home(step.of("yaml"), &addresses));
    assert!(run.succeeded, "{}", run.log());
    assert!(repository.read("main", DEV).contains("newTag: 1.5.0"));
    let before = repository.read("main", PROD);
    let run = workflow(&at_home(promote.of("yaml"), &addresses));
    assert!(run.succeeded, "{}", run.log());
    assert!(repository.read("main", STAGING).contains("newTag: 1.5.0"));
    // The new one has not soaked; the one before it has.
    assert!(repository.read("main", PROD).contains("newTag: 1.4.2"));

    let shell = Shell::new().env("TOWPATH_TOKEN", TOKEN);
    let outcome = shell.run(&at_home(people.of("sh"), &addresses)).succeeds();
    let _ = outcome.says("1.4.2 -> 1.4.1");
    let messages = repository.git(&["log", "--format=%B", "main"]);
    assert!(messages.contains("errors at the checkout"), "{messages}");
    assert_eq!(repository.read("main", PROD), before);
}

/// The repositories of the release captain, on one server.
struct Captain {
    manifests: BareRepository,
    server: HttpServer,
}

const OVERLAY: &str = "resources: [../../base/web]\n";
const WEB: &str = "kind: Deployment\nspec: {template: {spec: {containers: \
                   [{name: web, image: registry.example/shop/web}]}}}\n";

impl Captain {
    /// Starts with one release, in both later environments.
    fn start(configuration: &str) -> Self {
        let manifests = BareRepository::empty(&[]);
        let server = HttpServer::start(&manifests, guarded());
        let there = server.url_of("applications.git");
        let printed = "https://git.example/shop/applications.git";
        let configuration = at_home(configuration, &[(printed, &there)]);
        let base = "images:\n- name: registry.example/shop/web\n  newTag: 1b64538\n\
                    resources: [web.yaml]\n";
        let start = files([
            ("towpath.yaml", configuration.as_str()),
            ("base/web/kustomization.yaml", base),
            ("base/web/web.yaml", WEB),
            ("overlays/develop/kustomization.yaml", OVERLAY),
            ("overlays/staging/kustomization.yaml", OVERLAY),
            ("overlays/production/kustomization.yaml", OVERLAY),
        ]);
        manifests.commit("main", &start, "Start");
        manifests.git(&["tag", "release/2.6.3", "main"]);
        let captain = Self { manifests, server };
        let applications = BareRepository::new(&files([
            ("develop.yaml", &captain.application("develop", "main")),
            (
                "staging.yaml",
                &captain.application("staging", "release/2.6.3"),
            ),
            (
                "production.yaml",
                &captain.application("production", "release/2.6.3"),
            ),
        ]));
        let mut copy = command("cp", captain.manifests.root());
        succeed(
            copy.arg("-r")
                .arg(applications.path())
                .arg("applications.git"),
        );
        captain
    }

    /// Returns what an environment is declared to run.
    fn application(&self, name: &str, revision: &str) -> String {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  \
             source:\n    repoURL: {}\n    targetRevision: {revision}\n    path: overlays/{name}\n",
            self.server.url()
        )
    }

    #[track_caller]
    fn assert_runs(&self, name: &str, revision: &str) {
        let applications = self.manifests.root().join("applications.git");
        let text = git(&applications, &["show", &format!("main:{name}.yaml")]);
        assert_eq!(text + "\n", self.application(name, revision));
    }

    /// Runs lines of the page, here.
    fn run(&self, lines: &str) -> Outcome {
        let printed = "https://git.example/shop/manifests.git";
        let lines = at_home(lines, &[(printed, &self.server.url())]);
        let shell = Shell::new().env("TOWPATH_TOKEN", TOKEN);
        shell.run(&lines).succeeds()
    }
}

#[test]
fn release_captain() {
    let [yours, configuration, build, cut, back] = exactly("docs/guides/release-captain.md");
    assert_reads(&yours);
    let captain = Captain::start(configuration.of("yaml"));
    let _ = captain.run(build.of("sh"));
    let text = captain
        .manifests
        .read("main", "base/web/kustomization.yaml");
    assert!(text.contains("newTag: 6ce74723\n"), "{text}");
    let outcome = captain.run(cut.of("sh"));
    let _ = outcome.says("release/2.7.0").says("6ce74723");
    captain.assert_runs("staging", "release/2.7.0");
    captain.assert_runs("production", "release/2.7.0");
    let _ = captain.run(back.of("sh"));
    captain.assert_runs("staging", "release/2.7.0");
    captain.assert_runs("production", "release/2.6.3");
}
