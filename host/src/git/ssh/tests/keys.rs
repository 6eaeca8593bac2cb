use super::server::{keygen, run, tool};
use crate::git::Secret;
use crate::git::ssh::SshError;
use crate::git::ssh::key::load;
use crate::git::testing::Directory;
use russh::keys::ssh_encoding::base64::{Base64, Encoding as _};
use russh::keys::{HashAlg, PublicKey};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

/// A key that was made by ssh-keygen.
struct Made {
    private: String,
    public: PublicKey,
}

fn made(args: &[&str]) -> Made {
    let directory = Directory::new();
    let mut all = vec!["-f", "key"];
    all.extend(args);
    keygen(directory.path(), &all);
    let read = |name| fs::read_to_string(directory.path().join(name)).unwrap();
    Made {
        private: read("key"),
        public: read("key.pub").parse().unwrap(),
    }
}

impl Made {
    #[track_caller]
    fn loads_as(&self, text: &str, passphrase: Option<&str>) {
        let passphrase = passphrase.map(Secret::new);
        let key = load(&Secret::new(text), passphrase.as_ref()).unwrap();
        assert_eq!(key.public_key().key_data(), self.public.key_data());
    }

    #[track_caller]
    fn refused(&self, passphrase: Option<&str>) -> String {
        let passphrase = passphrase.map(Secret::new);
        refusal(load(&Secret::new(&*self.private), passphrase.as_ref()))
    }
}

#[track_caller]
fn refusal<T: std::fmt::Debug>(result: Result<T, SshError>) -> String {
    let error = result.unwrap_err();
    assert!(
        matches!(error, SshError::InvalidCredential { .. }),
        "{error:?}"
    );
    error.to_string()
}

const KINDS: [&[&str]; 5] = [
    &["-t", "ed25519"],
    &["-t", "ecdsa", "-b", "256"],
    &["-t", "ecdsa", "-b", "384"],
    &["-t", "ecdsa", "-b", "521"],
    &["-t", "rsa", "-b", "2048"],
];

#[test]
fn every_kind_of_key_is_read_in_every_format() {
    for kind in KINDS {
        for format in ["RFC4716", "PKCS8", "PEM"] {
            // ssh-keygen writes ed25519 only in its own format.
            if kind == ["-t", "ed25519"] && format != "RFC4716" {
                continue;
            }
            let key = made(&[kind, &["-m", format]].concat());
            key.loads_as(&key.private, None);
            // A passphrase that is not needed does no harm.
            key.loads_as(&key.private, Some("unused"));
        }
    }
}

#[test]
fn encrypted_keys_need_their_passphrase() {
    for (kind, format) in [
        ("ed25519", "RFC4716"),
        ("ecdsa", "PKCS8"),
        ("rsa", "PKCS8"),
        ("rsa", "PEM"),
    ] {
        let key = made(&["-t", kind, "-m", format, "-N", "correct horse"]);
        key.loads_as(&key.private, Some("correct horse"));
        key.loads_as(&key.private, Some("correct horse\r\n"));
        let missing = key.refused(None);
        assert!(
            missing.contains("no passphrase is given"),
            "{kind} {format}: {missing}"
        );
        assert_eq!(key.refused(Some("")), missing);
        let wrong = key.refused(Some("incorrect horse"));
        assert_eq!(
            wrong, "cannot use the passphrase of the ssh key: it does not decrypt the key",
            "{kind} {format}"
        );
    }
}

#[test]
fn an_old_encryption_that_is_not_supported_is_named() {
    let key = made(&["-t", "ecdsa", "-m", "PEM", "-N", "correct horse"]);
    let words = key.refused(Some("correct horse"));
    assert!(words.contains("`ssh-keygen -p -f KEY`"), "{words}");
}

