//! Setting scalars of every style.

use super::{apply, at, check, read, refuse, set};
use crate::error::Kind;
use crate::plan::{FileChange, FileState};
use crate::yaml::{EditOptions, Operation, ScalarKind, Sharing, edit, edit_with, parse};

/// Sets `a`, or the only value there is, as text.
#[track_caller]
fn text(before: &str, value: &str, after: &str) {
    check(
        before,
        |file| vec![set(file, "a", value, ScalarKind::Text)],
        after,
    );
    let file = read(after);
    let again = edit(&file, &[set(&file, "a", value, ScalarKind::Text)]).unwrap();
    assert_eq!(again, [], "not the same when done again: {after}");
}

#[track_caller]
fn given(before: &str, value: &str, after: &str) {
    check(
        before,
        |file| vec![set(file, "a", value, ScalarKind::AsGiven)],
        after,
    );
}

#[track_caller]
fn no(before: &str, value: &str, kind: Kind) {
    refuse(
        before,
        |file| vec![set(file, "a", value, ScalarKind::Text)],
        kind,
    );
}

#[test]
fn the_style_is_kept() {
    text("a: v1 # keep\n", "v2", "a: v2 # keep\n");
    text("a: 'v1'   # keep\n", "v2", "a: 'v2'   # keep\n");
    text("a: \"v1\"\t# keep\n", "v2", "a: \"v2\"\t# keep\n");
    text("a: '1.9'\n", "1.10", "a: '1.10'\n");
    text("a: \"v\\x31\"\n", "v2", "a: \"v2\"\n");
    text("a: 'it''s'\n", "it's not", "a: 'it''s not'\n");
    text("a: \"x\"\n", "a\"b\\c\n", "a: \"a\\\"b\\\\c\\n\"\n");
    text("a: 'x'\n", "a\nb", "a: \"a\\nb\"\n");
    text("a:\tv1\n", "v2", "a:\tv2\n");
    text("a:\n  v1\n", "v2", "a:\n  v2\n");
    text("a: x\n  y\n  z\nb: 1\n", "v2", "a: v2\nb: 1\n");
    text("a: \"x\n  y\"\n", "v2", "a: \"v2\"\n");
    text("? a\n: v1\n", "v2", "? a\n: v2\n");
    text("\"a\" : v1\n", "v2", "\"a\" : v2\n");
}

#[test]
fn line_endings_and_marks_are_kept() {
    text(
        "\u{feff}a: v1\r\nb: 1\r\n",
        "v2",
        "\u{feff}a: v2\r\nb: 1\r\n",
    );
    text("b: 1\na: v1", "v2", "b: 1\na: v2");
    text("x: 1\r\na: v1\ny: 1\r", "v2", "x: 1\r\na: v2\ny: 1\r");
    text(
        "%YAML 1.1\n---\na: v1   \n...\n\n\n",
        "v2",
        "%YAML 1.1\n---\na: v2   \n...\n\n\n",
    );
}

#[test]
fn quotes_come_only_when_they_are_needed() {
    text("a: v1\n", "1.10", "a: \"1.10\"\n");
    text("a: 1.9\n", "1.10", "a: \"1.10\"\n");
    text("a: 1.9\n", "v2", "a: v2\n");
    text("a: v1\n", "0123e4567", "a: \"0123e4567\"\n");
    text("a: v1\n", "a: b", "a: \"a: b\"\n");
    text("a: v1\n", "", "a: \"\"\n");
    text("{a: v1, b: 1}\n", "x,y", "{a: \"x,y\", b: 1}\n");
    text("{a: v1, b: 1}\n", "r:5000/x:v2", "{a: r:5000/x:v2, b: 1}\n");
    text("a: x,y\n", "x,z", "a: x,z\n");
}

#[test]
fn what_is_not_text_is_made_text() {
    text("a: 1.10\n", "1.10", "a: \"1.10\"\n");
    text("a: v1\n", "v1", "a: v1\n");
    text("a: ~\n", "v1", "a: v1\n");
    text("a: null # c\n", "null", "a: \"null\" # c\n");
}

