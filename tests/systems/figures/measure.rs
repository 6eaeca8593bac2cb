//! The step that deploys, run the usual way and with Towpath.
//!
//! Both are run and have to come to the same in every test; with `MEASURE`, the
//! name of a launcher, they are timed as well, and the times kept.

use super::super::folder;
use crate::support::command::{command, expect_success};
use crate::support::forge::{FakeForge, TOKEN};
use crate::support::git::command_for;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::proxy::Proxy;
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use crate::support::temp::TempDir;
use crate::support::tools::{debian, project};
use serde_json::json;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use towpath_host::forge::ForgeKind;

/// How often a step is timed.
const RUNS: usize = 5;

/// One step, both ways, as commands of a shell.
struct Step {
    system: &'static str,
    /// The folder with the deployment repository.
    repository: &'static str,
    usual: &'static str,
    towpath: &'static str,
}

const STEPS: [Step; 5] = [
    Step {
        system: "deploy-key",
        repository: "deployment",
        usual: "\"$BEFORE/deploy.sh\"",
        towpath: "towpath set --repo \"$REPOSITORY\" --path overlays/production \
                  --image registry.example/shop/web:$TAG --ssh-key-file \"$DEPLOY_SSH_PRIVATE_KEY\"",
    },
    Step {
        system: "applications",
        repository: "repository",
        usual: "\"$BEFORE/update.sh\" staging \"message $TAG\"",
        towpath: "towpath set --repo \"$REPOSITORY\" --environment staging \
                  --file manifests/staging/configmap.yaml --key data.MESSAGE --value \"message $TAG\"",
    },
    Step {
        system: "values-per-environment",
        repository: "charts",
        usual: "make -f \"$BEFORE/Makefile\" stag-commit TAG=$TAG CHARTS=\"$REPOSITORY\"",
        towpath: "towpath set --repo \"$REPOSITORY\" --environment stag \
                  --file charts/myapp/values.stag.yaml --key image.tag --value $TAG",
    },
    Step {
        system: "release-request",
        repository: "config",
        usual: "git clone --depth 1 \"$REPOSITORY\" config && APP=album-app-backend VERSION=$TAG \
                \"$BEFORE/deploy.sh\"",
        towpath: "towpath set --repo \"$REPOSITORY\" --release album-app-backend-$TAG \
                  --image 'ghcr.io/acme/{{app}}:{{version}}' --file '{{app}}/values.yaml' --request \
                  --head 'release/{{app}}_{{version}}' --forge github --forge-url \"$FORGE\"",
    },
    Step {
        system: "release-captain",
        repository: "manifests",
        usual: "K8S_REPO=\"$REPOSITORY\" IMAGE_REPO_NAME=orders \
                REPOSITORY_URI=registry.example/acme/orders \"$BEFORE/deploy.sh\"",
        towpath: "towpath set --repo \"$REPOSITORY\" --file base/orders/kustomization.yaml \
                  --image registry.example/acme/orders:$TAG",
    },
];

/// Where a step runs: a repository far away, and the tools.
struct Bench {
    step: &'static Step,
    repository: BareRepository,
    variables: Vec<(&'static str, OsString)>,
    tools: TempDir,
    _servers: (Option<HttpServer>, Option<SshServer>, Option<FakeForge>),
    _network: Proxy,
}

impl Bench {
    /// Prepares everything, with the network so slow.
    fn new(step: &'static Step, rtt: Duration, launcher: &Path) -> Self {
        let source = format!("{}/{}", step.system, step.repository);
        let repository = BareRepository::new(&folder(&source));
        let (mut http, mut ssh, mut forge) = (None, None, None);
        let mut variables = vec![
            (
                "BEFORE",
                project()
                    .join("tests/systems")
                    .join(step.system)
                    .join("before")
                    .into(),
            ),
            ("TOWPATH_TOKEN", TOKEN.into()),
        ];
        let url = match step.system {
            "deploy-key" => ssh.insert(SshServer::start(&repository)).url(),
            "release-request" => forge
                .insert(FakeForge::start(ForgeKind::GitHub, &repository))
                .repository(),
            _ => http
                .insert(HttpServer::start(&repository, HttpOptions::default()))
                .url(),
        };
        let network = Proxy::start(&url, rtt);
        let url = network.url(&url);
        if let Some(server) = &ssh {
            let hosts = network.known_host(&server.known_host());
            variables.extend([
                ("TOWPATH_SSH_KNOWN_HOSTS", hosts.into()),
                ("DEPLOY_SSH_PRIVATE_KEY", server.key("write").into()),
                ("DEPLOY_REPOSITORY", OsString::from(&url)),
                ("DEPLOY_PATH", "overlays/production".into()),
                ("IMAGE", "registry.example/shop/web".into()),
            ]);
        }
        if let Some(forge) = &forge {
            variables.push(("FORGE", network.url(&format!("{}/", forge.url())).into()));
        }
        variables.push(("REPOSITORY", url.into()));
        Self {
            step,
            repository,
            variables,
            tools: tools(launcher),
            _servers: (http, ssh, forge),
            _network: network,
        }
    }

