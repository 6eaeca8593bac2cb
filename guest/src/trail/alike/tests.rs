use super::{Change, versions};
use crate::config::{self, Scope};
use crate::environment::{self, Version};
use crate::trail::past::Past;
use std::fs;
use std::path::{Path, PathBuf};

#[track_caller]
fn change(old: &str, new: &str) -> Option<(u32, String, String)> {
    let change = Change::between(old.as_bytes(), new.as_bytes())?;
    Some((
        change.line,
        change.before.to_owned(),
        change.after.to_owned(),
    ))
}

#[test]
fn a_version_at_a_key_is_a_plain_change() {
    let found = |line, before: &str, after: &str| Some((line, before.to_owned(), after.to_owned()));
    for (old, new, expected) in [
        ("tag: v1", "tag: v2", found(1, "v1", "v2")),
        (
            "a: 1\ntag: v1\nb: 2",
            "a: 1\ntag: v12\nb: 2",
            found(2, "v1", "v12"),
        ),
        (
            "  - newTag: \"1.9\" # why\r\n",
            "  - newTag: \"1.10\" # why\r\n",
            found(1, "1.9", "1.10"),
        ),
        ("tag:   'a1'\n", "tag:   'b2'\n", found(1, "a1", "b2")),
    ] {
        assert_eq!(change(old, new), expected, "{old:?}");
        let back = expected.map(|(line, before, after)| (line, after, before));
        assert_eq!(change(new, old), back, "{new:?}");
    }
}

#[test]
fn nothing_else_is_a_plain_change() {
    for (old, new) in [
        ("tag: v1", "tag: null"),
        ("tag: v1", "tag: ~"),
        ("tag: v1", "tag: latest"),
        ("tag: v1", "tag: \"v2\""),
        ("tag: v1", "tag: v2 # new"),
        ("tag: v1", "tag: v2@sha256:1"),
        ("tag: v1", "tag: &v v2"),
        ("tag: v1", "tag:v2"),
        ("tag: v1 # a1", "tag: v1 # a2"),
        ("# tag: v1", "# tag: v2"),
        ("image: a:v1", "image: a:v2"),
        ("tag: v1\ntag: v1", "tag: v2\ntag: v2"),
        ("tag: v1\n", "tag: v1\n\n"),
        ("tag: v1, name: a", "tag: v2, name: a"),
        ("tag: v1#", "tag: v2#"),
        ("tag: 'v1", "tag: 'v2"),
        ("a: 1\rtag: v1", "a: 1\rtag: v2"),
        ("v1: a1", "v2: a1"),
    ] {
        assert_eq!(change(old, new), None, "{old:?} {new:?}");
    }
}

/// A repository of which every file belongs to the environment `dev`.
fn whole() -> Past {
    let configuration = "version: 1;environments: {dev: {files: [\"\"]}}";
    Past::default().commit("Start", &format!("towpath.yaml: {configuration}"))
}

fn read(scope: &Scope<'_>, path: &str, text: &[u8]) -> Option<Vec<Version>> {
    environment::versions(scope, path, text).ok()
}

#[test]
fn a_version_that_is_put_together_is_read() {
    let declared = config::required(&whole()).unwrap();
    let scope = declared.scope("dev").unwrap();
    let digest = format!("sha256:{}", "a".repeat(64));
    for (text, follows) in [
        ("image:\n  repository: a\n  tag: v1\n".to_owned(), true),
        (
            format!("image:\n  repository: a\n  tag: v1\n  digest: {digest}\n"),
            false,
        ),
        (
            "a: &a\n  repository: a\n  tag: v1\nb:\n  image: *a\n".to_owned(),
            true,
        ),
        ("note: |\n  tag: v1\nimage: a:v1\n".to_owned(), false),
        ("note: \"\n  tag: v1\n  \"\n".to_owned(), false),
        (
            "image:\n  repository: a\n  tag: v1\n    more\n".to_owned(),
            false,
        ),
    ] {
        let known = read(&scope, "values.yaml", text.as_bytes()).unwrap();
        let new = text.replacen("tag: v1", "tag: v2", 1);
        let found = versions(known.iter(), text.as_bytes(), new.as_bytes());
        assert_eq!(found.is_some(), follows, "{text}");
        if let Some(found) = found {
            assert_eq!(read(&scope, "values.yaml", new.as_bytes()), Some(found));
        }
    }
}

/// Lists the YAML files of real deployment repositories.
fn corpus() -> Vec<PathBuf> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/files")];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path
            .extension()
            .is_some_and(|it| it == "yaml" || it == "yml")
        {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn what_follows_is_what_reading_brings() {
    let declared = config::required(&whole()).unwrap();
    let scope = declared.scope("dev").unwrap();
    let (mut followed, mut files) = (0, 0);
    for path in corpus() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap_or_default();
        // Every change of one is a copy of it.
        if text.len() > 50_000 {
            continue;
        }
        let Some(known) = read(&scope, name, text.as_bytes()) else {
            continue;
        };
        let before = followed;
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = line.trim_end().len();
            let words = line[..end].match_indices(' ').map(|(at, _)| at + 1);
            for at in words {
                for value in ["1", "v2.0.1", "0x7-rc.1", "main", "\"1\"", "null"] {
                    let new = [&text[..start + at], value, &text[start + end..]].concat();
                    let found = versions(known.iter(), text.as_bytes(), new.as_bytes());
                    if let Some(found) = found {
                        followed += 1;
                        let read = read(&scope, name, new.as_bytes());
                        assert_eq!(read, Some(found), "{}: {line:?} {value:?}", path.display());
                    }
                }
            }
            start += line.len();
        }
        files += usize::from(followed > before);
    }
    assert!(followed > 90 && files > 25, "{followed} in {files}");
}
