//! Reading: spans, documents, shared values, what is refused.

use super::read;
use crate::error::Kind;
use crate::yaml::{File, NodeRef, parse};

/// Returns the scalar values as `key path`, bytes and text.
fn values(file: &File) -> Vec<(String, &str, &str)> {
    let values = file
        .nodes()
        .filter(|node| node.is_scalar() && !node.is_key_node());
    values
        .map(|node| {
            (
                node.path(),
                node.source(),
                node.as_str().unwrap_or("(null)"),
            )
        })
        .collect()
}

#[track_caller]
fn check(text: &str, expected: &[(&str, &str, &str)]) {
    let file = read(text);
    let values = values(&file);
    let values: Vec<_> = values
        .iter()
        .map(|(path, source, text)| (&**path, *source, *text))
        .collect();
    assert_eq!(values, expected, "{text:?}");
}

/// Where the values of which nothing is written stand, marked with `|`.
#[track_caller]
fn check_empty(text: &str) {
    let file = read(&text.replace('|', ""));
    let mut marked = file.text().to_owned();
    for node in file.nodes().collect::<Vec<_>>().into_iter().rev() {
        if node.is_scalar() && !node.is_key_node() && node.span().is_empty() {
            marked.insert(node.span().start(), '|');
        }
    }
    assert_eq!(marked, text);
}

#[track_caller]
fn refuse(bytes: &[u8], kind: Kind, line: u32) {
    let failure = parse("f.yaml", bytes).unwrap_err();
    assert_eq!(failure.kind, kind, "{failure:?}");
    assert_eq!(failure.problem.code, kind.name());
    assert_eq!(failure.problem.at.map(|at| at.line), Some(line));
}

#[test]
fn every_style_has_its_bytes_and_its_text() {
    check("a: x y # c\n", &[("a", "x y", "x y")]);
    check("a: 'it''s'\n", &[("a", "'it''s'", "it's")]);
    check("a: \"\\x31\"\n", &[("a", "\"\\x31\"", "1")]);
    check("a: x\n  y\n", &[("a", "x\n  y", "x y")]);
    check(
        "a: &t v1\nb: !!str 1.0\n",
        &[("a", "v1", "v1"), ("b", "1.0", "1.0")],
    );
    check(
        "a: {b: [x, 'y']}\n",
        &[("a.b[0]", "x", "x"), ("a.b[1]", "'y'", "y")],
    );
    check("? a\n: x\n", &[("a", "x", "x")]);
    check(
        "a: ~\nb: null\nc: 'null'\n",
        &[
            ("a", "~", "(null)"),
            ("b", "null", "(null)"),
            ("c", "'null'", "null"),
        ],
    );
    check("\u{feff}a: x\r\nb: y", &[("a", "x", "x"), ("b", "y", "y")]);
    check("a.b: {'c d': x}\n", &[("\"a.b\".\"c d\"", "x", "x")]);
}

#[test]
fn block_scalars_begin_at_their_header() {
    check(
        "a: |\n  x\n  y\n\nb: z\n",
        &[("a", "|\n  x\n  y", "x\ny\n"), ("b", "z", "z")],
    );
    check(
        "a: >- # c\n   x\n   y\n\n",
        &[("a", ">- # c\n   x\n   y", "x y")],
    );
    check("a: |+\n  x\n\n# c\n", &[("a", "|+\n  x\n", "x\n\n")]);
    check("a: &x !!str |2-\n    x\n", &[("a", "|2-\n    x", "  x")]);
    check("a: |\n# c\nb: |-\n\n", &[("a", "|", ""), ("b", "|-", "")]);
    check(
        "a: |\n  x\n     \n\nb: y\n",
        &[("a", "|\n  x\n     ", "x\n   \n"), ("b", "y", "y")],
    );
    check(
        "- |\n x\n- - >\n   q\n",
        &[("[0]", "|\n x", "x\n"), ("[1][0]", ">\n   q", "q\n")],
    );
    check(
        "--- |\n x\n...\n--- >-\n y",
        &[("", "|\n x", "x\n"), ("", ">-\n y", "y")],
    );
    check(
        "a: |\r\n  x\r\n\r\nb: y\r\n",
        &[("a", "|\r\n  x", "x\n"), ("b", "y", "y")],
    );
    check("    |\nx\n", &[("", "|\nx", "x\n")]);
    check(
        "\u{feff}# c\n>-\n x\n...\n|\n y\n",
        &[("", ">-\n x", "x"), ("", "|\n y", "y\n")],
    );
    check("a: |\n  x\n # c\n", &[("a", "|\n  x", "x\n")]);
    check(
        "a: |+\n\n\nb: y\n",
        &[("a", "|+\n\n", "\n\n"), ("b", "y", "y")],
    );
}

