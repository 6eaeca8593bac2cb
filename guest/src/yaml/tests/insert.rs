//! New entries and items.

use super::{at, check, refuse};
use crate::error::Kind;
use crate::yaml::{File, Operation, Place, ScalarKind, Value, parse};

/// Returns the operation that adds `new: v1` to the mapping at `path`.
fn entry(path: &'static str, value: Value) -> impl Fn(&File) -> Vec<Operation> {
    move |file| {
        let mapping = at(file, path).id();
        let (place, key, value) = (Place::End, "new".to_owned(), value.clone());
        vec![Operation::InsertEntry {
            mapping,
            place,
            key,
            value,
        }]
    }
}

#[track_caller]
fn end(before: &str, path: &'static str, after: &str) {
    check(before, entry(path, Value::text("v1")), after);
}

#[track_caller]
fn place(before: &str, at_key: &'static str, is_before: bool, after: &str) {
    let insert = |file: &File| {
        let value = at(file, at_key);
        let key = value.key().unwrap().id();
        let mapping = value.parent().unwrap().id();
        let place = if is_before {
            Place::Before(key)
        } else {
            Place::After(key)
        };
        vec![Operation::InsertEntry {
            mapping,
            place,
            key: "new".to_owned(),
            value: Value::text("v1"),
        }]
    };
    check(before, insert, after);
}

fn image() -> Value {
    Value::texts([("name", "web"), ("newTag", "1.10")])
}

fn append(path: &'static str, item: Value) -> impl Fn(&File) -> Vec<Operation> {
    move |file| {
        vec![Operation::AppendItem {
            sequence: at(file, path).id(),
            item: item.clone(),
        }]
    }
}

#[track_caller]
fn item(before: &str, path: &'static str, after: &str) {
    check(before, append(path, image()), after);
}

#[test]
fn an_entry_goes_on_a_line_of_its_own() {
    end("a: 1\n", "", "a: 1\nnew: v1\n");
    end("a: 1", "", "a: 1\nnew: v1");
    end("?\n...\n", "", "?\nnew: v1\n...\n");
    end("a: 1\r\nb: 2\r\n", "", "a: 1\r\nb: 2\r\nnew: v1\r\n");
    end("a: 1 # c\n\n# end\n", "", "a: 1 # c\nnew: v1\n\n# end\n");
    end(
        "a:\n    b: 1\n    # of b\n     # too\n# of c\nc: 1\n",
        "a",
        "a:\n    b: 1\n    new: v1\n    # of b\n     # too\n# of c\nc: 1\n",
    );
    end(
        "a:\n  b: 1\n    # of b\n\n  # else\n",
        "a",
        "a:\n  b: 1\n    # of b\n  new: v1\n\n  # else\n",
    );
    end(
        "- a: 1\n  b: |\n    x\n\n- c\n",
        "[0]",
        "- a: 1\n  b: |\n    x\n  new: v1\n\n- c\n",
    );
    end("a: |+\n  x\n\n\n", "", "a: |+\n  x\n\n\nnew: v1\n");
    end("-   a: 1\n", "[0]", "-   a: 1\n    new: v1\n");
    end("- - a: 1\n", "[0][0]", "- - a: 1\n    new: v1\n");
    end("a:\n- x\n-\n...\n", "", "a:\n- x\n-\nnew: v1\n...\n");
    end("? a\n: b\n", "", "? a\n: b\nnew: v1\n");
    end("a: &x\n  b: &y\n", "a", "a: &x\n  b: &y\n  new: v1\n");
    end(
        "é: {}\na:\n  b: \"x\n    y\" # c\n",
        "a",
        "é: {}\na:\n  b: \"x\n    y\" # c\n  new: v1\n",
    );
}

#[test]
fn an_entry_goes_where_it_is_asked_for() {
    place("a: 1 # c\nb: 2\n", "a", false, "a: 1 # c\nnew: v1\nb: 2\n");
    place(
        "# top\na: 1 # c\nb: 2\n",
        "a",
        true,
        "# top\nnew: v1\na: 1 # c\nb: 2\n",
    );
    place(
        "- a: 1\n  b: 2\n",
        "[0].a",
        true,
        "- new: v1\n  a: 1\n  b: 2\n",
    );
    place(
        "- a: 1\n  b: 2\n",
        "[0].b",
        true,
        "- a: 1\n  new: v1\n  b: 2\n",
    );
    place(
        "x:\r\n  a: 1\r\n",
        "x.a",
        true,
        "x:\r\n  new: v1\r\n  a: 1\r\n",
    );
}

