//! Trees as bytes: an edit leaves every byte alone that it does not change.

use super::pack::delta::Instruction;
use gix::hash::ObjectId;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// What a tree says about one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TreeEntry {
    /// What kind of object it is.
    pub(crate) kind: TreeEntryKind,
    /// The object.
    pub(crate) id: ObjectId,
}

/// What kind of object a name in a tree leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TreeEntryKind {
    /// A directory.
    Directory,
    /// A regular file, executable or not.
    File,
    /// A symbolic link.
    Symlink,
    /// A submodule.
    Submodule,
}

/// One entry with its place in the bytes of the tree.
struct RawEntry<'a> {
    range: Range<usize>,
    mode: &'a [u8],
    name: &'a [u8],
    id: &'a [u8],
}

/// A tree in which names are looked up. It only knows where they are: a tree of
/// ten thousand names takes not much more room than its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    data: Arc<[u8]>,
    hash_len: usize,
    /// Where the entries begin, in the order of their names.
    places: Vec<u32>,
}

impl Index {
    /// Reads a tree; nothing when it is damaged.
    pub(crate) fn new(data: Arc<[u8]>, hash: gix::hash::Kind) -> Option<Self> {
        let hash_len = hash.len_in_bytes();
        let places = raw_entries(&data, hash_len).map(|entry| {
            let entry = entry?;
            owned(&entry)?;
            u32::try_from(entry.range.start).ok()
        });
        let mut places = places.collect::<Option<Vec<_>>>()?;
        let name = |place: u32| raw_entry(&data, place as usize, hash_len).map(|entry| entry.name);
        // Nearly sorted as they are: names of directories count as longer.
        places.sort_by(|a, b| name(*a).cmp(&name(*b)));
        Some(Self {
            data,
            hash_len,
            places,
        })
    }

    /// Returns what the tree says about a name.
    pub(crate) fn get(&self, name: &[u8]) -> Option<TreeEntry> {
        let found = self
            .places
            .binary_search_by(|place| self.name(*place).cmp(&Some(name)));
        owned(&self.entry(self.places[found.ok()?])?)
    }

    fn name(&self, place: u32) -> Option<&[u8]> {
        self.entry(place).map(|entry| entry.name)
    }

    fn entry(&self, place: u32) -> Option<RawEntry<'_>> {
        raw_entry(&self.data, place as usize, self.hash_len)
    }
}

/// Reads a tree in its own order; the last entry is none when it is damaged.
pub(crate) fn entries(
    data: &[u8],
    hash: gix::hash::Kind,
) -> impl Iterator<Item = Option<(&[u8], TreeEntry)>> {
    let entries = raw_entries(data, hash.len_in_bytes());
    entries.map(|entry| {
        let entry = entry?;
        Some((entry.name, owned(&entry)?))
    })
}

/// Returns whether a name in a tree is one that a path may have: a hostile
/// repository could otherwise lead out of itself.
pub(crate) fn is_safe_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
        && !name.eq_ignore_ascii_case(".git")
        && !name.contains(['/', '\\', '\0'])
}

fn owned(entry: &RawEntry<'_>) -> Option<TreeEntry> {
    Some(TreeEntry {
        kind: kind(entry.mode)?,
        id: ObjectId::try_from(entry.id).ok()?,
    })
}

fn kind(mode: &[u8]) -> Option<TreeEntryKind> {
    let mode = u32::from_str_radix(std::str::from_utf8(mode).ok()?, 8).ok()?;
    match mode & 0o170_000 {
        0o040_000 => Some(TreeEntryKind::Directory),
        0o100_000 => Some(TreeEntryKind::File),
        0o120_000 => Some(TreeEntryKind::Symlink),
        0o160_000 => Some(TreeEntryKind::Submodule),
        _ => None,
    }
}

/// Returns whether a name leads to a file that can be executed.
pub(crate) fn is_executable(data: &[u8], name: &[u8], hash: gix::hash::Kind) -> bool {
    let mut entries = raw_entries(data, hash.len_in_bytes()).flatten();
    entries.any(|entry| entry.name == name && entry.mode == b"100755")
}

