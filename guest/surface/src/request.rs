//! What the user asks for, as plain data; nothing is parsed yet.

mod captain;

pub use captain::{
    Carried, GateRequest, PinRequest, ReleaseRequest, ReleasesRequest, RollbackRequest,
};

use crate::facts::Facts;

/// What the user asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The command with its arguments.
    pub intent: Intent,
    /// Where the request comes from, for the commit message.
    pub source: Source,
    /// What only the launcher can find out.
    pub facts: Facts,
    /// What the commit message says, and how.
    pub wording: Wording,
}

/// The command with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// `towpath set`.
    Set(SetRequest),
    /// `towpath promote`.
    Promote(PromoteRequest),
    /// `towpath env add`.
    AddEnvironment(AddEnvironmentRequest),
    /// `towpath init`.
    Init(InitRequest),
    /// `towpath check`.
    Check(CheckRequest),
    /// `towpath status`.
    Status(StatusRequest),
    /// `towpath history`.
    History(HistoryRequest),
    /// `towpath diff`.
    Diff(DiffRequest),
    /// `towpath gate`.
    Gate(GateRequest),
    /// `towpath rollback`.
    Rollback(RollbackRequest),
    /// `towpath pin` and `towpath unpin`.
    Pin(PinRequest),
    /// `towpath release`.
    Release(ReleaseRequest),
    /// `towpath releases`.
    Releases(ReleasesRequest),
}

/// The arguments of `towpath promote`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PromoteRequest {
    /// The environment that versions come from; the declared one if none.
    pub from: Option<String>,
    /// The environment that they go to.
    pub to: String,
    /// Only these apps; all of them if none.
    pub apps: Vec<String>,
    /// The revision, where the source follows a branch.
    pub revision: Option<String>,
    /// Leave out what the target has no place for.
    pub skip_missing: bool,
    /// What is permitted beyond the default policy.
    pub permits: Permits,
}

/// The arguments of `towpath env add`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddEnvironmentRequest {
    /// The name of the new environment.
    pub name: String,
    /// The environment that it is made from.
    pub from: String,
    /// The namespace that it is deployed to; that of the other one with the
    /// new name in place of the old one if none.
    pub namespace: Option<String>,
    /// The address or the name of the cluster; that of the other one if none.
    pub cluster: Option<String>,
}

/// The arguments of `towpath init`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InitRequest {
    /// How many columns the reader has; 0 when that is not known.
    pub width: u32,
}

/// The arguments of `towpath check`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckRequest {
    /// How many columns the reader has; 0 when that is not known.
    pub width: u32,
}

/// The arguments of `towpath status`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusRequest {
    /// Only these environments.
    pub environments: Vec<String>,
    /// Only these apps.
    pub apps: Vec<String>,
    /// How many columns the reader has; 0 when that is not known.
    pub width: u32,
    /// Whether the page is wanted, too.
    pub page: bool,
}

/// The arguments of `towpath history`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryRequest {
    /// The environment.
    pub environment: String,
    /// Only these apps.
    pub apps: Vec<String>,
    /// How many changes come at most; 0 for all.
    pub limit: u32,
    /// How many columns the reader has; 0 when that is not known.
    pub width: u32,
}

/// The arguments of `towpath diff`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiffRequest {
    /// The environment that is compared.
    pub from: String,
    /// The environment that it is compared with.
    pub to: String,
    /// Only these apps.
    pub apps: Vec<String>,
    /// How many columns the reader has; 0 when that is not known.
    pub width: u32,
}

/// The arguments of `towpath set`, as the user wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetRequest {
    /// Images: `name:tag`, `name@digest`, `name:tag@digest`, or kustomize's
    /// `name=new-name:tag@digest` with `*` for "keep".
    pub images: Vec<String>,
    /// A tag for every image of `images` that names none.
    pub tag: Option<String>,
    /// A digest for every image of `images` that names none.
    pub digest: Option<String>,
    /// Charts: `name:version`, or `repository/name:version`.
    pub charts: Vec<String>,
    /// Revisions of repositories: `repository=revision`.
    pub revisions: Vec<String>,
    /// Values to set by key path.
    pub values: Vec<Assignment>,
    /// Files to look in, and no others.
    pub files: Vec<String>,
    /// Directories, or files, to look in.
    pub directories: Vec<String>,
    /// Globs of paths that are not looked in.
    pub ignore: Vec<String>,
    /// Narrows the places that match.
    pub selection: Selection,
    /// What is permitted beyond the default policy.
    pub permits: Permits,
}

/// A value to set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// A key path, for example `services[name=web].image.tag`.
    pub key: String,
    /// The new value, as text.
    pub value: String,
}

/// Narrows the places that match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only documents of this `kind`, or `kind/name`, or `kind/name/namespace`;
    /// or the second one, as `#2`.
    pub document: Option<String>,
    /// Only the container of this name.
    pub container: Option<String>,
    /// Only places with a comment on the line that holds this text.
    pub marker: Option<String>,
}

/// What is permitted beyond the default policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent switch of the command line"
)]
pub struct Permits {
    /// Change every place that matches, not only a single one.
    pub all: bool,
    /// Add an entry where there is none.
    pub create: bool,
    /// Set tags that move, such as `latest`.
    pub moving_tags: bool,
    /// Set or replace a revision or version that moves, such as `HEAD` or `1.x`.
    pub moving_revisions: bool,
    /// Take `app`, `library/app` and `docker.io/library/app` for the same image.
    pub docker_hub_names: bool,
    /// Let an older build replace what a newer one has set.
    pub downgrade: bool,
}

/// What the commit message says, and how. Subject, body and the values of
/// trailers are templates with the variables of [`crate::VARIABLES`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// The subject of the commit instead of the default one.
    pub subject: Option<String>,
    /// The body of the commit instead of the list of changes.
    pub body: Option<String>,
    /// Trailers of the user's own, as `KEY=VALUE`.
    pub trailers: Vec<String>,
    /// Whether CI servers are asked to leave the commit alone.
    pub skip_ci: bool,
}

/// Where the request comes from; every field is optional and only text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The environment that is changed.
    pub environment: Option<String>,
    /// The repository whose build made the image.
    pub repository: Option<String>,
    /// The commit that was built.
    pub revision: Option<String>,
    /// The page of the pipeline run.
    pub run_url: Option<String>,
    /// The number of the build; larger is newer.
    pub build: Option<u64>,
}
