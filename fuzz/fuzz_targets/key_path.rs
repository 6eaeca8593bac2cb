//! A key path is read back as it was written, and leads where it says.

#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_guest::yaml::{KeyPath, NodeRef, parse};

fuzz_target!(|input: &str| {
    let (path, text) = input.split_once('\n').unwrap_or((input, ""));
    let Ok(file) = parse("f.yaml", text.as_bytes()) else {
        return;
    };
    if let Ok(path) = path.parse::<KeyPath>() {
        assert_eq!(path.to_string().parse::<KeyPath>().as_ref(), Ok(&path));
        let _ = path.resolve(&file);
    }
    // The path of every node leads back to it, if nothing is there twice.
    for node in file.nodes().take(200) {
        let path = node.path();
        if node.is_key_node()
            || !has_named_way(node)
            || path.is_empty()
            || node.contradiction().is_some()
        {
            continue;
        }
        let parsed: KeyPath = path.parse().expect("the path of a node is a key path");
        let root = file
            .document(node.document_index())
            .expect("a node has a document");
        assert_eq!(parsed.resolve_in(root), Ok(vec![node]), "{path}");
    }
});

/// Whether every key on the way to a node is a text, not a collection.
fn has_named_way(node: NodeRef<'_>) -> bool {
    let mut ways = std::iter::successors(Some(node), |node| node.parent());
    let text = |key: NodeRef<'_>| key.is_scalar() && key == key.followed();
    ways.all(|node| !node.is_key_node() && node.key().is_none_or(text))
}
