use std::fmt;

/// The kinds of errors, each with its name and its exit code.
///
/// The codes are part of the interface: scripts branch on them. A code is
/// never given to another kind. 1x is the request, 2x a file of the repository,
/// 3x the way to the repository, 5x a promotion, 7x the request on the forge.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $name:literal;)+) => {
        /// A kind of error: what went wrong, as far as a script needs to know.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Kind {
            /// Every kind, in the order of the exit codes.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Returns the exit code of the launcher, from 1 to 125.
            #[must_use]
            pub fn exit_code(self) -> u8 {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Returns the name that reports and the documentation use.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Returns the sentence that the documentation prints.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

kinds! {
    /// A fault of Towpath itself; please report it.
    Internal = 1, "internal";
    /// The command line is not understood.
    Usage = 2, "usage";
    /// An image reference, tag or digest does not follow the grammar.
    InvalidImage = 10, "invalid-image";
    /// A tag or revision that moves, such as `latest`, was asked for or would be replaced.
    Moving = 11, "moving";
    /// No place in the repository uses the image.
    NoSuchImage = 12, "no-such-image";
    /// More than one place matches.
    Ambiguous = 13, "ambiguous";
    /// The key path leads nowhere.
    NoSuchKey = 14, "no-such-key";
    /// A file or directory that was named is not there.
    NoSuchFile = 15, "no-such-file";
    /// A path leaves the repository.
    OutsideRepository = 16, "outside-repository";
    /// A key path does not follow the grammar, or its target cannot hold the value.
    InvalidKey = 17, "invalid-key";
    /// No place in the repository uses the chart, or follows the repository.
    NoSuchSource = 18, "no-such-source";
    /// An environment is not declared in `towpath.yaml`.
    NoSuchEnvironment = 19, "no-such-environment";
    /// A file is not YAML or JSON, or is not UTF-8.
    InvalidFile = 20, "invalid-file";
    /// A file is a template, which cannot be edited as YAML.
    Template = 21, "template";
    /// A value is shared through an anchor or a merge, so that other places would change too.
    SharedValue = 22, "shared-value";
    /// A symbolic link, submodule or Git LFS pointer stands where a file is needed.
    NotAFile = 23, "not-a-file";
    /// A limit on size, depth, number, memory, work or time was reached.
    Limit = 24, "limit";
    /// A file has two answers to the same question, such as a duplicate key.
    Contradiction = 25, "contradiction";
    /// `towpath.yaml` is not understood, or does not hold together.
    InvalidConfig = 26, "invalid-config";
    /// A text with variables, such as a commit message, cannot be read or has an unknown one.
    InvalidTemplate = 28, "invalid-template";
    /// The server cannot be reached, or the connection broke.
    Unreachable = 30, "unreachable";
    /// The server does not accept the token, key or password.
    Unauthorized = 31, "unauthorized";
    /// The host key of the SSH server or the certificate of the TLS server is not trusted.
    UntrustedHost = 32, "untrusted-host";
    /// The credentials may read but not write.
    ReadOnly = 33, "read-only";
    /// The server has no such repository, or hides it from these credentials.
    NoSuchRepository = 34, "no-such-repository";
    /// The repository has no such branch.
    NoSuchBranch = 35, "no-such-branch";
    /// The server refuses the commit: a hook, a protected branch, a rule.
    Rejected = 36, "rejected";
    /// Others kept moving the branch until the deadline.
    Busy = 37, "busy";
    /// The server does not speak the git protocol as expected.
    Protocol = 38, "protocol";
    /// A key, token or other credential that was given cannot be used.
    InvalidCredential = 39, "invalid-credential";
    /// The repository is of a form that is not supported.
    Unsupported = 40, "unsupported";
    /// A tag of this name is there, on another commit.
    TagExists = 41, "tag-exists";
    /// Of several repositories, some have the change now and others do not.
    Partial = 46, "partial";
    /// Changes in the working copy would be lost.
    Dirty = 47, "dirty";
    /// A file of the working copy cannot be written.
    NotWritten = 48, "not-written";
    /// No environment has an app of this name.
    NoSuchApp = 50, "no-such-app";
    /// One environment has something that the other has not.
    Incomplete = 51, "incomplete";
    /// The target has a newer version already.
    Downgrade = 52, "downgrade";
    /// A gate is closed, so that nothing may enter the environment now.
    GateClosed = 60, "gate-closed";
    /// The version is pinned, after a rollback or on purpose.
    Pinned = 61, "pinned";
    /// There is no earlier version to go back to.
    NoEarlierVersion = 62, "no-earlier-version";
    /// The branch of the request has commits, or is of a request, that are not this run's.
    OthersWork = 70, "others-work";
    /// The forge refuses what is asked of its API.
    ForgeRefused = 71, "forge-refused";
    /// It is not known which forge the repository is on.
    UnknownForge = 72, "unknown-forge";
    /// The request was closed, or not merged in the time that was given.
    NotMerged = 73, "not-merged";
    /// The commit is pushed, and Argo CD does not run it in good health.
    NotDeployed = 74, "not-deployed";
}

impl Kind {
    /// Returns the kind of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use std::collections::BTreeSet;

    #[test]
    fn codes_and_names_are_distinct() {
        let codes: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.exit_code()).collect();
        let names: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(codes.len(), Kind::ALL.len());
        assert_eq!(names.len(), Kind::ALL.len());
    }

    #[test]
    fn a_name_leads_back_to_its_kind() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(*kind));
        }
        assert_eq!(Kind::from_name("nothing"), None);
    }
}
