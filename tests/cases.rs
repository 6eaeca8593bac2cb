//! The scenarios of `tests/cases/`: a folder of files before, one after.
//!
//! Every scenario is run by the planner as a library, by the launcher on a
//! repository, and by `wasmtime run` on a directory. All three have to leave
//! the same bytes, or fail in the same way and change nothing.

use crate::support::component;
use crate::support::files::{self, Files};
use crate::support::git::git;
use crate::support::native;
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::project;
use crate::support::towpath::Towpath;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use towpath_surface::Kind;

/// Scenarios for which `wasmtime run` compiles the component itself.
const AS_USERS_RUN_IT: [&str; 4] = [
    "changes-nothing-in-a-dry-run",
    "refuses-two-matches",
    "sets-the-tag-in-helm-values",
    "sets-two-images-in-one-commit",
];

/// One scenario, as its folder says.
struct Case {
    name: String,
    definition: Definition,
    before: Files,
    after: Files,
}

/// The file `case.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Definition {
    /// The options of `towpath set`.
    args: Vec<String>,
    /// The kind of the error, if there is to be one.
    kind: Option<String>,
    /// What has to be said, on whichever stream.
    #[serde(default)]
    says: Vec<String>,
}

impl Case {
    fn load(folder: &Path) -> Self {
        let name = folder.file_name().expect("a folder has a name");
        let name = name.to_string_lossy().into_owned();
        let text = fs::read_to_string(folder.join("case.toml"));
        let text = text.unwrap_or_else(|error| panic!("{name}/case.toml: {error}"));
        let definition: Definition =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{name}/case.toml: {error}"));
        let before = files::read(&folder.join("in"));
        // Without a folder of its own, what is after is what was before.
        let after = folder.join("out");
        let after = if after.exists() {
            files::read(&after)
        } else {
            before.clone()
        };
        Self {
            name,
            definition,
            before,
            after,
        }
    }

    fn kind(&self) -> Option<Kind> {
        let name = self.definition.kind.as_deref()?;
        let kind = Kind::from_name(name);
        Some(kind.unwrap_or_else(|| panic!("there is no kind `{name}`")))
    }

    fn changes(&self) -> bool {
        self.before != self.after
    }

    fn expect_words(&self, text: &str) {
        for words in &self.definition.says {
            assert!(text.contains(words), "nothing of `{words}` in:\n{text}");
        }
    }
}

#[test]
fn the_planner_as_a_library() {
    for_each_case(|case| {
        let answer = native::set(&case.before, &case.definition.args);
        match (answer, case.kind()) {
            (Ok(answer), None) => {
                assert_eq!(answer.files, case.after);
                case.expect_words(&answer.text);
            }
            (Err(failure), Some(kind)) => {
                assert_eq!(failure.kind, kind, "{failure}");
                case.expect_words(&failure.explanation());
            }
            (Ok(_), Some(kind)) => panic!("not {kind}"),
            (Err(failure), None) => panic!("{}: {failure}", failure.kind),
        }
    });
}

#[test]
fn the_launcher_on_a_repository() {
    for_each_case(|case| {
        let repository = BareRepository::new(&case.before);
        let refs = repository.refs();
        let outcome = Towpath::set(repository.path())
            .args(&case.definition.args)
            .run();
        let outcome = match case.kind() {
            None => outcome.succeeds(),
            Some(kind) => outcome.fails(kind),
        };
        case.expect_words(&outcome.everything());
        assert_eq!(repository.files("main"), case.after);
        if case.changes() {
            assert_eq!(repository.git(&["rev-list", "--count", "main"]), "2");
            repository.fsck();
        } else {
            assert_eq!(repository.refs(), refs);
        }
    });
}