#[test]
fn nothing_is_filled() {
    text("a:\n", "v1", "a: v1\n");
    text("a:", "v1", "a: v1");
    text(
        "a:   # set by CI\nb: 1\n",
        "v1",
        "a: v1   # set by CI\nb: 1\n",
    );
    text("a: # todo\r\n", "1", "a: \"1\" # todo\r\n");
    text("a: &t # c\n", "v1", "a: &t v1 # c\n");
    text("a: !!str\n", "v1", "a: !!str v1\n");
    text("{a}\n", "v1", "{a: v1}\n");
    text("{a: , b: 1}\n", "v1", "{a: v1 , b: 1}\n");
    text("{\"a\":}\n", "v1", "{\"a\": v1}\n");
    text("a: \"\"\n", "v1", "a: \"v1\"\n");
    no("? a\n", "v1", Kind::InvalidKey);
    check(
        "- \n- x\n",
        |file| vec![set(file, "[0]", "v", ScalarKind::Text)],
        "- v \n- x\n",
    );
    check(
        "-\n",
        |file| vec![set(file, "[0]", "v", ScalarKind::Text)],
        "- v\n",
    );
}

#[test]
fn anchors_and_tags_stay() {
    text("a: &t v1\n", "v2", "a: &t v2\n");
    text("a: !!str 1.0\n", "v2", "a: !!str v2\n");
    text("a: !!str 1.0\n", "1.1", "a: !!str \"1.1\"\n");
    text("a: !local v1 # c\n", "v2", "a: !local v2 # c\n");
    text("a: &t !!str 'x'\n", "v2", "a: &t !!str 'v2'\n");
    no("a: !!int 3\n", "v2", Kind::InvalidKey);
    given("a: !!int 3\n", "5", "a: !!int 5\n");
}

#[test]
fn block_scalars_keep_header_indentation_and_end() {
    text("a: >-\n    v1\nb: 1\n", "v2", "a: >-\n    v2\nb: 1\n");
    text(
        "a: |- # c\n  v1\n\nb: 1\n",
        "v2",
        "a: |- # c\n  v2\n\nb: 1\n",
    );
    text("a: |\n  v1\n", "v2\n", "a: |\n  v2\n");
    text(
        "a: |\r\n  x\r\n  y\r\nb: 1\r\n",
        "x\nz\n\nw\n",
        "a: |\r\n  x\r\n  z\r\n\r\n  w\r\nb: 1\r\n",
    );
    text("a: |+\n  x\n\nb: 1\n", "y\n\n", "a: |+\n  y\n\nb: 1\n");
    text("a: >\n  x\n  y\n", "x\ny\n", "a: >\n  x\n\n  y\n");
    text("a: >-\n  x\n", "x y\n\nz", "a: >-\n  x y\n\n\n  z\n");
    text("a: |2-\n    x\n", "  y\n z", "a: |2-\n    y\n   z\n");
    no("a: |\n  v1\n", "v2", Kind::InvalidKey);
    no("a: |-\n  v1\n", "v2\n", Kind::InvalidKey);
    no("a: |-\n  v1\n", "  v2", Kind::InvalidKey);
    no("a: >-\n  v1\n", "x\n y", Kind::InvalidKey);
    no("a: |-\n  v1\n", "x\u{1b}", Kind::InvalidKey);
    no("a: |\n\nb: 1\n", "x", Kind::InvalidKey);
}

#[test]
fn values_as_given_keep_their_type() {
    given("a: 3\n", "5", "a: 5\n");
    given("a: true\n", "false", "a: false\n");
    given("a: 3\n", "text", "a: text\n");
    given("a: 3\n", "1.10", "a: \"1.10\"\n");
    given("a: 3\n", "yes", "a: \"yes\"\n");
    given("a: 0.5\n", "0.25", "a: 0.25\n");
    given("a: \"3\"\n", "5", "a: \"5\"\n");
    given("a: '3'\n", "5", "a: '5'\n");
    given("a: x\n", "5", "a: \"5\"\n");
    given("a: x\n", "true", "a: \"true\"\n");
    given("a:\n", "5", "a: 5\n");
    given("a: ~\n", "1.10", "a: \"1.10\"\n");
    given("a: 1.10\n", "1.10", "a: 1.10\n");
    given("a: 3\n", "null", "a: null\n");
    given("{\"a\": 3}\n", "5", "{\"a\": 5}\n");
    given("{\"a\": 3}\n", "text", "{\"a\": \"text\"}\n");
}

#[test]
fn json_stays_json() {
    let json = |before: &str, value: &str, kind, after: &str| {
        let file = parse("f.json", before.as_bytes()).unwrap();
        assert_eq!(
            apply(&file, &[set(&file, "a", value, kind)]).unwrap(),
            after
        );
    };
    json("{\"a\": \"v1\"}", "v2", ScalarKind::Text, "{\"a\": \"v2\"}");
    json("{\"a\":null}", "v2", ScalarKind::Text, "{\"a\":\"v2\"}");
    json(
        "{\"a\":1}",
        "é\u{1b}\u{7f}",
        ScalarKind::Text,
        "{\"a\":\"é\\u001b\\u007f\"}",
    );
    json(
        "{\n\t\"a\": 1\n}\n",
        "2",
        ScalarKind::AsGiven,
        "{\n\t\"a\": 2\n}\n",
    );
    check(
        "{\"a\": 1}\n",
        |file| vec![set(file, "a", "v2", ScalarKind::Text)],
        "{\"a\": \"v2\"}\n",
    );
}

