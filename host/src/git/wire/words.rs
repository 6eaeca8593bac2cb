//! What servers say, and what they mean by it.

use crate::git::Error;
use crate::git::error::clean;
use gix_packetline::read;
use std::io;

/// Describes what went wrong with a server that may have said why.
pub(crate) fn explain(url: &str, error: &gix::Error) -> Error {
    let said = error
        .iter_errors()
        .find_map(|error| error.downcast_ref::<read::Error>());
    if let Some(said) = said {
        return from_server(url, said.message.as_slice());
    }
    let text = text_of(error);
    // On http, gix has the server's line in a message of its own.
    if let Some((_, said)) = text.split_once("ERR ") {
        let said = said.trim_end_matches('"').replace("\\n", "");
        return from_server(url, said.as_bytes());
    }
    let cause = error
        .iter_errors()
        .find_map(|error| error.downcast_ref::<io::Error>());
    let url = url.to_owned();
    match cause {
        Some(cause) if is_network(cause.kind()) => Error::Unreachable {
            url,
            reason: clean(cause.to_string().as_bytes()),
        },
        _ => Error::Protocol { url, reason: text },
    }
}

/// Returns the messages of an error and its causes on one line.
pub(crate) fn text_of(error: &gix::Error) -> String {
    let mut messages: Vec<String> = Vec::new();
    for error in error.iter_errors() {
        let message = clean(error.to_string().as_bytes()).replace('\n', " ");
        if messages.last() != Some(&message) {
            messages.push(message);
        }
    }
    messages.join(": ")
}

/// Returns the error that a server means by its words.
pub(crate) fn from_server(url: &str, said: &[u8]) -> Error {
    let words = clean(said);
    let url = url.to_owned();
    match meaning(&words) {
        Meaning::NoRepository => Error::NoSuchRepository { url, words },
        Meaning::ReadOnly => Error::ReadOnly { url, words },
        Meaning::Unauthorized => Error::Unauthorized { url, reason: words },
        Meaning::Unknown if words.is_empty() => Error::Protocol {
            url,
            reason: "the server ended the conversation".to_owned(),
        },
        Meaning::Unknown => Error::Protocol {
            url,
            reason: format!("the server says: {words}"),
        },
    }
}

/// What a server means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// There is no such repository for us.
    NoRepository,
    /// We may read, but not write.
    ReadOnly,
    /// We are not known.
    Unauthorized,
    /// Something else.
    Unknown,
}

/// Returns what a server means by its words.
pub(crate) fn meaning(words: &str) -> Meaning {
    let words = words.to_ascii_lowercase();
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
    if has(&[
        "marked as read only",
        "read-only",
        "read only",
        "write access",
        "denied for writing",
        "not allowed to push",
        "not allowed to upload",
        "denied to deploy key",
        "service not enabled",
        "not authorized to write",
        "insufficient permission for adding an object",
    ]) {
        Meaning::ReadOnly
    } else if has(&[
        "not found",
        "does not appear to be a git repository",
        "does not exist",
        "could not be found",
        "could not find",
        "cannot find",
        "not a git repository",
        "repository not exported",
        "no such project",
        "no such repository",
    ]) {
        Meaning::NoRepository
    } else if has(&[
        "permission denied",
        "authentication failed",
        "access denied",
        "could not read username",
        "invalid credentials",
        "bad credentials",
        "unauthorized",
        "not permitted",
    ]) {
        Meaning::Unauthorized
    } else {
        Meaning::Unknown
    }
}

/// Why a server did not move a ref.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A rule forbids it; it will again.
    Policy,
    /// Somebody else was faster.
    Race,
    /// Its words are not known.
    Unknown,
}

