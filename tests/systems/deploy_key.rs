//! Two repositories, and a deploy key that was made and registered for them.

use super::folder;
use super::pipeline::Pipeline;
use crate::keygen::keygen;
use crate::support::command::{command, succeed};
use crate::support::files;
use crate::support::forge::FakeForge;
use crate::support::forge::server::{Reply, serve};
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use crate::support::temp::TempDir;
use crate::support::tools::{debian, project};
use crate::support::towpath::Towpath;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use towpath_host::forge::ForgeKind;

const FILE: &str = "overlays/production/kustomization.yaml";
const ARGOCD_TOKEN: &str = "argocd-token-of-the-tests";

/// The deployment repository behind ssh, and a key of the pipelines of `acme/web`.
struct System {
    repository: BareRepository,
    server: SshServer,
    directory: TempDir,
    /// The file that GitLab makes of the variable.
    key: PathBuf,
}

impl System {
    fn start() -> Self {
        let repository = BareRepository::new(&folder("deploy-key/deployment"));
        let server = SshServer::start(&repository);
        let forge = FakeForge::start(ForgeKind::GitLab, &repository);
        keygen(&forge).run().succeeds();
        let directory = TempDir::new();
        let state = forge.state();
        server.let_in(&state.keys.keys[0].key);
        let (name, variable) = &state.keys.secrets[0];
        assert_eq!(name, "DEPLOY_SSH_PRIVATE_KEY");
        let private = variable["value"].as_str().expect("it is a text");
        // The newline at the end is what gets lost on the way.
        let key = directory.write("variables/DEPLOY_SSH_PRIVATE_KEY", private.trim_end());
        drop(state);
        Self {
            repository,
            server,
            directory,
            key,
        }
    }

    /// Prepares what the job of the pipeline runs.
    fn set(&self, image: &str) -> Towpath {
        Towpath::set(self.server.url())
            .args(["--image", image, "--path", "overlays/production"])
            .args(["--environment", "production"])
            .arg("--ssh-key-file")
            .arg(&self.key)
            .env("TOWPATH_SSH_KNOWN_HOSTS", self.server.known_host())
    }
}

/// An Argo CD that takes every wish to sync.
fn argocd() -> (String, Arc<Mutex<Vec<Value>>>) {
    let synced: Arc<Mutex<Vec<Value>>> = Arc::default();
    let kept = Arc::clone(&synced);
    let port = serve(move |call| {
        let is_known = call.header("authorization") == format!("Bearer {ARGOCD_TOKEN}");
        let is_sync = call.method == "POST" && call.path == "/api/v1/applications/web/sync";
        if !is_known || !is_sync {
            return Some(Reply::json(403, &json!({ "message": "permission denied" })));
        }
        kept.lock().expect("no test panics in it").push(call.json());
        Some(Reply::json(200, &json!({ "metadata": { "name": "web" } })))
    });
    (format!("http://127.0.0.1:{port}"), synced)
}

/// Lets kustomize say which image an overlay deploys.
fn rendered(repository: &BareRepository) -> String {
    let directory = TempDir::new();
    files::write(directory.path(), &repository.files("main"));
    let mut kustomize = command(debian("kustomize"), directory.path());
    let text = succeed(kustomize.args(["build", "overlays/production"]));
    let image = text.lines().find(|line| line.contains("image: "));
    image
        .expect("there is an image")
        .trim_start_matches([' ', '-'])
        .to_owned()
}

#[test]
fn a_pipeline_pushes_with_its_key_and_a_deployment_is_taken_back() {
    let system = System::start();
    let (url, synced) = argocd();
    let hosts = system.server.known_host();
    let run = Pipeline {
        folder: "deploy-key/code",
        variables: &[
            ("CI_PIPELINE_IID", "42"),
            ("DEPLOY_REPOSITORY", &system.server.url()),
            ("DEPLOY_SSH_PRIVATE_KEY", &system.key.display().to_string()),
            ("TOWPATH_SSH_KNOWN_HOSTS", hosts.trim_end()),
            ("ARGOCD_URL", &url),
            ("TOWPATH_ARGOCD_TOKEN", ARGOCD_TOKEN),
        ],
    };
    let before = system.repository.files("main");
    let run = run.run().succeeds();
    let run = run
        .says("built and pushed registry.example/shop/web:42")
        .says("41 -> 42");
    assert!(!run.log.contains(ARGOCD_TOKEN), "{}", run.log);
    let mut expected = before.clone();
    let file = expected.get_mut(FILE).expect("the overlay is there");
    let text = String::from_utf8_lossy(&file.bytes).replace("newTag: \"41\"", "newTag: \"42\"");
    file.bytes = text.into_bytes();
    let repository = &system.repository;
    assert_eq!(repository.files("main"), expected);
    assert_eq!(rendered(repository), "image: registry.example/shop/web:42");
    let tip = repository.tip("main");
    let synced = synced.lock().expect("no test panics in it");
    assert_eq!(synced[..], [json!({ "name": "web", "revision": tip })]);

    let rollback = ["rollback", "--environment", "production", "web"];
    Towpath::new()
        .args(rollback)
        .args(["--reason", "errors at the checkout", "--repo"])
        .arg(system.server.url())
        .arg("--ssh-key-file")
        .arg(&system.key)
        .env("TOWPATH_SSH_KNOWN_HOSTS", system.server.known_host())
        .run()
        .succeeds()
        .says("42 -> 41");
    assert_eq!(rendered(repository), "image: registry.example/shop/web:41");
    assert_eq!(repository.subjects("main").len(), 3);
    repository.fsck();
}