/// Reads the entries; the last one is none when the tree is damaged.
fn raw_entries(data: &[u8], hash_len: usize) -> impl Iterator<Item = Option<RawEntry<'_>>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        (at < data.len()).then(|| {
            let entry = raw_entry(data, at, hash_len);
            at = entry.as_ref().map_or(data.len(), |entry| entry.range.end);
            entry
        })
    })
}

/// Reads the entry that begins at `at`.
fn raw_entry(data: &[u8], at: usize, hash_len: usize) -> Option<RawEntry<'_>> {
    let rest = data.get(at..)?;
    let space = rest.iter().position(|byte| *byte == b' ')?;
    let nul = space + rest[space..].iter().position(|byte| *byte == 0)?;
    let end = nul + 1 + hash_len;
    Some(RawEntry {
        range: at..at + end,
        mode: &rest[..space],
        name: &rest[space + 1..nul],
        id: rest.get(nul + 1..end)?,
    })
}

/// A name that two trees do not say the same about.
pub(crate) struct Difference<'a> {
    /// The name.
    pub(crate) name: &'a [u8],
    /// What the one tree says.
    pub(crate) before: Option<TreeEntry>,
    /// What the other one says.
    pub(crate) after: Option<TreeEntry>,
}

/// Compares two trees; nothing when one is damaged. A name that is a file in
/// one and a directory in the other is told twice.
pub(crate) fn differences<'a>(
    before: &'a [u8],
    after: &'a [u8],
    hash: gix::hash::Kind,
) -> Option<Vec<Difference<'a>>> {
    let len = hash.len_in_bytes();
    let is_directory = |entry: &RawEntry<'_>| kind(entry.mode) == Some(TreeEntryKind::Directory);
    let (mut found, mut old_at, mut new_at) = (Vec::new(), 0, 0);
    while old_at < before.len() || new_at < after.len() {
        let next = |data: &'a [u8], at: usize| match at < data.len() {
            true => raw_entry(data, at, len).map(Some),
            false => Some(None),
        };
        let old = next(before, old_at)?;
        // Behind the last difference everything is the same.
        if !found.is_empty() && before[old_at..] == after[new_at..] {
            break;
        }
        // Most entries are the same, and need not be read twice.
        let range = old.as_ref().map(|entry| entry.range.clone());
        if let Some(range) = range
            && let Some(same) = after.get(new_at..new_at + range.len())
            && *same == before[range.clone()]
        {
            old_at += range.len();
            new_at += range.len();
            continue;
        }
        let new = next(after, new_at)?;
        let order = match (&old, &new) {
            (Some(old), Some(new)) => {
                order(old.name, is_directory(old), new.name, is_directory(new))
            }
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        let (old, new) = (
            old.filter(|_| order != Ordering::Greater),
            new.filter(|_| order != Ordering::Less),
        );
        old_at = old.as_ref().map_or(old_at, |entry| entry.range.end);
        new_at = new.as_ref().map_or(new_at, |entry| entry.range.end);
        let same = |(old, new): (&RawEntry<'_>, &RawEntry<'_>)| old.id == new.id;
        let Some(name) = old.as_ref().or(new.as_ref()).map(|entry| entry.name) else {
            break;
        };
        if !old.as_ref().zip(new.as_ref()).is_some_and(same) {
            let entry = |entry: Option<RawEntry<'_>>| match entry {
                Some(entry) => owned(&entry).map(Some),
                None => Some(None),
            };
            let (before, after) = (entry(old)?, entry(new)?);
            found.push(Difference {
                name,
                before,
                after,
            });
        }
    }
    Some(found)
}

/// What becomes of one name in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// It leads to another object of the same kind, or to a new one.
    Set(TreeEntry),
    /// It goes.
    Remove,
}

/// A tree that was made out of another one.
pub(crate) struct Edited {
    /// The bytes.
    pub(crate) data: Vec<u8>,
    /// Where they come from: the old tree, or themselves.
    pieces: Vec<Piece>,
}

enum Piece {
    Old(Range<usize>),
    New(Range<usize>),
}

