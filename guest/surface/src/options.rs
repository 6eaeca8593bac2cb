//! The options of the commands, as clap structs.
//!
//! The help texts here are the reference: action inputs, component inputs and
//! `docs/reference.md` repeat them word for word.

mod captain;
mod line;
mod release_name;

pub use release_name::ReleaseNameOptions;

pub use captain::{GateOptions, PinOptions, ReleaseOptions, ReleasesOptions, RollbackOptions};
pub use line::{asked_form, is_help, misunderstood};

use crate::facts::Facts;
use crate::request::{
    AddEnvironmentRequest, Assignment, DiffRequest, HistoryRequest, InitRequest, Intent, Permits,
    PromoteRequest, Request, Selection, SetRequest, Source, StatusRequest, Wording,
};
use clap::{Args, ValueEnum};

/// The options of `towpath set` that the planner reads, on every surface.
#[derive(Args, Clone, Debug, Default)]
pub struct SetOptions {
    /// Image to set, as `NAME:TAG`, `NAME@DIGEST`, `NAME:TAG@DIGEST` or `NAME=NEWNAME:TAG`; repeatable
    #[arg(long, value_name = "IMAGE")]
    pub image: Vec<String>,

    /// Tag for every image that is given without one
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,

    /// Digest for every image that is given without one, as `sha256:HEX`
    #[arg(long, value_name = "DIGEST")]
    pub digest: Option<String>,

    /// Chart to set, as `NAME:VERSION`, the name with its repository or without; repeatable
    #[arg(long, value_name = "CHART")]
    pub chart: Vec<String>,

    /// Revision of a repository to set, as `REPOSITORY=REVISION`; repeatable
    #[arg(long, value_name = "REVISION")]
    pub revision: Vec<String>,

    /// Key path of a value to set, as `a.b[name=web].c`; repeatable, each with its --value
    #[arg(long, value_name = "KEY")]
    pub key: Vec<String>,

    /// Value for the --key at the same position; repeatable
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub value: Vec<String>,

    /// File to edit; repeatable
    #[arg(long, value_name = "FILE")]
    pub file: Vec<String>,

    /// Directory or file to look in for what is asked; repeatable, the whole repository by default
    #[arg(long, value_name = "DIRECTORY")]
    pub path: Vec<String>,

    /// Glob of paths that are left alone; repeatable
    #[arg(long, value_name = "GLOB")]
    pub ignore: Vec<String>,

    /// Only documents of this kind, as `KIND`, `KIND/NAME` or `KIND/NAME/NAMESPACE`, or the second one, as `#2`
    #[arg(long, value_name = "DOCUMENT")]
    pub document: Option<String>,

    /// Only the container of this name
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,

    /// Only lines with a comment that holds this text
    #[arg(long, value_name = "TEXT")]
    pub marker: Option<String>,

    /// Change every place that matches, not only a single one
    #[arg(long)]
    pub all: bool,

    /// Add an entry where there is none
    #[arg(long)]
    pub create: bool,

    /// Set tags that move, such as `latest`
    #[arg(long)]
    pub allow_moving_tags: bool,

    /// Set or replace a revision or version that moves, such as `HEAD` or `1.x`
    #[arg(long)]
    pub allow_moving_revisions: bool,

    /// Take `app`, `library/app` and `docker.io/library/app` for the same image
    #[arg(long)]
    pub docker_hub_names: bool,

    /// Let an older build replace what a newer one has set
    #[arg(long)]
    pub allow_downgrade: bool,

    /// The release that names app and version.
    #[command(flatten)]
    pub named: ReleaseNameOptions,

    /// What the commit says.
    #[command(flatten)]
    pub wording: WordingOptions,

    /// Name of the environment that is changed, for the commit message
    #[arg(long, value_name = "NAME")]
    pub environment: Option<String>,

    /// Repository whose build made the image, for the commit message; known to the runner
    #[arg(long, value_name = "NAME")]
    pub source_repository: Option<String>,

    /// Commit that was built, for the commit message; known to the runner
    #[arg(long, value_name = "REVISION")]
    pub source_revision: Option<String>,

    /// Page of the pipeline run, for the commit message; known to the runner
    #[arg(long, value_name = "URL")]
    pub run_url: Option<String>,

    /// Number of the build, larger is newer; known to the runner
    #[arg(long, value_name = "NUMBER")]
    pub build: Option<u64>,
}

/// The options of every command that makes a commit, for its message.
#[derive(Args, Clone, Debug, Default)]
pub struct WordingOptions {
    /// Subject of the commit message, with variables such as `{{name}}` and `{{new}}`
    #[arg(long, value_name = "TEXT")]
    pub message: Option<String>,

    /// Body of the commit message instead of the list of changes, with variables; trailers follow it
    #[arg(long, value_name = "TEXT")]
    pub message_body: Option<String>,

