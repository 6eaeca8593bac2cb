use super::{helper, sign};
use std::fmt::Write as _;
use towpath_surface::Kind;

/// Why a repository could not be read or changed.
///
/// `url` is always the redacted address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The address is not one of a repository.
    #[error("\"{url}\" is not the address of a repository: {reason}")]
    InvalidUrl {
        /// The address, redacted.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server cannot be reached, or the connection broke before anything was sent.
    #[error("cannot reach \"{url}\": {reason}")]
    Unreachable {
        /// The address, redacted.
        url: String,
        /// What the network said.
        reason: String,
    },
    /// The server wants fewer requests.
    #[error("\"{url}\" wants to be left alone for {seconds} s: {reason}")]
    Throttled {
        /// The address, redacted.
        url: String,
        /// What the server said.
        reason: String,
        /// How long to wait.
        seconds: u64,
    },
    /// A push was sent, and the connection broke before the answer came.
    #[error("the connection to \"{url}\" broke before the push was answered: {reason}")]
    AnswerLost {
        /// The address, redacted.
        url: String,
        /// What the network said.
        reason: String,
    },
    /// The server does not accept the token, key or password, or wants one.
    #[error("\"{url}\" does not accept the credentials: {reason}")]
    Unauthorized {
        /// The address, redacted.
        url: String,
        /// What was offered, and what the server said.
        reason: String,
    },
    /// The key of the SSH server is not one to trust.
    #[error("{message}")]
    UntrustedHost {
        /// What is wrong with which key of which host.
        message: String,
        /// The fingerprint, `SHA256:…`.
        fingerprint: String,
        /// How to accept the key, if that is right.
        hint: String,
    },
    /// The certificate of the TLS server is not trusted.
    #[error("the certificate of \"{url}\" is not trusted: {reason}")]
    Certificate {
        /// The address, redacted.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A credential would have to be sent in clear text.
    #[error("will not send credentials to \"{url}\" in clear text")]
    ClearText {
        /// The address, redacted.
        url: String,
    },
    /// The credentials may read but not write.
    #[error("the credentials may not write to \"{url}\": {words}")]
    ReadOnly {
        /// The address, redacted.
        url: String,
        /// What the server said.
        words: String,
    },
    /// There is no such repository, or it is hidden from these credentials.
    #[error("no repository at \"{url}\": {words}")]
    NoSuchRepository {
        /// The address, redacted.
        url: String,
        /// What the server said.
        words: String,
    },
    /// The repository has no such branch.
    #[error("no branch \"{branch}\" in \"{url}\"")]
    NoSuchBranch {
        /// The address, redacted.
        url: String,
        /// The branch that was asked for.
        branch: String,
        /// The branches whose names are nearest.
        nearest: Vec<String>,
    },
    /// The repository has no branch at all.
    #[error("\"{url}\" is empty: it has no branch yet")]
    Empty {
        /// The address, redacted.
        url: String,
    },
    /// The server refuses the push, and will again.
    #[error("\"{url}\" refuses the push to \"{reference}\": {words}")]
    Rejected {
        /// The address, redacted.
        url: String,
        /// The ref that was to be moved.
        reference: String,
        /// The server's own words, without control characters.
        words: String,
    },
    /// A tag of this name is there, on another commit.
    #[error("tag \"{tag}\" of \"{url}\" is on another commit: {commit}")]
    TagExists {
        /// The address, redacted.
        url: String,
        /// The tag.
        tag: String,
        /// The commit that it is on.
        commit: String,
    },
    /// A tag cannot have this name.
    #[error("\"{tag}\" is not the name of a tag: {reason}")]
    InvalidTag {
        /// What was given as its name.
        tag: String,
        /// Why not.
        reason: String,
    },
    /// Others kept moving the branch until the deadline.
    #[error(
        "branch \"{branch}\" of \"{url}\" was moved by others before each of {attempts} pushes"
    )]
    Busy {
        /// The address, redacted.
        url: String,
        /// The branch.
        branch: String,
        /// How many pushes were made.
        attempts: u32,
    },
    /// The server does not speak the git protocol as expected.
    #[error("\"{url}\" does not speak the git protocol as expected: {reason}")]
    Protocol {
        /// The address, redacted.
        url: String,
        /// What was not expected.
        reason: String,
    },
    /// A key, token or other credential that was given cannot be used.
    #[error("cannot use the {what}: {reason}")]
    InvalidCredential {
        /// The credential, such as `ssh key`.
        what: &'static str,
        /// What is wrong with it, without the credential.
        reason: String,
    },
    /// The repository or the server is of a form that is not supported.
    #[error("\"{url}\" is not supported: {reason}")]
    Unsupported {
        /// The address, redacted.
        url: String,
        /// What is not supported.
        reason: String,
    },
    /// Something is larger than is taken.
    #[error("{what} of \"{url}\" is larger than {limit} bytes")]
    TooLarge {
        /// The address, redacted.
        url: String,
        /// The object or answer.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// What was named has no files to change.
    #[error("\"{path}\" is not in a working copy: it has no files, only commits")]
    NoFiles {
        /// The directory that was named.
        path: String,
    },
    /// Files of a working copy have changes that would be lost.
    #[error("changes in the working copy would be lost: {what}")]
    Dirty {
        /// The files, each with what is wrong.
        what: String,
    },
    /// Something else is going on in a working copy.
    #[error("cannot commit in \"{path}\": {what} is not finished")]
    Unfinished {
        /// The working copy.
        path: String,
        /// What is not finished.
        what: &'static str,
    },
    /// A file of a working copy cannot be written.
    #[error("cannot write \"{path}\": {reason}")]
    NotWritten {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// A change names a path that cannot be changed.
    #[error("cannot change \"{path}\": {reason}")]
    InvalidChange {
        /// The path.
        path: String,
        /// Why not.
        reason: String,
    },
}

/// What is asked of a repository, or why it failed.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Returns the error for an option that nobody would read.
    pub(crate) fn no_push_options(url: &str, option: &str) -> Self {
        Self::Unsupported {
            url: url.to_owned(),
            reason: format!("it takes no push options, and \"{option}\" was given"),
        }
    }

    /// Returns the kind, which decides the exit code.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::InvalidUrl { .. } | Self::InvalidTag { .. } => Kind::Usage,
            Self::TagExists { .. } => Kind::TagExists,
            Self::Unreachable { .. } | Self::Throttled { .. } | Self::AnswerLost { .. } => {
                Kind::Unreachable
            }
            Self::Unauthorized { .. } => Kind::Unauthorized,
            Self::UntrustedHost { .. } | Self::Certificate { .. } => Kind::UntrustedHost,
            Self::ReadOnly { .. } => Kind::ReadOnly,
            Self::NoSuchRepository { .. } => Kind::NoSuchRepository,
            Self::NoSuchBranch { .. } | Self::Empty { .. } => Kind::NoSuchBranch,
            Self::Rejected { .. } => Kind::Rejected,
            Self::Busy { .. } => Kind::Busy,
            Self::Protocol { .. } => Kind::Protocol,
            Self::InvalidCredential { .. } | Self::ClearText { .. } => Kind::InvalidCredential,
            Self::Unsupported { .. } | Self::NoFiles { .. } => Kind::Unsupported,
            Self::Dirty { .. } | Self::Unfinished { .. } => Kind::Dirty,
            Self::NotWritten { .. } => Kind::NotWritten,
            Self::TooLarge { .. } => Kind::Limit,
            Self::InvalidChange { .. } => Kind::NotAFile,
        }
    }

    /// Returns what to do about it, as a full sentence.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::InvalidUrl { .. } => {
                "Give a path, or an address such as `https://host/group/repository.git` or `git@host:group/repository.git`."
            }
            Self::AnswerLost { .. } => {
                "Run the same command again: it finds out whether the commit arrived."
            }
            Self::Unauthorized { url, .. } if url.starts_with("http") => {
                "Give a token for this server in the variable TOWPATH_TOKEN, and check that it is still valid."
            }
            Self::Unauthorized { .. } => {
                "Give a key that this server knows in the variable TOWPATH_SSH_KEY or with `--ssh-key-file FILE`."
            }
            Self::TagExists { .. } => {
                "Release tags are never moved: give the release another name, or the commit that the tag is on."
            }
            Self::InvalidCredential { what, reason } => return credential_hint(what, reason),
            Self::Certificate { .. } => {
                "Give the certificates of your own authority with `--ca-file FILE`."
            }
            Self::ClearText { .. } => {
                "Use https, or say `--allow-insecure-http` when nobody can listen on the way."
            }
            Self::ReadOnly { .. } => {
                "Give the deploy key or the token the right to write to this repository."
            }
            Self::NoSuchRepository { .. } => {
                "Check the address, and that the credentials may read the repository: servers hide what they may not."
            }
            Self::Unsupported { reason, .. } if reason.contains("push options") => {
                "Leave `--push-option` out, or set `receive.advertisePushOptions` on the server."
            }
            Self::Empty { .. } => "Push a first commit.",
            Self::Busy { .. } => "Run the same command again when fewer writers are at work.",
            Self::NoFiles { .. } => "Name a repository without files with `--repo`.",
            Self::Dirty { .. } => "Commit or stash them first.",
            Self::Unfinished { .. } => "Finish it, or leave out `--make-commit`.",
            Self::UntrustedHost { hint, .. } => return Some(hint.clone()),
            Self::NoSuchBranch { nearest, .. } if !nearest.is_empty() => {
                return Some(did_you_mean(nearest));
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// Returns whether the same request may well succeed a moment later, as long
    /// as it was not a push.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Throttled { .. })
    }
}

