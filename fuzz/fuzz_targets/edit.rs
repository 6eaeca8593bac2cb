//! Every edit that is not refused does what was asked for, once; and a file that
//! is taken for JSON stays JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_guest::error::Kind;
use towpath_guest::plan::FileChange;
use towpath_guest::yaml::{File, NodeId, Operation, Place, ScalarKind, Value, edit, parse};

fuzz_target!(|input: &[u8]| {
    let [kind, high, low, rest @ ..] = input else {
        return;
    };
    let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (value, text) = rest.split_at(end);
    let path = if *kind >= 128 { "f.json" } else { "f.yaml" };
    let (Ok(value), Ok(file)) = (std::str::from_utf8(value), parse(path, &text[1..])) else {
        return;
    };
    let nodes: Vec<_> = file.nodes().map(|node| node.id()).collect();
    if nodes.is_empty() {
        return;
    }
    let node = nodes[usize::from(u16::from_be_bytes([*high, *low])) % nodes.len()];
    let Some(operation) = operation(&file, (*kind, node), value) else {
        return;
    };
    let edits = match edit(&file, std::slice::from_ref(&operation)) {
        Ok(edits) => edits,
        Err(failure) => {
            assert_ne!(failure.kind, Kind::Internal, "{operation:?} {failure:?}");
            return;
        }
    };
    let change = FileChange {
        path: path.to_owned(),
        edits,
        ..FileChange::default()
    };
    let after = change
        .apply(file.text().as_bytes())
        .expect("the edits are for the file");
    let must_be_json = file.is_json() && is_json(file.text().as_bytes());
    assert!(is_json(&after) || !must_be_json);
    let after = parse(path, &after).expect("the result is YAML");
    if matches!(operation, Operation::SetScalar { .. }) {
        assert_eq!(
            edit(&after, &[operation]),
            Ok(Vec::new()),
            "not the same when done again"
        );
    }
});

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(text).is_ok()
}

fn operation(file: &File, (kind, node): (u8, NodeId), value: &str) -> Option<Operation> {
    let value = value.to_owned();
    let key = "new".to_owned();
    let found = file.node(node);
    Some(match kind % 7 {
        0 => Operation::SetScalar {
            node,
            value,
            kind: ScalarKind::Text,
        },
        1 => Operation::SetScalar {
            node,
            value,
            kind: ScalarKind::AsGiven,
        },
        2 => Operation::InsertEntry {
            mapping: node,
            place: Place::End,
            key,
            value: Value::text(value),
        },
        3 => {
            let place = Place::Before(found.entries().next()?.0.id());
            let value = Value::Sequence(vec![Value::texts([("name", value)])]);
            Operation::InsertEntry {
                mapping: node,
                place,
                key,
                value,
            }
        }
        4 => {
            let mapping = found.parent()?.id();
            Operation::RemoveEntry {
                mapping,
                key: found.as_str()?.to_owned(),
            }
        }
        5 => Operation::AppendItem {
            sequence: node,
            item: Value::texts([("name", value), ("newTag", key)]),
        },
        _ => {
            let text = found.as_str()?;
            let start = text
                .char_indices()
                .map(|(place, _)| place)
                .nth(text.len() / 3)?;
            Operation::ReplaceText {
                node,
                range: start..text.len(),
                text: value,
            }
        }
    })
}
