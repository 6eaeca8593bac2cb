//! Forges: what is asked of their APIs, behind one trait, with one adapter each.
//!
//! The adapters know no rule: what becomes of a request is decided in the engine.

mod app;
mod approval;
mod detect;
mod error;
mod gitea;
mod github;
mod gitlab;
mod http;
mod keys;

pub use app::{App, installation_token};
pub use detect::{Place, Told, detect};
pub use error::{Error, Result};
pub use http::Endpoint;
pub use keys::{DeployKey, KeyRing, NewSecret, open_keys};

use crate::git::{Access, Secret};
use serde_json::json;
use towpath_surface::facts::Approval;
use towpath_surface::requests::Known;
use ureq::http::Method;

/// The forges that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ForgeKind {
    /// GitHub, in the cloud or on a server of one's own.
    GitHub,
    /// GitLab.
    GitLab,
    /// Gitea, or Forgejo, which has the same API.
    Gitea,
}

impl ForgeKind {
    /// Every forge.
    pub const ALL: [Self; 3] = [Self::GitHub, Self::GitLab, Self::Gitea];

    /// Returns its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
            Self::Gitea => "Gitea",
        }
    }

    /// Returns what a request is called there.
    #[must_use]
    pub fn request(self) -> &'static str {
        match self {
            Self::GitLab => "merge request",
            Self::GitHub | Self::Gitea => "pull request",
        }
    }

    /// Returns how many characters the description of a status can have.
    #[must_use]
    pub fn longest_description(self) -> usize {
        match self {
            Self::GitHub => 140,
            Self::GitLab | Self::Gitea => 255,
        }
    }

    /// Returns the permission that something needs, and where it is given, as a sentence.
    #[must_use]
    pub(crate) fn permission(self, what: &str) -> &'static str {
        if what.contains("deploy key") || what.contains("secret") {
            return keys::permission(self, what);
        }
        let is_of = |word: &str| what.contains(word);
        match self {
            Self::GitHub if is_of("status of a commit") => {
                "Give the token the permission \"Commit statuses: write\"; in a workflow, `permissions:` with `statuses: write`."
            }
            Self::GitHub if is_of("deployment") => {
                "Give the token the permission \"Deployments: write\"; in a workflow, `permissions:` with `deployments: write`."
            }
            Self::GitHub => {
                "Give the token the permissions \"Pull requests: write\" and \"Contents: write\"; in a workflow, `permissions:` with `pull-requests: write` and `contents: write`, and allow GitHub Actions to create pull requests in the settings of the repository."
            }
            Self::GitLab if is_of("status of a commit") => {
                "Give a project, group or personal token with the scope `api` and the role Developer; the branch of the request must not be protected, or take pushes of that role."
            }
            Self::GitLab => {
                "Give a project, group or personal token with the scope `api` and the role Developer; a job token cannot open merge requests."
            }
            Self::Gitea if is_of("status of a commit") => {
                "Give the token the scope `write:repository`, and its user the right to write to the repository."
            }
            Self::Gitea => "Give the token the scopes `write:repository` and `write:issue`.",
        }
    }
}

/// A request that is to be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRequest {
    /// The branch that holds the change.
    pub head: String,
    /// The branch that it goes to.
    pub base: String,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// Whether it is not ready for review.
    pub is_draft: bool,
}

/// What became of the attempt to open a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is open.
    New(Known),
    /// Another run was faster.
    Exists,
    /// The forge has not seen the branch yet.
    TooEarly,
}

/// What a request is given beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dress {
    /// Labels by name.
    pub labels: Vec<String>,
    /// Users, or teams as `ORGANISATION/TEAM`.
    pub reviewers: Vec<String>,
    /// Users.
    pub assignees: Vec<String>,
    /// A milestone by its title.
    pub milestone: Option<String>,
}

/// What became of the wish to merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// It is merged.
    Done,
    /// The forge will merge it when everything is green.
    Scheduled,
    /// The forge is still thinking.
    Later,
}

/// A deployment of a commit to an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The commit.
    pub commit: String,
    /// The environment.
    pub environment: String,
    /// What it brings.
    pub description: String,
    /// How far it is.
    pub state: DeploymentState,
    /// The number of the request that carries it, if one does.
    pub request: Option<u64>,
    /// The page of the pipeline run, if there is one.
    pub log: Option<String>,
}

/// How far a deployment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeploymentState {
    /// It waits for the merge of a request.
    Pending,
    /// It is on its way.
    InProgress,
    /// It is there.
    Success,
    /// It did not get there in good health.
    Failure,
}

/// The state of one check of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusState {
    /// It passed.
    Success,
    /// It waits or runs.
    Pending,
    /// It did not pass.
    Failure,
    /// It ran and says neither yes nor no.
    Neutral,
    /// It was not run on purpose.
    Skipped,
}

/// One check of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The name.
    pub context: String,
    /// Its state.
    pub state: StatusState,
    /// What it says.
    pub description: String,
    /// Its page, if there is one.
    pub url: Option<String>,
}

/// One repository on one forge.
pub trait Forge {
    /// Returns the forge.
    fn kind(&self) -> ForgeKind;

    /// Returns the requests of a branch in any state, and the open ones to a base.
    ///
    /// # Errors
    /// When the forge cannot be asked.
    fn requests(&self, head: &str, base: &str) -> Result<Vec<Known>>;

    /// Returns the open requests to a branch.
    ///
    /// # Errors
    /// When the forge cannot be asked.
    fn open_requests(&self, base: &str) -> Result<Vec<Known>>;