#[test]
fn empty_values_stand_after_their_indicator() {
    check_empty("a:|\n");
    check_empty("a:|");
    check_empty("a:|   # c\nb :|  \n");
    check_empty("- a\n-|\n-|   \n-| # c - d\n- -| \n  - x\n-|");
    check_empty("a:\n-|\n-|\nb: x\n");
    check_empty("a: &x|\nb: !!str| # c\nc: !!null|\n");
    check_empty("- &a| # c\n- !!str|\n-|\n");
    check_empty("? a|\nb:|\n");
    check_empty("? a # c\n# d\n:| # e\n");
    check_empty("?|\n\n...\n");
    check_empty("a: 1\n? # c\n:|\n");
    check_empty("a:\n ? b|\n:|\n");
    check_empty("a:\n  ? b|\n  ? c|\n");
    check_empty("{\"a\":&x|, \"b\": &y|}\n");
    check_empty("{a|, b:| , c: 1, \"d\":|}\n");
    check_empty("[a:| , {b|}]\n");
    check_empty("---|\n---| # c\n...\n");
    check_empty("a:\r\n  b:|\r\n");
}

#[test]
fn documents_are_counted() {
    for (text, count) in [
        ("", 0),
        ("# c\n", 0),
        ("---\n", 1),
        ("a: 1\n", 1),
        ("# first\n---\na: 1\n---\nb: 1\n--- # last\n", 3),
        ("%YAML 1.1\n---\na: 1\n...\n", 1),
        ("---\n---\n---\n", 3),
    ] {
        assert_eq!(read(text).documents().len(), count, "{text:?}");
    }
    let file = read("---\n---\na: 1\n");
    assert!(file.document(0).is_some_and(NodeRef::is_null));
    let value = file.document(1).and_then(|root| root.get("a")).unwrap();
    assert_eq!(value.document_index(), 1);
    assert_eq!((value.location().line, value.location().column), (3, 4));
}

#[test]
fn comments_belong_to_their_line() {
    let text = "# top\na: # of a\n  - x # of x\n  # below\n  - 'y'\nb: | # of b\n  text # none\nc: [1, # no\n  2] # of c\n";
    let file = read(text);
    let root = file.document(0).unwrap();
    let comment = |node: NodeRef<'_>| node.comment_on_line().map(str::to_owned);
    let a = root.get("a").unwrap();
    assert_eq!(comment(a).as_deref(), Some("of a"));
    assert_eq!(
        a.items().map(comment).collect::<Vec<_>>(),
        [Some("of x".to_owned()), None]
    );
    assert_eq!(comment(root.get("b").unwrap()).as_deref(), Some("of b"));
    assert_eq!(comment(root.get("c").unwrap()).as_deref(), Some("of c"));
    assert_eq!(file.comments().count(), 7);
}