#[test]
fn shared_values_are_refused_and_named() {
    let text = "x: &t v1\na: *t\nb: *t\n";
    no(text, "v2", Kind::SharedValue);
    refuse(
        text,
        |file| vec![set(file, "x", "v2", ScalarKind::Text)],
        Kind::SharedValue,
    );
    let file = read(text);
    let failure = edit(&file, &[set(&file, "x", "v2", ScalarKind::Text)]).unwrap_err();
    assert!(failure.problem.message.contains("line 2, 3"), "{failure}");
    let options = EditOptions {
        sharing: Sharing::Everywhere,
    };
    let edits = edit_with(&file, &[set(&file, "b", "v2", ScalarKind::Text)], options).unwrap();
    let change = FileChange {
        path: "f.yaml".to_owned(),
        state: FileState::Edited,
        edits,
    };
    assert_eq!(
        change.apply(text.as_bytes()).unwrap(),
        b"x: &t v2\na: *t\nb: *t\n"
    );

    let merged = "base: &b {t: v1, u: v1}\nx: {<<: *b, t: v1}\n";
    let value = |path: &'static str| {
        move |file: &crate::yaml::File| vec![set(file, path, "v2", ScalarKind::Text)]
    };
    check(
        merged,
        value("base.t"),
        "base: &b {t: v2, u: v1}\nx: {<<: *b, t: v1}\n",
    );
    check(
        merged,
        value("x.t"),
        "base: &b {t: v1, u: v1}\nx: {<<: *b, t: v2}\n",
    );
    refuse(merged, value("base.u"), Kind::SharedValue);
    refuse(merged, value("x.u"), Kind::SharedValue);
}

#[test]
fn what_is_shared_may_be_permitted() {
    let text = "x: &t {v: v1}\na: *t\n";
    let file = read(text);
    let permit = |path: &str, sharing| {
        let set = [set(&file, path, "v2", ScalarKind::Text)];
        edit_with(&file, &set, EditOptions { sharing }).map(|edits| edits.len())
    };
    assert_eq!(permit("x.v", Sharing::Definitions), Ok(1));
    assert_eq!(permit("x.v", Sharing::Everywhere), Ok(1));
    let kind = permit("x.v", Sharing::Refuse).map_err(|failure| failure.kind);
    assert_eq!(kind, Err(Kind::SharedValue));
}

#[test]
fn a_template_that_is_yaml_by_accident_is_left_alone() {
    text(
        "a: v1\nb: {{ .x }}\nc: v-{{ .y }}\n",
        "v2",
        "a: v2\nb: {{ .x }}\nc: v-{{ .y }}\n",
    );
    no("a: {{ .x }}\n", "v2", Kind::Template);
    let inside = |file: &crate::yaml::File| {
        let all = file
            .nodes()
            .filter(|node| node.is_scalar() && !node.is_key_node());
        let value = |node: crate::yaml::NodeRef<'_>| Operation::SetScalar {
            node: node.id(),
            value: "v2".to_owned(),
            kind: ScalarKind::Text,
        };
        all.map(value).collect()
    };
    refuse("a: {{ .x }}\n", inside, Kind::Template);
}

#[test]
fn a_leading_dash_stays_bare_where_it_was() {
    text("a: --x=1\n", "--x=tcp://y", "a: --x=tcp://y\n");
    text("a: -x\n", "-1", "a: \"-1\"\n");
    text("a: -x\n", "- y", "a: \"- y\"\n");
    text("a: -x\n", "---", "a: \"---\"\n");
    text("a: x\n", "-x", "a: \"-x\"\n");
}

#[test]
fn what_is_no_single_value_is_refused() {
    no("a: {b: 1}\n", "v", Kind::InvalidKey);
    no("a: [1]\n", "v", Kind::InvalidKey);
    let key = |file: &crate::yaml::File| {
        let node = at(file, "a").key().unwrap().id();
        vec![Operation::SetScalar {
            node,
            value: "x".to_owned(),
            kind: ScalarKind::Text,
        }]
    };
    refuse("a: 1\n", key, Kind::InvalidKey);
    let duplicate = |file: &crate::yaml::File| {
        let node = file.document(0).unwrap().get("a").unwrap().id();
        vec![Operation::SetScalar {
            node,
            value: "x".to_owned(),
            kind: ScalarKind::Text,
        }]
    };
    refuse("a: 1\na: 2\n", duplicate, Kind::Contradiction);
}