    /// Trailer to add to the commit message, as `KEY=VALUE`, with variables; repeatable
    #[arg(long, value_name = "TRAILER")]
    pub trailer: Vec<String>,

    /// Ask CI servers to leave the commit alone, by `[skip ci]` in its message
    #[arg(long)]
    pub skip_ci: bool,
}

impl WordingOptions {
    /// Returns what the planner is told.
    #[must_use]
    pub fn wording(&self) -> Wording {
        Wording {
            subject: self.message.clone(),
            body: self.message_body.clone(),
            trailers: self.trailer.clone(),
            skip_ci: self.skip_ci,
        }
    }
}

/// The options of every command that plans a change.
#[derive(Args, Clone, Debug, Default)]
pub struct ReportOptions {
    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Form of the report
    #[arg(long, value_name = "FORM", value_enum, default_value_t)]
    pub output: OutputForm,
}

/// The options of every command that changes nothing.
#[derive(Args, Clone, Debug, Default)]
pub struct ViewOptions {
    /// Form of the report
    #[arg(long, value_name = "FORM", value_enum, default_value_t)]
    pub output: OutputForm,
}

/// The options of `towpath promote` that the planner reads, on every surface.
#[derive(Args, Clone, Debug, Default)]
pub struct PromoteOptions {
    /// Environment that versions come from; the only one that is declared if not given
    #[arg(long, value_name = "ENVIRONMENT")]
    pub from: Option<String>,

    /// Environment that versions go to
    #[arg(long, value_name = "ENVIRONMENT", required = true)]
    pub to: String,

    /// Only these apps; all of them if none is given
    #[arg(value_name = "APP")]
    pub app: Vec<String>,

    /// Release to promote, where the source environment follows a branch
    #[arg(long, value_name = "TAG")]
    pub revision: Option<String>,

    /// Leave out what the target environment has no place for
    #[arg(long)]
    pub skip_missing: bool,

    /// Let an older version replace a newer one
    #[arg(long)]
    pub allow_downgrade: bool,

    /// Promote tags that move, such as `latest`
    #[arg(long)]
    pub allow_moving_tags: bool,

    /// Promote or replace a revision or version that moves, such as `HEAD` or `1.x`
    #[arg(long)]
    pub allow_moving_revisions: bool,

    /// What the commit message says.
    #[command(flatten)]
    pub wording: WordingOptions,

    /// Page of the pipeline run, for the commit message; known to the runner
    #[arg(long, value_name = "URL")]
    pub run_url: Option<String>,
}

impl PromoteOptions {
    /// Returns what the planner is asked.
    #[must_use]
    pub fn request(&self) -> Request {
        let promote = PromoteRequest {
            from: self.from.clone(),
            to: self.to.clone(),
            apps: self.app.clone(),
            revision: self.revision.clone(),
            skip_missing: self.skip_missing,
            permits: Permits {
                downgrade: self.allow_downgrade,
                moving_tags: self.allow_moving_tags,
                moving_revisions: self.allow_moving_revisions,
                ..Permits::default()
            },
        };
        Request {
            intent: Intent::Promote(promote),
            source: Source {
                run_url: self.run_url.clone(),
                ..Source::default()
            },
            facts: Facts::default(),
            wording: self.wording.wording(),
        }
    }
}

/// The options of `towpath env add` that the planner reads, on every surface.
#[derive(Args, Clone, Debug, Default)]
pub struct AddEnvironmentOptions {
    /// Name of the new environment
    #[arg(value_name = "NAME")]
    pub name: String,

    /// Environment to make it from
    #[arg(long, value_name = "ENVIRONMENT", required = true)]
    pub from: String,

    /// Namespace to deploy it to; that of the other one with the new name in it if not given
    #[arg(long, value_name = "NAME")]
    pub namespace: Option<String>,

    /// Cluster to deploy it to, by address or name; that of the other one if not given
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<String>,

    /// What the commit message says.
    #[command(flatten)]
    pub wording: WordingOptions,
}

/// The options of `towpath init` that the planner reads, on every surface.
#[derive(Args, Clone, Debug, Default)]
pub struct InitOptions {
    /// What the commit message says.
    #[command(flatten)]
    pub wording: WordingOptions,
}

impl AddEnvironmentOptions {
    /// Returns what the planner is asked.
    #[must_use]
    pub fn request(&self) -> Request {
        Request {
            intent: Intent::AddEnvironment(AddEnvironmentRequest {
                name: self.name.clone(),
                from: self.from.clone(),
                namespace: self.namespace.clone(),
                cluster: self.cluster.clone(),
            }),
            source: Source::default(),
            facts: Facts::default(),
            wording: self.wording.wording(),
        }
    }
}

