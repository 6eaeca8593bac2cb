//! Releases of all services together, and Applications that point at them.

use super::folder;
use super::script::{Script, shell};
use crate::support::command::{command, succeed};
use crate::support::files;
use crate::support::forge::TOKEN;
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::debian;
use crate::support::towpath::Outcome;
use crate::support::web::Web;
use std::os::unix::fs::symlink;
use std::thread;
use towpath_host::forge::ForgeKind;

const SERVICES: [(&str, &str); 3] = [
    ("orders", "0c5d8e21"),
    ("payments", "9a1b2c3d"),
    ("catalog", "77e01234"),
];

/// The manifests and the Applications behind https, and the captain's commands.
struct System {
    manifests: BareRepository,
    argocd: BareRepository,
    environment: Vec<(&'static str, String)>,
    script: Script,
    _web: Web,
}

impl System {
    fn start() -> Self {
        let manifests = BareRepository::new(&folder("release-captain/manifests"));
        manifests.git(&["tag", "release/2.6.3", "main"]);
        let argocd = BareRepository::new(&folder("release-captain/argocd"));
        symlink(argocd.path(), manifests.root().join("argocd.git")).expect("the root is ours");
        let web = Web::start(ForgeKind::GitHub, &manifests, "acme/manifests");
        let mut environment = web.environment().to_vec();
        environment.push(("TOWPATH_TOKEN", TOKEN.to_owned()));
        Self {
            manifests,
            argocd,
            environment,
            script: Script::read("release-captain", "steps.sh"),
            _web: web,
        }
    }

    fn run(&self, step: &str) -> Outcome {
        self.script.run(step, &self.environment)
    }

    /// Builds a service: runs the last phase of its `buildspec.yml`.
    fn build(&self, service: &str, tag: &str) -> Outcome {
        let files = folder("release-captain/orders");
        let spec: serde_yaml::Value =
            serde_yaml::from_slice(&files["buildspec.yml"].bytes).expect("it is YAML");
        let commands = spec["phases"]["post_build"]["commands"].as_sequence();
        let commands = commands.expect("there are commands").iter();
        let commands: Vec<_> = commands.filter_map(serde_yaml::Value::as_str).collect();
        let mut environment = self.environment.clone();
        environment.extend([
            ("IMAGE_REPO_NAME", service.to_owned()),
            ("REPOSITORY_URI", format!("registry.example/acme/{service}")),
            ("TAG", tag.to_owned()),
        ]);
        shell(&commands.join("\n"), &environment)
    }

    /// Returns the revision that an environment is pointed at.
    fn revision(&self, environment: &str) -> String {
        let path = format!("applications/{environment}.yaml");
        let text = self.argocd.read("main", &path);
        let line = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("targetRevision: "));
        line.expect("there is one").to_owned()
    }

    /// Returns the row of a service on the board.
    fn row(&self, service: &str) -> String {
        let board = self.run("What runs where").succeeds().stdout;
        let row = board.lines().find(|line| line.starts_with(service));
        row.unwrap_or_else(|| panic!("no {service} in:\n{board}"))
            .to_owned()
    }

    /// Lets kustomize say what an environment deploys at a revision.
    fn rendered(&self, environment: &str) -> String {
        let directory = TempDir::new();
        let files = self.manifests.files(&self.revision(environment));
        files::write(directory.path(), &files);
        let mut kustomize = command(debian("kustomize"), directory.path());
        succeed(kustomize.args(["build", &format!("overlays/{environment}")]))
    }
}

#[test]
fn a_release_goes_through_the_environments_and_back() {
    let system = System::start();
    thread::scope(|scope| {
        let builds = SERVICES.map(|(service, tag)| {
            let system = &system;
            scope.spawn(move || system.build(service, tag).succeeds())
        });
        for build in builds {
            build.join().expect("no build panics");
        }
    });
    for (service, tag) in SERVICES {
        let path = format!("base/{service}/kustomization.yaml");
        let text = system.manifests.read("main", &path);
        assert!(
            text.replace('"', "").contains(&format!("newTag: {tag}")),
            "{text}"
        );
        assert!(system.row(service).contains(tag), "{}", system.row(service));
    }
    assert!(system.row("orders").contains("1 behind develop"));

    let early = "export TOWPATH_REPO=https://github.com/acme/manifests.git
        towpath promote --to production --revision release/2.7.0";
    let tip = system.manifests.tip("main");
    system.run("Cut the release").succeeds();
    assert_eq!(
        system
            .manifests
            .git(&["rev-parse", "release/2.7.0^{commit}"]),
        tip
    );
    let refused = shell(early, &system.environment);
    assert!(refused.code > 1, "{}", refused.everything());
    assert_eq!(system.revision("production"), "release/2.6.3");

    system.run("Point staging").succeeds();
    assert_eq!(system.revision("staging"), "release/2.7.0");
    assert_eq!(system.revision("production"), "release/2.6.3");
    let staging = system.rendered("staging");
    for (service, tag) in SERVICES {
        let image = format!("image: registry.example/acme/{service}:{tag}\n");
        assert!(staging.contains(&image), "{staging}");
    }
    assert!(staging.contains("replicas: 3\n"), "{staging}");

    system.run("When the tests are green").succeeds();
    assert_eq!(system.revision("production"), "release/2.7.0");
    system.run("Production goes back").succeeds();
    assert_eq!(system.revision("production"), "release/2.6.3");
    assert_eq!(system.revision("staging"), "release/2.7.0");
    assert!(system.rendered("production").contains("orders:6ce7472\n"));
    assert!(system.row("orders").contains("1 behind staging"));

    let outcome = system.run("The board").succeeds();
    let page = std::fs::read_to_string(outcome.directory.join("board.html"));
    let page = page.expect("it was written");
    for told in ["release/2.7.0", "release/2.6.3", "77e01234"] {
        assert!(page.contains(told), "no {told} on the board");
    }
    system.manifests.fsck();
    system.argocd.fsck();
}