#[test]
fn what_openssl_writes_is_read() {
    let directory = Directory::new();
    let script = "openssl genpkey -quiet -algorithm ed25519 -out ed25519
        openssl ecparam -name prime256v1 -genkey -out ecdsa
        openssl genrsa -traditional -out rsa 2048
        openssl pkcs8 -topk8 -in ecdsa -v2 aes-256-cbc -passout pass:horse -out encrypted";
    let mut sh = Command::new("sh");
    run(sh.args(["-euc", script]).current_dir(directory.path()));
    for (name, passphrase) in [
        ("ed25519", None),
        ("ecdsa", None),
        ("rsa", None),
        ("encrypted", Some("horse")),
    ] {
        let file = directory.path().join(name);
        let text = Secret::new(fs::read_to_string(&file).unwrap());
        let passphrase = passphrase.map(Secret::new);
        let key =
            load(&text, passphrase.as_ref()).unwrap_or_else(|error| panic!("{name}: {error}"));
        // The public key by openssl's word, through ssh-keygen.
        let mut openssl = Command::new("openssl");
        openssl.args([
            "pkey",
            "-pubout",
            "-passin",
            "pass:horse",
            "-out",
            "public",
            "-in",
            name,
        ]);
        run(openssl.current_dir(directory.path()));
        if name != "ed25519" {
            let mut keygen = Command::new(tool("ssh-keygen"));
            keygen.args(["-i", "-m", "PKCS8", "-f", "public"]);
            let public: PublicKey = run(keygen.current_dir(directory.path())).parse().unwrap();
            assert_eq!(key.public_key().key_data(), public.key_data(), "{name}");
        }
    }
}

#[test]
fn what_a_text_went_through_does_not_matter() {
    for args in [
        &["-t", "ed25519"][..],
        &["-t", "ecdsa", "-m", "PKCS8"],
        &["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "horse"],
    ] {
        let key = made(args);
        let text = key.private.as_str();
        let lines: Vec<&str> = text.lines().collect();
        let base64 = Base64::encode_string(text.as_bytes());
        let wrapped: Vec<&str> = base64
            .as_bytes()
            .chunks(76)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        let forms = [
            text.to_owned(),
            text.trim_end().to_owned(),
            text.replace('\n', "\r\n"),
            text.replace('\n', "\r"),
            format!("\n\n  \t{text}\n  \n"),
            format!("\u{feff}{text}"),
            text.replace('\n', "\\n"),
            text.replace('\n', "\\r\\n"),
            lines.join(" "),
            lines.iter().map(|line| format!("    {line}  \n")).collect(),
            text.replace('\n', "\n\n"),
            format!("\"{}\"", text.replace('\n', "\\n")),
            format!("'{text}'"),
            base64.clone(),
            format!("{base64}\n"),
            wrapped.join("\n"),
            wrapped.join("\r\n"),
            Base64::encode_string(text.trim_end().replace('\n', "\r\n").as_bytes()),
            format!("# the key of the robot\n{text}"),
        ];
        for form in forms {
            key.loads_as(&form, Some("horse"));
        }
    }
}

#[test]
fn only_the_own_format_is_recognised_without_its_lines() {
    let key = made(&["-t", "ed25519"]);
    let body: Vec<&str> = key
        .private
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    key.loads_as(&body.join("\n"), None);
}

#[test]
fn parameters_and_certificates_before_the_key_are_passed_over() {
    let key = made(&["-t", "ecdsa", "-m", "PEM"]);
    let parameters =
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    key.loads_as(&format!("{parameters}{}", key.private), None);
}

#[test]
fn what_is_no_private_key_is_called_by_its_name() {
    let key = made(&["-t", "ed25519"]);
    let public = key.public.to_openssh().unwrap();
    let cut: String = key.private.chars().take(120).collect();
    let bent = key.private.replacen("AAAA", "AA!A", 1);
    let half: Vec<&str> = key.private.lines().collect();
    let half = [half[0], half[1], half[half.len() - 1]].join("\n");
    let base64 = Base64::encode_string(b"some words");
    for (text, expected) in [
        ("", "it is empty"),
        (" \n", "it is empty"),
        (&*public, "looks like a public key"),
        (
            "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----",
            "looks like a public key",
        ),
        (
            "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA",
            "looks like a public key",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nMCow\n-----END CERTIFICATE-----",
            "looks like a certificate",
        ),
        (
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nxcaGB",
            "looks like a key of PGP",
        ),
        (
            "-----BEGIN DSA PRIVATE KEY-----\nMCow\n-----END DSA PRIVATE KEY-----",
            "DSA key",
        ),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----",
            "it is empty between",
        ),
        ("PuTTY-User-Key-File-3: ssh-ed25519\n", "puttygen"),
        (
            "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
            "looks like a fingerprint",
        ),
        ("$SSH_KEY", "variable that was not replaced"),
        ("${{ secrets.SSH_KEY }}", "variable that was not replaced"),
        ("/home/jo/.ssh/id_ed25519", "looks like the path of a file"),
        ("~/.ssh/id_ed25519", "looks like the path of a file"),
        ("ghp_0123456789abcdef", "looks like a token"),
        ("hunter2hunter2", "it is not a private key"),
        (&*base64, "it is not a private key"),
        (&*cut, "it is cut off"),
        (&*bent, "it is damaged"),
        (&*half, "it is damaged"),
    ] {
        let words = refusal(load(&Secret::new(text), None));
        assert!(words.contains(expected), "{words} does not say {expected}");
        assert_repeats_nothing(&words, text);
    }
}