#[test]
fn a_chart_is_changed_in_its_values() {
    let repository = BareRepository::new(&folder("deploy-key/deployment-helm"));
    let server = SshServer::start(&repository);
    Towpath::set(server.url())
        .args(["--image", "registry.example/shop/web:42", "--path", "web"])
        .arg("--ssh-key-file")
        .arg(server.key("write"))
        .env("TOWPATH_SSH_KNOWN_HOSTS", server.known_host())
        .run()
        .succeeds();
    let values = repository.read("main", "web/values.yaml");
    assert!(values.contains("tag: \"42\" # the pipeline"), "{values}");
}

/// What goes wrong, as it is said on the page, and what is run for it.
type Failures = Vec<(&'static str, Towpath)>;

const IMAGE: &str = "registry.example/shop/web:42";

/// What can be wrong with the key and the host.
fn wrong_access(system: &System) -> Failures {
    let file = |name: &str, text: &str| system.directory.write(name, text);
    let bare = || {
        Towpath::set(system.server.url())
            .args(["--image", IMAGE, "--path", "overlays/production"])
            .env("TOWPATH_SSH_KNOWN_HOSTS", system.server.known_host())
    };
    let keyed = |key: PathBuf| bare().arg("--ssh-key-file").arg(key);
    let knowing = |hosts: &str| system.set(IMAGE).env("TOWPATH_SSH_KNOWN_HOSTS", hosts);
    let cut = file("cut", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn\n");
    let nothing = system.directory.join("nothing");
    vec![
        ("no key is given", bare()),
        ("the variable is not of type file", keyed(nothing)),
        ("the key is cut off", keyed(cut)),
        (
            "the key is another one",
            keyed(system.server.key("strange")),
        ),
        (
            "the deploy key has no write access",
            keyed(system.server.key("read")),
        ),
        ("the host is not known", knowing("")),
        (
            "the host shows another key",
            knowing(&system.server.wrong_host()),
        ),
    ]
}

/// What can be wrong with what is asked for.
fn wrong_request(system: &System) -> Failures {
    let set = |image| system.set(image);
    let anywhere = |arguments: &[&str]| {
        Towpath::set(system.server.url())
            .args(["--image", IMAGE])
            .args(arguments)
            .arg("--ssh-key-file")
            .arg(&system.key)
            .env("TOWPATH_SSH_KNOWN_HOSTS", system.server.known_host())
    };
    vec![
        (
            "there is no such branch",
            set(IMAGE).args(["--branch", "live"]),
        ),
        (
            "there is no such directory",
            anywhere(&["--path", "overlays/prod"]),
        ),
        (
            "there is no such environment",
            anywhere(&["--environment", "prod"]),
        ),
        (
            "nothing there uses the image",
            set("registry.example/shop/wbe:42"),
        ),
        ("the tag is empty", set("registry.example/shop/web:")),
        ("the tag moves", set("registry.example/shop/web:latest")),
    ]
}

#[test]
fn what_goes_wrong_is_said_as_the_page_shows_it() {
    let system = System::start();
    let refs = system.repository.refs();
    let url = system.server.url();
    let mut said = String::new();
    let all = wrong_access(&system).into_iter();
    for (what, run) in all.chain(wrong_request(&system)) {
        let outcome = run.run();
        assert!(outcome.code > 1, "{what}: {}", outcome.everything());
        assert!(outcome.stderr.contains("nothing was changed"), "{what}");
        let text = outcome
            .stderr
            .replace(&url, "git@gitlab.example:shop/deployment.git");
        let text = neutral(&text, &system);
        let _ = write!(said, "# {what}\n{text}\n");
    }
    assert_eq!(system.repository.refs(), refs);
    let path = project().join("tests/systems/deploy-key/failures.txt");
    let said = format!("{}\n", said.trim_end());
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &said).expect("the file can be written");
    }
    assert_eq!(said, fs::read_to_string(path).unwrap_or_default());
}

/// Leaves out what is another one in every run.
fn neutral(text: &str, system: &System) -> String {
    let here = system.directory.path().display().to_string();
    let text = text.replace(&here, "/builds/shop");
    let url = system.server.url();
    let (_, port) = url.split_once("127.0.0.1:").expect("it is on this machine");
    let port = port.split('/').next().unwrap_or_default();
    let text = text
        .replace(&format!("[127.0.0.1]:{port}"), "gitlab.example")
        .replace(&format!("127.0.0.1:{port}"), "gitlab.example")
        .replace("127.0.0.1", "gitlab.example");
    let (user, _) = url["ssh://".len()..]
        .split_once('@')
        .expect("there is a user");
    let text = text.replace(&format!("user \"{user}\""), "user \"git\"");
    let words = text.split_inclusive([' ', '\n']);
    let words = words.map(|word| match word.split_once("SHA256:") {
        Some((before, after)) => {
            let fingerprint = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
            let rest = after.trim_start_matches(fingerprint);
            format!("{before}SHA256:…{rest}")
        }
        None if word.starts_with("AAAA") => "AAAA…\n".to_owned(),
        None => word.to_owned(),
    });
    words.collect()
}
