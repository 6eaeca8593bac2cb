//! The options of `towpath keygen`.

use super::{RepositoryOptions, RunOptions};

/// The options of `towpath keygen`.
#[derive(clap::Args, Debug)]
pub struct KeygenArgs {
    /// Repository whose pipelines push to the deployment repository: it gets the private key; repeatable
    #[arg(long, value_name = "URL")]
    pub code_repo: Vec<String>,

    /// Name that the private key has there: of a secret, or of a variable of type file on GitLab
    #[arg(long, value_name = "NAME", default_value = "DEPLOY_SSH_PRIVATE_KEY")]
    pub secret_name: String,

    /// On GitLab, give the variable to pipelines of protected branches and tags only
    #[arg(long)]
    pub protected: bool,

    /// Title of the deploy key; `towpath` and the name of the repository with the code if not given
    #[arg(long, value_name = "TITLE")]
    pub title: Option<String>,

    /// Remove the deploy keys of this title that were there before, when the new one is in its places
    #[arg(long)]
    pub replace: bool,

    /// File to write the private key to, for its owner alone; `-` for standard output
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<String>,

    /// The deployment repository, where the public key may push.
    #[command(flatten)]
    pub repository: RepositoryOptions,

    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Form of the report; `terraform` makes no key, and writes resources for Terraform or OpenTofu that make one
    #[arg(long, value_name = "FORM", value_enum, default_value_t)]
    pub output: KeyForm,

    /// What the launcher leaves for later steps of a pipeline.
    #[command(flatten)]
    pub run: RunOptions,
}

/// The form of the report of a new key.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyForm {
    /// For people.
    #[default]
    Text,
    /// For machines; the schema has a version.
    Json,
    /// Resources for Terraform or OpenTofu.
    Terraform,
}
