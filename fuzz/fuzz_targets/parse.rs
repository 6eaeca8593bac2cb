//! No bytes make the reader panic, hang or contradict itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_guest::yaml::{NodeRef, parse};

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = parse("f.yaml", bytes) else {
        return;
    };
    assert_eq!(file.text().as_bytes(), bytes);
    for node in file.nodes() {
        check(node);
    }
    let _ = (file.duplicate_keys().count(), file.comments().count());
});

fn check(node: NodeRef<'_>) {
    let span = node.span();
    assert!(span.start() <= span.end() && span.end() <= node.file().text().len());
    assert_eq!(node.source().len(), span.end() - span.start());
    if let Some(parent) = node.parent() {
        let around = parent.span();
        assert!(
            around.start() <= span.start() && span.end() <= around.end(),
            "{node:?} {parent:?}"
        );
    }
    for (key, value) in node.entries() {
        assert!(key.span().end() <= value.span().start() || key != key.followed());
    }
    let _ = (node.shared(), node.contradiction(), node.comment_on_line());
    let _ = (
        node.get("image"),
        node.is_in_template(),
        node.location(),
        node.document_index(),
    );
}
