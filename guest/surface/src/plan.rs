//! The plan: what to do, and what to say about it, as plain data.

use std::fmt;

/// What to do, and what to say about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What becomes of each file that changes, sorted by path.
    pub files: Vec<FileChange>,
    /// Every place that matched, changed or not, in order of path and place.
    pub changes: Vec<Change>,
    /// What will bite, without stopping the change.
    pub warnings: Vec<Problem>,
    /// The commit message, with its trailers.
    pub message: String,
    /// The change as a unified diff; empty when nothing changes.
    pub diff: String,
    /// The tag to cut, besides or alone.
    pub tag: Option<NewTag>,
    /// The words of a request that would carry the change, where they are others
    /// than those for `towpath set`.
    pub request: Option<RequestDraft>,
    /// What happens, at a glance, where that takes more than the changes.
    pub table: Option<Table>,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with a text for every column.
    pub rows: Vec<Vec<String>>,
}

/// What becomes of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileChange {
    /// The path of the file.
    pub path: String,
    /// Whether the file stays, comes or goes.
    pub state: FileState,
    /// Disjoint, in ascending order. A new file has one, which begins at 0 and
    /// replaces nothing; a file that goes has none.
    pub edits: Vec<Edit>,
}

/// Whether a file stays, comes or goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileState {
    /// It is there before and after.
    #[default]
    Edited,
    /// It is not there before.
    Added,
    /// It is not there after.
    Removed,
}

/// An annotated tag to cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTag {
    /// Its name, without `refs/tags/`.
    pub name: String,
    /// What it says.
    pub message: String,
    /// The commit that it names; the one that the plan makes if none.
    pub commit: Option<String>,
}

/// The words of a pull or merge request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestDraft {
    /// The environment that is changed; empty if none.
    pub environment: String,
    /// The environment that versions come from.
    pub from: Option<String>,
    /// The branch that holds the change. It stays the same when nothing is left to
    /// change, so that the request is found again.
    pub head: String,
    /// The title.
    pub title: String,
    /// The text, in Markdown.
    pub body: String,
    /// Lines of Markdown for the body, such as the gates and their states.
    pub notes: Vec<String>,
}

/// One replacement in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// First byte that is replaced.
    pub start: usize,
    /// First byte after the replaced ones.
    pub end: usize,
    /// The bytes that must be there.
    pub old: Vec<u8>,
    /// The bytes that take their place.
    pub replacement: Vec<u8>,
}

/// One place that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it is.
    pub at: Location,
    /// The key path of the value in its document.
    pub key: String,
    /// The image it belongs to, if any.
    pub image: Option<String>,
    /// The value before; `None` when it was not there.
    pub old: Option<String>,
    /// The value after; `None` when it is removed. Equal to `old` when the
    /// place already was as asked.
    pub new: Option<String>,
    /// Why it changed, where that is not plain from the request; may be empty.
    pub reason: String,
}

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The path of the file.
    pub path: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: u32,
    /// Column in characters, from 1; 0 when the whole line is meant.
    pub column: u32,
}

impl fmt::Display for Location {
    /// Writes the place as compilers do: `path:line:column`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        for number in [self.line, self.column] {
            if number == 0 {
                break;
            }
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}

/// Something to tell the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable name, for example `stale-digest`.
    pub code: String,
    /// A lower-case fragment that names the object.
    pub message: String,
    /// Where it is.
    pub at: Option<Location>,
    /// What to do, as a sentence.
    pub hint: Option<String>,
}

/// What became of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The repository, without credentials.
    pub repository: String,
    /// The branch.
    pub branch: String,
    /// The commit that holds the values now, when it is known.
    pub commit: Option<String>,
    /// The plan was only shown.
    pub dry_run: bool,
    /// What became of the request that carries the change, where one does.
    pub request: Option<Requested>,
}

/// What became of a pull or merge request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requested {
    /// Its number, if there is one.
    pub number: Option<u64>,
    /// Its page.
    pub url: Option<String>,
    /// A stable name of the outcome, for example `open`.
    pub outcome: String,
    /// What the outcome means, as a lower-case fragment.
    pub reason: String,
}

impl Plan {
    /// Whether nothing in the repository changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.tag.is_none()
    }
}

impl FileChange {
    /// Returns the bytes of the file after the edits.
    ///
    /// Returns `None` when `before` is not the file that the edits were made
    /// for: a range is out of bounds, out of order, or holds other bytes. A new
    /// file is made out of no bytes.
    #[must_use]
    pub fn apply(&self, before: &[u8]) -> Option<Vec<u8>> {
        let mut after = Vec::with_capacity(before.len());
        let mut done = 0;
        for edit in &self.edits {
            if edit.start < done || before.get(edit.start..edit.end)? != edit.old {
                return None;
            }
            after.extend_from_slice(before.get(done..edit.start)?);
            after.extend_from_slice(&edit.replacement);
            done = edit.end;
        }
        after.extend_from_slice(before.get(done..)?);
        Some(after)
    }
}
