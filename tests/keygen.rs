//! `towpath keygen`: a deploy key gets to its places, and an old one goes.

use crate::support::command::{command, succeed};
use crate::support::forge::keys::GITHUB_PRIVATE_KEY;
use crate::support::forge::{FakeForge, TOKEN, Wrong};
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use crate::support::temp::TempDir;
use crate::support::tools::{project, python};
use crate::support::towpath::Towpath;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

const NAME: &str = "DEPLOY_SSH_PRIVATE_KEY";

fn forge(kind: ForgeKind) -> FakeForge {
    FakeForge::start(kind, &BareRepository::sample("shop"))
}

/// Prepares a key for the pipelines of `acme/web`.
pub(crate) fn keygen(forge: &FakeForge) -> Towpath {
    let code = format!("{}/acme/web.git", forge.url());
    Towpath::new()
        .args([
            "keygen",
            "--repo",
            &forge.repository(),
            "--code-repo",
            &code,
        ])
        .args(["--forge", forge.name(), "--forge-url", &forge.url()])
        .env("TOWPATH_FORGE_TOKEN", TOKEN)
}

/// Returns the private key that a forge was given.
fn given(forge: &FakeForge) -> String {
    let state = forge.state();
    let (name, body) = state.keys.secrets.last().expect("there is a secret");
    assert_eq!(name, NAME);
    let text = |field: &str| body[field].as_str().expect("it is a text").to_owned();
    match forge.name() {
        "github" => {
            assert_eq!(body["key_id"], "7");
            opened(&text("encrypted_value"))
        }
        "gitlab" => {
            assert_eq!(
                (&body["variable_type"], &body["masked"], &body["raw"]),
                (&"file".into(), &false.into(), &true.into())
            );
            text("value")
        }
        _ => text("data"),
    }
}

/// Lets libsodium open a sealed box.
fn opened(sealed: &str) -> String {
    let script = "import base64, sys\nfrom nacl.public import PrivateKey, SealedBox\n\
                  key = PrivateKey(base64.b64decode(sys.argv[1]))\n\
                  print(SealedBox(key).decrypt(base64.b64decode(sys.argv[2])).decode(), end='')";
    let mut other = command(python("python"), Path::new("/"));
    succeed(other.args(["-c", script, GITHUB_PRIVATE_KEY, sealed]))
}

/// Lets OpenSSH say which public key belongs to a private one.
fn public(private: &str) -> String {
    let directory = TempDir::new();
    let file = directory.write("key", private);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("the file is ours");
    let mut keygen = command("ssh-keygen", directory.path());
    succeed(keygen.args(["-y", "-f", "key"])).trim().to_owned()
}

/// Panics if a line of a private key was said.
#[track_caller]
fn assert_untold(private: &str, said: &str) {
    let lines = private.lines().filter(|line| line.len() > 8);
    for line in lines.filter(|line| !line.starts_with("-----")) {
        assert!(!said.contains(line), "{said}");
    }
}

#[test]
fn both_halves_get_to_their_places() {
    for kind in ForgeKind::ALL {
        let forge = forge(kind);
        let outcome = keygen(&forge).arg("--verbose").run().succeeds();
        let private = given(&forge);
        let key = forge.state().keys.keys[0].clone();
        assert_eq!(public(&private), key.key);
        assert!(key.may_write && key.key.ends_with(" towpath acme/web"));
        assert!(
            key.title.starts_with("towpath acme/web (SHA256:"),
            "{}",
            key.title
        );
        assert_untold(&private, &outcome.everything());
        outcome
            .says(&key.key)
            .says(&format!(
                "Registered on acme/deploy, with write access, as \"{}\".",
                key.title
            ))
            .says(&format!("Set {NAME} of acme/web."));
    }
}

