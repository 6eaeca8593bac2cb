use towpath_surface::Kind;

/// Why a forge did not do what was asked of its API.
///
/// `url` never holds credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is not known which forge the repository is on.
    #[error("it is not known which forge \"{url}\" is on")]
    Unknown {
        /// The address of the repository.
        url: String,
    },
    /// The address does not name a repository on a forge.
    #[error("\"{url}\" names no repository on a forge: {reason}")]
    InvalidUrl {
        /// The address.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no token for the API.
    #[error("no token for the API of {forge} was given")]
    NoToken {
        /// The forge by name.
        forge: &'static str,
    },
    /// The forge cannot be reached, or is not well.
    #[error("cannot reach \"{url}\": {reason}")]
    Unreachable {
        /// The address that was asked.
        url: String,
        /// What the network or the forge said.
        reason: String,
    },
    /// A request that changes something was sent, and its answer did not come.
    #[error("the answer of \"{url}\" was lost: {reason}")]
    AnswerLost {
        /// The address that was asked.
        url: String,
        /// What the network said.
        reason: String,
    },
    /// There are no records of deployments.
    #[error("deployments are recorded on GitHub only, and this is {forge}")]
    NoDeployments {
        /// The forge by name.
        forge: &'static str,
    },
    /// The forge does not accept the token.
    #[error("\"{url}\" does not accept the token: {words}")]
    Unauthorized {
        /// The address that was asked.
        url: String,
        /// What the forge said.
        words: String,
    },
    /// The token may not do this.
    #[error("the token may not {what}: {words}")]
    Forbidden {
        /// What was to be done, as in `open a pull request`.
        what: String,
        /// What the forge said.
        words: String,
        /// Which permission is needed, and where it is given.
        hint: String,
    },
    /// The forge does not know what was asked for, or hides it.
    #[error("cannot {what}: \"{url}\" does not know it ({words})")]
    NotFound {
        /// What was to be done.
        what: String,
        /// The address that was asked.
        url: String,
        /// What the forge said.
        words: String,
    },
    /// The forge refuses.
    #[error("cannot {what}: {words}")]
    Refused {
        /// What was to be done.
        what: String,
        /// What the forge said.
        words: String,
        /// The status of the answer.
        status: u16,
    },
    /// The answer is not one of this API.
    #[error("\"{url}\" does not answer as the API of {forge} does: {reason}")]
    Protocol {
        /// The address that was asked.
        url: String,
        /// The forge by name.
        forge: &'static str,
        /// What was not expected.
        reason: String,
    },
    /// The connection cannot be made as it was asked for.
    #[error(transparent)]
    Connection(#[from] crate::git::Error),
}

/// What is asked of a forge, or why it failed.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Returns the kind, which decides the exit code.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Unknown { .. } | Self::InvalidUrl { .. } => Kind::UnknownForge,
            Self::Unreachable { .. } | Self::AnswerLost { .. } => Kind::Unreachable,
            Self::NoToken { .. } | Self::Unauthorized { .. } => Kind::Unauthorized,
            Self::Forbidden { .. } => Kind::ReadOnly,
            Self::NotFound { .. } | Self::Refused { .. } => Kind::ForgeRefused,
            Self::NoDeployments { .. } => Kind::Usage,
            Self::Protocol { .. } => Kind::Protocol,
            Self::Connection(error) => error.kind(),
        }
    }

    /// Returns what to do about it, as a full sentence.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unknown { .. } => {
                "Say `--forge github`, `--forge gitlab` or `--forge gitea`, and where it is with `--forge-url URL`."
            }
            Self::InvalidUrl { .. } => {
                "Give the repository as `https://host/owner/name.git`, and the address of the forge with `--forge-url URL`."
            }
            Self::NoToken { .. } => {
                "Give one in the variable TOWPATH_FORGE_TOKEN; a deploy key can push, but cannot open a request."
            }
            Self::Unauthorized { .. } => {
                "Check that the token in TOWPATH_FORGE_TOKEN, or else TOWPATH_TOKEN, is of this forge and has not expired."
            }
            Self::AnswerLost { .. } => "Run the same command again: it finds out what was done.",
            Self::Forbidden { hint, .. } => return Some(hint.clone()),
            Self::NotFound { .. } => {
                "Check the address, and that the token may see the repository: forges hide what a token may not see."
            }
            Self::NoDeployments { .. } => "Leave out `--deployment`.",
            Self::Refused { words, .. } if words.contains("Auto merge is not allowed") => {
                "Allow auto-merge in the settings of the repository, or leave out `--auto-merge`."
            }
            Self::Connection(error) => return error.hint(),
            Self::Unreachable { .. } | Self::Refused { .. } | Self::Protocol { .. } => return None,
        };
        Some(hint.to_owned())
    }
}
