//! Whatever the file, an edit changes what it should and nothing else.

#[path = "yaml_edits/document.rs"]
mod document;

use proptest::prelude::*;
use towpath_guest::error::{Failure, Kind};
use towpath_guest::plan::{FileChange, FileState};
use towpath_guest::yaml::{
    EditOptions, File, NodeRef, Operation, Place, ScalarKind, ScalarStyle, Sharing, Value, edit,
    edit_with, parse,
};

fn read(text: &str) -> File {
    parse("f.yaml", text.as_bytes()).unwrap_or_else(|failure| panic!("{failure:?}\n{text}"))
}

fn apply(file: &File, operations: &[Operation]) -> Result<String, Failure> {
    apply_with(file, operations, EditOptions::default())
}

fn apply_with(
    file: &File,
    operations: &[Operation],
    options: EditOptions,
) -> Result<String, Failure> {
    let edits = edit_with(file, operations, options)?;
    let change = FileChange {
        path: file.path().to_owned(),
        state: FileState::Edited,
        edits,
    };
    let bytes = change
        .apply(file.text().as_bytes())
        .expect("the edits are for the file");
    Ok(String::from_utf8(bytes).expect("YAML is UTF-8"))
}

/// Returns the text after an edit, `None` when it was refused; an error that is
/// a bug fails the test.
fn refused(result: Result<String, Failure>, text: &str) -> Result<Option<String>, TestCaseError> {
    match result {
        Ok(after) => Ok(Some(after)),
        Err(failure) => {
            prop_assert_ne!(failure.kind, Kind::Internal, "{:?}\n{}", failure, text);
            Ok(None)
        }
    }
}

/// Returns all that can be seen of a node, without where it is.
fn seen(node: NodeRef<'_>) -> String {
    let text = (!node.is_mapping() && !node.is_sequence()).then(|| node.source());
    let properties = (node.anchor(), node.tag(), node.is_flow(), node.len());
    format!(
        "{} {text:?} {:?} {properties:?}",
        node.path(),
        node.comment_on_line()
    )
}

fn texts() -> impl Strategy<Value = String> {
    let listed = prop::sample::select(
        &[
            "v2",
            "1.10",
            "yes",
            "",
            "a: b",
            "a #b",
            "x,y",
            "it's",
            "\"",
            "\\",
            "a\nb",
            "a\n",
            " v",
            "-v",
            "null",
            "é😀",
            "r:5000/x:v2",
            "\u{7f}",
            "\t",
            "- x",
            "---",
            "two words",
        ][..],
    );
    prop_oneof![3 => listed.prop_map(str::to_owned), 1 => "[a-z0-9.:_ #'\"-]{0,12}", 1 => any::<String>()]
}

