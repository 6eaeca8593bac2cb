//! What other programs read after an edit: PyYAML (YAML 1.1), ruamel.yaml
//! (1.2), Go's yq, and the JavaScript packages `yaml` and js-yaml.
//!
//! A new value must be that text for all of them, wherever it is written, and
//! nothing else may differ. Each program is started once, with all cases.

#[path = "yaml_oracles/cases.rs"]
mod cases;
#[path = "yaml_edits/document.rs"]
mod document;
#[path = "yaml_oracles/readers.rs"]
mod readers;

use cases::cases;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use readers::{node, python, yq};
use serde_json::{Value, json};
use std::thread;
use towpath_guest::plan::{FileChange, FileState};
use towpath_guest::yaml::{EditOptions, NodeRef, Operation, ScalarKind, Sharing, edit_with, parse};

/// Reads the value of `k` of every document.
type Reader = fn(&[&str]) -> Vec<Value>;

#[test]
fn every_reader_reads_the_text_that_was_set() {
    let cases = cases();
    assert!(cases.len() > 3000, "{} cases", cases.len());
    let documents: Vec<_> = cases.iter().map(|case| case.document.as_str()).collect();
    let values: Vec<_> = cases.iter().map(|case| json!(case.value)).collect();
    let readers: [(&str, Reader); 5] = [
        ("PyYAML", |documents| python("pyyaml", documents)),
        ("ruamel.yaml", |documents| python("ruamel", documents)),
        ("yq", yq),
        ("yaml", |documents| node("yaml", documents)),
        ("js-yaml", |documents| node("js-yaml", documents)),
    ];
    let wrong: Vec<String> = thread::scope(|scope| {
        let run = |(name, read): &(&'static str, Reader)| {
            let (name, read, documents) = (*name, *read, &documents);
            scope.spawn(move || (name, read(documents)))
        };
        let running: Vec<_> = readers.iter().map(run).collect();
        let results = running
            .into_iter()
            .map(|reader| reader.join().expect("a reader runs"));
        results
            .flat_map(|(name, read)| differences(name, (&documents, &values), &read))
            .collect()
    });
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn differences(
    name: &str,
    (documents, values): (&[&str], &[Value]),
    read: &[Value],
) -> Vec<String> {
    assert_eq!(read.len(), values.len(), "{name} reads every document");
    let compared = documents.iter().zip(values).zip(read);
    let wrong = compared.filter(|((_, value), read)| value != read);
    wrong
        .map(|((document, value), read)| format!("{name} reads {read} for {value} in {document:?}"))
        .collect()
}

#[test]
fn nothing_else_differs_for_another_reader() {
    let edited = edited();
    assert!(edited.len() > 300, "{} documents", edited.len());
    let documents: Vec<_> = edited
        .iter()
        .flat_map(|edited| [&*edited.before, &edited.after])
        .collect();
    let read = python("events", &documents);
    let mut compared = 0;
    for (edited, events) in edited.iter().zip(read.chunks_exact(2)) {
        let (Some(before), Some(after)) = (events[0].as_array(), events[1].as_array()) else {
            // Some legal YAML is not for PyYAML, before and after.
            assert!(events[0].is_object(), "{edited:?}\n{}", events[1]);
            continue;
        };
        compared += 1;
        assert_eq!(before.len(), after.len(), "{edited:?}");
        let differences = before
            .iter()
            .zip(after)
            .filter(|(before, after)| before != after);
        let differences: Vec<_> = differences.collect();
        assert!(differences.len() <= 1, "{edited:?}\n{differences:?}");
        for (before, after) in differences {
            assert_eq!(
                (&before[0], &after[0]),
                (&json!("scalar"), &json!("scalar")),
                "{edited:?}"
            );
            assert_eq!(after[1], json!(edited.value), "{edited:?}");
            // Anchor and tag stay.
            assert_eq!(
                (&before[3], &before[4]),
                (&after[3], &after[4]),
                "{edited:?}"
            );
        }
    }
    assert!(
        compared * 10 > edited.len() * 8,
        "PyYAML reads {compared} of {}",
        edited.len()
    );
}

/// A document before and after an edit.
#[derive(Debug)]
struct Edited {
    before: String,
    after: String,
    value: String,
}

/// Random documents, the same on every machine, each with a value set.
fn edited() -> Vec<Edited> {
    let mut runner = TestRunner::deterministic();
    let documents = document::yaml();
    let mut edited = Vec::new();
    for count in 0..800 {
        let before = documents
            .new_tree(&mut runner)
            .expect("a document is made")
            .current();
        let file = parse("f.yaml", before.as_bytes()).expect("the document is YAML");
        let is_value = |node: &NodeRef<'_>| node.is_scalar() && !node.is_key_node();
        let values: Vec<_> = file.nodes().filter(is_value).collect();
        let Some(node) = values.get(count % values.len().max(1)) else {
            continue;
        };
        let value = ["v2", "1.10", "a: b", "it's"][count % 4].to_owned();
        let set = Operation::SetScalar {
            node: node.id(),
            value: value.clone(),
            kind: ScalarKind::Text,
        };
        let options = EditOptions {
            sharing: Sharing::Definitions,
        };
        let Ok(edits) = edit_with(&file, &[set], options) else {
            continue;
        };
        let change = FileChange {
            path: "f.yaml".to_owned(),
            state: FileState::Edited,
            edits,
        };
        let after = change
            .apply(before.as_bytes())
            .expect("the edits are for the file");
        let after = String::from_utf8(after).expect("YAML is UTF-8");
        edited.push(Edited {
            before,
            after,
            value,
        });
    }
    edited
}
