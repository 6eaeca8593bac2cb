//! Answers the questions that the planner cannot answer from the repository.

use super::connect::may_reach;
use super::probe::Probing;
use crate::args::RepositoryOptions;
use crate::console::Console;
use crate::error::Error;
use crate::forge::{self, Forge};
use crate::git::{Access, Place, RepositoryUrl};
use crate::settings::{self, Environment};
use towpath_surface::Kind;
use towpath_surface::facts::{
    Answer, Answered, Approval, CommitAt, CommitStatus, HeadBranch, Question, RequestProgress,
    RequestState, StatusState,
};
use towpath_surface::requests::{Known, KnownState};

/// What questions are answered with.
pub(super) struct Asking<'a> {
    /// The repository that was given, and what leads to its server.
    pub(super) url: RepositoryUrl,
    pub(super) access: &'a Access,
    pub(super) options: &'a RepositoryOptions,
    pub(super) environment: &'a Environment,
    /// Whether commands of probes may be run.
    pub(super) allow_probes: bool,
}

impl Asking<'_> {
    /// Finds out what was asked; what cannot be found out is told as unknown.
    pub(super) fn answers(&self, questions: &[Question], console: &Console) -> Vec<Answered> {
        let answered = questions.iter().map(|question| {
            let answer = self.answer(question);
            if let Answer::Unknown(reason) = &answer {
                console.detail(&format!("unanswered: {reason}"));
            }
            Answered {
                question: question.clone(),
                answer,
            }
        });
        answered.collect()
    }

    fn answer(&self, question: &Question) -> Answer {
        let answer = match question {
            Question::Statuses(at) => self.statuses(at),
            Question::Request(head) => self.request(head),
            Question::Probe(probe) => {
                let probing = Probing {
                    allowed: self.allow_probes,
                    repository: self.options,
                    environment: self.environment,
                };
                return probing.ask(probe);
            }
        };
        answer.unwrap_or_else(|error| Answer::Unknown(error.problem.message))
    }

    fn statuses(&self, at: &CommitAt) -> Result<Answer, Error> {
        let commit = &at.commit;
        // It may be what somebody wrote into a commit message.
        let is_id = (7..=64).contains(&commit.len());
        if !is_id || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Error::new(Kind::Usage, format!("`{commit}` is no commit")));
        }
        let statuses = self.forge(at.repository.as_deref())?.statuses(commit)?;
        let statuses = statuses.into_iter().map(|status| CommitStatus {
            context: status.context,
            state: state(status.state),
            description: status.description,
            url: status.url,
        });
        Ok(Answer::Statuses(statuses.collect()))
    }

    /// Finds the newest request of a branch.
    fn request(&self, head: &HeadBranch) -> Result<Answer, Error> {
        let forge = self.forge(head.repository.as_deref())?;
        let known = forge.requests(&head.branch, &head.branch)?.into_iter();
        let own = known.filter(|known| known.head == head.branch);
        let Some(known) = own.max_by_key(|known| known.number) else {
            return Ok(Answer::Request(None));
        };
        let approvals = forge.approvals(known.number)?;
        Ok(Answer::Request(Some(request(known, approvals))))
    }

    /// Prepares to talk to the forge of a repository, which may be named by what
    /// comes after the address of the forge.
    fn forge(&self, repository: Option<&str>) -> Result<Box<dyn Forge>, Error> {
        let (options, environment) = (self.options, self.environment);
        let Some(name) = repository else {
            return settings::forge(options, environment, &self.url, self.access);
        };
        let url = RepositoryUrl::parse(name)?;
        if !matches!(url.place(), Place::Local(_)) || name.starts_with('/') {
            may_reach(&self.url, &url, options)?;
            return settings::forge(options, environment, &url, self.access);
        }
        if !is_path(name) {
            let message = format!("`{name}` is no repository on a forge");
            return Err(Error::new(Kind::Usage, message));
        }
        settings::forge_of(options, environment, &self.url, self.access, Some(name))
    }
}

/// Returns whether a text is an owner, or groups, and a name.
fn is_path(text: &str) -> bool {
    let fits = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-');
    let is_part = |part: &str| {
        !part.is_empty() && part.chars().all(fits) && !part.chars().all(|char| char == '.')
    };
    text.contains('/') && text.split('/').all(is_part)
}

fn state(state: forge::StatusState) -> StatusState {
    match state {
        forge::StatusState::Success => StatusState::Success,
        forge::StatusState::Pending => StatusState::Pending,
        forge::StatusState::Failure => StatusState::Failure,
        forge::StatusState::Neutral => StatusState::Neutral,
        forge::StatusState::Skipped => StatusState::Skipped,
    }
}

fn request(known: Known, approvals: Vec<Approval>) -> RequestState {
    RequestState {
        number: known.number,
        url: known.url,
        progress: match known.state {
            KnownState::Open => RequestProgress::Open,
            KnownState::Closed => RequestProgress::Closed,
            KnownState::Merged => RequestProgress::Merged,
        },
        head: known.commit,
        title: known.title,
        approvals,
    }
}

#[cfg(test)]
mod tests {
    use super::is_path;

    #[test]
    fn a_repository_may_be_named_by_its_path() {
        for path in ["acme/web", "acme/group/sub.group/web_1"] {
            assert!(is_path(path), "{path}");
        }
        for other in [
            "web",
            "acme/../web",
            "/acme/web",
            "acme/web?x",
            "acme//web",
            "a b/c",
        ] {
            assert!(!is_path(other), "{other}");
        }
    }
}
