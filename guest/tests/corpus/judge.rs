//! Says what is right, and shows it.

use super::case::guest;
use super::run::{Outcome, Verdict};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Asks the checker of the corpus about every case that is not byte for byte
/// what it expects. It needs Python with PyYAML and ruamel.yaml.
pub(crate) fn ask_checker(results: &mut [Outcome], corpus: &Path) {
    // Tests run side by side, in one process or in several.
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let (process, number) = (std::process::id(), ASKED.fetch_add(1, Ordering::Relaxed));
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("corpus-{process}-{number}"));
    fs::create_dir_all(&out).unwrap();
    let open = |result: &&Outcome| result.verdict == Verdict::Open;
    for result in results.iter().filter(open) {
        fs::write(out.join(&result.case.id), &result.after).unwrap();
    }
    let output = Command::new(python())
        .arg(guest().join("tests/corpus/ask.py"))
        .args([corpus, &out])
        .output()
        .unwrap();
    fs::remove_dir_all(&out).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: BTreeMap<_, _> = answers
        .lines()
        .filter_map(|line| line.split_once(' '))
        .collect();
    for result in results
        .iter_mut()
        .filter(|result| result.verdict == Verdict::Open)
    {
        result.verdict = match answers.get(result.case.id.as_str()) {
            Some(&"ok") => Verdict::Passed,
            Some(why) => Verdict::Failed((*why).to_owned()),
            None => Verdict::Failed("the checker does not know the case".to_owned()),
        };
    }
}

/// Writes every file as the corpus's grader wants it: `OUT/ID/tree/PATH`.
pub(crate) fn lay_out(results: &[Outcome], out: &Path) {
    for result in results {
        let file = out
            .join(&result.case.id)
            .join("tree")
            .join(result.case.tree_path());
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, &result.after).unwrap();
    }
}

fn python() -> PathBuf {
    let tools = std::env::var_os("TOWPATH_TOOLS").map(PathBuf::from);
    let tools =
        tools.or_else(|| std::env::home_dir().map(|home| home.join(".cache/towpath/tools")));
    let python = tools.unwrap_or_default().join("python/bin/python");
    if python.exists() {
        python
    } else {
        PathBuf::from("python3")
    }
}

/// Prints a table by operation, and what failed.
pub(crate) fn report(results: &[Outcome], corpus: &Path) {
    let mut table = BTreeMap::<&str, [usize; 3]>::new();
    for result in results {
        let row = table.entry(&result.case.op).or_default();
        match result.verdict {
            Verdict::Exact => row[0] += 1,
            Verdict::Passed => row[1] += 1,
            Verdict::Open | Verdict::Failed(_) => row[2] += 1,
        }
    }
    println!("{}: exact, passed, failed", corpus.display());
    for (op, [exact, passed, failed]) in &table {
        println!("{exact:6} {passed:6} {failed:6}  {op}");
    }
    for result in results {
        if let Some(kind) = result.narrowed {
            println!(
                "{} {}: asked again after {kind}",
                result.case.id, result.case.op
            );
        }
        if let Verdict::Failed(why) = &result.verdict {
            println!(
                "{} {} {}: {}",
                result.case.id,
                result.case.op,
                result.case.file,
                why.trim_end()
            );
        }
    }
}

pub(crate) fn assert_passed(results: &[Outcome]) {
    let failed = |result: &&Outcome| !matches!(result.verdict, Verdict::Exact | Verdict::Passed);
    let failed: Vec<_> = results
        .iter()
        .filter(failed)
        .map(|result| &result.case.id)
        .collect();
    assert!(
        failed.is_empty(),
        "{} of {} cases failed: {failed:?}",
        failed.len(),
        results.len()
    );
}
