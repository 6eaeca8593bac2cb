use super::server::{Agent, Server, fingerprint};
use crate::git::ssh::{Finding, SshAccess, SshError, Target, connect};
use crate::git::{Secret, Timeouts};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

/// Connects in vain, and sees to it that the error tells no secret.
#[track_caller]
fn refused(target: &Target, access: &SshAccess) -> SshError {
    let error = connect(target, access)
        .err()
        .expect("the connection is refused");
    let told = format!("{error} {error:?} {:?}", error.hint());
    let secrets = [&access.key, &access.passphrase];
    for secret in secrets.into_iter().flatten() {
        for line in secret
            .expose()
            .lines()
            .filter(|line| !line.starts_with("-----"))
        {
            assert!(!told.contains(line), "{told} tells {line}");
        }
    }
    error
}

#[test]
fn an_unknown_host_is_refused_and_told_how_to_accept() {
    let server = Server::start("");
    let key = server.user_key(&["-t", "ed25519"]);
    let access = SshAccess {
        known_hosts: String::new(),
        ..server.access(&key)
    };
    let error = refused(&server.target(), &access);
    let SshError::UntrustedHost {
        host,
        algorithm,
        fingerprint,
        line,
        finding,
    } = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!(*finding, Finding::Unknown);
    assert_eq!(*host, format!("[127.0.0.1]:{}", server.target().port));
    assert_eq!(algorithm, "ssh-ed25519");
    assert_eq!(*fingerprint, server.host_fingerprint("ed25519"));
    let hint = error.hint().unwrap();
    for part in [
        line.as_str(),
        fingerprint,
        "--known-hosts FILE",
        "TOWPATH_SSH_KNOWN_HOSTS",
    ] {
        assert!(hint.contains(part), "{hint}");
    }
    let words = error.to_string();
    assert_eq!(
        words,
        format!("the host key of {host} is not known: ssh-ed25519 {fingerprint}")
    );
    // The server saw nothing of the user.
    assert!(!server.log().contains("publickey"), "{}", server.log());
    let access = SshAccess {
        known_hosts: line.clone(),
        ..server.access(&key)
    };
    connect(&server.target(), &access).unwrap();
}