#[test]
fn an_entry_keeps_to_flow_style() {
    end("{a: 1}\n", "", "{a: 1, new: v1}\n");
    end("a: {}\n", "a", "a:\n  new: v1\n");
    end("[{}, x]\n", "[0]", "[{new: v1}, x]\n");
    end("[{ }, x]\n", "[0]", "[{new: v1}, x]\n");
    end("{a: 1,}\n", "", "{a: 1, new: v1,}\n");
    end("{a}\n", "", "{a, new: v1}\n");
    end(
        "{\n  a: 1, # c\n  b: 2 # d\n}\n",
        "",
        "{\n  a: 1, # c\n  b: 2, # d\n  new: v1\n}\n",
    );
    end(
        "{\n  a: 1,\n  b: 2,\n}\n",
        "",
        "{\n  a: 1,\n  b: 2,\n  new: v1,\n}\n",
    );
    end("{\n  a: 1 }\n", "", "{\n  a: 1,\n  new: v1 }\n");
    end("{a: 1,\n  b: 2}\n", "", "{a: 1,\n  b: 2,\n  new: v1}\n");
    end("{'a': 1}\n", "", "{'a': 1, new: v1}\n");
    place("{a: 1, b: 2}\n", "a", true, "{new: v1, a: 1, b: 2}\n");
    place("{a: 1, b: 2}\n", "a", false, "{a: 1, new: v1, b: 2}\n");
    place(
        "{\n  a: 1, # c\n  b: 2\n}\n",
        "a",
        false,
        "{\n  a: 1, # c\n  new: v1,\n  b: 2\n}\n",
    );
    refuse(
        "[a: 1]\n",
        entry("[0]", Value::text("v1")),
        Kind::InvalidKey,
    );
    refuse(
        "x: [{ # c\n}]\n",
        entry("x[0]", Value::text("v1")),
        Kind::InvalidKey,
    );
}

#[test]
fn an_entry_keeps_json_json() {
    end("{\"a\": 1}", "", "{\"a\": 1, \"new\": \"v1\"}");
    end(
        "{\"a\":1,\"b\":{}}",
        "",
        "{\"a\":1,\"b\":{},\"new\":\"v1\"}",
    );
    end(
        "{\"a\":1,\"b\":{}}",
        "b",
        "{\"a\":1,\"b\":{\"new\":\"v1\"}}",
    );
    end(
        "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n",
        "a",
        "{\n  \"a\": {\n    \"b\": 1,\n    \"new\": \"v1\"\n  }\n}\n",
    );
    end(
        "{\r\n\t\"a\": 1\r\n}",
        "",
        "{\r\n\t\"a\": 1,\r\n\t\"new\": \"v1\"\r\n}",
    );
    check(
        "{\"a\": null}",
        append("a", image()),
        "{\"a\": [{\"name\": \"web\", \"newTag\": \"1.10\"}]}",
    );
    check(
        "{\"a\": []}",
        append("a", image()),
        "{\"a\": [{\"name\": \"web\", \"newTag\": \"1.10\"}]}",
    );
    let file = parse("f.json", b"{}").unwrap();
    let operations = entry("", Value::Scalar("3".to_owned(), ScalarKind::AsGiven))(&file);
    assert_eq!(super::apply(&file, &operations).unwrap(), "{\"new\": 3}");
}

#[test]
fn a_mapping_begins_where_there_is_nothing() {
    end("a:\nb: 1\n", "a", "a:\n  new: v1\nb: 1\n");
    end("a: ~ # c\nb: 1\n", "a", "a: # c\n  new: v1\nb: 1\n");
    end(
        "x:\n    a: # c\n    b: 1\n",
        "x.a",
        "x:\n    a: # c\n        new: v1\n    b: 1\n",
    );
    end("a:", "a", "a:\n  new: v1");
    end("a: {} # c", "a", "a: # c\n  new: v1");
    end("--- # c\n", "", "--- # c\nnew: v1\n");
    end("- \n", "[0]", "- {new: v1} \n");
    end("{a: }\n", "a", "{a: {new: v1} }\n");
    refuse("a: x\n", entry("a", Value::text("v1")), Kind::InvalidKey);
    refuse("a: [x]\n", entry("a", Value::text("v1")), Kind::InvalidKey);
}

