//! Removing entries.

use super::{at, check, refuse, set};
use crate::error::Kind;
use crate::yaml::{File, Operation, Place, ScalarKind, Value};

fn remove(path: &'static str, key: &'static str) -> impl Fn(&File) -> Vec<Operation> {
    move |file| {
        vec![Operation::RemoveEntry {
            mapping: at(file, path).id(),
            key: key.to_owned(),
        }]
    }
}

#[track_caller]
fn gone(before: &str, path: &'static str, after: &str) {
    check(before, remove(path, "gone"), after);
}

#[test]
fn an_entry_goes_with_its_lines() {
    gone("a: 1\ngone: 2 # c\nb: 3\n", "", "a: 1\nb: 3\n");
    gone("# a\ngone: 2\n# b\nb: 3\n", "", "# a\n# b\nb: 3\n");
    gone("a: 1\ngone: 2", "", "a: 1");
    gone("a: 1\r\ngone: 2\r\n", "", "a: 1\r\n");
    gone(
        "a: 1\ngone:\n  - x # c\n  # d\n  - y\n\n# b\nb: 1\n",
        "",
        "a: 1\n\n# b\nb: 1\n",
    );
    gone("a: 1\ngone: |\n  x\n\n  y\n\nb: 1\n", "", "a: 1\n\nb: 1\n");
    gone("a: 1\n? gone\n: x\nb: 1\n", "", "a: 1\nb: 1\n");
    gone("a: 1\n&x gone: &y\nb: 1\n", "", "a: 1\nb: 1\n");
    gone("\u{feff}gone: 1\na: 2\n", "", "\u{feff}a: 2\n");
}

#[test]
fn an_entry_goes_with_its_question_mark() {
    gone("a: 1\n?\n\n  gone\nb: 1\n", "", "a: 1\nb: 1\n");
    gone("a: 1\n? # c\n  gone\n: x\nb: 1\n", "", "a: 1\nb: 1\n");
    gone("? gone\nb: 1\n", "", "b: 1\n");
    gone("{a: 1, ? gone : x}\n", "", "{a: 1}\n");
}

#[test]
fn blank_lines_that_would_join_a_text_go_too() {
    gone("a: |+\n  x\ngone: 1\n\nb: 1\n", "", "a: |+\n  x\nb: 1\n");
    gone("a: |\n  x\ngone: 1\n\nb: 1\n", "", "a: |\n  x\n\nb: 1\n");
    gone("a: |+\n  x\ngone: 1", "", "a: |+\n  x\n");
}

#[test]
fn the_first_entry_of_an_item_leaves_the_dash() {
    gone("- gone: 1 # c\n  b: 2\n", "[0]", "- b: 2\n");
    gone("-   gone: 1\n    b: 2\n", "[0]", "-   b: 2\n");
    gone("- gone: 1\n  # b\n  b: 2\n", "[0]", "- # b\n  b: 2\n");
    gone("- gone:\n    x: 1\n\n  b: 2\n", "[0]", "- b: 2\n");
    gone("- b: 2\n  gone: 1\n- x\n", "[0]", "- b: 2\n- x\n");
}

#[test]
fn an_entry_leaves_flow_style() {
    gone("{gone: 1, b: 2}\n", "", "{b: 2}\n");
    gone("{a: 1, gone: 2}\n", "", "{a: 1}\n");
    gone("{a: 1, gone: 2,}\n", "", "{a: 1,}\n");
    gone("{a: 1, gone, b: 2}\n", "", "{a: 1, b: 2}\n");
    gone(
        "{\n  a: 1, # a\n  gone: 2, # c\n  b: 3\n}\n",
        "",
        "{\n  a: 1, # a\n  b: 3\n}\n",
    );
    gone(
        "{\n  \"a\": 1,\n  \"gone\": 2\n}\n",
        "",
        "{\n  \"a\": 1\n}\n",
    );
    gone(
        "{\n  a: 1, # a\n  gone: 2 # c\n}\n",
        "",
        "{\n  a: 1 # a\n}\n",
    );
    gone("{\n  a: 1,\n  gone: 2,\n}\n", "", "{\n  a: 1,\n}\n");
    gone("{\"gone\":1,\"b\":2}", "", "{\"b\":2}");
    gone("{\"a\":1,\"gone\":&x}\n", "", "{\"a\":1}\n");
    refuse(
        "{a: 1, gone: 2, # c\n b: 3}\n",
        remove("", "gone"),
        Kind::InvalidKey,
    );
}

#[test]
fn what_cannot_be_removed_is_refused() {
    refuse("gone: 1\n", remove("", "gone"), Kind::InvalidKey);
    refuse("a: 1\n", remove("", "gone"), Kind::InvalidKey);
    refuse(
        "gone: 1\na: 1\ngone: 1\n",
        remove("", "gone"),
        Kind::Contradiction,
    );
    refuse("gone: &x 1\na: *x\n", remove("", "gone"), Kind::SharedValue);
    refuse(
        "x: &x {gone: 1, b: 2}\na: *x\n",
        remove("x", "gone"),
        Kind::SharedValue,
    );
    refuse("a: x\n", remove("a", "gone"), Kind::InvalidKey);
}

#[test]
fn an_entry_gives_way_to_another() {
    let swap = |file: &File| {
        let item = at(file, "images[0]");
        let key = item.own("newTag").unwrap().key().unwrap().id();
        let (place, value) = (Place::After(key), Value::text("sha256:0a"));
        let insert = Operation::InsertEntry {
            mapping: item.id(),
            place,
            key: "digest".to_owned(),
            value,
        };
        vec![
            Operation::RemoveEntry {
                mapping: item.id(),
                key: "newTag".to_owned(),
            },
            insert,
        ]
    };
    check(
        "images:\n- name: a\n  newTag: v1 # c\n  x: 1\n",
        swap,
        "images:\n- name: a\n  digest: sha256:0a\n  x: 1\n",
    );
    check(
        "images:\n- name: a\n  newTag: v1",
        swap,
        "images:\n- name: a\n  digest: sha256:0a",
    );
    check(
        "images: [{name: a, newTag: v1}]\n",
        swap,
        "images: [{name: a, digest: sha256:0a}]\n",
    );
    let and_set = |file: &File| {
        let removed = remove("", "digest")(file);
        [removed, vec![set(file, "newTag", "v2", ScalarKind::Text)]].concat()
    };
    check("digest: x\nnewTag: v1\n", and_set, "newTag: v2\n");
    check("newTag: v1\ndigest: x", and_set, "newTag: v2");
}