impl InitOptions {
    /// Returns what the planner is asked, for a reader with so many columns.
    #[must_use]
    pub fn request(&self, width: u32) -> Request {
        Request {
            intent: Intent::Init(InitRequest { width }),
            source: Source::default(),
            facts: Facts::default(),
            wording: self.wording.wording(),
        }
    }
}

/// The options of `towpath status` that the planner reads, on every surface.
#[derive(Args, Clone, Debug, Default)]
pub struct StatusOptions {
    /// Only this environment; repeatable
    #[arg(long, value_name = "NAME")]
    pub environment: Vec<String>,

    /// Only these apps; all of them if none is given
    #[arg(value_name = "APP")]
    pub app: Vec<String>,
}

/// The options of `towpath history` that the planner reads, on every surface.
#[derive(Args, Clone, Debug, Default)]
pub struct HistoryOptions {
    /// The environment
    #[arg(value_name = "ENVIRONMENT")]
    pub environment: String,

    /// Only these apps; all of them if none is given
    #[arg(value_name = "APP")]
    pub app: Vec<String>,

    /// How many changes are shown at most, the newest ones; 0 for all
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    pub limit: u32,
}

/// The options of `towpath diff` that the planner reads, on every surface.
#[derive(Args, Clone, Debug, Default)]
pub struct DiffOptions {
    /// The environment that is compared
    #[arg(value_name = "ENVIRONMENT")]
    pub from: String,

    /// The environment that it is compared with
    #[arg(value_name = "OTHER")]
    pub to: String,

    /// Only these apps; all of them if none is given
    #[arg(value_name = "APP")]
    pub app: Vec<String>,
}

impl StatusOptions {
    /// Returns what the planner is asked, for a reader with so many columns.
    #[must_use]
    pub fn request(&self, width: u32) -> StatusRequest {
        StatusRequest {
            environments: self.environment.clone(),
            apps: self.app.clone(),
            width,
            page: false,
        }
    }
}

impl HistoryOptions {
    /// Returns what the planner is asked, for a reader with so many columns.
    #[must_use]
    pub fn request(&self, width: u32) -> HistoryRequest {
        HistoryRequest {
            environment: self.environment.clone(),
            apps: self.app.clone(),
            limit: self.limit,
            width,
        }
    }
}

impl DiffOptions {
    /// Returns what the planner is asked, for a reader with so many columns.
    #[must_use]
    pub fn request(&self, width: u32) -> DiffRequest {
        DiffRequest {
            from: self.from.clone(),
            to: self.to.clone(),
            apps: self.app.clone(),
            width,
        }
    }
}

/// The form of the report on standard output.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputForm {
    /// For people.
    #[default]
    Text,
    /// For machines; the schema has a version.
    Json,
    /// For job summaries and comments.
    Markdown,
}

impl SetOptions {
    /// Returns what the planner is asked.
    ///
    /// # Errors
    /// A sentence, when there is not exactly one value for each key, or the name
    /// of the release does not fit.
    pub fn request(&self) -> Result<Request, String> {
        self.filled()?.plain_request()
    }

    fn plain_request(&self) -> Result<Request, String> {
        let values = self.assignments()?.into_iter();
        let set = SetRequest {
            images: self.image.clone(),
            tag: self.tag.clone(),
            digest: self.digest.clone(),
            charts: self.chart.clone(),
            revisions: self.revision.clone(),
            values: values
                .map(|(key, value)| Assignment { key, value })
                .collect(),
            files: self.file.clone(),
            directories: self.path.clone(),
            ignore: self.ignore.clone(),
            selection: Selection {
                document: self.document.clone(),
                container: self.container.clone(),
                marker: self.marker.clone(),
            },
            permits: Permits {
                all: self.all,
                create: self.create,
                moving_tags: self.allow_moving_tags,
                moving_revisions: self.allow_moving_revisions,
                docker_hub_names: self.docker_hub_names,
                downgrade: self.allow_downgrade,
            },
        };
        let source = Source {
            environment: self.environment.clone(),
            repository: self.source_repository.clone(),
            revision: self.source_revision.clone(),
            run_url: self.run_url.clone(),
            build: self.build,
        };
        Ok(Request {
            intent: Intent::Set(set),
            source,
            facts: Facts::default(),
            wording: self.wording.wording(),
        })
    }

    /// Returns the pairs of --key and --value.
    ///
    /// # Errors
    /// A sentence, when there is not exactly one value for each key.
    pub fn assignments(&self) -> Result<Vec<(String, String)>, String> {
        if self.key.len() != self.value.len() {
            return Err(format!(
                "{} --key and {} --value were given; each --key needs its own --value",
                self.key.len(),
                self.value.len()
            ));
        }
        Ok(self
            .key
            .iter()
            .cloned()
            .zip(self.value.iter().cloned())
            .collect())
    }
}
