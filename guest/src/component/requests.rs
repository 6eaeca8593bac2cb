//! Requests: the conversions of their interface.

use super::Component;
use super::bindings::exports::towpath::promotion::requests as wit;
use crate::requests;
use towpath_surface::requests as plain;

impl wit::Guest for Component {
    fn write(
        plan: wit::Plan,
        source: wit::Source,
        wishes: wit::Wishes,
    ) -> Result<wit::Draft, wit::Failure> {
        requests::draft(&plan.into(), &source.into(), &wishes.into())
            .map(Into::into)
            .map_err(Into::into)
    }

    fn of_environment(environment: String, known: Vec<wit::Known>) -> Vec<u64> {
        let known: Vec<plain::Known> = known.into_iter().map(Into::into).collect();
        let found = requests::of_environment(&environment, &known).into_iter();
        found.map(|known| known.number).collect()
    }

    fn next(situation: wit::Situation) -> Result<wit::Step, wit::Failure> {
        requests::next(&situation.into())
            .map(Into::into)
            .map_err(Into::into)
    }
}

impl From<wit::Wishes> for plain::Wishes {
    fn from(wishes: wit::Wishes) -> Self {
        Self {
            base: wishes.base,
            head: wishes.head,
            title: wishes.title,
            body: wishes.body,
            labels: wishes.labels,
            notes: wishes.notes,
        }
    }
}

impl From<plain::Draft> for wit::Draft {
    fn from(draft: plain::Draft) -> Self {
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

impl From<wit::Situation> for plain::Situation {
    fn from(situation: wit::Situation) -> Self {
        Self {
            draft: situation.draft.into(),
            is_settled: situation.is_settled,
            older: situation.older,
            branch: situation.branch.map(Into::into),
            requests: situation.requests.into_iter().map(Into::into).collect(),
            others: situation.others.into_iter().map(Into::into).collect(),
            keep_branches: situation.keep_branches,
        }
    }
}

impl From<wit::SideBranch> for plain::SideBranch {
    fn from(side: wit::SideBranch) -> Self {
        Self {
            name: side.name,
            branch: side.branch.map(Into::into),
        }
    }
}

impl From<wit::Branch> for plain::Branch {
    fn from(branch: wit::Branch) -> Self {
        let commits = branch.commits.into_iter();
        Self {
            commit: branch.commit,
            holds: branch.holds,
            is_fresh: branch.is_fresh,
            commits: commits
                .map(|commit| plain::Authored {
                    id: commit.id,
                    author: commit.author,
                    committer: commit.committer,
                    message: commit.message,
                })
                .collect(),
        }
    }
}

impl From<wit::Known> for plain::Known {
    fn from(known: wit::Known) -> Self {
        Self {
            number: known.number,
            url: known.url,
            head: known.head,
            commit: known.commit,
            state: match known.state {
                wit::KnownState::Open => plain::KnownState::Open,
                wit::KnownState::Closed => plain::KnownState::Closed,
                wit::KnownState::Merged => plain::KnownState::Merged,
            },
            title: known.title,
            body: known.body,
        }
    }
}

impl From<plain::Step> for wit::Step {
    fn from(step: plain::Step) -> Self {
        Self {
            outcome: step.outcome,
            reason: step.reason,
            actions: step.actions.into_iter().map(Into::into).collect(),
            request: step.request,
            is_warning: step.is_warning,
        }
    }
}

impl From<plain::Action> for wit::Action {
    fn from(action: plain::Action) -> Self {
        match action {
            plain::Action::Push => Self::Push,
            plain::Action::Look { branch } => Self::Look(branch),
            plain::Action::Open { title, body } => Self::Open(wit::Words { title, body }),
            plain::Action::Update {
                number,
                title,
                body,
            } => Self::Update(wit::Update {
                number,
                words: wit::Words { title, body },
            }),
            plain::Action::Close {
                number,
                body,
                comment,
                branch,
            } => Self::Close(wit::Close {
                number,
                body,
                comment,
                branch,
            }),
        }
    }
}
