//! The state machine: what becomes of a request in every situation.
//!
//! `docs/requests.md` is the same table for people; a test compares them.

/// The state of the branch that holds the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BranchState {
    /// It is not there.
    Absent,
    /// It has nothing that the base does not have.
    Level,
    /// All its own commits are Towpath's, and it merges as it is.
    Ours,
    /// All its own commits are Towpath's, and the base has moved under them.
    Stale,
    /// It has commits that Towpath did not make.
    Foreign,
}

/// The state of the newest request of the branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// There was none.
    None,
    /// It is open.
    Open,
    /// A person closed it.
    Declined,
    /// Towpath closed it.
    Retired,
    /// It was merged.
    Merged,
}

/// How the change compares with what the branch, or the request, has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeState {
    /// It brings other values.
    Newer,
    /// It brings the same values.
    Same,
    /// It is of an older build.
    Older,
    /// The base has the values already.
    Empty,
}

/// What becomes of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The change is put on the branch, and a request is opened.
    Open,
    /// A request is opened for what is on the branch.
    Reopen,
    /// The change is put on the branch in place of what is there, and the request says so.
    Replace,
    /// The branch stays; the request is made to say what is on it.
    Keep,
    /// The request is closed, with the reason.
    Close,
    /// There is nothing to do: the base has the values.
    Settled,
    /// There is nothing to do: a newer build was here.
    Older,
    /// There is nothing to do: a person closed the request for these values.
    Declined,
    /// Others work on the request; it stays as it is.
    Left,
    /// An error: others' commits would be lost.
    Refused,
}

impl BranchState {
    /// Every state, in the order of the table.
    pub const ALL: [Self; 5] = [
        Self::Absent,
        Self::Level,
        Self::Ours,
        Self::Stale,
        Self::Foreign,
    ];
}

impl RequestState {
    /// Every state, in the order of the table.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Open,
        Self::Declined,
        Self::Retired,
        Self::Merged,
    ];
}

impl ChangeState {
    /// Every state, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Newer, Self::Same, Self::Older, Self::Empty];
}

impl Outcome {
    /// Every outcome, in the order of the table.
    pub const ALL: [Self; 10] = [
        Self::Open,
        Self::Reopen,
        Self::Replace,
        Self::Keep,
        Self::Close,
        Self::Settled,
        Self::Older,
        Self::Declined,
        Self::Left,
        Self::Refused,
    ];

    /// Returns the name that outputs and the documentation use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Reopen => "reopen",
            Self::Replace => "replace",
            Self::Keep => "keep",
            Self::Close => "close",
            Self::Settled => "settled",
            Self::Older => "older",
            Self::Declined => "declined",
            Self::Left => "left",
            Self::Refused => "refused",
        }
    }

    /// Returns what it means, as a lower-case fragment.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Open => "the change is put on the branch, and a request is opened",
            Self::Reopen => "a request is opened for what is on the branch",
            Self::Replace => {
                "the change is put on the branch in place of what is there, and the request says so"
            }
            Self::Keep => "the branch stays; the request is made to say what is on it",
            Self::Close => "the request is closed, with the reason",
            Self::Settled => "nothing is left to do: the base has the values",
            Self::Older => "nothing is done: a newer build was here",
            Self::Declined => "nothing is done: a person closed the request for these values",
            Self::Left => "nothing is done: others have put commits on the branch",
            Self::Refused => "an error: commits of others would be lost; nothing is changed",
        }
    }
}

/// Decides what becomes of a request.
#[must_use]
pub fn outcome(branch: BranchState, request: RequestState, change: ChangeState) -> Outcome {
    match change {
        ChangeState::Older => Outcome::Older,
        ChangeState::Empty => empty(branch, request),
        ChangeState::Same => same(branch, request),
        ChangeState::Newer => newer(branch, request),
    }
}

fn newer(branch: BranchState, request: RequestState) -> Outcome {
    match (branch, request) {
        (BranchState::Foreign, _) => Outcome::Refused,
        (_, RequestState::Open) => Outcome::Replace,
        _ => Outcome::Open,
    }
}

fn same(branch: BranchState, request: RequestState) -> Outcome {
    match (branch, request) {
        (_, RequestState::Declined) => Outcome::Declined,
        (BranchState::Foreign, RequestState::Open) => Outcome::Left,
        (BranchState::Foreign, _) => Outcome::Refused,
        (BranchState::Ours, RequestState::Open) => Outcome::Keep,
        (_, RequestState::Open) => Outcome::Replace,
        // The branch arrived and the request did not: a run broke off there.
        (BranchState::Ours, RequestState::None | RequestState::Retired) => Outcome::Reopen,
        // What was merged is gone from the base again: it is proposed anew.
        _ => Outcome::Open,
    }
}

fn empty(branch: BranchState, request: RequestState) -> Outcome {
    match (branch, request) {
        (BranchState::Foreign, RequestState::Open) => Outcome::Left,
        (_, RequestState::Open) => Outcome::Close,
        _ => Outcome::Settled,
    }
}