/// Returns why a server did not move a ref, from the reason in its report and
/// from what it says besides.
pub(crate) fn verdict(reason: &str, messages: &str) -> Verdict {
    const POLICY: [&str; 12] = [
        "hook declined",
        "protected",
        "denied",
        "not allowed",
        "prohibited",
        "prohibits",
        "forbidden",
        "gh001:",
        "gh006:",
        "gh007:",
        "gh013:",
        "gl-hook-err",
    ];
    const RACE: [&str; 11] = [
        "failed to update ref",
        "cannot lock ref",
        "unable to lock",
        "but expected",
        "incorrect old value",
        "already exists",
        "fetch first",
        "non-fast-forward",
        "stale info",
        "failed to lock",
        "file exists",
    ];
    let has = |text: &str, phrases: &[&str]| {
        let text = text.to_ascii_lowercase();
        phrases.iter().any(|phrase| text.contains(phrase))
    };
    if has(reason, &RACE) {
        Verdict::Race
    } else if has(reason, &POLICY) || has(messages, &POLICY) {
        Verdict::Policy
    } else if has(messages, &RACE) {
        Verdict::Race
    } else {
        Verdict::Unknown
    }
}

/// Returns whether a server complains about a filter: git says `filter 'tree'
/// not supported` and `tree filter allows max depth 0, but got 2`. In the old
/// protocol only the first letter of its `ERR` is seen, in place of a band.
pub(crate) fn is_about_filters(text: &str) -> bool {
    text.contains("filter") || text.contains("non-side channel line or input was malformed: 69")
}

fn is_network(kind: io::ErrorKind) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        kind,
        Kind::ConnectionRefused
            | Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::NotConnected
            | Kind::BrokenPipe
            | Kind::TimedOut
            | Kind::WouldBlock
            | Kind::UnexpectedEof
            | Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::NetworkDown
            | Kind::AddrNotAvailable
            | Kind::Interrupted
    )
}

#[cfg(test)]
mod tests {
    use super::{Meaning, Verdict, meaning, verdict};

    #[test]
    fn a_race_is_told_from_a_rule() {
        for (reason, messages, expected) in [
            ("failed to update ref", "", Verdict::Race),
            ("fetch first", "", Verdict::Race),
            ("reference already exists", "", Verdict::Race),
            ("incorrect old value provided", "", Verdict::Race),
            (
                "pre-receive hook declined",
                "GL-HOOK-ERR: no",
                Verdict::Policy,
            ),
            (
                "protected branch hook declined",
                "error: GH006: Protected branch update failed",
                Verdict::Policy,
            ),
            (
                "push declined due to repository rule violations",
                "GH013: x",
                Verdict::Policy,
            ),
            ("deny updating a hidden ref", "", Verdict::Unknown),
            ("branch is currently checked out", "", Verdict::Unknown),
            (
                "internal error",
                "error: cannot lock ref 'refs/heads/main': is at a but expected b",
                Verdict::Race,
            ),
        ] {
            assert_eq!(verdict(reason, messages), expected, "{reason}");
        }
    }

    #[test]
    fn what_forges_say_is_understood() {
        for (words, expected) in [
            ("ERROR: Repository not found.", Meaning::NoRepository),
            (
                "fatal: '/srv/x.git' does not appear to be a git repository",
                Meaning::NoRepository,
            ),
            (
                "ERROR: The project you were looking for could not be found or you don't have permission to view it.",
                Meaning::NoRepository,
            ),
            (
                "access denied or repository not exported: /x.git",
                Meaning::NoRepository,
            ),
            (
                "Gitea: User permission denied for writing.",
                Meaning::ReadOnly,
            ),
            (
                "ERROR: The key you are authenticating with has been marked as read only.",
                Meaning::ReadOnly,
            ),
            (
                "remote: Write access to repository not granted.",
                Meaning::ReadOnly,
            ),
            (
                "ERROR: Permission to o/r.git denied to deploy key",
                Meaning::ReadOnly,
            ),
            (
                "GitLab: You are not allowed to push code to this project.",
                Meaning::ReadOnly,
            ),
            (
                "git@github.com: Permission denied (publickey).",
                Meaning::Unauthorized,
            ),
            ("something else", Meaning::Unknown),
        ] {
            assert_eq!(meaning(words), expected, "{words}");
        }
    }
}
