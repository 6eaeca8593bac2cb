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

/// Cases whose expectation is wrong by what a promotion is: only values that say
/// a version move, and only to the same thing in the other environment.
const OTHERWISE: &[(&str, &str)] = &[
    (
        "pp0048",
        "it asks for the `version` of an API group in the target of a patch, which says nothing of what runs",
    ),
    (
        "pq0004",
        "it pairs the documents of two files by their number, and so gives containers the image of another service",
    ),
    (
        "pq0007",
        "its images have no tag; what differs is the registry, which is the environment's own",
    ),
    (
        "pq0011",
        "it moves the name of a branch: each environment follows its own, and none is a version",
    ),
    (
        "pq0014",
        "it moves the name of a branch: each environment follows its own, and none is a version",
    ),
    (
        "pq0015",
        "it moves the name of a branch: each environment follows its own, and none is a version",
    ),
    (
        "pq0017",
        "it gives `student-api` the tag of `nginx`, which its source has at the same key",
    ),
    (
        "pq0029",
        "it leaves the `?ref=` of the remote base behind, which the source moved together with the image",
    ),
    (
        "pq0033",
        "it replaces one image by another: the names differ, and a name moves only where it is the same in both",
    ),
    (
        "pq0034",
        "it leaves the `?ref=` of the remote base behind, which the source moved together with the image",
    ),
    (
        "pq0037",
        "it leaves the `?ref=` of the remote base behind, which the source moved together with the image",
    ),
    (
        "pq0040",
        "it leaves the `?ref=` of the remote base behind, which the source moved together with the image",
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
    let name = |key, other: &str| case.asked(key).unwrap_or(other).to_owned();
    let (from, to) = (name("from", "source"), name("to", "target"));
    memory.files.insert(
        "towpath.yaml".to_owned(),
        configuration((&from, &source_path), (&to, &path)).into_bytes(),
    );
    let lines = lines(&case, &before);
    let promote = |apps: Vec<String>| planner(&request(&to, apps), &memory);
    let result = narrowed(&lines, &promote);
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

fn configuration((from, files_of_from): (&str, &str), (to, files_of_to): (&str, &str)) -> String {
    let quoted = |path: &str| path.replace('\'', "''");
    format!(
        "version: 1\nenvironments:\n  '{from}': {{files: '{}'}}\n  '{to}': {{files: '{}', from: '{from}'}}\n",
        quoted(files_of_from),
        quoted(files_of_to)
    )
}

/// Promotes the apps whose versions stand on these lines, and no others.
fn narrowed(
    lines: &BTreeSet<u32>,
    promote: &dyn Fn(Vec<String>) -> Result<Plan, Failure>,
) -> Result<Plan, Failure> {
    let whole = promote(Vec::new())?;
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
        let plan = promote(vec![app.clone()]);
        plan.is_ok_and(|plan| !plan.is_empty() && changes_only(&plan))
    };
    let meant: Vec<_> = apps.into_iter().filter(is_meant).collect();
    // Without a name, everything would be promoted.
    let meant = if meant.is_empty() {
        vec!["none".to_owned()]
    } else {
        meant
    };
    promote(meant)
}

fn request(to: &str, apps: Vec<String>) -> Request {
    let promote = PromoteRequest {
        to: to.to_owned(),
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
