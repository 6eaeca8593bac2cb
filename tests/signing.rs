//! Commits and tags are signed, and the real programs find the signatures good.

use crate::git_remote::{change, details, open};
use crate::support::command::{command, run_with, succeed};
use crate::support::files::files;
use crate::support::git::command_for;
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::system;
use crate::support::towpath::Towpath;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::fs;
use std::path::Path;
use std::process::Command;
use towpath_host::git::{Access, Identity, Secret, Signer, TagDetails};
use towpath_surface::Kind;

const KEY: &str = "TOWPATH_SIGNING_KEY";
const PASSPHRASE: &str = "TOWPATH_SIGNING_KEY_PASSPHRASE";

/// Prepares a change with an author whom the keys of the tests belong to.
fn set(repository: &BareRepository) -> Towpath {
    Towpath::set(repository.path()).args([
        "--image",
        "registry.example/shop/web:1.5.0",
        "--path",
        "apps/web/overlays/dev",
        "--author",
        "Jo Doe <jo@example.org>",
    ])
}

/// Makes an SSH key, and the file that says whose it is.
fn ssh_key(directory: &TempDir, options: &[&str], passphrase: &str) -> String {
    let mut keygen = command(system("ssh-keygen"), directory.path());
    keygen.args(["-q", "-C", "jo", "-f", "key", "-N", passphrase]);
    succeed(keygen.args(options));
    let public = fs::read_to_string(directory.join("key.pub")).expect("it was made");
    directory.write("allowed", format!("jo@example.org {public}"));
    fs::read_to_string(directory.join("key")).expect("it was made")
}

/// Lets git verify a signature; returns what it says.
#[track_caller]
fn verified(repository: &BareRepository, directory: &TempDir, arguments: &[&str]) -> String {
    let allowed = format!(
        "gpg.ssh.allowedSignersFile={}",
        directory.join("allowed").display()
    );
    let mut git = command_for(&repository.path(), &["-c", &allowed]);
    git.args(arguments).env("GNUPGHOME", directory.path());
    let output = git.output().expect("git is installed");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    said
}

#[track_caller]
fn assert_good(repository: &BareRepository, directory: &TempDir) {
    let said = verified(repository, directory, &["verify-commit", "main"]);
    assert!(said.contains("Good"), "{said}");
    repository.fsck();
}

#[test]
fn an_ssh_key_of_every_kind_signs() {
    for options in [
        &["-t", "ed25519"][..],
        &["-t", "ecdsa", "-b", "256"],
        &["-t", "ecdsa", "-b", "521"],
        &["-t", "rsa", "-b", "2048"],
        &["-t", "rsa", "-b", "2048", "-m", "PEM"],
    ] {
        let directory = TempDir::new();
        let key = ssh_key(&directory, options, "");
        let repository = BareRepository::sample("shop");
        set(&repository).env(KEY, key).run().succeeds();
        assert_good(&repository, &directory);
    }
}

#[test]
fn a_key_with_a_passphrase_signs_from_a_file() {
    let directory = TempDir::new();
    ssh_key(&directory, &["-t", "ed25519"], "open sesame");
    let repository = BareRepository::sample("shop");
    let run = set(&repository).arg("--signing-key-file");
    let run = run
        .arg(directory.join("key"))
        .env(PASSPHRASE, "open sesame\n");
    run.run().succeeds();
    assert_good(&repository, &directory);
}

#[test]
fn a_key_comes_through_standard_input() {
    let directory = TempDir::new();
    let key = ssh_key(&directory, &["-t", "ed25519"], "");
    let repository = BareRepository::sample("shop");
    let run = set(&repository)
        .args(["--signing-key-file", "-"])
        .stdin(key);
    run.run().succeeds();
    assert_good(&repository, &directory);
}

