//! Promotions of the corpus, asked as a user would: first all that differs is
//! looked at, then the apps are named that are to be promoted.

use super::case::Case;
use super::memory::Memory;
use super::run::{Outcome, Planner, verdict};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use towpath_guest::error::Failure;
use towpath_guest::facts::Facts;
use towpath_guest::plan::{Change, Plan};
use towpath_guest::request::{Intent, Permits, PromoteRequest, Request, Source, Wording};
use towpath_guest::yaml::{self, KeyPath, Step};

/// Cases that ask for something else than we think is right, and why.
const OTHERWISE: &[(&str, &str)] = &[
    (
        "pp0039",
        "two versions of one chart in one file of its source are ambiguous",
    ),
    (
        "pq0017",
        "the image under the key is another one in the target",
    ),
    ("pp0048", "the version of an API is none of what runs"),
    (
        "pq0004",
        "images are compared by their places, where ours are by their names",
    ),
    ("pq0007", "the registry of an environment is its own"),
    (
        "pq0033",
        "the name of an image is not moved, only its version",
    ),
    ("pq0011", "a branch that is followed is no version"),
    ("pq0014", "a branch that is followed is no version"),
    ("pq0015", "a branch that is followed is no version"),
    (
        "pq0029",
        "the revision of a remote base moves with the image beside it",
    ),
    (
        "pq0034",
        "the revision of a remote base moves with the image beside it",
    ),
    (
        "pq0037",
        "the revision of a remote base moves with the image beside it",
    ),
    (
        "pq0040",
        "the revision of a remote base moves with the image beside it",
    ),
];

/// Runs all promotions of a corpus, and returns their outcomes in order.
pub(crate) fn all(corpus: &Path, planner: &Planner<'_>) -> Vec<Outcome> {
    let cases = Case::all(corpus).into_iter();
    let is_ours = |case: &Case| OTHERWISE.iter().all(|(id, _)| *id != case.id);
    let cases = cases.filter(|case| case.source_file.is_some() && is_ours(case));
    cases.map(|case| run(corpus, case, planner)).collect()
}

fn run(corpus: &Path, case: Case, planner: &Planner<'_>) -> Outcome {
    let before = fs::read(corpus.join(&case.file)).unwrap();
    let source = case.source_file.as_deref().unwrap();
    let source = fs::read(corpus.join(source)).unwrap();
    let (path, source_path) = (case.tree_path(), case.source_path().unwrap());
    let mut memory = Memory::default();
    memory.files.insert(path.clone(), before.clone());
    memory.files.insert(source_path.clone(), source);
    memory.files.insert(
        "towpath.yaml".to_owned(),
        configuration(&source_path, &path).into_bytes(),
    );
    let lines = lines(&case, &before);
    let result = promote(&memory, &lines, planner);
    let after = result.map(|plan| match plan.files.first() {
        Some(change) => change.apply(&before).unwrap(),
        None => before.clone(),
    });
    let verdict = verdict(&case, &before, &after);
    Outcome {
        case,
        after: after.unwrap_or(before),
        narrowed: None,
        verdict,
    }
}

fn configuration(from: &str, to: &str) -> String {
    let quoted = |path: &str| path.replace('\'', "''");
    format!(
        "version: 1\nenvironments:\n  from: {{files: '{}'}}\n  to: {{files: '{}', from: from}}\n",
        quoted(from),
        quoted(to)
    )
}

/// Promotes the apps whose versions stand on these lines, and no others.
fn promote(memory: &Memory, lines: &BTreeSet<u32>, planner: &Planner<'_>) -> Result<Plan, Failure> {
    let whole = planner(&request(Vec::new()), memory)?;
    let changed = |change: &&Change| change.old != change.new;
    let changes_only = |plan: &Plan| {
        let mut changes = plan.changes.iter().filter(changed);
        changes.all(|change| lines.contains(&change.at.line))
    };
    if changes_only(&whole) {
        return Ok(whole);
    }
    let table = whole.table.unwrap_or_default();
    let apps: BTreeSet<_> = table.rows.iter().map(|row| row[0].clone()).collect();
    let is_meant = |app: &String| {
        let plan = planner(&request(vec![app.clone()]), memory);
        plan.is_ok_and(|plan| !plan.is_empty() && changes_only(&plan))
    };
    let meant: Vec<_> = apps.into_iter().filter(is_meant).collect();
    // Without a name, everything would be promoted.
    let meant = if meant.is_empty() {
        vec!["none".to_owned()]
    } else {
        meant
    };
    planner(&request(meant), memory)
}

fn request(apps: Vec<String>) -> Request {
    let promote = PromoteRequest {
        to: "to".to_owned(),
        apps,
        skip_missing: true,
        permits: Permits {
            downgrade: true,
            moving_tags: true,
            moving_revisions: true,
            ..Permits::default()
        },
        ..PromoteRequest::default()
    };
    Request {
        intent: Intent::Promote(promote),
        source: Source::default(),
        facts: Facts::default(),
        wording: Wording::default(),
    }
}

/// Returns the lines that the values of a case stand on.
fn lines(case: &Case, before: &[u8]) -> BTreeSet<u32> {
    let file = yaml::parse("before.yaml", before).unwrap();
    let line = |target: &super::case::Target| {
        let root = file.document(usize::try_from(target.path[0].as_u64()?).ok()?)?;
        let steps = target.path[1..].iter().map(|step| match step {
            serde_json::Value::String(key) => Step::Key(key.clone()),
            index => Step::Index(usize::try_from(index.as_u64().unwrap()).unwrap()),
        });
        let found = KeyPath::new(steps.collect()).find(root).ok()?;
        Some(found.matches.first()?.location().line)
    };
    case.targets.iter().filter_map(line).collect()
}
