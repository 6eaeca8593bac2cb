//! `docs/requests.md` says what the code does; `BLESS=1` writes it again.

use crate::support::tools::project;
use std::fmt::Write as _;
use std::fs;
use towpath_guest::requests::{
    BranchState, ChangeState, Outcome, RequestState, VARIABLES, outcome,
};

#[test]
fn the_page_about_requests_is_what_the_code_does() {
    let path = project().join("docs/requests.md");
    let found = fs::read_to_string(&path).expect("it is part of the project");
    let expected = [
        ("variables", variables()),
        ("table", table()),
        ("outcomes", outcomes()),
    ];
    let expected = expected.iter().fold(found.clone(), |text, (name, block)| {
        let begin = format!("<!-- {name} -->\n");
        let (before, rest) = text.split_once(&begin).expect("the block begins");
        let (_, after) = rest.split_once("<!-- end -->").expect("the block ends");
        format!("{before}{begin}{block}<!-- end -->{after}")
    });
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &expected).expect("docs/ can be written");
        return;
    }
    assert!(
        found == expected,
        "docs/requests.md is not what the code does; run the test with BLESS=1"
    );
}

fn variables() -> String {
    let mut text = "| variable | meaning |\n|---|---|\n".to_owned();
    for (name, meaning) in VARIABLES {
        let _ = writeln!(text, "| `{{{{{name}}}}}` | {meaning} |");
    }
    text
}

fn table() -> String {
    let mut text = "| branch | request |".to_owned();
    for change in ChangeState::ALL {
        let _ = write!(text, " {} |", name(&change));
    }
    text.push_str("\n|---|---|---|---|---|---|\n");
    for branch in BranchState::ALL {
        for request in RequestState::ALL {
            let _ = write!(text, "| {} | {} |", name(&branch), name(&request));
            for change in ChangeState::ALL {
                let _ = write!(text, " {} |", outcome(branch, request, change).name());
            }
            text.push('\n');
        }
    }
    text
}

fn outcomes() -> String {
    let mut text = "| outcome | what happens |\n|---|---|\n".to_owned();
    for outcome in Outcome::ALL {
        let _ = writeln!(text, "| `{}` | {} |", outcome.name(), outcome.meaning());
    }
    text
}

fn name(state: &impl std::fmt::Debug) -> String {
    format!("{state:?}").to_lowercase()
}