#[test]
fn the_colon_of_an_outer_mapping_is_no_place_for_a_value() {
    let value = |file: &crate::yaml::File| vec![set(file, "a.b", "x", ScalarKind::Text)];
    refuse("a:\n ? b\n:\n", value, Kind::InvalidKey);
    check("a:\n ? b\n :\n:\n", value, "a:\n ? b\n : x\n:\n");
}

#[test]
fn several_values_change_at_once() {
    let both = |file: &crate::yaml::File| {
        let set = |path: &str, value: &str| set(file, path, value, ScalarKind::Text);
        vec![set("b", "v2"), set("a", "v2"), set("b", "v2")]
    };
    check("a: v1\nb:\n---\nc: 1\n", both, "a: v2\nb: v2\n---\nc: 1\n");
    let contradicting = |file: &crate::yaml::File| {
        let set = |value: &str| set(file, "a", value, ScalarKind::Text);
        vec![set("v2"), set("v3")]
    };
    refuse("a: v1\n", contradicting, Kind::InvalidKey);
}

#[test]
fn keys_are_renamed_in_place() {
    let rename = |file: &crate::yaml::File| {
        let key = at(file, "a").key().unwrap().id();
        let rename = Operation::RenameKey {
            key,
            to: "b".to_owned(),
        };
        vec![rename, set(file, "a", "v2", ScalarKind::Text)]
    };
    check("- x\n", |_| vec![], "- x\n");
    check("a: v1 # c\nc: 1\n", rename, "b: v2 # c\nc: 1\n");
    check("{\"a\": v1}\n", rename, "{\"b\": v2}\n");
    refuse("a: v1\nb: 1\n", rename, Kind::InvalidKey);
}

#[test]
fn text_in_text_is_replaced() {
    let replace = |from: &'static str, to: &'static str| {
        move |file: &crate::yaml::File| {
            let node = at(file, "a");
            let text = node.as_str().unwrap();
            let replace = |(start, found): (usize, &str)| Operation::ReplaceText {
                node: node.id(),
                range: start..start + found.len(),
                text: to.to_owned(),
            };
            text.match_indices(from).map(replace).collect()
        }
    };
    let literal = "a: | # c\n  x: v1\n\n   y: [v1, v1]\nb: 1\n";
    check(
        literal,
        replace("v1", "v20"),
        "a: | # c\n  x: v20\n\n   y: [v20, v20]\nb: 1\n",
    );
    refuse(literal, replace("x: v1\n", ""), Kind::InvalidKey);
    // What would be at the end does not count there.
    let stripped = "a: |-\n  x\n\n  y\n";
    refuse(stripped, replace("y", ""), Kind::InvalidKey);
    refuse(stripped, replace("y", "z\n"), Kind::InvalidKey);
    refuse("a: |\n  x\n", replace("x", ""), Kind::InvalidKey);
    check("a: |+\n  x\n\n  y\n", replace("y\n", ""), "a: |+\n  x\n\n");
    check("a: |\n  x\n\n  y\n", replace("x\n", ""), "a: |\n\n  y\n");
    check("a: |\n  x\n  y\n", replace("x\n", ""), "a: |\n  y\n");
    check(
        literal,
        replace("y:", "z:\n \n  y:"),
        "a: | # c\n  x: v1\n\n   z:\n   \n    y: [v1, v1]\nb: 1\n",
    );
    check(
        "a: |\r\n  x\r\n  y\r\n",
        replace("x\n", "x\nz\n"),
        "a: |\r\n  x\r\n  z\r\n  y\r\n",
    );
    check(
        "a: |-\n  x\n  y\n",
        replace("y", "y\nz"),
        "a: |-\n  x\n  y\n  z\n",
    );
    check(
        "a: |\n  x\n  y\n",
        replace("y\n", "y\nz\n"),
        "a: |\n  x\n  y\n  z\n",
    );
    check("a: |\n  x\n  y\n", replace("y\n", ""), "a: |\n  x\n");
    check(
        "a: >-\n  x\n  y\n",
        replace("y", "z"),
        "a: >-\n  x\n\n  z\n".replace("\n\n  z", " z").as_str(),
    );
    check(
        "a: \"x: v1\\ny: 1\\n\"\n",
        replace("v1", "v2"),
        "a: \"x: v2\\ny: 1\\n\"\n",
    );
    check("a: 'x: v1'\n", replace("v1", "v2"), "a: 'x: v2'\n");
}