#[test]
fn an_item_follows_the_list() {
    item(
        "images:\n- name: a\n  newTag: v1\n",
        "images",
        "images:\n- name: a\n  newTag: v1\n- name: web\n  newTag: \"1.10\"\n",
    );
    item(
        "images:\n  - name: a\n\n# c\nx: 1\n",
        "images",
        "images:\n  - name: a\n  - name: web\n    newTag: \"1.10\"\n\n# c\nx: 1\n",
    );
    item(
        "images:\n-   name: a\n",
        "images",
        "images:\n-   name: a\n-   name: web\n    newTag: \"1.10\"\n",
    );
    item(
        "images:\n-\n  name: a",
        "images",
        "images:\n-\n  name: a\n- name: web\n  newTag: \"1.10\"",
    );
    item(
        "a:\r\n- x # c\r\n  # of x\r\nb: 1\r\n",
        "a",
        "a:\r\n- x # c\r\n  # of x\r\n- name: web\r\n  newTag: \"1.10\"\r\nb: 1\r\n",
    );
    item(
        "a:\n- x\n\n# of y\n- y\n\n\nb: 1\n",
        "a",
        "a:\n- x\n\n# of y\n- y\n\n- name: web\n  newTag: \"1.10\"\n\n\nb: 1\n",
    );
    item(
        "a: [{name: x}]\n",
        "a",
        "a: [{name: x}, {name: web, newTag: \"1.10\"}]\n",
    );
    item(
        "a: [x, ]\n",
        "a",
        "a: [x, {name: web, newTag: \"1.10\"}, ]\n",
    );
    item(
        "a:\n  [\n    x\n  ]\n",
        "a",
        "a:\n  [\n    x,\n    {name: web, newTag: \"1.10\"}\n  ]\n",
    );
    item(
        "- - x\n- y\n",
        "[0]",
        "- - x\n  - name: web\n    newTag: \"1.10\"\n- y\n",
    );
    check(
        "a:\n- x\n",
        append("a", Value::text("yes")),
        "a:\n- x\n- \"yes\"\n",
    );
}

#[test]
fn a_list_begins_where_there_is_nothing() {
    item(
        "images: []\n",
        "images",
        "images:\n- name: web\n  newTag: \"1.10\"\n",
    );
    item(
        "r:\n  - x\nimages: [] # c\n",
        "images",
        "r:\n  - x\nimages: # c\n  - name: web\n    newTag: \"1.10\"\n",
    );
    item(
        "r:\n- x\nimages:\n",
        "images",
        "r:\n- x\nimages:\n- name: web\n  newTag: \"1.10\"\n",
    );
    let both = |file: &File| {
        [
            append("a", image())(file),
            append("a", Value::text("x"))(file),
        ]
        .concat()
    };
    check(
        "a: []\n",
        both,
        "a:\n- name: web\n  newTag: \"1.10\"\n- x\n",
    );
    check(
        "b: 1\n{a: []}\n".trim_start_matches("b: 1\n"),
        both,
        "{a: [{name: web, newTag: \"1.10\"}, x]}\n",
    );
}

