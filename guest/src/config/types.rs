//! What `towpath.yaml` can say. The sentences here are the documentation of
//! the JSON Schema, too.

use super::gates::Gates;
use super::list::{List, Ordered};
use serde::Deserialize;

/// The environments of a deployment repository, and how versions move between them.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The version of the form of this file: 1.
    #[cfg_attr(test, schemars(range(min = 1, max = 1)))]
    pub version: u32,

    /// Files and directories of every environment that names none itself.
    /// `<environment>` stands for the name of the environment, `<app>` for the
    /// name of an app, `*` for a part of a name, `**` for directories.
    #[serde(default)]
    pub files: List,

    /// Files and directories that all environments share: what an environment
    /// does not say itself, it takes from there. They are never promoted to.
    #[serde(default)]
    pub base: List,

    /// Where it is written which revision each environment runs, for environments
    /// that say nothing else.
    #[serde(default)]
    pub revision: Option<Revision>,

    /// Globs of paths that are not looked in.
    #[serde(default)]
    pub ignore: List,

    /// Key paths of further values that are versions, as `a.b[name=web].c`.
    #[serde(default)]
    pub keys: List,

    /// Apps whose name is not in the paths of their files, each with its images
    /// and charts. An image of no app is an app by itself.
    #[serde(default)]
    pub apps: Ordered<App>,

    /// How releases are cut, for environments that run one.
    #[serde(default)]
    pub release: Release,

    /// The environments, from the first to the last.
    pub environments: Ordered<Environment>,
}

/// One environment.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Files and directories of this environment, instead of those that hold
    /// for all.
    #[serde(default)]
    pub files: List,

    /// The branch that its files are on; that of the request if none.
    #[serde(default)]
    pub branch: Option<String>,

    /// The address of the repository that its files are in; this one if none.
    #[serde(default)]
    pub repository: Option<String>,

    /// Where it is written which revision this environment runs.
    #[serde(default)]
    pub revision: Option<Revision>,

    /// The environments that versions come from.
    #[serde(default)]
    pub from: List,

    /// How changes get here: by a push, or by a request to merge them.
    #[serde(default)]
    pub delivery: Delivery,

    /// Whether a change of an environment that versions come from moves on to here
    /// by itself, in the same run.
    #[serde(default)]
    pub promotion: Promotion,

    /// What has to hold before a version may enter.
    #[serde(default)]
    pub gates: Gates,
}

/// How releases are cut.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// How their tags are called; `release/{version}` if nothing is said.
    #[serde(default)]
    pub tag: Option<String>,

    /// The branch that they are cut from; the one that the first environment
    /// follows, or else the default branch, if nothing is said.
    #[serde(default)]
    pub branch: Option<String>,
}

/// How changes get into an environment.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// By a push to the branch.
    #[default]
    Push,
    /// By a pull or merge request.
    Request,
}

/// Whether versions move on to an environment by themselves.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Promotion {
    /// When somebody runs `towpath promote`.
    #[default]
    Manual,
    /// When they have arrived in the environment before.
    Automatic,
}

/// Where it is written which revision an environment runs: an Argo CD
/// `Application` or a source of Flux.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// The file; `<environment>` stands for the name of the environment.
    pub file: String,

    /// The address of the repository that the file is in; this one if none.
    #[serde(default)]
    pub repository: Option<String>,

    /// The branch that the file is on; that of the request if none.
    #[serde(default)]
    pub branch: Option<String>,

    /// The key path of the revision, where the file has several.
    #[serde(default)]
    pub key: Option<String>,
}

/// What belongs to one app.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Names of images, with their registry or without.
    #[serde(default)]
    pub images: List,

    /// Names of charts.
    #[serde(default)]
    pub charts: List,

    /// Key paths of values that are versions.
    #[serde(default)]
    pub keys: List,
}
