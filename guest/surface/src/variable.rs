/// What a run takes from the environment and never from an option.
///
/// Other processes can read a command line, and pipelines show their inputs:
/// a secret is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name of the input of the action that sets it.
    pub input: &'static str,
    /// The variable of the environment.
    pub name: &'static str,
    /// What it holds, as every surface says it.
    pub meaning: &'static str,
    /// Whether it must never be printed.
    pub is_secret: bool,
}

/// The variable with the token for http.
pub const TOKEN: &str = "TOWPATH_TOKEN";
/// The variable with the private key for ssh.
pub const SSH_KEY: &str = "TOWPATH_SSH_KEY";
/// The variable with the passphrase of the private key.
pub const SSH_KEY_PASSPHRASE: &str = "TOWPATH_SSH_KEY_PASSPHRASE";
/// The variable with the private key that signs commits.
pub const SIGNING_KEY: &str = "TOWPATH_SIGNING_KEY";
/// The variable with the passphrase of the key that signs commits.
pub const SIGNING_KEY_PASSPHRASE: &str = "TOWPATH_SIGNING_KEY_PASSPHRASE";
/// The variable with the host keys to trust.
pub const SSH_KNOWN_HOSTS: &str = "TOWPATH_SSH_KNOWN_HOSTS";

/// Every such variable, in the order in which the surfaces show them.
pub const VARIABLES: &[Variable] = &[
    Variable {
        input: "token",
        name: TOKEN,
        meaning: "Token or password for http",
        is_secret: true,
    },
    Variable {
        input: "ssh-key",
        name: SSH_KEY,
        meaning: "Private key for ssh, such as a deploy key",
        is_secret: true,
    },
    Variable {
        input: "ssh-key-passphrase",
        name: SSH_KEY_PASSPHRASE,
        meaning: "Passphrase of the private key",
        is_secret: true,
    },
    Variable {
        input: "signing-key",
        name: SIGNING_KEY,
        meaning: "Private key that signs commits, of SSH or OpenPGP",
        is_secret: true,
    },
    Variable {
        input: "signing-key-passphrase",
        name: SIGNING_KEY_PASSPHRASE,
        meaning: "Passphrase of the key that signs commits",
        is_secret: true,
    },
    Variable {
        input: "ssh-known-hosts",
        name: SSH_KNOWN_HOSTS,
        meaning: "Host keys to trust, as lines of ssh's known_hosts",
        is_secret: false,
    },
];