#[test]
fn nested_values_follow_the_file() {
    let list = Value::Sequence(vec![image(), Value::text("x")]);
    check(
        "r:\n- x\n# end\n",
        entry("", list.clone()),
        "r:\n- x\nnew:\n- name: web\n  newTag: \"1.10\"\n- x\n# end\n",
    );
    check(
        "r:\n  - x\n# end\n",
        entry("", list.clone()),
        "r:\n  - x\nnew:\n  - name: web\n    newTag: \"1.10\"\n  - x\n# end\n",
    );
    let nested = Value::Mapping(vec![("b".to_owned(), image()), ("c".to_owned(), list)]);
    check(
        "a:\n    x: 1\n",
        entry("", nested.clone()),
        "a:\n    x: 1\nnew:\n    b:\n        name: web\n        newTag: \"1.10\"\n    c:\n    - name: web\n      newTag: \"1.10\"\n    - x\n",
    );
    check(
        "{a: 1}",
        entry("", nested),
        "{a: 1, new: {b: {name: web, newTag: \"1.10\"}, c: [{name: web, newTag: \"1.10\"}, x]}}",
    );
    let empty = Value::Sequence(vec![Value::Mapping(vec![]), Value::Sequence(vec![])]);
    check("a: 1\n", entry("", empty), "a: 1\nnew:\n- {}\n- []\n");
    let mut deep = Value::text("x");
    for _ in 0..100 {
        deep = Value::Sequence(vec![deep]);
    }
    refuse("a: 1\n", entry("", deep), Kind::InvalidKey);
}

#[test]
fn several_entries_are_added_in_order() {
    let several = |file: &File| {
        let mapping = at(file, "").id();
        let insert = |key: &str| Operation::InsertEntry {
            mapping,
            place: Place::End,
            key: key.to_owned(),
            value: Value::text("v1"),
        };
        let set = super::set(file, "a", "v2", ScalarKind::Text);
        vec![insert("x"), insert("z"), set]
    };
    check("a:", several, "a: v2\nx: v1\nz: v1");
    check("a: # c\n", several, "a: v2 # c\nx: v1\nz: v1\n");
    check("{a: }\n", several, "{a: v2, x: v1, z: v1 }\n");
    check(
        "{\n  a: 1 # c\n}\n",
        several,
        "{\n  a: v2, # c\n  x: v1,\n  z: v1\n}\n",
    );
    check(
        "{\n  a: 1\n}\n",
        several,
        "{\n  a: v2,\n  x: v1,\n  z: v1\n}\n",
    );
    check(
        "{\n  a: 1, # c\n}\n",
        several,
        "{\n  a: v2, # c\n  x: v1,\n  z: v1,\n}\n",
    );
}

#[test]
fn nothing_is_added_where_there_is_no_place() {
    let into_last = |file: &File| {
        let mapping = file.nodes().last().unwrap().id();
        let (place, key, value) = (Place::End, "new".to_owned(), Value::text("v1"));
        vec![Operation::InsertEntry {
            mapping,
            place,
            key,
            value,
        }]
    };
    refuse("?\n\n\n", into_last, Kind::InvalidKey);
    refuse("? a:\n", into_last, Kind::InvalidKey);
    let into_key = |file: &File| {
        let sequence = file.nodes().nth(1).unwrap().id();
        vec![Operation::AppendItem {
            sequence,
            item: image(),
        }]
    };
    refuse(": x\n", into_key, Kind::InvalidKey);
    refuse("? [x]\n: y\n", into_key, Kind::InvalidKey);
}

#[test]
fn what_cannot_be_added_is_refused() {
    refuse("new: 1\n", entry("", Value::text("v1")), Kind::InvalidKey);
    refuse(
        "a: &x {b: 1}\nc: *x\n",
        entry("a", Value::text("v1")),
        Kind::SharedValue,
    );
    refuse(
        "a: &x {b: 1}\nc: *x\n",
        entry("c", Value::text("v1")),
        Kind::SharedValue,
    );
    let twice = |file: &File| [entry("", image())(file), entry("", image())(file)].concat();
    refuse("a: 1\n", twice, Kind::InvalidKey);
}

#[test]
fn a_value_comes_behind_a_key_that_is_an_anchor_or_a_tag_alone() {
    for (before, after) in [
        ("{&n }", "{&n : {new: v1} }"),
        ("{&n: }", "{&n: : {new: v1} }"),
        ("{&n\": , a: 1}", "{&n\": : {new: v1} , a: 1}"),
        ("{&n,}", "{&n : {new: v1},}"),
        ("{&n : }", "{&n : {new: v1} }"),
        ("{? &n }", "{? &n : {new: v1} }"),
        ("{!!str }", "{!!str : {new: v1} }"),
    ] {
        end(before, "\"\"", after);
    }
}