#[test]
fn another_host_key_is_refused_in_strong_words() {
    let server = Server::start_with(&["ed25519", "rsa"], "");
    let other = Server::start_with(&["ed25519", "rsa"], "");
    let key = server.user_key(&["-t", "ed25519"]);
    let other_key = fs::read_to_string(other.path("host_ed25519.pub")).unwrap();
    let known = format!("[127.0.0.1]:{} {other_key}", server.target().port);
    let access = SshAccess {
        known_hosts: known.clone(),
        ..server.access(&key)
    };
    let error = refused(&server.target(), &access);
    assert!(
        matches!(
            &error,
            SshError::UntrustedHost {
                finding: Finding::Changed,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("somebody may be in between"),
        "{error}"
    );
    assert!(error.hint().unwrap().starts_with("Do not go on"), "{error}");
    // Nor does another algorithm slip in when the known one is not there.
    let other_key = fs::read_to_string(other.path("host_rsa.pub")).unwrap();
    let access = SshAccess {
        known_hosts: format!("[127.0.0.1]:{} {other_key}", server.target().port),
        ..server.access(&key)
    };
    let error = refused(&server.target(), &access);
    assert!(
        matches!(&error, SshError::UntrustedHost { algorithm, finding: Finding::Changed, .. } if algorithm == "ssh-rsa"),
        "{error:?}"
    );
    let access = SshAccess {
        known_hosts: format!(
            "{}@revoked {}",
            server.known_host("ed25519"),
            server.known_host("ed25519")
        ),
        ..server.access(&key)
    };
    let error = refused(&server.target(), &access);
    assert!(
        matches!(
            &error,
            SshError::UntrustedHost {
                finding: Finding::Revoked,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(!server.log().contains("publickey"), "{}", server.log());
}

#[track_caller]
fn unauthorized(server: &Server, access: &SshAccess) -> String {
    let error = refused(&server.target(), access);
    let SshError::Unauthorized { user, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(*user, server.target().user);
    let words = error.to_string();
    assert!(words.contains(&format!("\"{user}\"")), "{words}");
    words
}

#[test]
fn a_key_that_the_server_does_not_know_is_named() {
    let server = Server::start("");
    for args in [&["-t", "ed25519"][..], &["-t", "rsa", "-b", "2048"]] {
        let key = server.strange_key(args);
        let words = unauthorized(&server, &server.access(&key));
        assert!(
            words.contains(&fingerprint(&key.with_extension("pub"))),
            "{words}"
        );
        assert!(words.contains("asks for: publickey"), "{words}");
    }
}

#[test]
fn a_server_that_hangs_up_on_the_user_refuses_the_user() {
    let server = Server::start("MaxAuthTries 1");
    let key = server.strange_key(&["-t", "ed25519"]);
    let words = unauthorized(&server, &server.access(&key));
    assert!(
        words.contains("Too many authentication failures"),
        "{words}"
    );
}

#[test]
fn a_user_without_a_key_is_refused() {
    let server = Server::start("");
    let access = SshAccess {
        known_hosts: server.known_host("ed25519"),
        ..SshAccess::default()
    };
    let words = unauthorized(&server, &access);
    assert!(
        words.contains("neither a key nor an agent is given"),
        "{words}"
    );
}

#[test]
fn an_agent_without_the_right_key_is_told_apart() {
    let server = Server::start("");
    let one = server.strange_key(&["-t", "ed25519"]);
    let two = server.strange_key(&["-t", "ecdsa"]);
    let access = |socket| SshAccess {
        agent_socket: Some(socket),
        known_hosts: server.known_host("ed25519"),
        ..SshAccess::default()
    };
    let agent = Agent::start(&[&one, &two]);
    let words = unauthorized(&server, &access(agent.socket()));
    for key in [&one, &two] {
        assert!(
            words.contains(&fingerprint(&key.with_extension("pub"))),
            "{words}"
        );
    }
    let empty = Agent::start(&[]);
    let error = refused(&server.target(), &access(empty.socket()));
    assert_eq!(
        error.to_string(),
        "cannot use the ssh agent: it holds no key"
    );
    let error = refused(&server.target(), &access(server.path("no-socket")));
    assert!(
        error.to_string().contains("nothing answers on its socket"),
        "{error}"
    );
}

#[test]
fn a_key_that_cannot_be_used_is_found_out_before_connecting() {
    // Nobody listens there, and nobody has to.
    let target = Target {
        host: "127.0.0.1".to_owned(),
        port: 1,
        user: "git".to_owned(),
    };
    let server = Server::start("");
    let encrypted = server.strange_key(&["-t", "ed25519", "-N", "correct horse"]);
    let with = |key: &str, passphrase: Option<&str>| SshAccess {
        key: Some(Secret::new(key)),
        passphrase: passphrase.map(Secret::new),
        ..SshAccess::default()
    };
    let key = fs::read_to_string(encrypted).unwrap();
    for (access, expected) in [
        (with(&key, None), "no passphrase is given"),
        (
            with(&key, Some("incorrect horse")),
            "it does not decrypt the key",
        ),
        (
            with("s3cr3t-that-is-no-key", None),
            "it is not a private key",
        ),
    ] {
        let error = refused(&target, &access);
        assert!(
            matches!(error, SshError::InvalidCredential { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains(expected), "{error}");
    }
}

fn no_known_hosts() -> SshAccess {
    SshAccess {
        timeouts: Timeouts {
            connect: Duration::from_millis(500),
            ..Timeouts::default()
        },
        ..SshAccess::default()
    }
}

#[track_caller]
fn unreachable(host: &str, port: u16) -> String {
    let target = Target {
        host: host.to_owned(),
        port,
        user: "git".to_owned(),
    };
    let started = Instant::now();
    let error = refused(&target, &no_known_hosts());
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
    assert!(matches!(error, SshError::Unreachable { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    assert_eq!(unreachable("127.0.0.1", port), "the connection was refused");
    let words = unreachable("no-such-host.invalid", 22);
    assert!(
        words.starts_with("cannot find the address of the server"),
        "{words}"
    );
}

#[test]
fn a_server_that_says_nothing_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let words = unreachable("127.0.0.1", listener.local_addr().unwrap().port());
    assert!(words.contains("did not finish the greeting"), "{words}");
}

#[test]
fn a_server_that_does_not_speak_ssh_is_unreachable() {
    for answer in ["", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            let _ = stream.read(&mut [0; 1024]);
        });
        assert_eq!(unreachable("127.0.0.1", port), "the server hung up");
        server.join().unwrap();
    }
}

#[test]
fn a_server_without_a_common_algorithm_is_told() {
    let server = Server::start("Ciphers aes128-cbc");
    let key = server.user_key(&["-t", "ed25519"]);
    let error = refused(&server.target(), &server.access(&key));
    assert!(matches!(error, SshError::Broken { .. }), "{error:?}");
    assert!(error.to_string().contains("aes128-cbc"), "{error}");
}
