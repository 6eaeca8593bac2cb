//! The plan while it is made.

use crate::diff;
use crate::error::{Failure, Kind};
use crate::files::{Files, Loaded, directory};
use crate::formats::kustomization;
use crate::message::{Commit, Move, Words};
use crate::order;
use crate::plan::{Change, Edit, FileChange, FileState, Plan, Problem};
use crate::repository::Repository;
use crate::request::SetRequest;
use crate::select::rivals;
use crate::writer::Applied;
use crate::yaml::edit::{EditOptions, Operation, Sharing, edit, edit_with};
use crate::yaml::{File, NodeId};
use std::collections::BTreeMap;

/// The plan while it is made.
pub(super) struct Draft<'f> {
    files: &'f Files,
    /// By the index of the file and the string inside of it.
    operations: BTreeMap<(usize, Option<NodeId>), Vec<Operation>>,
    touched: Vec<bool>,
    changes: Vec<Change>,
    warnings: Vec<Problem>,
    moves: Vec<Move>,
}

impl<'f> Draft<'f> {
    pub(super) fn new(files: &'f Files) -> Self {
        Self {
            files,
            operations: BTreeMap::new(),
            touched: vec![false; files.loaded.len()],
            changes: Vec::new(),
            warnings: files.warnings.clone(),
            moves: Vec::new(),
        }
    }

    /// Adds what a place becomes: in a file, or in a string of it.
    pub(super) fn add(&mut self, file: usize, string: Option<NodeId>, applied: Applied) {
        self.touched[file] = true;
        self.operations
            .entry((file, string))
            .or_default()
            .extend(applied.operations);
        self.changes.extend(applied.changes);
        self.warnings.extend(applied.warnings);
    }

    /// Remembers a new version or value for the commit message.
    pub(super) fn remember(&mut self, new: Move) {
        if new.old.as_deref() != Some(new.new.as_str()) && !self.moves.contains(&new) {
            self.moves.push(new);
        }
    }

    pub(super) fn warn(&mut self, warning: Problem) {
        self.warnings.push(warning);
    }

    /// Returns a file that nothing was asked of.
    pub(super) fn untouched(&self) -> Option<&'f str> {
        let index = self.touched.iter().position(|touched| !touched)?;
        self.files.loaded.get(index).map(|loaded| loaded.path())
    }

    /// Makes the edits, proves them, and writes what is to be said; returns the
    /// new versions, too.
    pub(super) fn plan(
        mut self,
        request: &SetRequest,
        words: &Words<'_>,
        repository: &dyn Repository,
    ) -> Result<(Plan, Vec<Move>), Failure> {
        let mut files = Vec::new();
        let mut diff = String::new();
        for (index, loaded) in self.files.loaded.iter().enumerate() {
            let operations = self.file_operations(index)?;
            let change = FileChange {
                path: loaded.path().to_owned(),
                state: FileState::Edited,
                edits: edits(&loaded.file, &operations, request.permits.all)?,
            };
            if !change.edits.is_empty() {
                self.refuse_rivals(&change.path)?;
                diff.push_str(&diff::unified(&change, loaded.file.text().as_bytes()));
                files.push(change);
            }
        }
        self.changes.sort_by(|one, other| one.at.cmp(&other.at));
        self.changes.dedup();
        let commit = Commit {
            words,
            moves: &self.moves,
            changes: &self.changes,
            files: &files,
            subject: None,
            trailers: &[],
        };
        let plan = Plan {
            message: commit.message()?,
            files,
            changes: self.changes,
            warnings: self.warnings,
            diff,
            ..Plan::default()
        };
        let plan = match request.permits.downgrade {
            true => plan,
            false => order::give_way(plan, &self.moves, words.source, repository)?,
        };
        Ok((plan, self.moves))
    }

    /// Refuses to choose between two kustomizations of one directory.
    fn refuse_rivals(&self, path: &str) -> Result<(), Failure> {
        let is_rival = |rival: &&String| {
            kustomization::is_file(path)
                && directory(rival) == directory(path)
                && rival.as_str() != path
        };
        match self.files.rivals.iter().find(is_rival) {
            None => Ok(()),
            Some(rival) => Err(rivals(path, rival)),
        }
    }

    /// Returns the operations on a file, those on its strings among them.
    fn file_operations(&self, index: usize) -> Result<Vec<Operation>, Failure> {
        let mut all = Vec::new();
        for ((_, string), operations) in self
            .operations
            .range((index, None)..)
            .take_while(|((file, _), _)| *file == index)
        {
            all.extend(of_string(&self.files.loaded[index], *string, operations)?);
        }
        Ok(all)
    }
}

/// Returns the operations on a file for operations on it and on its strings.
pub(crate) fn operations_of_file(
    loaded: &Loaded,
    operations: &BTreeMap<Option<NodeId>, Vec<Operation>>,
) -> Result<Vec<Operation>, Failure> {
    let mut all = Vec::new();
    for (string, operations) in operations {
        all.extend(of_string(loaded, *string, operations)?);
    }
    Ok(all)
}

fn of_string(
    loaded: &Loaded,
    string: Option<NodeId>,
    operations: &[Operation],
) -> Result<Vec<Operation>, Failure> {
    let Some(string) = string else {
        return Ok(operations.to_vec());
    };
    let inner = loaded.embedded.iter().find(|(id, _)| *id == string);
    match inner {
        Some((_, inner)) => in_string(string, inner, operations),
        None => Ok(Vec::new()),
    }
}

/// Makes the edits of a file; with `all`, shared values change everywhere.
fn edits(file: &File, operations: &[Operation], all: bool) -> Result<Vec<Edit>, Failure> {
    let sharing = if all {
        Sharing::Definitions
    } else {
        Sharing::Refuse
    };
    edit_with(file, operations, EditOptions { sharing }).map_err(|failure| match failure.kind {
        Kind::SharedValue => failure
            .hint("Write the value out where it is used, or pass --all to change it everywhere."),
        _ => failure,
    })
}

/// Makes operations on a string from operations on the YAML in it.
pub(super) fn in_string(
    string: NodeId,
    inner: &File,
    operations: &[Operation],
) -> Result<Vec<Operation>, Failure> {
    let replace = |edit: Edit| Operation::ReplaceText {
        node: string,
        range: edit.start..edit.end,
        // What replaces a part of a text is text.
        text: String::from_utf8_lossy(&edit.replacement).into_owned(),
    };
    Ok(edit(inner, operations)?.into_iter().map(replace).collect())
}
