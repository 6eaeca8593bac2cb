//! Command lines, files and what becomes of them.

use clap::Parser;
use std::collections::BTreeMap;
use towpath_guest::error::{Failure, Kind};
use towpath_guest::plan::Plan;
use towpath_guest::repository::{AccessError, Entry, EntryKind, Repository};
use towpath_surface::options::SetOptions;

/// A digest that is as good as any.
pub(crate) const DIGEST: &str =
    "sha256:bbfcd4160a1e8674dac62292ae48be4785262ad7078f9ec11b74a254ce70fa06";

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    set: SetOptions,
}

/// Files by path, written as `== path` lines with their contents below.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    /// Reads files; a text without `== path` is the file `values.yaml`.
    pub(crate) fn new(text: &str) -> Self {
        let mut files = BTreeMap::<String, String>::new();
        let mut path = "values.yaml";
        for line in text.split_inclusive('\n') {
            match line.strip_prefix("== ") {
                Some(next) => {
                    path = next.trim_end();
                    files.insert(path.to_owned(), String::new());
                }
                None => files.entry(path.to_owned()).or_default().push_str(line),
            }
        }
        let bytes = files
            .into_iter()
            .map(|(path, text)| (path, text.into_bytes()));
        Self(bytes.collect())
    }

    /// Adds a file of any bytes.
    pub(crate) fn with(mut self, path: &str, bytes: &[u8]) -> Self {
        self.0.insert(path.to_owned(), bytes.to_vec());
        self
    }

    fn text(&self) -> String {
        let file = |(path, bytes): (&String, &Vec<u8>)| {
            format!("== {path}\n{}", String::from_utf8_lossy(bytes))
        };
        self.0.iter().map(file).collect()
    }
}

impl Repository for Files {
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        let below = |path: &&String| {
            directory.is_empty()
                || path
                    .strip_prefix(directory)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        let entry = |path: &String| Entry {
            path: path.clone(),
            kind: EntryKind::File,
        };
        if self.0.contains_key(directory) {
            return Err(AccessError::NotAFile(AccessError::FILE.to_owned()));
        }
        let entries: Vec<_> = self.0.keys().filter(below).map(entry).collect();
        if entries.is_empty() && !directory.is_empty() {
            Err(AccessError::NotFound)
        } else {
            Ok(entries)
        }
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let read = |path: &String| self.0.get(path).cloned().ok_or(AccessError::NotFound);
        paths.iter().map(read).collect()
    }
}

/// Plans what a command line asks; `'…'` holds words together.
pub(crate) fn plan(arguments: &str, files: &Files) -> Result<Plan, Failure> {
    let set = Arguments::try_parse_from(["set".to_owned()].into_iter().chain(words(arguments)));
    let request = set
        .unwrap()
        .set
        .request()
        .map_err(|message| Failure::new(Kind::Usage, message))?;
    towpath_guest::plan(&request, files)
}

fn words(arguments: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in arguments.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Checks what files become; those that stay as they are need not be repeated.
#[track_caller]
pub(crate) fn check(arguments: &str, before: &str, after: &str) -> Plan {
    check_files(arguments, &Files::new(before), after)
}

/// Checks what files become, and that asking again changes nothing.
#[track_caller]
pub(crate) fn check_files(arguments: &str, before: &Files, after: &str) -> Plan {
    let plan = planned(arguments, before);
    let mut expected = before.clone();
    expected.0.extend(Files::new(after).0);
    let found = applied(&plan, before);
    assert_eq!(found.text(), expected.text(), "{arguments}");
    let again = planned(arguments, &found);
    assert_eq!(again.files, [], "{arguments}: asked again");
    assert_eq!(again.message, "");
    plan
}

#[track_caller]
fn planned(arguments: &str, files: &Files) -> Plan {
    plan(arguments, files)
        .unwrap_or_else(|failure| panic!("{arguments}: {}", failure.explanation()))
}

/// Returns the files after a plan.
pub(crate) fn applied(plan: &Plan, before: &Files) -> Files {
    let mut files = before.clone();
    for change in &plan.files {
        let after = change.apply(&files.0[&change.path]).unwrap();
        files.0.insert(change.path.clone(), after);
    }
    files
}

/// Checks that a command line is refused, and that the explanation says why.
#[track_caller]
pub(crate) fn refuse(arguments: &str, files: &str, kind: Kind, says: &str) {
    refuse_files(arguments, &Files::new(files), kind, says);
}

/// Like [`refuse`].
#[track_caller]
pub(crate) fn refuse_files(arguments: &str, files: &Files, kind: Kind, says: &str) {
    let failure = plan(arguments, files).expect_err(arguments);
    let explanation = failure.explanation();
    assert_eq!(failure.kind, kind, "{explanation}");
    assert!(explanation.contains(says), "{explanation}");
}

/// Returns the codes of the warnings, which are all documented.
#[track_caller]
pub(crate) fn warnings(plan: &Plan) -> Vec<&str> {
    let codes: Vec<_> = plan
        .warnings
        .iter()
        .map(|warning| warning.code.as_str())
        .collect();
    for code in &codes {
        assert!(
            towpath_surface::WARNINGS
                .iter()
                .any(|(known, _)| known == code),
            "{code}"
        );
    }
    codes
}
