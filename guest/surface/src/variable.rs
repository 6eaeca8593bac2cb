//! What has no option, because other processes can read a command line.

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
/// The variable with the token for the API of the forge.
pub const FORGE_TOKEN: &str = "TOWPATH_FORGE_TOKEN";
/// The variable with the id of a GitHub App.
pub const APP_ID: &str = "TOWPATH_APP_ID";
/// The variable with the private key of a GitHub App.
pub const APP_KEY: &str = "TOWPATH_APP_KEY";
/// The variable with the token for Argo CD.
pub const ARGOCD_TOKEN: &str = "TOWPATH_ARGOCD_TOKEN";
/// The variable with the address that gets the report of a change as JSON.
pub const WEBHOOK_URL: &str = "TOWPATH_WEBHOOK_URL";
/// The variable with the key of the signature on that report.
pub const WEBHOOK_SECRET: &str = "TOWPATH_WEBHOOK_SECRET";
/// The variable with the address that takes messages as Slack does.
pub const SLACK_URL: &str = "TOWPATH_SLACK_URL";
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
        input: "forge-token",
        name: FORGE_TOKEN,
        meaning: "Token for the API of the forge, where it is another one than for http",
        is_secret: true,
    },
    Variable {
        input: "app-id",
        name: APP_ID,
        meaning: "Id of the GitHub App whose token is used",
        is_secret: false,
    },
    Variable {
        input: "app-key",
        name: APP_KEY,
        meaning: "Private key of the GitHub App",
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
    Variable {
        input: "argocd-token",
        name: ARGOCD_TOKEN,
        meaning: "Token for Argo CD",
        is_secret: true,
    },
    Variable {
        input: "webhook-url",
        name: WEBHOOK_URL,
        meaning: "Address that gets the report of a change as JSON",
        is_secret: true,
    },
    Variable {
        input: "webhook-secret",
        name: WEBHOOK_SECRET,
        meaning: "Key of the signature on that report",
        is_secret: true,
    },
    Variable {
        input: "slack-url",
        name: SLACK_URL,
        meaning: "Address that takes a message about a change, as Slack does",
        is_secret: true,
    },
];