/// Returns what to do about a credential that cannot be used.
fn credential_hint(what: &str, reason: &str) -> Option<String> {
    let is_closed = reason.contains("no passphrase");
    let hint = match what {
        sign::KEY if is_closed => {
            "Give the passphrase in the variable TOWPATH_SIGNING_KEY_PASSPHRASE."
        }
        sign::KEY if reason.contains("expired") => {
            "Extend its life with `gpg --quick-set-expire FINGERPRINT 1y` and export it again, or give another key."
        }
        sign::PASSPHRASE => {
            "Check the variable TOWPATH_SIGNING_KEY_PASSPHRASE: it has to be the passphrase of the key in TOWPATH_SIGNING_KEY or `--signing-key-file`."
        }
        sign::KEY => {
            "Give the private key itself, of SSH or of OpenPGP with its armor, in the variable TOWPATH_SIGNING_KEY or with `--signing-key-file FILE`."
        }
        helper::WHAT => {
            "Name a helper as git's `credential.helper` does, or `git` for those that git is configured with."
        }
        _ if is_closed => "Give the passphrase in the variable TOWPATH_SSH_KEY_PASSPHRASE.",
        _ => return None,
    };
    Some(hint.to_owned())
}

fn did_you_mean(names: &[String]) -> String {
    let mut hint = "Did you mean ".to_owned();
    for (index, name) in names.iter().enumerate() {
        let separator = if index == 0 { "" } else { " or " };
        // Writing to a string cannot fail.
        let _ = write!(hint, "{separator}\"{name}\"");
    }
    hint.push('?');
    hint
}

