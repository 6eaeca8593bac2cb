//! An Application for each environment, and values that are no images.

use super::folder;
use super::script::Script;
use crate::support::command::{command, succeed};
use crate::support::files::{self, Files};
use crate::support::forge::TOKEN;
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::debian;
use crate::support::web::Web;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

/// The repository behind https, and the commands of the page.
struct System {
    repository: BareRepository,
    web: Web,
    script: Script,
}

impl System {
    fn start() -> Self {
        let repository = BareRepository::new(&folder("applications/repository"));
        let web = Web::start(ForgeKind::GitHub, &repository, "acme/message-app-deploy");
        Self {
            repository,
            web,
            script: Script::read("applications", "steps.sh"),
        }
    }

    #[track_caller]
    fn run(&self, step: &str) -> crate::support::towpath::Outcome {
        let mut environment = self.web.environment().to_vec();
        environment.push(("TOWPATH_TOKEN", TOKEN.to_owned()));
        self.script.run(step, &environment)
    }

    fn read(&self, path: &str) -> String {
        self.repository.read("main", path)
    }

    fn message(&self, environment: &str) -> String {
        let text = self.read(&format!("manifests/{environment}/configmap.yaml"));
        let line = text.lines().find(|line| line.contains("MESSAGE: "));
        line.expect("there is a message").trim().to_owned()
    }

    /// Returns the files of an environment, without its pins.
    fn files(&self, environment: &str) -> Files {
        let mut files = self.repository.files("main");
        files.retain(|path, _| path.contains(environment) && !path.starts_with(".towpath/"));
        files
    }
}

#[test]
fn a_message_goes_through_both_environments_and_back() {
    let system = System::start();
    system.run("Another message").succeeds();
    assert_eq!(system.message("staging"), "MESSAGE: \"Hello from GitOps\"");

    system.run("An environment for production").succeeds();
    let application = system.read("applications/message-app-production.yaml");
    let staging = system.read("applications/message-app-staging.yaml");
    assert_eq!(application, staging.replace("staging", "production"));
    assert!(
        application.contains("    namespace: production\n"),
        "{application}"
    );
    assert_eq!(
        system.message("production"),
        "MESSAGE: \"Hello from GitOps\""
    );
    let declared = system.read("towpath.yaml");
    assert!(
        declared.contains("  production:\n    from: staging\n"),
        "{declared}"
    );
    assert_applied_as_kubernetes_does(&system.files("manifests/production/"));

    system.run("More copies there").succeeds();
    let before = system.files("production");
    system.run("The next message").succeeds();
    assert_eq!(
        system.message("production"),
        "MESSAGE: \"Hello from GitOps\""
    );
    let outcome = system.run("The same change").succeeds();
    outcome.says("Hello from GitOps -> Hello again");
    assert_eq!(system.message("production"), "MESSAGE: \"Hello again\"");
    let deployment = system.read("manifests/production/deployment.yaml");
    assert!(deployment.contains("  replicas: 3\n"), "{deployment}");

    system.run("Everything in production").succeeds();
    assert_eq!(system.files("production"), before);
    assert_eq!(system.message("staging"), "MESSAGE: \"Hello again\"");
    // The rollback is not undone by the next promotion.
    system.run("The same change").fails(Kind::Pinned);
    system.repository.fsck();
}

/// Lets kustomize read the manifests of an environment.
fn assert_applied_as_kubernetes_does(manifests: &Files) {
    let directory = TempDir::new();
    files::write(directory.path(), manifests);
    let resources = manifests.keys().map(|path| format!("- {path}\n"));
    let resources: String = resources.collect();
    directory.write("kustomization.yaml", format!("resources:\n{resources}"));
    let mut kustomize = command(debian("kustomize"), directory.path());
    let text = succeed(kustomize.args(["build", "."]));
    for kind in ["ConfigMap", "Deployment", "Service"] {
        assert!(text.contains(&format!("kind: {kind}\n")), "{text}");
    }
}