#[test]
fn a_new_key_is_in_its_places_before_the_old_one_goes() {
    for kind in ForgeKind::ALL {
        let forge = forge(kind);
        keygen(&forge).run().succeeds();
        let old = forge.state().keys.keys[0].clone();
        keygen(&forge)
            .run()
            .fails(Kind::Usage)
            .says("the deploy key \"towpath acme/web (SHA256:")
            .says("--replace");
        let outcome = keygen(&forge)
            .args(["--replace", "--output", "json"])
            .run()
            .succeeds();
        let state = forge.state();
        assert_eq!(
            state.keys.order,
            ["added", "set", "added", "set", "removed"]
        );
        let [new] = state.keys.keys.as_slice() else {
            panic!("{:?}", state.keys.keys);
        };
        assert_ne!(new.key, old.key);
        let report: Value = serde_json::from_str(&outcome.stdout).expect("it is JSON");
        assert_eq!(report["removed"][0], old.title);
        assert_eq!(report["public_key"], new.key);
        assert_eq!(report["secrets"][0]["name"], NAME);
    }
}

#[test]
fn a_key_whose_other_half_is_refused_is_taken_away_again() {
    for kind in ForgeKind::ALL {
        let forge = forge(kind);
        let path = if kind == ForgeKind::GitLab {
            "/variables"
        } else {
            "/actions/secrets"
        };
        let method = if kind == ForgeKind::GitHub {
            "GET"
        } else {
            "PUT"
        };
        forge.break_down(method, path, Wrong::Status(403, Vec::new()));
        let outcome = keygen(&forge).args(["--key-file", "key"]).run();
        let outcome = outcome
            .fails(Kind::ReadOnly)
            .says("the token may not set a secret")
            .says("hint: Give")
            .says("nothing was changed");
        assert!(!outcome.directory.join("key").exists());
        let state = forge.state();
        assert_eq!(state.keys.order, ["added", "removed"]);
    }
}

#[test]
fn a_key_that_one_repository_has_stays_and_so_does_the_old_one() {
    let forge = forge(ForgeKind::GitHub);
    keygen(&forge).run().succeeds();
    let missing = format!("{}/acme/other.git", forge.url());
    let outcome = keygen(&forge)
        .args(["--replace", "--code-repo", &missing])
        .run();
    let outcome = outcome
        .fails(Kind::Partial)
        .says("1 of 2 repositories have the new key, and \"acme/other\" has not");
    assert!(!outcome.stderr.contains("nothing was changed"));
    assert_eq!(forge.state().keys.keys.len(), 2);
}

#[test]
fn a_key_that_cannot_be_removed_is_named() {
    let forge = forge(ForgeKind::Gitea);
    keygen(&forge).run().succeeds();
    let title = forge.state().keys.keys[0].title.clone();
    forge.break_down("DELETE", "/keys/", Wrong::Status(403, Vec::new()));
    keygen(&forge)
        .arg("--replace")
        .run()
        .fails(Kind::Partial)
        .says(&format!("the old one, \"{title}\", cannot be removed"));
}

#[test]
fn nothing_is_done_in_a_dry_run() {
    let forge = forge(ForgeKind::GitLab);
    keygen(&forge).run().succeeds();
    let outcome = keygen(&forge)
        .args(["--replace", "--dry-run", "--key-file", "key"])
        .run()
        .succeeds();
    let title = forge.state().keys.keys[0].title.clone();
    let outcome = outcome
        .says("Would register an ed25519 key on acme/deploy")
        .says(&format!("Would set {NAME} of acme/web."))
        .says("Would write the private key to key.")
        .says(&format!("Would remove the deploy key \"{title}\"."));
    assert!(!outcome.directory.join("key").exists());
    assert_eq!(forge.state().keys.order, ["added", "set"]);
}