#[test]
fn the_component_in_a_directory() {
    // Built once before, not by each thread.
    component::compiled();
    for_each_case(|case| {
        let directory = TempDir::new();
        files::write(directory.path(), &case.before);
        let mut arguments = vec!["set".to_owned()];
        arguments.extend(case.definition.args.iter().cloned());
        let outcome = if AS_USERS_RUN_IT.contains(&&*case.name) {
            component::run(directory, &arguments)
        } else {
            component::run_compiled(directory, &arguments)
        };
        match case.kind() {
            None => assert_eq!(outcome.code, 0, "{}", outcome.everything()),
            // `wasmtime` knows no exit codes but 0 and 1, so the last line tells.
            Some(kind) => {
                let told = format!("\nkind: {kind}\n");
                assert!(outcome.stderr.ends_with(&told), "{}", outcome.everything());
                assert_eq!(outcome.code, 1, "{}", outcome.everything());
            }
        }
        case.expect_words(&outcome.everything());
        // WASI 0.2 has no file modes: what is replaced under `wasmtime run` is no
        // program any more. The launcher keeps modes, and its run checks them.
        assert_eq!(
            contents(&files::read(outcome.directory.path())),
            contents(&case.after)
        );
    });
}

fn contents(files: &Files) -> Vec<(&str, &[u8])> {
    let parts = files.iter();
    parts
        .map(|(path, file)| (path.as_str(), file.bytes.as_slice()))
        .collect()
}

#[test]
fn every_case_is_whole() {
    for name in AS_USERS_RUN_IT {
        assert!(cases().join(name).exists(), "there is no case `{name}`");
    }
    for_each_case(|case| {
        let known = case
            .name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(known, "a case is named as a sentence with hyphens");
        let folder = cases().join(&case.name);
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let name = entry.expect("the folder stays").file_name();
            assert!(
                ["case.toml", "in", "out"]
                    .iter()
                    .any(|known| name == *known),
                "{name:?} is not of a case"
            );
        }
        let has_after = folder.join("out").exists();
        assert_eq!(
            has_after,
            case.changes(),
            "`out` is there exactly when something changes"
        );
        assert!(
            case.kind().is_none() || !has_after,
            "an error changes nothing"
        );
    });
}

fn cases() -> PathBuf {
    project().join("tests/cases")
}

/// Runs a check on every case, or on those that `TOWPATH_CASE` is part of the
/// name of, and reports all that fail.
fn for_each_case(check: impl Fn(&Case) + Sync) {
    let entries = fs::read_dir(cases()).expect("there are cases");
    let wanted = std::env::var("TOWPATH_CASE").unwrap_or_default();
    let mut folders: Vec<_> = entries
        .map(|entry| entry.expect("the folder stays").path())
        .collect();
    folders.retain(|folder| folder.to_string_lossy().contains(&wanted));
    folders.sort();
    assert!(!folders.is_empty(), "no case is named like `{wanted}`");
    let next = AtomicUsize::new(0);
    let failed = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let check = &check;
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(folder) = folders.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // A thread of its own, so that a panic says which case it was.
                    let name = folder.file_name().expect("a folder has a name");
                    let case = thread::Builder::new()
                        .name(name.to_string_lossy().into_owned())
                        .spawn_scoped(scope, move || check(&Case::load(folder)))
                        .expect("a thread can be started");
                    if case.join().is_err() {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner();
    assert_eq!(failed, 0, "{failed} of {} cases failed", folders.len());
}

#[test]
fn the_component_leaves_git_alone() {
    let directory = TempDir::new();
    git(directory.path(), &["init", "--quiet", "."]);
    let configuration = directory.write(".git/settings.yaml", "a: 1\n");
    let arguments = [
        "set",
        "--file",
        ".git/settings.yaml",
        "--key",
        "a",
        "--value",
        "2",
    ];
    let outcome = component::run(directory, &arguments.map(str::to_owned));
    assert_eq!(outcome.code, 1, "{}", outcome.everything());
    assert!(
        outcome.stderr.ends_with("kind: outside-repository\n"),
        "{}",
        outcome.everything()
    );
    let text = fs::read_to_string(configuration).expect("it is still there");
    assert_eq!(text, "a: 1\n");
}