impl Edited {
    /// Returns the instructions that make this tree out of the old one.
    pub(crate) fn instructions(&self) -> Vec<Instruction<'_>> {
        let pieces = self.pieces.iter();
        pieces
            .map(|piece| match piece {
                Piece::Old(range) => Instruction::Copy(range.clone()),
                Piece::New(range) => Instruction::Insert(&self.data[range.clone()]),
            })
            .collect()
    }

    fn copy(&mut self, old: &[u8], range: Range<usize>) {
        self.data.extend_from_slice(&old[range.clone()]);
        match self.pieces.last_mut() {
            Some(Piece::Old(last)) if last.end == range.start => last.end = range.end,
            _ => self.pieces.push(Piece::Old(range)),
        }
    }

    fn insert(&mut self, bytes: &[u8]) {
        let start = self.data.len();
        self.data.extend_from_slice(bytes);
        let end = self.data.len();
        match self.pieces.last_mut() {
            Some(Piece::New(last)) if last.end == start => last.end = end,
            _ => self.pieces.push(Piece::New(start..end)),
        }
    }
}

/// Changes names in a tree; nothing when the tree is damaged.
pub(crate) fn edit(
    old: &[u8],
    edits: &BTreeMap<String, Edit>,
    hash: gix::hash::Kind,
) -> Option<Edited> {
    let hash_len = hash.len_in_bytes();
    let mut added = added(old, hash_len, edits)?;
    let mut edited = Edited {
        data: Vec::with_capacity(old.len() + 64 * added.len()),
        pieces: Vec::new(),
    };
    for entry in raw_entries(old, hash_len).flatten() {
        let is_directory = kind(entry.mode) == Some(TreeEntryKind::Directory);
        while let Some((name, new)) = added.pop_if(|(name, new)| {
            let new_is_directory = new.kind == TreeEntryKind::Directory;
            order(name.as_bytes(), new_is_directory, entry.name, is_directory) == Ordering::Less
        }) {
            edited.insert(&line(name, new));
        }
        let edit = std::str::from_utf8(entry.name)
            .ok()
            .and_then(|name| edits.get(name));
        match edit {
            None => edited.copy(old, entry.range),
            Some(Edit::Remove) => {}
            Some(Edit::Set(new)) => {
                // The mode and the name stay, whatever they are.
                let id = entry.range.end - hash_len;
                edited.copy(old, entry.range.start..id);
                edited.insert(new.id.as_slice());
            }
        }
    }
    while let Some((name, new)) = added.pop() {
        edited.insert(&line(name, new));
    }
    Some(edited)
}

/// Returns the names that the tree does not have yet, the last one first;
/// nothing when the tree is damaged.
fn added<'a>(
    tree: &[u8],
    hash_len: usize,
    edits: &'a BTreeMap<String, Edit>,
) -> Option<Vec<(&'a str, &'a TreeEntry)>> {
    let mut there = BTreeSet::new();
    for entry in raw_entries(tree, hash_len) {
        let name = std::str::from_utf8(entry?.name).ok();
        there.extend(name.filter(|name| edits.contains_key(*name)));
    }
    let mut added: Vec<_> = edits
        .iter()
        .filter(|(name, _)| !there.contains(name.as_str()))
        .filter_map(|(name, edit)| match edit {
            Edit::Set(new) => Some((name.as_str(), new)),
            Edit::Remove => None,
        })
        .collect();
    added.sort_by(|(a, new_a), (b, new_b)| {
        let is_directory = |entry: &TreeEntry| entry.kind == TreeEntryKind::Directory;
        order(
            b.as_bytes(),
            is_directory(new_b),
            a.as_bytes(),
            is_directory(new_a),
        )
    });
    Some(added)
}

/// Names in a tree are sorted as if those of directories ended with a slash.
fn order(a: &[u8], a_is_directory: bool, b: &[u8], b_is_directory: bool) -> Ordering {
    gix::objs::tree::name_order(a, a_is_directory, b, b_is_directory)
}

fn line(name: &str, entry: &TreeEntry) -> Vec<u8> {
    let mode = match entry.kind {
        TreeEntryKind::Directory => "40000",
        TreeEntryKind::File => "100644",
        TreeEntryKind::Symlink => "120000",
        TreeEntryKind::Submodule => "160000",
    };
    let mut line = format!("{mode} {name}\0").into_bytes();
    line.extend_from_slice(entry.id.as_slice());
    line
}

#[cfg(test)]
mod tests;
