//! The pages of `docs/systems/` show the files that are tested, word for word.

use super::folder;
use crate::support::tools::project;
use std::collections::BTreeMap;
use std::fs;

/// What comes before a block on a page, and names its file.
const MARK: &str = "<!-- tests/systems/";

/// The pages with the folders of their systems, and the files that each has to show.
const PAGES: [(&str, &[&str]); 5] = [
    (
        "deploy-key",
        &[
            "code/.gitlab-ci.yml",
            "deployment/towpath.yaml",
            "deployment/overlays/production/kustomization.yaml",
            "deployment-helm/web/values.yaml",
            "failures.txt",
            "terraform/gitlab.tf",
        ],
    ),
    ("applications", &["repository/towpath.yaml", "steps.sh"]),
    (
        "values-per-environment",
        &["charts/towpath.yaml", "myapp/Makefile", "myapp/.travis.yml"],
    ),
    (
        "release-request",
        &["application/.github/workflows/release.yml"],
    ),
    (
        "release-captain",
        &["manifests/towpath.yaml", "orders/buildspec.yml", "steps.sh"],
    ),
];

/// Returns the blocks of a page by their files.
fn blocks(page: &str) -> BTreeMap<String, String> {
    let mut blocks = BTreeMap::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(rest) = line.strip_prefix(MARK) else {
            continue;
        };
        let file = rest.trim_end_matches(" -->").to_owned();
        let fence = lines.next().unwrap_or_default();
        assert!(fence.starts_with("```"), "{file}: no block comes after it");
        let block = lines.by_ref().take_while(|line| *line != "```");
        let block: String = block.map(|line| format!("{line}\n")).collect();
        let known = blocks.insert(file.clone(), block);
        assert!(known.is_none(), "{file} is shown twice");
    }
    blocks
}

#[test]
fn every_page_shows_the_files_that_are_tested() {
    for (name, wanted) in PAGES {
        let path = project().join("docs/systems").join(format!("{name}.md"));
        let page = fs::read_to_string(&path).expect("every system has a page");
        let blocks = blocks(&page);
        let files = folder(name);
        for file in wanted {
            let shown = blocks.contains_key(&format!("{name}/{file}"));
            assert!(shown, "docs/systems/{name}.md does not show {file}");
        }
        for (file, block) in &blocks {
            let path = file.strip_prefix(&format!("{name}/"));
            let path = path.unwrap_or_else(|| panic!("{file} is of another system"));
            let file = files.get(path);
            let file = file.unwrap_or_else(|| panic!("{path} is not there"));
            assert_eq!(
                *block,
                String::from_utf8_lossy(&file.bytes),
                "docs/systems/{name}.md: {path}"
            );
        }
    }
}
