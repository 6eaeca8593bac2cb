//! Requests: the calls of their interface, and its conversions.

use super::bindings::exports::towpath::promotion::requests as wit;
use super::{Nothing, Plan, Refusal, Sandbox, answered};
use towpath_surface::request::Source;
use towpath_surface::requests as plain;

impl Sandbox {
    /// Writes the request for a plan.
    ///
    /// # Errors
    /// When a template cannot be read, or a limit is reached.
    pub fn write_request(
        &self,
        plan: &Plan,
        source: &Source,
        wishes: &plain::Wishes,
    ) -> Result<plain::Draft, Refusal> {
        let answer = self.call(&mut Nothing, |engine, store| {
            let requests = engine.towpath_promotion_requests();
            requests.call_write(
                store,
                &plan.clone().into(),
                &source.clone().into(),
                &wishes.into(),
            )
        });
        answered(answer)
    }

    /// Returns the numbers of the open requests that are for an environment.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn requests_of(
        &self,
        environment: &str,
        requests: &[plain::Known],
    ) -> Result<Vec<u64>, super::Error> {
        let known: Vec<wit::Known> = requests.iter().map(Into::into).collect();
        self.call(&mut Nothing, |engine, store| {
            let requests = engine.towpath_promotion_requests();
            requests.call_of_environment(store, environment, &known)
        })
    }

    /// Decides what to do next about a request.
    ///
    /// # Errors
    /// When others' work is in the way, or a limit is reached.
    pub fn next_step(&self, situation: &plain::Situation) -> Result<plain::Step, Refusal> {
        let answer = self.call(&mut Nothing, |engine, store| {
            let requests = engine.towpath_promotion_requests();
            requests.call_next(store, &situation.into())
        });
        answered(answer)
    }
}

impl From<&plain::Wishes> for wit::Wishes {
    fn from(wishes: &plain::Wishes) -> Self {
        Self {
            base: wishes.base.clone(),
            head: wishes.head.clone(),
            title: wishes.title.clone(),
            body: wishes.body.clone(),
            labels: wishes.labels.clone(),
            notes: wishes.notes.clone(),
        }
    }
}

impl From<wit::Draft> for plain::Draft {
    fn from(draft: wit::Draft) -> Self {
        Self {
            base: draft.base,
            head: draft.head,
            title: draft.title,
            body: draft.body,
            labels: draft.labels,
            key: draft.key,
            version: draft.version,
            build: draft.build,
        }
    }
}

impl From<&plain::Draft> for wit::Draft {
    fn from(draft: &plain::Draft) -> Self {
        Self {
            base: draft.base.clone(),
            head: draft.head.clone(),
            title: draft.title.clone(),
            body: draft.body.clone(),
            labels: draft.labels.clone(),
            key: draft.key.clone(),
            version: draft.version.clone(),
            build: draft.build,
        }
    }
}

impl From<&plain::Situation> for wit::Situation {
    fn from(situation: &plain::Situation) -> Self {
        Self {
            draft: (&situation.draft).into(),
            is_settled: situation.is_settled,
            older: situation.older.clone(),
            branch: situation.branch.as_ref().map(Into::into),
            requests: situation.requests.iter().map(Into::into).collect(),
            others: situation.others.iter().map(Into::into).collect(),
            keep_branches: situation.keep_branches,
        }
    }
}

impl From<&plain::SideBranch> for wit::SideBranch {
    fn from(side: &plain::SideBranch) -> Self {
        Self {
            name: side.name.clone(),
            branch: side.branch.as_ref().map(Into::into),
        }
    }
}

impl From<&plain::Branch> for wit::Branch {
    fn from(branch: &plain::Branch) -> Self {
        let commits = branch.commits.iter().cloned();
        Self {
            commit: branch.commit.clone(),
            holds: branch.holds,
            is_fresh: branch.is_fresh,
            commits: commits
                .map(|commit| wit::Authored {
                    id: commit.id,
                    author: commit.author,
                    committer: commit.committer,
                    message: commit.message,
                })
                .collect(),
        }
    }
}

impl From<&plain::Known> for wit::Known {
    fn from(known: &plain::Known) -> Self {
        Self {
            number: known.number,
            url: known.url.clone(),
            head: known.head.clone(),
            commit: known.commit.clone(),
            state: match known.state {
                plain::KnownState::Open => wit::KnownState::Open,
                plain::KnownState::Closed => wit::KnownState::Closed,
                plain::KnownState::Merged => wit::KnownState::Merged,
            },
            title: known.title.clone(),
            body: known.body.clone(),
        }
    }
}

impl From<wit::Step> for plain::Step {
    fn from(step: wit::Step) -> Self {
        Self {
            outcome: step.outcome,
            reason: step.reason,
            actions: step.actions.into_iter().map(Into::into).collect(),
            request: step.request,
            is_warning: step.is_warning,
        }
    }
}

impl From<wit::Action> for plain::Action {
    fn from(action: wit::Action) -> Self {
        match action {
            wit::Action::Push => Self::Push,
            wit::Action::Look(branch) => Self::Look { branch },
            wit::Action::Open(wit::Words { title, body }) => Self::Open { title, body },
            wit::Action::Update(wit::Update { number, words }) => Self::Update {
                number,
                title: words.title,
                body: words.body,
            },
            wit::Action::Close(close) => Self::Close {
                number: close.number,
                body: close.body,
                comment: close.comment,
                branch: close.branch,
            },
        }
    }
}