/// Makes text of a server fit for a terminal and a log: no control or escape
/// characters, no blank ends, no blank lines, at most a few kilobytes.
pub(crate) fn clean(text: &[u8]) -> String {
    const LONGEST: usize = 4096;
    let text = String::from_utf8_lossy(text);
    let lines = text
        .split(['\n', '\r'])
        .map(clean_line)
        .filter(|line| !line.is_empty());
    let mut clean = String::new();
    for line in lines {
        if !clean.is_empty() {
            clean.push('\n');
        }
        clean.push_str(&line);
        if clean.len() > LONGEST {
            clean.truncate(clean.floor_char_boundary(LONGEST));
            clean.push('…');
            break;
        }
    }
    clean
}

/// Removes escape sequences whole, so that `\x1b[31m` leaves no `[31m`.
fn clean_line(line: &str) -> String {
    let mut clean = String::new();
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            if characters.next_if_eq(&'[').is_some() {
                while characters
                    .next_if(|c| !('\u{40}'..='\u{7e}').contains(c))
                    .is_some()
                {}
                characters.next();
            }
        } else if character == '\t' {
            clean.push(' ');
        } else if !character.is_control() && !is_invisible(character) {
            clean.push(character);
        }
    }
    clean.trim().to_owned()
}

/// Returns whether a character would reorder or hide the text around it.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::{Error, clean};

    #[test]
    fn text_of_a_server_loses_what_a_terminal_would_obey() {
        assert_eq!(
            clean(b"\x1b[31mno\x1b[0m way\x07\r\n\n  GH006:\tx  \n"),
            "no way\nGH006: x"
        );
        assert_eq!(clean("a\u{202e}b".as_bytes()), "ab");
        assert_eq!(clean(&[b'a', 0xff]), "a\u{fffd}");
        assert!(clean(&vec![b'x'; 100_000]).len() < 5000);
    }

    #[test]
    fn a_missing_branch_names_its_nearest() {
        let error = Error::NoSuchBranch {
            url: "u".into(),
            branch: "mian".into(),
            nearest: vec!["main".into(), "mia".into()],
        };
        assert_eq!(error.hint().unwrap(), "Did you mean \"main\" or \"mia\"?");
        assert_eq!(error.to_string(), "no branch \"mian\" in \"u\"");
    }
}
