use super::report;
use crate::plan::{Change, Delivery, FileChange, FileState, Location, Plan, Problem};

fn at(line: u32, column: u32) -> Location {
    Location {
        path: "a/values.yaml".to_owned(),
        line,
        column,
    }
}

fn change(old: Option<&str>, new: Option<&str>) -> Change {
    Change {
        at: at(3, 8),
        key: "image.tag".to_owned(),
        image: Some("app".to_owned()),
        old: old.map(str::to_owned),
        new: new.map(str::to_owned),
        reason: String::new(),
    }
}

fn plan() -> Plan {
    Plan {
        files: vec![FileChange {
            path: "a/values.yaml".to_owned(),
            state: FileState::Edited,
            edits: Vec::new(),
        }],
        changes: vec![
            change(Some("v1"), Some("v2")),
            change(Some("v2"), Some("v2")),
        ],
        warnings: vec![Problem {
            code: "stale-digest".to_owned(),
            message: "a <b> | `c`".to_owned(),
            at: Some(at(4, 0)),
            hint: Some("Look.".to_owned()),
        }],
        message: "Set".to_owned(),
        diff: "--- a/a/values.yaml\n".to_owned(),
        ..Plan::default()
    }
}

fn delivery() -> Delivery {
    Delivery {
        repository: "https://git.example/deploy".to_owned(),
        branch: "main".to_owned(),
        commit: Some("0123abc".to_owned()),
        dry_run: false,
        request: None,
    }
}

#[test]
fn text() {
    assert_eq!(
        report(&plan(), &delivery()).text,
        "a/values.yaml:3:8: image.tag: v1 -> v2\n\
         a/values.yaml:3:8: image.tag: v2 (unchanged)\n\
         warning[stale-digest]: a/values.yaml:4: a <b> | `c`\n  hint: Look.\n\
         Committed 0123abc on main of https://git.example/deploy: 1 file changed.\n"
    );
}

#[test]
fn a_dry_run_shows_the_diff() {
    let delivery = Delivery {
        dry_run: true,
        commit: None,
        ..delivery()
    };
    let text = report(&plan(), &delivery).text;
    assert!(text.contains("\n--- a/a/values.yaml\n"), "{text}");
    assert!(
        text.ends_with("Dry run: 1 file would change on main of https://git.example/deploy.\n")
    );
}

#[test]
fn nothing_to_change() {
    let plan = Plan {
        files: Vec::new(),
        ..plan()
    };
    let text = report(&plan, &Delivery::default()).text;
    assert!(text.ends_with("Nothing to change: everything is already as asked.\n"));
}

#[test]
fn a_value_cannot_write_lines_or_markup() {
    let plan = Plan {
        changes: vec![change(None, Some("x\n::error::`|<img>@me"))],
        ..plan()
    };
    let report = report(&plan, &delivery());
    assert_eq!(report.text.lines().count(), 4);
    let row = report.markdown.lines().nth(4).unwrap();
    assert!(
        row.contains("x\u{fffd}::error::&#96;&#124;&#60;img&#62;&#64;me"),
        "{row}"
    );
    assert_eq!(row.matches('|').count(), 5, "{row}");
}

#[test]
fn json_has_a_schema() {
    let json: serde_json::Value = serde_json::from_str(&report(&plan(), &delivery()).json).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["changed"], true);
    assert_eq!(json["commit"], "0123abc");
    assert_eq!(json["changes"][0]["path"], "a/values.yaml");
    assert_eq!(json["changes"][1]["changed"], false);
    assert_eq!(json["warnings"][0]["at"]["line"], 4);
}

#[test]
fn a_request_is_told_with_its_page() {
    let requested = |outcome: &str, dry_run| {
        let request = Some(crate::plan::Requested {
            number: Some(7),
            url: Some("https://forge/7".to_owned()),
            outcome: outcome.to_owned(),
            reason: "nothing is done: so it is".to_owned(),
        });
        let delivery = Delivery {
            dry_run,
            request,
            ..delivery()
        };
        report(&Plan::default(), &delivery)
    };
    let told = requested("open", false);
    assert_eq!(
        told.text,
        "Opened request 7, https://forge/7: 0 files would change.\n"
    );
    assert!(
        told.json
            .contains(r#""request":{"number":7,"url":"https://forge/7","outcome":"open""#)
    );
    let told = requested("older", false);
    assert_eq!(
        told.text,
        "Nothing is done: so it is (request 7, https://forge/7).\n"
    );
    let told = requested("close", true);
    assert!(told.text.starts_with("Dry run: request 7"), "{}", told.text);
}
