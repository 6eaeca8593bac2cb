//! What a fake forge knows, and the real repository behind it.

use super::keys::Keys;
use crate::support::git::git;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// A pull or merge request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pull {
    pub number: u64,
    pub title: String,
    pub body: String,
    pub head: String,
    pub base: String,
    pub progress: Progress,
    pub is_draft: bool,
    pub labels: Vec<String>,
    pub reviewers: Vec<String>,
    pub teams: Vec<String>,
    pub assignees: Vec<String>,
    pub milestone: Option<String>,
    pub comments: Vec<String>,
    /// The commit that it was at when it was closed or merged.
    pub last: String,
    /// Whether it is to be merged when all is green, and with which commit.
    pub auto_merge: Option<String>,
    /// What people said about it, the first words first.
    pub reviews: Vec<Review>,
    /// The commits that it was at, each with the moment since when.
    pub versions: Vec<(String, u32)>,
}

/// What somebody said about a request.
#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub user: String,
    pub word: Word,
    /// The commit that it was at.
    pub commit: String,
    /// When, as a moment of the forge.
    pub at: u32,
}

/// What a review says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Approve,
    Object,
    Comment,
    /// An approval of somebody who may only read.
    ApproveAsStranger,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Progress {
    #[default]
    Open,
    Closed,
    Merged,
}

/// Something that goes wrong with the next calls.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// The method, and a part of the path.
    pub on: (&'static str, &'static str),
    /// How often.
    pub times: u32,
    pub what: Wrong,
}

/// What goes wrong with a call.
#[derive(Clone, Debug)]
pub(crate) enum Wrong {
    /// This status arrives, with these headers, and nothing is done.
    Status(u16, Vec<(&'static str, String)>),
    /// It is done, and the connection breaks before the answer.
    AnswerLost,
    /// It is done later.
    Slow(Duration),
}

/// A status as it was written: commit, name, state, text.
pub(crate) type Written = (String, String, String, String);

/// A deployment that was recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deployed {
    pub commit: String,
    pub environment: String,
    pub task: String,
    pub payload: serde_json::Value,
    /// How far it was, in the order in which that was told.
    pub states: Vec<String>,
}

/// What a fake forge knows.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub repository: PathBuf,
    pub pulls: Vec<Pull>,
    /// Labels that are there, by number.
    pub labels: BTreeMap<u64, String>,
    /// Users that are there, by number.
    pub users: BTreeMap<u64, String>,
    /// Open milestones that are there, by number.
    pub milestones: BTreeMap<u64, String>,
    /// Statuses in the order in which they were written: commit, name, state, text.
    pub statuses: Vec<Written>,
    pub deployments: Vec<Deployed>,
    /// Checks of commits: the commit, the name, the status, the conclusion.
    pub checks: Vec<(String, String, String, Option<String>)>,
    /// How often something has happened, which is the clock.
    pub moment: u32,
    pub faults: Vec<Fault>,
    /// How many lists do not have a new request yet.
    pub lag: u32,
    /// How many answers say that it is not known yet whether a request merges.
    pub thinking: u32,
    /// Whether checks are still running, so that a merge has to wait.
    pub is_busy: bool,
    /// Whether the repository allows no auto-merge.
    pub is_by_hand: bool,
    /// Whether a merge has to go through a queue.
    pub is_queued: bool,
    /// How many attempts to open a request come before the branch is seen.
    pub blind: u32,
    /// Whether the token may open requests, write statuses and record deployments.
    pub is_read_only: bool,
    /// The public key of a GitHub App that is installed, as a file.
    pub app: Option<PathBuf>,
    /// Deploy keys and secrets.
    pub keys: Keys,
    /// The token that is accepted.
    pub token: String,
    /// How many requests are on one page, when less than was asked for.
    pub page: Option<usize>,
    /// The beginning of the paths of a repository under its old name, and of
    /// those under its new one.
    pub renamed: Option<(String, String)>,
    /// Requests that lists leave out, each so often.
    pub unlisted: BTreeMap<u64, u32>,
}

/// Writes a moment of the forge as a time.
pub(crate) fn time(moment: u32) -> String {
    format!(
        "2026-01-02T{:02}:{:02}:{:02}.000Z",
        moment / 3600,
        moment / 60 % 60,
        moment % 60
    )
}

impl State {
    /// Returns where a branch is.
    pub(crate) fn tip(&self, branch: &str) -> Option<String> {
        // Nothing packs the refs of these repositories.
        let path = self.repository.join("refs/heads").join(branch);
        let text = fs::read_to_string(path).ok()?;
        Some(text.trim().to_owned())
    }

    /// Returns the commit of a request's branch.
    pub(crate) fn commit(&self, pull: &Pull) -> String {
        match pull.progress {
            Progress::Open => self.tip(&pull.head).unwrap_or_else(|| pull.last.clone()),
            _ => pull.last.clone(),
        }
    }

