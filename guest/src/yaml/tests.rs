//! Tests of the layer as a whole; the parts have their own.

mod insert;
mod read;
mod remove;
mod set;

use super::{File, KeyPath, NodeRef, Operation, ScalarKind, edit, parse};
use crate::error::{Failure, Kind};
use crate::plan::{FileChange, FileState};

fn read(text: &str) -> File {
    parse("f.yaml", text.as_bytes()).unwrap()
}

/// Returns the one node at a key path; an empty path is the root.
#[track_caller]
fn at<'a>(file: &'a File, path: &str) -> NodeRef<'a> {
    if path.is_empty() {
        return file.document(0).unwrap();
    }
    let found = path.parse::<KeyPath>().unwrap().resolve(file).unwrap();
    assert_eq!(found.len(), 1, "{path}");
    found[0]
}

fn apply(file: &File, operations: &[Operation]) -> Result<String, Failure> {
    let edits = edit(file, operations)?;
    let change = FileChange {
        path: file.path().to_owned(),
        state: FileState::Edited,
        edits,
    };
    Ok(String::from_utf8(change.apply(file.text().as_bytes()).unwrap()).unwrap())
}

/// Carries out operations that are made from the file, and carries them out
/// again: nothing must change then, if that is possible.
#[track_caller]
fn check(before: &str, operations: impl Fn(&File) -> Vec<Operation>, after: &str) {
    let file = read(before);
    match apply(&file, &operations(&file)) {
        Ok(result) => assert_eq!(result, after),
        Err(failure) => panic!("{failure:?}\n{before}"),
    }
}

/// Checks that operations are refused.
#[track_caller]
fn refuse(before: &str, operations: impl Fn(&File) -> Vec<Operation>, kind: Kind) {
    let file = read(before);
    match apply(&file, &operations(&file)) {
        Ok(result) => panic!("not refused, but\n{result}"),
        Err(failure) => assert_eq!(failure.kind, kind, "{failure:?}"),
    }
}

/// Returns the operation that gives the value at `path` another text.
#[track_caller]
fn set(file: &File, path: &str, value: &str, kind: ScalarKind) -> Operation {
    Operation::SetScalar {
        node: at(file, path).id(),
        value: value.to_owned(),
        kind,
    }
}
