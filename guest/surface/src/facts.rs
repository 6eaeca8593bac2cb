//! What only the launcher can find out, as plain data: the time, and answers
//! of forges and probes.

/// What the launcher knows and the planner cannot read from the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The time, in seconds since 1970-01-01 UTC; 0 where there is no clock.
    pub now: i64,
    /// The answers to the questions of the preparation, as far as there are any.
    pub answers: Vec<Answered>,
    /// Whether the change goes through a request, whatever is declared.
    pub by_request: bool,
    /// When the change was proposed first, where a request carries it already, in
    /// seconds since 1970-01-01 UTC.
    pub proposed: Option<i64>,
    /// The branch of the request that is about to be merged, so that every gate has
    /// to be open now.
    pub merging: Option<String>,
}

impl Facts {
    /// Returns since when the change is wanted: that does not move while a request
    /// waits.
    #[must_use]
    pub fn since(&self) -> i64 {
        self.proposed.unwrap_or(self.now)
    }

    /// Returns the answer to a question, if it was asked.
    #[must_use]
    pub fn answer(&self, question: &Question) -> Option<&Answer> {
        let mut answers = self.answers.iter();
        answers
            .find(|answered| answered.question == *question)
            .map(|answered| &answered.answer)
    }
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What was asked.
    pub question: Question,
    /// What was found out.
    pub answer: Answer,
}

/// Something that only the launcher can find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// The statuses and checks of a commit on its forge.
    Statuses(CommitAt),
    /// The newest pull or merge request of a branch.
    Request(HeadBranch),
    /// What a command or an address answers.
    Probe(Probe),
}

/// A commit of a repository on a forge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitAt {
    /// The address of the repository; that of the request if none.
    pub repository: Option<String>,
    /// The name of the commit, in hexadecimal.
    pub commit: String,
}

/// A branch that holds the change of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadBranch {
    /// The address of the repository; that of the request if none.
    pub repository: Option<String>,
    /// The name of the branch.
    pub branch: String,
}

/// A question to a program or a server of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What the user calls it.
    pub name: String,
    /// Who is asked.
    pub target: ProbeTarget,
}

/// Who is asked by a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeTarget {
    /// A command; it says yes with the exit code 0.
    Command(String),
    /// An address; it says yes with a status of 2xx.
    Url(String),
}

/// What the launcher found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The statuses and checks of a commit.
    Statuses(Vec<CommitStatus>),
    /// The request of a branch, if there is one.
    Request(Option<RequestState>),
    /// What a probe answered.
    Probe(ProbeResult),
    /// Nothing could be found out; the reason.
    Unknown(String),
}

/// One status or check of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitStatus {
    /// Its name.
    pub context: String,
    /// How it stands.
    pub state: StatusState,
    /// What it says.
    pub description: String,
    /// Its page.
    pub url: Option<String>,
}

/// How a status or check stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusState {
    /// It passed.
    Success,
    /// It has not finished.
    #[default]
    Pending,
    /// It failed.
    Failure,
    /// It neither passed nor failed.
    Neutral,
    /// It was not run on purpose.
    Skipped,
}

/// A pull or merge request as its forge has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestState {
    /// Its number.
    pub number: u64,
    /// Its page.
    pub url: String,
    /// What became of it.
    pub progress: RequestProgress,
    /// The commit that its branch is at.
    pub head: String,
    /// The title.
    pub title: String,
    /// The approvals that stand.
    pub approvals: Vec<Approval>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestProgress {
    /// It waits.
    #[default]
    Open,
    /// It was closed without a merge.
    Closed,
    /// It was merged.
    Merged,
}

/// An approval of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approval {
    /// Who approved.
    pub by: String,
    /// When, in seconds since 1970-01-01 UTC.
    pub time: i64,
    /// The commit that was approved; none where the forge does not tell.
    pub commit: Option<String>,
}

/// What a probe answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeResult {
    /// Whether it said yes.
    pub passed: bool,
    /// What it said besides.
    pub reason: String,
}