    /// Finds a request.
    pub(crate) fn find(&mut self, number: u64) -> Option<&mut Pull> {
        self.pulls.iter_mut().find(|pull| pull.number == number)
    }

    /// Returns the open requests.
    pub(crate) fn open(&self) -> Vec<&Pull> {
        let open = self.pulls.iter();
        open.filter(|pull| pull.progress == Progress::Open)
            .collect()
    }

    /// Opens a request; returns its number.
    pub(crate) fn add(&mut self, mut pull: Pull) -> u64 {
        pull.number = self.pulls.len() as u64 + 1;
        pull.last = self.tip(&pull.head).unwrap_or_default();
        let number = pull.number;
        self.pulls.push(pull);
        if self.lag > 0 {
            self.unlisted.insert(number, self.lag);
        }
        number
    }

    /// Returns requests for a list: the newest first, without those that it is
    /// too early for.
    pub(crate) fn listed(&mut self, choose: impl Fn(&Pull) -> bool) -> Vec<Pull> {
        let mut listed = Vec::new();
        for pull in self.pulls.iter().rev().filter(|pull| choose(pull)) {
            match self.unlisted.get_mut(&pull.number) {
                Some(left) if *left > 0 => *left -= 1,
                _ => listed.push(pull.clone()),
            }
        }
        listed
    }

    /// Keeps a status of a commit: its name, its state, and what is said of it.
    pub(crate) fn write(&mut self, commit: &str, [name, state, said]: [String; 3]) {
        self.statuses.push((commit.to_owned(), name, state, said));
    }

    /// Returns the newest status of each name that a commit has.
    pub(crate) fn newest(&self, commit: &str) -> Vec<Written> {
        let mut newest: BTreeMap<&str, &Written> = BTreeMap::new();
        for status in self.statuses.iter().filter(|status| status.0 == commit) {
            newest.insert(&status.1, status);
        }
        newest.into_values().cloned().collect()
    }

    /// Whether a new branch is not seen yet.
    pub(crate) fn is_blind(&mut self) -> bool {
        let is_blind = self.blind > 0;
        self.blind = self.blind.saturating_sub(1);
        is_blind
    }

    /// Notes which commits open requests are at.
    pub(crate) fn note_versions(&mut self) {
        let open = self.open().into_iter();
        let tips: Vec<_> = open.map(|pull| (pull.number, self.commit(pull))).collect();
        for (number, tip) in tips {
            self.moment += 1;
            let moment = self.moment;
            let pull = self.find(number).expect("it was found before");
            if pull
                .versions
                .last()
                .is_none_or(|(commit, _)| *commit != tip)
            {
                pull.versions.push((tip, moment));
            }
        }
    }

    /// Lets somebody say something about a request as it is now.
    pub(crate) fn review(&mut self, number: u64, user: &str, word: Word) {
        self.note_versions();
        self.moment += 1;
        let at = self.moment;
        let pull = self.find(number).expect("it is there").clone();
        let commit = self.commit(&pull);
        let pull = self.find(number).expect("it was found before");
        pull.reviews.push(Review {
            user: user.to_owned(),
            word,
            commit,
            at,
        });
    }

    /// Closes a request.
    pub(crate) fn close(&mut self, number: u64) {
        let commit = self.pulls.iter().find(|pull| pull.number == number);
        let commit = commit.map(|pull| self.commit(pull)).unwrap_or_default();
        let pull = self.find(number).expect("it was found before");
        pull.last = commit;
        pull.progress = Progress::Closed;
    }

    /// Merges a request for real, by a commit with two parents, or one when it
    /// is squashed.
    pub(crate) fn merge(&mut self, number: u64, squash: bool) -> String {
        let pull = self.find(number).expect("it was found before").clone();
        let head = self.commit(&pull);
        let base = self.tip(&pull.base).expect("the base is there");
        let tree = git(
            &self.repository,
            &["merge-tree", "--write-tree", &base, &head],
        );
        let message = format!("{} (#{number})", pull.title);
        let mut arguments = vec!["commit-tree", &tree, "-m", &message, "-p", &base];
        if !squash {
            arguments.extend(["-p", &head]);
        }
        let merged = git(&self.repository, &arguments);
        let name = format!("refs/heads/{}", pull.base);
        git(&self.repository, &["update-ref", &name, &merged, &base]);
        let pull = self.find(number).expect("it was found before");
        pull.last = head;
        pull.progress = Progress::Merged;
        merged
    }

    /// Takes the next fault that is meant for a call.
    pub(crate) fn fault(&mut self, method: &str, target: &str) -> Option<Wrong> {
        let mut faults = self.faults.iter_mut();
        let fault = faults
            .find(|fault| fault.times > 0 && fault.on.0 == method && target.contains(fault.on.1))?;
        fault.times -= 1;
        Some(fault.what.clone())
    }
}