    /// Returns one request.
    ///
    /// # Errors
    /// When the forge cannot be asked.
    fn request(&self, number: u64) -> Result<Known>;

    /// Finds out whether the token may open requests, by one that cannot be: of a
    /// branch to itself.
    ///
    /// # Errors
    /// When it may not.
    fn may_open(&self, base: &str) -> Result<()>;

    /// Finds out whether the token may write statuses, by one of a commit that
    /// cannot be there.
    ///
    /// # Errors
    /// When it may not.
    fn may_set_status(&self) -> Result<()>;

    /// Opens a request.
    ///
    /// # Errors
    /// When the forge refuses.
    fn open(&self, new: &NewRequest) -> Result<Opened>;

    /// Gives a request another title and text.
    ///
    /// # Errors
    /// When the forge refuses.
    fn update(&self, number: u64, title: &str, body: &str) -> Result<()>;

    /// Says something on the page of a request.
    ///
    /// # Errors
    /// When the forge refuses.
    fn comment(&self, number: u64, text: &str) -> Result<()>;

    /// Closes a request without a merge, and gives it its last text.
    ///
    /// # Errors
    /// When the forge refuses.
    fn close(&self, number: u64, body: &str) -> Result<()>;

    /// Gives a request labels, reviewers, assignees and a milestone; returns what could not
    /// be done, as lower-case fragments.
    ///
    /// # Errors
    /// When the forge cannot be asked at all.
    fn dress(&self, number: u64, dress: &Dress) -> Result<Vec<String>>;

    /// Merges a request, now or as soon as everything is green, as long as its
    /// branch is at this commit.
    ///
    /// # Errors
    /// When the forge refuses.
    fn merge(&self, number: u64, commit: &str) -> Result<Merge>;

    /// Returns the approvals of a request that stand: of each person that may
    /// approve the last word counts, and the author's does not.
    ///
    /// # Errors
    /// When the forge cannot be asked.
    fn approvals(&self, number: u64) -> Result<Vec<Approval>>;

    /// Returns the checks of a commit, the newest of each name.
    ///
    /// # Errors
    /// When the forge cannot be asked.
    fn statuses(&self, commit: &str) -> Result<Vec<Status>>;

    /// Gives a commit a status.
    ///
    /// # Errors
    /// When the forge refuses.
    fn set_status(&self, commit: &str, status: &Status) -> Result<()>;

    /// Records a deployment, or how far one is that is recorded already.
    ///
    /// # Errors
    /// When the forge refuses, or has no deployments.
    fn deploy(&self, deployment: &Deployment) -> Result<()> {
        let _ = deployment;
        Err(self.no_deployments())
    }

    /// Finds out whether the token may record deployments, by one of a commit that
    /// cannot be there.
    ///
    /// # Errors
    /// When it may not, or the forge has no deployments.
    fn may_deploy(&self) -> Result<()> {
        Err(self.no_deployments())
    }

    /// Returns the error that deployments are not recorded there.
    fn no_deployments(&self) -> Error {
        Error::NoDeployments {
            forge: self.kind().name(),
        }
    }
}

/// A commit that cannot be there.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// Prepares to talk to a forge. Nothing is sent yet.
///
/// # Errors
/// When there is no token, or what was given cannot be used.
pub fn open(place: &Place, token: Option<&Secret>, access: &Access) -> Result<Box<dyn Forge>> {
    let api = api(place, token, access)?;
    Ok(match place.kind {
        ForgeKind::GitHub => Box::new(github::GitHub::new(api, place)),
        ForgeKind::GitLab => Box::new(gitlab::GitLab::new(api, place)),
        ForgeKind::Gitea => Box::new(gitea::Gitea::new(api, place)),
    })
}

/// Prepares to talk to the API of a forge with a token.
fn api(place: &Place, token: Option<&Secret>, access: &Access) -> Result<http::Api> {
    let token = token.filter(|token| !token.is_blank());
    let token = token.ok_or(Error::NoToken {
        forge: place.kind.name(),
    })?;
    let endpoint = Endpoint {
        kind: place.kind,
        root: place.api.clone(),
        authorization: Some(place.authorization(token)),
    };
    http::Api::new(endpoint, access)
}

/// Asks for reviews of a pull request, as GitHub and Gitea know them; who cannot
/// give one is named.
fn ask_for_reviews(api: &http::Api, pull: &str, reviewers: &[String]) -> Result<Option<String>> {
    let (teams, users): (Vec<_>, Vec<_>) = reviewers.iter().partition(|name| name.contains('/'));
    let teams = teams.iter().filter_map(|name| name.rsplit('/').next());
    let body = json!({ "reviewers": users, "team_reviewers": teams.collect::<Vec<_>>() });
    let path = format!("{pull}/requested_reviewers");
    let call = http::Call::new(Method::POST, &path, "ask for a review").body(body);
    let answer = api.call(&call.expect(&[403, 404, 422]))?;
    Ok((answer.status >= 400).then(|| {
        format!(
            "cannot ask {} for a review: {}",
            reviewers.join(", "),
            answer.words()
        )
    }))
}

/// Leaves out what two lists both have.
fn distinct(requests: impl Iterator<Item = Known>) -> Vec<Known> {
    let mut distinct: Vec<Known> = Vec::new();
    for request in requests {
        if distinct.iter().all(|known| known.number != request.number) {
            distinct.push(request);
        }
    }
    distinct
}

/// Cuts a text where a forge would refuse a longer one.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let kept = text.chars().take(limit.saturating_sub(1));
    kept.chain(['…']).collect()
}