#[track_caller]
fn assert_repeats_nothing(words: &str, text: &str) {
    let lines = text.lines();
    for line in lines.filter(|line| line.len() > 8 && !line.starts_with("--")) {
        assert!(!words.contains(line), "{words} repeats {line}");
    }
}

/// A length and bytes.
fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

/// A key in OpenSSH's own format, with any numbers in it.
fn written(public: &[u8], private: &[u8]) -> String {
    let private = [&[1, 2, 3, 4, 1, 2, 3, 4][..], private].concat();
    let padding: Vec<u8> = (1..).take((8 - private.len() % 8) % 8).collect();
    let mut blob = b"openssh-key-v1\0".to_vec();
    for part in [&b"none"[..], b"none", b""] {
        blob.extend(string(part));
    }
    blob.extend([0, 0, 0, 1]);
    blob.extend(string(public));
    blob.extend(string(&[private, padding].concat()));
    Base64::encode_string(&blob)
}

/// A key of P-256 as ssh-keygen wrote one: its secret number has 31 bytes.
fn short() -> String {
    let bytes = |hex: &str| -> Vec<u8> {
        let pairs = (0..hex.len()).step_by(2);
        pairs
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    };
    let point = bytes(
        "04660dc1c1784d45012726b0608f17294420da277ecfd273e1a2bc130fcb07ffb9\
         7e0178ebdd06663cafbad33f56fb707bae393b0a7fdf785ceb3c212f4396786f",
    );
    let number = bytes("3de779a63b730decc0b9ed142780f65fd8fdce8057797ca1f47ab2a4beb5df");
    let public = [&b"ecdsa-sha2-nistp256"[..], b"nistp256", &point].map(string);
    let private = [
        &public.concat()[..],
        &string(&number),
        &string(b"a comment"),
    ]
    .concat();
    written(&public.concat(), &private)
}

#[test]
fn a_key_with_a_short_number_is_read() {
    let directory = Directory::new();
    let lines: Vec<_> = short()
        .as_bytes()
        .chunks(70)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    let text = format!(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n",
        lines.join("\n")
    );
    let file = directory.path().join("key");
    fs::write(&file, &text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let change = |args: &[&str]| {
        let mut keygen = Command::new(tool("ssh-keygen"));
        run(keygen.args(args).current_dir(directory.path()))
    };
    let public = change(&["-y", "-f", "key"]);
    let made = |private| Made {
        private,
        public: public.parse().unwrap(),
    };
    made(text.clone()).loads_as(&text, None);
    let key = load(&Secret::new(text), None).unwrap();
    let signature = key.sign("test", HashAlg::Sha256, b"text").unwrap();
    let verified = key.public_key().verify("test", b"text", &signature);
    assert!(verified.is_ok(), "{verified:?}");
    for cipher in ["aes256-ctr", "aes256-gcm@openssh.com"] {
        change(&["-p", "-f", "key", "-P", "", "-N", "horse", "-Z", cipher]);
        let key = made(fs::read_to_string(&file).unwrap());
        key.loads_as(&key.private, Some("horse"));
        key.loads_as(&key.private, Some("horse\n"));
        let wrong = key.refused(Some("cow"));
        assert!(wrong.contains("does not decrypt"), "{cipher}: {wrong}");
        change(&["-p", "-f", "key", "-P", "horse", "-N", ""]);
    }
}

#[test]
fn a_key_of_a_hardware_token_is_refused() {
    // What ssh-keygen writes for a token, with a made-up handle: the token itself is not here.
    let public = [
        string(b"sk-ssh-ed25519@openssh.com"),
        string(&[7; 32]),
        string(b"ssh:"),
    ]
    .concat();
    let private = [
        &public[..],
        &[1],
        &string(&[9; 16]),
        &string(b""),
        &string(b""),
    ]
    .concat();
    let text = written(&public, &private);
    let words = refusal(load(&Secret::new(text), None));
    assert!(words.contains("hardware token"), "{words}");
}