    /// Runs commands in an empty folder, and returns how long they took.
    fn run(&self, commands: &str, tag: &str) -> Duration {
        let directory = TempDir::new();
        let mut path = OsString::from(self.tools.path());
        path.push(":");
        path.push(std::env::var_os("PATH").expect("PATH is set"));
        let mut shell = command("bash", directory.path());
        shell
            .args(["-euc", commands])
            .env("PATH", path)
            .env("TAG", tag);
        for (name, value) in &self.variables {
            shell.env(name, value);
        }
        let start = Instant::now();
        let output = shell.output().expect("there is a shell");
        let took = start.elapsed();
        expect_success(&shell, &output);
        took
    }

    /// Returns whether a branch has a file with this text.
    fn holds(&self, text: &str) -> bool {
        let format = "--format=%(refname)";
        let refs = self.repository.git(&["for-each-ref", format, "refs/heads"]);
        refs.lines().any(|name| {
            let mut grep = command_for(&self.repository.path(), &["grep", "-qF", text, name]);
            grep.output().expect("git runs").status.success()
        })
    }

    /// Runs both ways once more, each with a tag of its own.
    fn both(&self, round: usize) -> [Duration; 2] {
        let ways = [("a", self.step.usual), ("b", self.step.towpath)];
        ways.map(|(way, commands)| {
            // Not a number, so that no way has to quote it.
            let tag = format!("1.{round}.0-{way}");
            let took = self.run(commands, &tag);
            assert!(self.holds(&tag), "{}: nothing of {tag}", self.step.system);
            took
        })
    }
}

/// Makes a folder of the tools that the usual way needs, and the launcher. Those
/// that nothing here can be asked with do nothing.
fn tools(launcher: &Path) -> TempDir {
    let tools = TempDir::new();
    let link = |name: &str, target: PathBuf| {
        symlink(target, tools.join(name)).expect("the folder is ours");
    };
    link("towpath", launcher.to_owned());
    link("kustomize", debian("kustomize"));
    link("yq", debian("yq-go"));
    for name in ["gh", "argocd"] {
        let path = tools.write(name, "#!/bin/sh\n");
        let permissions = fs::Permissions::from_mode(0o755);
        fs::set_permissions(path, permissions).expect("the file is ours");
    }
    tools
}

fn median(mut times: Vec<Duration>) -> u128 {
    times.sort_unstable();
    times[times.len() / 2].as_millis()
}

#[test]
fn both_ways_deploy_and_one_is_faster() {
    let measured = std::env::var_os("MEASURE").map(PathBuf::from);
    let (rtt, runs, launcher) = match &measured {
        Some(launcher) => (Duration::from_millis(30), RUNS, launcher.as_path()),
        None => (Duration::ZERO, 1, Path::new(env!("CARGO_BIN_EXE_towpath"))),
    };
    let mut times = serde_json::Map::new();
    for step in &STEPS {
        let bench = Bench::new(step, rtt, launcher);
        let rounds: Vec<_> = (0..runs).map(|round| bench.both(round)).collect();
        let of = |way: usize| median(rounds.iter().map(|both| both[way]).collect());
        let told = json!({ "usual": of(0) as u64, "towpath": of(1) as u64 });
        times.insert(step.system.to_owned(), told);
    }
    if let Some(launcher) = measured {
        let is_release = launcher
            .components()
            .any(|part| part.as_os_str() == "release");
        let build = if is_release { "release" } else { "debug" };
        times.insert("build".to_owned(), json!(build));
        let text = serde_json::to_string_pretty(&times).expect("it is JSON");
        let path = project().join("tests/systems/times.json");
        fs::write(path, text + "\n").expect("the file can be written");
    }
}