#[test]
fn a_sha256_repository_has_signatures_of_its_own() {
    let directory = TempDir::new();
    let key = ssh_key(&directory, &["-t", "ed25519"], "");
    let repository = BareRepository::empty(&["--object-format=sha256"]);
    repository.commit("main", &crate::support::repository::sample("shop"), "Start");
    set(&repository).env(KEY, key).run().succeeds();
    let commit = repository.git(&["cat-file", "commit", "main"]);
    assert!(commit.contains("\ngpgsig-sha256 -----BEGIN"), "{commit}");
    assert_good(&repository, &directory);
}

#[test]
fn a_tag_is_signed_too() {
    let ssh = TempDir::new();
    let gpg = gnupg(&["ed25519"], "");
    for (directory, key) in [
        (&ssh, ssh_key(&ssh, &["-t", "ed25519"], "")),
        (&gpg, exported(&gpg, "")),
    ] {
        let repository = BareRepository::new(&files([("a", "1\n")]));
        let path = repository.path();
        let mut remote = open(path.to_str().expect("it is UTF-8"), &Access::default());
        remote.sign_with(Some(
            Signer::new(&Secret::new(key), None).expect("it is a key"),
        ));
        let tip = remote.tip(None).expect("there is a branch").commit;
        let tag = TagDetails {
            name: "v1".to_owned(),
            commit: tip,
            tagger: Identity {
                name: "Jo".to_owned(),
                email: "jo@example.org".to_owned(),
            },
            time: now(),
            message: "Release 1\n\nWith notes.".to_owned(),
        };
        let tag = remote.new_tag(&tag).expect("its name is right");
        remote.push_tag(&tag, None).expect("it is new");
        let said = verified(&repository, directory, &["verify-tag", "v1"]);
        assert!(said.contains("Good"), "{said}");
        repository.fsck();
    }
}

fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(now.expect("it is later").as_secs()).expect("it fits")
}

/// Returns GnuPG with a home of its own, without questions.
fn gpg(directory: &Path, passphrase: &str) -> Command {
    let mut gpg = command(system("gpg"), directory);
    gpg.env("GNUPGHOME", directory)
        .args([
            "--batch",
            "--yes",
            "--no-tty",
            "--pinentry-mode",
            "loopback",
        ])
        .args(["--passphrase", passphrase]);
    gpg
}

/// Makes a home of GnuPG with a key; the arguments are algorithm and usage.
fn gnupg(key: &[&str], passphrase: &str) -> TempDir {
    let directory = TempDir::new();
    let mut make = gpg(directory.path(), passphrase);
    make.args(["--quick-generate-key", "Jo Doe <jo@example.org>"]);
    succeed(make.args(key));
    directory
}

/// Adds a subkey, and returns nothing.
fn add_subkey(directory: &TempDir, key: &[&str]) {
    let fingerprint = fingerprint(directory);
    let mut add = gpg(directory.path(), "");
    succeed(add.args(["--quick-add-key", &fingerprint]).args(key));
}

fn fingerprint(directory: &TempDir) -> String {
    let list = succeed(gpg(directory.path(), "").args(["--with-colons", "--list-keys"]));
    let line = list.lines().find(|line| line.starts_with("fpr:"));
    let field = line.and_then(|line| line.split(':').nth(9));
    field.expect("there is a key").to_owned()
}

/// Returns the private key with its armor.
fn exported(directory: &TempDir, passphrase: &str) -> String {
    succeed(gpg(directory.path(), passphrase).args(["--armor", "--export-secret-keys"]))
}

#[track_caller]
fn check_gpg(directory: &TempDir, key: &str, passphrase: &str) {
    let repository = BareRepository::sample("shop");
    set(&repository)
        .env(KEY, key)
        .env(PASSPHRASE, passphrase)
        .run()
        .succeeds();
    let said = verified(&repository, directory, &["verify-commit", "main"]);
    assert!(said.contains("Good signature from \"Jo Doe"), "{said}");
    assert!(!said.contains("WARNING: Key"), "{said}");
    repository.fsck();
}

