//! Pull and merge requests, as plain data.

/// What the user wants of a request; templates are not read yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The branch that the request goes to.
    pub base: String,
    /// The template of the branch that holds the change.
    pub head: Option<String>,
    /// The template of the title.
    pub title: Option<String>,
    /// The template of the text above the table.
    pub body: Option<String>,
    /// The templates of the labels.
    pub labels: Vec<String>,
    /// Lines of Markdown for the body, such as the gates and their states.
    pub notes: Vec<String>,
}

/// A request as it is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The branch that it goes to.
    pub base: String,
    /// The branch that holds the change.
    pub head: String,
    /// The title.
    pub title: String,
    /// Towpath's part of the text, in Markdown, between its markers.
    pub body: String,
    /// The labels.
    pub labels: Vec<String>,
    /// What the request is about: environment and apps. There is at most one
    /// open request for each.
    pub key: String,
    /// Which values it brings, as a number that is the same for the same values.
    pub version: String,
    /// The number of the build; larger is newer.
    pub build: Option<u64>,
}

/// All that is known before a decision about a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// The request as it is to be.
    pub draft: Draft,
    /// Whether the branch that the request goes to has the values already.
    pub is_settled: bool,
    /// Why the change is older than what is on one of the branches, if it is.
    pub older: Option<String>,
    /// The branch that holds the change, if it is there.
    pub branch: Option<Branch>,
    /// The requests of that branch in any state, and the open ones to the same base.
    pub requests: Vec<Known>,
    /// Branches of other requests, as far as they were looked at.
    pub others: Vec<SideBranch>,
    /// Whether branches stay when their requests are closed.
    pub keep_branches: bool,
}

/// The branch of another request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideBranch {
    /// Its name.
    pub name: String,
    /// The branch, if it is there.
    pub branch: Option<Branch>,
}

/// The branch that holds the change of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// The commit that it is at.
    pub commit: String,
    /// Whether it has the values that are to be proposed.
    pub holds: bool,
    /// Whether its files are what they would be if the change were made now.
    pub is_fresh: bool,
    /// Its commits that the base does not have, newest first.
    pub commits: Vec<Authored>,
}

/// A commit with those who made it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authored {
    /// The name of the commit, in hexadecimal.
    pub id: String,
    /// Who wrote it, as `NAME <EMAIL>`.
    pub author: String,
    /// Who made it, as `NAME <EMAIL>`.
    pub committer: String,
    /// The whole message.
    pub message: String,
}

/// A request that the forge knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub number: u64,
    /// Its page.
    pub url: String,
    /// The branch that holds the change.
    pub head: String,
    /// The commit that the forge last saw on that branch.
    pub commit: String,
    /// What became of it.
    pub state: KnownState,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KnownState {
    /// It waits.
    #[default]
    Open,
    /// It was closed without a merge.
    Closed,
    /// It was merged.
    Merged,
}

/// What to do next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// A stable name of the outcome, for example `open`.
    pub outcome: String,
    /// What the outcome means, as a lower-case fragment.
    pub reason: String,
    /// What to do, in this order. When there is nothing to do, the outcome is final.
    pub actions: Vec<Action>,
    /// The request that it is about, if there is one.
    pub request: Option<u64>,
    /// Whether the user should see the reason as a warning.
    pub is_warning: bool,
}

/// One effect on the forge or the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Put the change on its branch, on top of the base, in place of what is there.
    Push,
    /// Look at the branch of another request, and ask again.
    Look {
        /// The branch.
        branch: String,
    },
    /// Open a request with this text.
    Open {
        /// The title.
        title: String,
        /// The text.
        body: String,
    },
    /// Give a request another text.
    Update {
        /// The request.
        number: u64,
        /// The title.
        title: String,
        /// The text.
        body: String,
    },
    /// Close a request without a merge.
    Close {
        /// The request.
        number: u64,
        /// The text that it keeps, with the note that Towpath closed it.
        body: String,
        /// What to tell those who look at it.
        comment: String,
        /// The branch to delete, if all on it is Towpath's, with the commit that it has to be at.
        branch: Option<(String, String)>,
    },
}