#[test]
fn aliases_and_merges_are_followed_and_remembered() {
    let text = "\
base: &base {tag: v1, name: x}
copy: *base
web: {<<: *base, tag: v2}
api: {<<: [*base], name: y}
plain: &unused v3
";
    let file = read(text);
    let root = file.document(0).unwrap();
    let lines = |path: &[&str]| {
        let node = path
            .iter()
            .try_fold(root, |node, key| node.get(key))
            .unwrap();
        node.shared()
            .map(|places| places.iter().map(|place| place.line).collect::<Vec<_>>())
    };
    assert_eq!(lines(&["base", "tag"]), Some(vec![2, 4]));
    assert_eq!(lines(&["base", "name"]), Some(vec![2, 3]));
    assert_eq!(lines(&["copy"]), Some(vec![1, 3, 4]));
    assert_eq!(lines(&["copy", "tag"]), Some(vec![1, 4]));
    assert_eq!(lines(&["web", "tag"]), None);
    assert_eq!(lines(&["web", "name"]), Some(vec![1, 2]));
    assert_eq!(lines(&["api", "tag"]), Some(vec![1, 2]));
    assert_eq!(lines(&["api", "name"]), None);
    assert_eq!(lines(&["plain"]), None);
}

#[test]
fn an_alias_to_itself_ends() {
    let file = read("a: &a\n  <<: *a\n  b: *a\n");
    let a = file.document(0).and_then(|root| root.get("a")).unwrap();
    assert_eq!(a.get("none"), None);
    assert!(a.get("b").is_some_and(NodeRef::is_mapping));
}

#[test]
fn duplicate_keys_matter_where_they_are() {
    let file = read("a: 1\nb: {c: 1, \"c\": 2, d: 3}\na: {x: 1}\n");
    let root = file.document(0).unwrap();
    let kind =
        |node: Option<NodeRef<'_>>| node.unwrap().contradiction().map(|failure| failure.kind);
    assert_eq!(kind(root.get("a")), Some(Kind::Contradiction));
    assert_eq!(
        kind(root.get("a").and_then(|a| a.get("x"))),
        Some(Kind::Contradiction)
    );
    assert_eq!(kind(root.get("b")), None);
    assert_eq!(kind(root.get("b").and_then(|b| b.get("d"))), None);
    assert_eq!(
        kind(root.get("b").and_then(|b| b.get("c"))),
        Some(Kind::Contradiction)
    );
    assert_eq!(file.duplicate_keys().count(), 2);
}

#[test]
fn what_is_no_yaml_is_refused_with_its_place() {
    refuse(b"a: 1\nb: \xff\n", Kind::InvalidFile, 2);
    refuse(b"a: 1\n\0", Kind::InvalidFile, 2);
    refuse(b"a: \x1b\n", Kind::InvalidFile, 1);
    refuse(b"\xff\xfea\0", Kind::InvalidFile, 0);
    refuse(b"a:\n\tb: 2\n", Kind::InvalidFile, 2);
    refuse(b"a: b: c\n", Kind::InvalidFile, 1);
    refuse(b"a: *none\n", Kind::InvalidFile, 1);
    refuse(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
        Kind::NotAFile,
        0,
    );
}

#[test]
fn templates_are_refused_as_such() {
    refuse(b"a: 1\nb: {{ .Values.b }}-x\n", Kind::Template, 2);
    refuse(b"image: {{ .Values.image }}:v1\n", Kind::Template, 1);
    refuse(
        b"{{- if .Values.x }}\na: 1\n{{- end }}\n",
        Kind::Template,
        1,
    );
    refuse(b"a:\n  {{- toYaml .x | nindent 2 }}\n", Kind::Template, 2);
    for text in [
        "a: \"{{ x }}\"\n",
        "a: v-{{ x }}\n",
        "a: 1 # {{ x }}\n",
        "a: {b: {c: d}}\n",
    ] {
        read(text);
    }
}

#[test]
fn limits_are_refused_as_such() {
    refuse("[".repeat(100_000).as_bytes(), Kind::Limit, 1);
    refuse("{a: ".repeat(50_000).as_bytes(), Kind::Limit, 1);
    refuse("- ".repeat(50_000).as_bytes(), Kind::Limit, 1);
    refuse(&vec![b'#'; crate::yaml::MAX_BYTES + 1], Kind::Limit, 0);
}

#[test]
fn json_is_told_from_yaml() {
    assert!(read("{\"a\": [1, true]}\n").is_json());
    assert!(!read("{\"a\": b}\n").is_json());
    assert!(!read("a: {}\n").is_json());
    assert!(parse("f.json", b"{}").unwrap().is_json());
}