#[test]
fn an_openpgp_key_of_every_kind_signs() {
    for algorithm in ["ed25519", "rsa2048", "nistp256", "nistp384", "nistp521"] {
        let directory = gnupg(&[algorithm, "sign"], "");
        check_gpg(&directory, &exported(&directory, ""), "");
    }
}

#[test]
fn an_openpgp_key_is_decrypted() {
    let directory = gnupg(&["ed25519", "sign"], "open sesame");
    let key = exported(&directory, "open sesame");
    check_gpg(&directory, &key, "open sesame");
    check_gpg(&directory, &key, "open sesame\r\n");
    let directory = gnupg(&["rsa3072", "sign"], "käse");
    check_gpg(&directory, &exported(&directory, "käse"), "käse");
}

#[test]
fn an_openpgp_key_survives_the_way_through_variables() {
    let directory = gnupg(&["ed25519", "sign"], "");
    let key = exported(&directory, "");
    let indented = key.replace('\n', "\r\n    ");
    let flat = key.replace('\n', "\\n");
    let mut encode = command(system("base64"), directory.path());
    let packed = run_with(&mut encode, key.as_bytes()).stdout;
    let packed = String::from_utf8(packed).expect("it is base64");
    let header = key.replacen("\n\n", "\nComment: of a test\n\n", 1);
    for form in [key.trim_end(), &indented, &flat, &packed, &header] {
        check_gpg(&directory, form, "");
    }
}

#[test]
fn the_newest_subkey_for_signing_signs() {
    let directory = gnupg(&["ed25519", "cert"], "");
    add_subkey(&directory, &["cv25519", "encr"]);
    add_subkey(&directory, &["rsa2048", "sign"]);
    let key = exported(&directory, "");
    check_gpg(&directory, &key, "");

    // Without the primary key, as it should be on a runner.
    let mut export = gpg(directory.path(), "");
    let subkeys = succeed(export.args(["--armor", "--export-secret-subkeys"]));
    check_gpg(&directory, &subkeys, "");
}

#[test]
fn a_key_that_expires_later_signs() {
    let directory = gnupg(&["ed25519", "sign", "2y"], "");
    check_gpg(&directory, &exported(&directory, ""), "");
}

/// Loads a key from its packets, and signs with it if it is one.
fn try_key(packets: &[u8]) -> Result<String, towpath_host::git::Error> {
    let body = BASE64_STANDARD.encode(packets);
    let lines: Vec<_> = body.as_bytes().chunks(64).map(str::from_utf8).collect();
    let body = lines.into_iter().map(|line| line.expect("it is ASCII"));
    let body = body.collect::<Vec<_>>().join("\n");
    let (begin, end) = (
        "-----BEGIN PGP PRIVATE KEY BLOCK-----",
        "-----END PGP PRIVATE KEY BLOCK-----",
    );
    let armored = Secret::new(format!("{begin}\n\n{body}\n{end}\n"));
    Signer::new(&armored, None)?.sign(b"a commit", now())
}

#[test]
fn a_damaged_openpgp_key_is_refused_or_signs_and_nothing_else() {
    for algorithm in ["ed25519", "nistp256"] {
        let directory = gnupg(&[algorithm, "sign"], "");
        let key = exported(&directory, "");
        let body = key.lines().skip_while(|line| !line.is_empty());
        let body: String = body.take_while(|line| !line.starts_with('=')).collect();
        let packets = BASE64_STANDARD.decode(body).expect("it is armor");
        assert!(try_key(&packets).is_ok());
        let secret = packets[1] as usize + 2;
        for end in 0..packets.len() {
            let signed = try_key(&packets[..end]);
            assert!(end >= secret || signed.is_err(), "{algorithm} {end}");
        }
        for index in 0..packets.len() {
            for bits in [1, 0x80, 0xff] {
                let mut damaged = packets.clone();
                damaged[index] ^= bits;
                // A panic would end the test.
                let _ = try_key(&damaged);
            }
        }
    }
}

