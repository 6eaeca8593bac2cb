use super::{Edit, Index, TreeEntry, TreeEntryKind, edit, entries, is_safe_name};
use crate::git::pack::delta;
use gix::hash::{Kind as Hash, ObjectId};
use std::collections::BTreeMap;

fn id(byte: u8) -> ObjectId {
    ObjectId::try_from(&[byte; 20][..]).unwrap()
}

fn tree(entries: &[(&str, &str, u8)]) -> Vec<u8> {
    let lines = entries.iter().map(|(mode, name, byte)| {
        let mut line = format!("{mode} {name}\0").into_bytes();
        line.extend_from_slice(&[*byte; 20]);
        line
    });
    lines.collect::<Vec<_>>().concat()
}

fn set(kind: TreeEntryKind, byte: u8) -> Edit {
    Edit::Set(TreeEntry { kind, id: id(byte) })
}

#[track_caller]
fn check(old: &[(&str, &str, u8)], edits: &[(&str, Edit)], new: &[(&str, &str, u8)]) {
    let old = tree(old);
    let edits: BTreeMap<_, _> = edits
        .iter()
        .map(|(name, edit)| ((*name).to_owned(), edit.clone()))
        .collect();
    let edited = edit(&old, &edits, Hash::Sha1).unwrap();
    assert_eq!(edited.data, tree(new));
    let bytes = delta::encode(old.len(), edited.data.len(), &edited.instructions());
    assert_eq!(*delta::apply(&old, &bytes).unwrap(), edited.data);
}

#[test]
fn only_the_changed_entry_differs_and_modes_stay() {
    check(
        &[("100664", "a", 1), ("040000", "b", 2), ("100755", "c", 3)],
        &[
            ("a", set(TreeEntryKind::File, 9)),
            ("b", set(TreeEntryKind::Directory, 8)),
        ],
        &[("100664", "a", 9), ("040000", "b", 8), ("100755", "c", 3)],
    );
}

#[test]
fn new_names_are_sorted_as_git_does() {
    check(
        &[("100644", "a.b", 1), ("40000", "a", 2), ("100644", "a0", 3)],
        &[
            ("a.c", set(TreeEntryKind::File, 4)),
            ("a-", set(TreeEntryKind::Directory, 5)),
            ("z", set(TreeEntryKind::File, 6)),
            ("A", set(TreeEntryKind::File, 7)),
        ],
        &[
            ("100644", "A", 7),
            ("40000", "a-", 5),
            ("100644", "a.b", 1),
            ("100644", "a.c", 4),
            ("40000", "a", 2),
            ("100644", "a0", 3),
            ("100644", "z", 6),
        ],
    );
}

#[test]
fn names_are_removed() {
    check(
        &[("100644", "a", 1), ("100644", "b", 2)],
        &[("a", Edit::Remove), ("never-there", Edit::Remove)],
        &[("100644", "b", 2)],
    );
    check(&[("100644", "a", 1)], &[("a", Edit::Remove)], &[]);
}

#[test]
fn a_damaged_tree_is_noticed() {
    let is_whole = |tree: &[u8]| {
        let index = Index::new(tree.into(), Hash::Sha1).is_some();
        assert_eq!(
            entries(tree, Hash::Sha1).all(|entry| entry.is_some()),
            index
        );
        index
    };
    let whole = tree(&[("100644", "a", 1)]);
    assert!(is_whole(&whole));
    for end in 1..whole.len() {
        assert!(!is_whole(&whole[..end]), "{end}");
        assert!(edit(&whole[..end], &BTreeMap::new(), Hash::Sha1).is_none());
    }
    assert!(!is_whole(&tree(&[("777", "a", 1)])));
}

#[test]
fn names_are_found_whatever_their_order() {
    let tree = tree(&[
        ("100644", "a.b", 1),
        ("40000", "a", 2),
        ("100755", "a0", 3),
        ("160000", "z", 4),
    ]);
    let index = Index::new(tree.into(), Hash::Sha1).unwrap();
    let found = |name: &str| {
        index
            .get(name.as_bytes())
            .map(|entry| (entry.kind, entry.id))
    };
    assert_eq!(found("a"), Some((TreeEntryKind::Directory, id(2))));
    assert_eq!(found("a.b"), Some((TreeEntryKind::File, id(1))));
    assert_eq!(found("a0"), Some((TreeEntryKind::File, id(3))));
    assert_eq!(found("z"), Some((TreeEntryKind::Submodule, id(4))));
    assert_eq!(found("a/"), None);
    assert_eq!(found(""), None);
}

#[test]
fn names_that_lead_elsewhere_are_not_safe() {
    for name in ["", ".", "..", ".git", ".GIT", "a/b", "a\\b"] {
        assert!(!is_safe_name(name), "{name}");
    }
    assert!(is_safe_name(".github"));
}
