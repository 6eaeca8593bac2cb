//! `docs/comparison.md`: the same inputs for Towpath and for the tools of today.
//!
//! The cells are what the tools left here; `BLESS=1` writes the page again.

mod judge;
mod rows;
mod tools;

use crate::support::tools::project;
use crate::systems::figures;
use judge::judge;
use rows::{ROWS, Row};
use std::fmt::Write as _;
use std::thread;
use tools::{Tool, run};

/// What was found out about one input.
struct Line {
    title: &'static str,
    cells: Vec<String>,
}

#[test]
fn the_comparison_is_what_the_tools_do() {
    let lines = measured();
    for line in &lines {
        // No tool of the table may hide that ours is worse.
        let ours = &line.cells[0];
        assert!(
            matches!(&**ours, "ok" | "refused"),
            "{}: {ours}",
            line.title
        );
    }
    let path = project().join("docs/comparison.md");
    let expected = page(&lines);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &expected).expect("docs/ can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/comparison.md is not what the tools do; run the test with BLESS=1\n{expected}"
    );
}

fn measured() -> Vec<Line> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = ROWS.len().div_ceil(threads);
    let line = |row: &'static Row| Line {
        title: row.title,
        cells: Tool::ALL
            .iter()
            .map(|tool| run(*tool, row).map_or_else(|| "–".to_owned(), |left| judge(row, &left)))
            .collect(),
    };
    thread::scope(|scope| {
        let shares: Vec<_> = ROWS
            .chunks(share)
            .map(|rows| scope.spawn(move || rows.iter().map(line).collect::<Vec<_>>()))
            .collect();
        let join = |share: thread::ScopedJoinHandle<'_, Vec<Line>>| share.join().expect("it runs");
        shares.into_iter().flat_map(join).collect()
    })
}

fn page(lines: &[Line]) -> String {
    let mut text = String::from(
        "# What an edit does to the rest of a file\n\n\
         This page is made by a test, which runs the real tools on the same inputs; it fails when a cell is no longer true.\n\
         Every tool is used as carefully as its documentation shows: yq with `strenv`, ruamel.yaml with its round trip and with quotes preserved.\n\n\
         - **ok**: the new value is there, and no other byte differs.\n\
         - **refused**, **error**: a message, another exit code than 0, and the file as it was.\n\
         - **–**: the tool is not for such a file.\n\
         - Everything else says what became of the file, with exit code 0. What is bold deploys something else than was asked for, or nothing at all.\n\n",
    );
    let names = Tool::ALL.iter().map(|tool| tool.name());
    let names: Vec<_> = names.collect();
    let _ = writeln!(text, "| input | {} |", names.join(" | "));
    let _ = writeln!(text, "|---|{}", "---|".repeat(names.len()));
    for line in lines {
        let _ = writeln!(text, "| {} | {} |", line.title, line.cells.join(" | "));
    }
    text.push_str(OTHERS);
    text.push_str(&figures::section());
    text
}

/// Tools that cannot be run here.
const OTHERS: &str = "
## As measured by others

These tools need a cluster or a registry, and are not run by our tests: the cells are of a survey of July 2026.

| input | Kargo yaml-update | Image Updater (Helm) | Flux | updatecli | gitopscli |
|---|---|---|---|---|---|
| comment on the changed line | lost | kept | kept | lost | kept |
| indentation elsewhere | kept | kept, or changed when quotes are needed | changed | kept | changed |
| CRLF | LF | kept or LF | LF | LF | LF |
| second document | not reached | **deleted** on its slow path | ok | error | error |
| anchored value `&t v1` | **invalid YAML** | ok | ok | **invalid YAML** | anchor moved |
| path through an alias | error | **writes the shared anchor** | – | – | **writes the shared anchor** |
| flow map | **invalid YAML** | ok | not updatable | ok | ok |
| new tag `0123e4567` | bare | bare | bare | bare | quoted |
| matches nothing | error | creates | silent | error | error |
";