/// Runs what has to be refused, and panics if anything was changed.
#[track_caller]
fn refuse(key: &str, passphrase: &str, message: &str, hint: &str) {
    let repository = BareRepository::sample("shop");
    let refs = repository.refs();
    let run = set(&repository).env(KEY, key).env(PASSPHRASE, passphrase);
    let outcome = run.run().fails(Kind::InvalidCredential);
    let outcome = outcome.says(message).says("nothing was changed");
    let hint_line = outcome.stderr.lines().find(|line| line.contains("hint: "));
    assert!(
        hint_line.is_some_and(|line| line.contains(hint)),
        "{}",
        outcome.everything()
    );
    assert_eq!(repository.refs(), refs);
}

#[test]
fn keys_that_cannot_sign_are_refused_with_what_to_do() {
    let give = "Give the private key itself";
    let check = "Check the variable TOWPATH_SIGNING_KEY_PASSPHRASE";
    let passphrase = "Give the passphrase in the variable TOWPATH_SIGNING_KEY_PASSPHRASE";
    let directory = TempDir::new();
    let key = ssh_key(&directory, &["-t", "ed25519"], "open sesame");
    refuse(
        &key,
        "",
        "it is encrypted, and no passphrase is given",
        passphrase,
    );
    refuse(
        &key,
        "wrong",
        "cannot use the passphrase of the signing key",
        check,
    );
    let public = fs::read_to_string(directory.join("key.pub")).expect("it was made");
    refuse(&public, "", "it looks like a public key", give);
    refuse("nothing like a key", "", "cannot use the signing key", give);

    let directory = gnupg(&["ed25519", "sign"], "open sesame");
    let key = exported(&directory, "open sesame");
    refuse(
        &key,
        "",
        "it is encrypted, and no passphrase is given",
        passphrase,
    );
    refuse(
        &key,
        "wrong",
        "cannot use the passphrase of the signing key",
        check,
    );
    let public = succeed(gpg(directory.path(), "").args(["--armor", "--export"]));
    refuse(&public, "", "it is a public key", give);
    let half = &key[..key.len() / 2];
    refuse(half, "open sesame", "it is cut off", give);
    let lines: Vec<_> = key.lines().collect();
    let damaged = [&lines[..4], &lines[6..]].concat().join("\n");
    refuse(&damaged, "open sesame", "it is damaged", give);

    let directory = gnupg(&["ed25519", "cert"], "");
    add_subkey(&directory, &["cv25519", "encr"]);
    refuse(
        &exported(&directory, ""),
        "",
        "none of its keys may sign",
        give,
    );
}

#[test]
fn a_key_that_expired_does_not_sign() {
    let directory = TempDir::new();
    let mut make = gpg(directory.path(), "");
    make.args(["--faked-system-time", "20200101T000000"]);
    make.args([
        "--quick-generate-key",
        "Jo Doe <jo@example.org>",
        "ed25519",
        "sign",
        "1y",
    ]);
    succeed(&mut make);
    refuse(
        &exported(&directory, ""),
        "",
        "it has expired",
        "Extend its life",
    );
}

#[test]
fn what_was_signed_is_what_is_there() {
    let directory = TempDir::new();
    let key = ssh_key(&directory, &["-t", "ed25519"], "");
    let repository = BareRepository::new(&files([("a", "1\n")]));
    let path = repository.path();
    let mut remote = open(path.to_str().expect("it is UTF-8"), &Access::default());
    remote.sign_with(Some(
        Signer::new(&Secret::new(key), None).expect("it is a key"),
    ));
    let mut snapshot = remote.snapshot(None).expect("there is a branch");
    let commit = snapshot.commit(&[change("a", "2\n")], &details("Set 2"));
    let commit = commit
        .expect("it can be made")
        .expect("it changes something");
    let text = String::from_utf8(commit.data).expect("it is UTF-8");
    let (headers, message) = text.split_once("\n\n").expect("there is a message");
    assert!(
        headers.contains("\ngpgsig -----BEGIN SSH SIGNATURE-----\n "),
        "{text}"
    );
    assert_eq!(message, "Set 2\n");
}
