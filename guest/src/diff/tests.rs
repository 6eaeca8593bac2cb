use super::unified;
use crate::plan::{Edit, FileChange, FileState};

/// Checks the hunks of the diff that replaces ranges of `before`.
#[track_caller]
fn check(before: &str, edits: &[(usize, usize, &str)], expected: &str) {
    let change = change(before, edits);
    let diff = unified(&change, before.as_bytes());
    assert_eq!(diff, format!("--- a/f.yaml\n+++ b/f.yaml\n{expected}"));
}

fn change(before: &str, edits: &[(usize, usize, &str)]) -> FileChange {
    let edits = edits.iter().map(|(start, end, replacement)| Edit {
        start: *start,
        end: *end,
        old: before.as_bytes()[*start..*end].to_vec(),
        replacement: replacement.as_bytes().to_vec(),
    });
    FileChange {
        path: "f.yaml".to_owned(),
        state: FileState::Edited,
        edits: edits.collect(),
    }
}

#[test]
fn one_line_with_context() {
    check(
        "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
        &[(8, 9, "x")],
        "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n",
    );
}

#[test]
fn two_edits_of_one_line() {
    check(
        "a b c\n",
        &[(0, 1, "x"), (4, 5, "y")],
        "@@ -1 +1 @@\n-a b c\n+x b y\n",
    );
}

#[test]
fn near_hunks_join_and_far_ones_do_not() {
    let before = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    check(
        before,
        &[(0, 1, "x"), (14, 15, "y")],
        "@@ -1,10 +1,10 @@\n-0\n+x\n 1\n 2\n 3\n 4\n 5\n 6\n-7\n+y\n 8\n 9\n",
    );
    check(
        before,
        &[(0, 1, "x"), (16, 17, "y")],
        "@@ -1,4 +1,4 @@\n-0\n+x\n 1\n 2\n 3\n@@ -6,5 +6,5 @@\n 5\n 6\n 7\n-8\n+y\n 9\n",
    );
}

#[test]
fn inserted_and_removed_lines() {
    check(
        "a\nb\n",
        &[(2, 2, "x\ny\n")],
        "@@ -1,2 +1,4 @@\n a\n+x\n+y\n b\n",
    );
    check("a\nb\nc\n", &[(2, 4, "")], "@@ -1,3 +1,2 @@\n a\n-b\n c\n");
    check("a\nb\nc\n", &[(1, 3, "")], "@@ -1,3 +1,2 @@\n a\n-b\n c\n");
    check("ab\ncd\n", &[(1, 3, "")], "@@ -1,2 +1 @@\n-ab\n-cd\n+acd\n");
    check("", &[(0, 0, "a\n")], "@@ -0,0 +1 @@\n+a\n");
    check("a\n", &[(0, 2, "")], "@@ -1 +0,0 @@\n-a\n");
}

#[test]
fn a_missing_final_newline_is_said() {
    check(
        "a: 1\nb: 2",
        &[(8, 9, "3")],
        "@@ -1,2 +1,2 @@\n a: 1\n-b: 2\n\\ No newline at end of file\n+b: 3\n\\ No newline at end of file\n",
    );
    check(
        "a: 1",
        &[(4, 4, "\nb: 2")],
        "@@ -1 +1,2 @@\n-a: 1\n\\ No newline at end of file\n+a: 1\n+b: 2\n\\ No newline at end of file\n",
    );
    check(
        "ab\n",
        &[(1, 3, "")],
        "@@ -1 +1 @@\n-ab\n+a\n\\ No newline at end of file\n",
    );
}

#[test]
fn crlf_is_kept() {
    check(
        "a\r\nb\r\n",
        &[(3, 4, "c")],
        "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n",
    );
}

#[test]
fn nothing_changed() {
    assert_eq!(unified(&change("a\n", &[]), b"a\n"), "");
    assert_eq!(unified(&change("a\n", &[(0, 1, "a")]), b"a\n"), "");
}

/// `patch` is not at hand everywhere, so the diff is applied by hand here.
#[test]
fn a_diff_leads_from_before_to_after() {
    let before = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\ntwelve";
    for (start, end, replacement) in [
        (0, 0, "x\n"),
        (3, 7, ""),
        (20, 40, "a\nb"),
        (60, before.len(), "\n"),
    ] {
        let change = change(before, &[(start, end, replacement)]);
        let after = change.apply(before.as_bytes()).unwrap();
        let diff = unified(&change, before.as_bytes());
        assert_eq!(patched(before, &diff).as_bytes(), after, "{diff}");
    }
}

fn patched(before: &str, diff: &str) -> String {
    let old: Vec<_> = before.split_inclusive('\n').collect();
    let (mut after, mut line) = (String::new(), 0);
    let mut sign = ' ';
    for text in diff.split_inclusive('\n').skip(2) {
        if let Some(header) = text.strip_prefix("@@ -") {
            let range = header.split(' ').next().unwrap();
            let (first, count) = range.split_once(',').unwrap_or((range, "1"));
            let first = first.parse::<usize>().unwrap() - usize::from(count != "0");
            after.extend(old[line..first].iter().copied());
            line = first;
        } else if text.starts_with('\\') {
            if sign != '-' {
                after.truncate(after.len() - 1);
            }
        } else {
            sign = text.chars().next().unwrap();
            if sign != '-' {
                after.push_str(&text[1..]);
            }
            line += usize::from(sign != '+');
        }
    }
    after.extend(old[line..].iter().copied());
    after
}