/// A thousand cases of each; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 4 * ProptestConfig::default().cases,
        failure_persistence: None,
        max_global_rejects: u32::MAX,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn only_the_scalar_that_is_set_differs(
        text in document::yaml(),
        choice in any::<prop::sample::Index>(),
        value in texts(),
        typed in any::<bool>(),
    ) {
        let file = read(&text);
        let scalars: Vec<_> = file.nodes().filter(|node| node.is_scalar() && !node.is_key_node()).collect();
        prop_assume!(!scalars.is_empty());
        let node = scalars[choice.index(scalars.len())];
        let kind = if typed { ScalarKind::AsGiven } else { ScalarKind::Text };
        let set = [Operation::SetScalar { node: node.id(), value: value.clone(), kind }];
        let options = EditOptions { sharing: Sharing::Definitions };
        let Some(after) = refused(apply_with(&file, &set, options), &text)? else { return Ok(()) };
        let changed = read(&after);
        let new = changed.node(node.id());
        prop_assert_eq!(new.as_str().unwrap_or_default(), if new.is_null() { "" } else { &value }, "{}", after);
        prop_assert!(typed || !new.is_null(), "{}", after);
        for (old, new) in file.nodes().zip(changed.nodes()) {
            let is_alias_of_it = old.followed().id() == node.id();
            prop_assert!(is_alias_of_it || seen(old) == seen(new), "{:?} {:?}\n{}", old, new, after);
        }
        prop_assert_eq!(file.nodes().count(), changed.nodes().count());
        prop_assert!(file.comments().eq(changed.comments()), "{}", after);
        // Done again, it changes nothing.
        let again = [Operation::SetScalar { node: node.id(), value, kind }];
        prop_assert_eq!(edit_with(&changed, &again, options).map(|edits| edits.len()), Ok(0), "{}", after);
    }

    #[test]
    fn setting_back_gives_the_original_bytes(
        text in document::yaml(),
        choice in any::<prop::sample::Index>(),
        value in texts(),
    ) {
        let file = read(&text);
        let canonical = |node: &NodeRef<'_>| match node.scalar_style() {
            Some(ScalarStyle::Plain) => node.as_str().is_some_and(|text| text == node.source()) && node.tag().is_none(),
            Some(ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) => true,
            _ => false,
        };
        let scalars: Vec<_> = file.nodes().filter(|node| node.is_scalar() && !node.is_key_node()).filter(canonical).collect();
        prop_assume!(!scalars.is_empty());
        let node = scalars[choice.index(scalars.len())];
        let old = node.as_str().unwrap_or_default().to_owned();
        let set = |value: String| [Operation::SetScalar { node: node.id(), value, kind: ScalarKind::Text }];
        let Some(after) = refused(apply(&file, &set(value)), &text)? else { return Ok(()) };
        let changed = read(&after);
        let same_style = changed.node(node.id()).scalar_style() == node.scalar_style();
        let Some(back) = refused(apply(&changed, &set(old)), &after)? else { return Ok(()) };
        let same_style = same_style && read(&back).node(node.id()).scalar_style() == node.scalar_style();
        prop_assert!(!same_style || back == text, "{:?}\n{:?}\n{:?}", text, after, back);
    }

    #[test]
    fn an_entry_that_is_added_and_removed_leaves_no_trace(
        text in document::yaml(),
        choice in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        value in value(),
    ) {
        let file = read(&text);
        let mappings: Vec<_> = file.nodes().filter(|node| node.is_mapping() && !node.is_empty()).collect();
        prop_assume!(!mappings.is_empty());
        let mapping = mappings[choice.index(mappings.len())].followed();
        let keys: Vec<_> = mapping.entries().map(|(key, _)| key.id()).collect();
        let place = match place.index(2 * keys.len() + 1) {
            0 => Place::End,
            index if index % 2 == 1 => Place::Before(keys[index / 2]),
            index => Place::After(keys[index / 2 - 1]),
        };
        let key = "new key".to_owned();
        let insert = [Operation::InsertEntry { mapping: mapping.id(), place, key: key.clone(), value }];
        let Some(after) = refused(apply(&file, &insert), &text)? else { return Ok(()) };
        let changed = read(&after);
        let added: Vec<_> = changed.nodes().filter(|node| node.is_key_node() && node.as_str() == Some(&key)).collect();
        prop_assert_eq!(added.len(), 1);
        let mapping = added[0].parent().expect("a key has a mapping").id();
        let Some(back) = refused(apply(&changed, &[Operation::RemoveEntry { mapping, key }]), &after)? else {
            return Ok(());
        };
        // The line ending of a text at the very end is not taken from it.
        let text_at_end = file.nodes().last().and_then(NodeRef::scalar_style);
        let text_at_end = matches!(text_at_end, Some(ScalarStyle::Literal | ScalarStyle::Folded));
        let longer = text_at_end && back.trim_end() == text;
        prop_assert!(longer || back == text, "{:?}\n{:?}\n{:?}", text, after, back);
    }

    #[test]
    fn an_item_that_is_added_is_the_last(
        text in document::yaml(),
        choice in any::<prop::sample::Index>(),
        item in value(),
    ) {
        let file = read(&text);
        let is_list = |node: &NodeRef<'_>| node.is_sequence() || node.is_null() && !node.is_key_node();
        let lists: Vec<_> = file.nodes().filter(is_list).collect();
        prop_assume!(!lists.is_empty());
        let list = lists[choice.index(lists.len())].followed();
        let append = [Operation::AppendItem { sequence: list.id(), item }];
        let Some(after) = refused(apply(&file, &append), &text)? else { return Ok(()) };
        let changed = read(&after);
        let new = changed.node(list.id());
        prop_assert_eq!(new.len(), list.len() + 1, "{}", after);
        prop_assert!(file.comments().eq(changed.comments()), "{}", after);
        for (old, new) in list.items().zip(new.items()) {
            prop_assert_eq!(seen(old), seen(new));
        }
    }

    #[test]
    fn an_entry_goes_alone(text in document::yaml(), choice in any::<prop::sample::Index>()) {
        let file = read(&text);
        let keys: Vec<_> = file.nodes().filter(|node| node.is_key_node() && node.as_str().is_some()).collect();
        prop_assume!(!keys.is_empty());
        let key = keys[choice.index(keys.len())];
        let mapping = key.parent().expect("a key has a mapping");
        let name = key.as_str().unwrap_or_default().to_owned();
        let remove = [Operation::RemoveEntry { mapping: mapping.id(), key: name }];
        let Some(after) = refused(apply(&file, &remove), &text)? else { return Ok(()) };
        let changed = read(&after);
        prop_assert_eq!(changed.node(mapping.id()).len(), mapping.len() - 1, "{}", after);
    }

    #[test]
    fn several_edits_are_as_good_as_one_after_the_other(
        text in document::yaml(),
        choices in prop::collection::vec((any::<prop::sample::Index>(), texts()), 1..4),
    ) {
        let mut file = read(&text);
        let scalars: Vec<_> = file.nodes().filter(|node| node.is_scalar() && !node.is_key_node()).collect();
        prop_assume!(!scalars.is_empty());
        let mut operations = std::collections::BTreeMap::new();
        for (choice, value) in choices {
            let node = scalars[choice.index(scalars.len())].id();
            operations.insert(node, Operation::SetScalar { node, value, kind: ScalarKind::Text });
        }
        let operations: Vec<_> = operations.into_values().collect();
        let Some(at_once) = refused(apply(&file, &operations), &text)? else { return Ok(()) };
        let was_json = file.is_json();
        for operation in operations {
            let after = apply(&file, &[operation]).expect("what works at once works alone");
            file = read(&after);
            // By chance it became JSON, which has other rules from there on.
            prop_assume!(file.is_json() == was_json);
        }
        prop_assert_eq!(at_once, file.text());
    }

    #[test]
    fn no_text_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), text in "[-?:,\\[\\]{}#&*!|>'\"%@` \n\ra~<0\\\\]{0,60}") {
        let _ = parse("f.yaml", &bytes);
        let Ok(file) = parse("f.yaml", text.as_bytes()) else { return Ok(()) };
        for node in file.nodes() {
            let _ = (node.shared(), node.contradiction(), node.path(), node.location(), node.comment_on_line());
            let set = Operation::SetScalar { node: node.id(), value: "v2".to_owned(), kind: ScalarKind::Text };
            let insert = Operation::InsertEntry {
                mapping: node.id(),
                place: Place::End,
                key: "new".to_owned(),
                value: Value::text("v"),
            };
            let append = Operation::AppendItem { sequence: node.id(), item: Value::text("v") };
            for operation in [set, insert, append] {
                let _ = edit(&file, &[operation]);
            }
        }
    }
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = (texts(), any::<bool>()).prop_map(|(text, typed)| {
        Value::Scalar(
            text,
            if typed {
                ScalarKind::AsGiven
            } else {
                ScalarKind::Text
            },
        )
    });
    scalar.prop_recursive(3, 10, 3, |inner| {
        let key = prop::sample::select(&["name", "newTag", "yes", "1"][..]);
        let unique = |entries: Vec<(&str, Value)>| {
            let mut entries: Vec<_> = entries
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            entries.dedup_by(|one, other| one.0 == other.0);
            Value::Mapping(entries)
        };
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Sequence),
            prop::collection::vec((key, inner), 0..3).prop_map(unique),
        ]
    })
}