#[test]
fn a_key_can_go_to_a_file_and_opens_the_door() {
    let run = || Towpath::new().args(["keygen", "--title", "by hand", "--key-file", "key"]);
    let outcome = run().run().succeeds().says("Wrote the private key to key.");
    let directory = &outcome.directory;
    let private = fs::read_to_string(directory.join("key")).expect("it was written");
    let metadata = fs::metadata(directory.join("key")).expect("it was written");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    assert_untold(&private, &outcome.everything());
    let line = fs::read_to_string(directory.join("key.pub")).expect("it was written");
    assert_eq!(line.trim_end(), public(&private));

    let again = run().in_directory(directory.path()).run();
    again
        .fails(Kind::Usage)
        .says("the file \"key\" is there already");

    let repository = BareRepository::sample("shop");
    let server = SshServer::start(&repository);
    server.let_in(&line);
    Towpath::set(server.url())
        .args(["--image", "registry.example/shop/web:1.5.0"])
        .args(["--path", "apps/web/overlays/dev"])
        .env("TOWPATH_SSH_KEY", private.trim_end())
        .env("TOWPATH_SSH_KNOWN_HOSTS", server.known_host())
        .run()
        .succeeds();
    assert_eq!(repository.subjects("main").len(), 2);
}

#[test]
fn a_key_can_go_to_standard_output_and_not_into_a_log() {
    let run = || Towpath::new().args(["keygen", "--key-file", "-"]);
    let outcome = run().run().succeeds();
    let line = public(&outcome.stdout);
    assert!(outcome.stderr.contains(&line), "{}", outcome.everything());
    assert_untold(&outcome.stdout, &outcome.stderr);
    for runner in ["GITHUB_ACTIONS", "GITLAB_CI"] {
        let outcome = run().env(runner, "true").run();
        outcome
            .fails(Kind::Usage)
            .says("is the log of the pipeline");
    }
    let nowhere = Towpath::new().arg("keygen").run();
    nowhere.fails(Kind::Usage).says("no place to go");
}

#[test]
fn resources_can_be_written_instead() {
    for (forge, host) in [
        ("github", "github.com"),
        ("gitlab", "gitlab.com"),
        ("gitea", "codeberg.org"),
    ] {
        let url = |name| format!("https://{host}/acme/{name}.git");
        let run = Towpath::new().args(["keygen", "--output", "terraform"]);
        let outcome = run
            .args(["--repo", &url("deploy"), "--code-repo", &url("web")])
            .run()
            .succeeds();
        let path = format!("tests/systems/deploy-key/terraform/{forge}.tf");
        let path = project().join(path);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &outcome.stdout).expect("the file can be written");
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(outcome.stdout, expected, "{forge}");
    }
    let two = Towpath::new().args(["keygen", "--output", "terraform"]);
    two.args(["--repo", "https://github.com/acme/deploy.git"])
        .args(["--code-repo", "https://github.com/other/web.git"])
        .run()
        .fails(Kind::Unsupported)
        .says("different owners");
    let two = Towpath::new().args(["keygen", "--output", "terraform"]);
    two.args(["--repo", "https://github.com/acme/deploy.git"])
        .args(["--code-repo", "https://gitlab.com/acme/web.git"])
        .run()
        .fails(Kind::Unsupported)
        .says("are on different forges");
}

#[test]
fn a_token_is_for_one_forge() {
    let forge = forge(ForgeKind::GitHub);
    let run = Towpath::new().args(["keygen", "--repo", &forge.repository(), "--forge", "github"]);
    run.args(["--code-repo", "https://github.com/acme/web.git"])
        .env("TOWPATH_FORGE_TOKEN", TOKEN)
        .run()
        .fails(Kind::InvalidCredential)
        .says("the token would go to");
    let unknown = keygen(&forge)
        .env("TOWPATH_FORGE_TOKEN", "wrong-token")
        .run();
    let unknown = unknown.fails(Kind::Unauthorized);
    assert!(!unknown.everything().contains("wrong-token"));
    assert_eq!(forge.state().keys.order, [""; 0]);
}
