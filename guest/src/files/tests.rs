use super::{is_candidate, normal, without_templates};
use crate::error::Kind;

#[test]
fn paths() {
    assert_eq!(normal("./a//b/").unwrap(), "a/b");
    assert_eq!(normal(".").unwrap(), "");
    for path in ["/a", "../a", "a/../b", "a\\..\\b", "\\a", "C:/a", "a\0b"] {
        assert_eq!(
            normal(path).unwrap_err().kind,
            Kind::OutsideRepository,
            "{path}"
        );
    }
}

#[test]
fn candidates() {
    for path in [
        "a.yaml",
        "a/b.yml",
        "x.json",
        "a/Kustomization",
        ".argocd-source-app.yaml",
    ] {
        assert!(is_candidate(path), "{path}");
    }
    for path in [".github/workflows/ci.yml", "a.txt", "yaml", ".hidden.yaml"] {
        assert!(!is_candidate(path), "{path}");
    }
}

#[test]
fn templates_of_charts_are_left_out() {
    let mut paths: Vec<_> = [
        "a/Chart.yaml",
        "a/templates/x.yaml",
        "a/values.yaml",
        "b/templates/y.yaml",
    ]
    .iter()
    .map(|path| (*path).to_owned())
    .collect();
    without_templates(&mut paths);
    assert_eq!(
        paths,
        ["a/Chart.yaml", "a/values.yaml", "b/templates/y.yaml"]
    );
}
