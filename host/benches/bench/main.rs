//! `make bench`: what Towpath costs beside what people do today.
//!
//! Every figure of a table comes from the same run: contenders take turns, and
//! medians are compared. `BENCH_QUICK=1` takes few samples, to try it out.
//! Arguments name the sections to run, all if there is none.

mod edit;
mod measure;
mod past;
mod table;
mod update;

#[path = "../../../tests"]
mod tests {
    #[expect(dead_code, reason = "the benchmarks use a part of it")]
    pub(super) mod support;
}

use std::io::Write as _;
use std::process::ExitCode;
use std::{env, fs, io};
use tests::support;

/// A section: its name, and what returns its Markdown.
type Section = (&'static str, fn(Effort) -> String);

/// All sections.
const SECTIONS: [Section; 5] = [
    ("update", update::updates),
    ("race", update::race::races),
    ("tree", edit::trees),
    ("values", edit::values),
    ("past", past::looks),
];

/// How much is measured.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// How many times each contender runs.
    samples: usize,
    /// Whether only to try it out.
    quick: bool,
}

impl Effort {
    fn from_environment() -> Self {
        let quick = env::var_os("BENCH_QUICK").is_some_and(|value| value == "1");
        let samples = if quick { 3 } else { 7 };
        Self { samples, quick }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    if let Some(code) = measure::serve(&arguments).or_else(|| edit::planner::serve(&arguments)) {
        return code;
    }
    let wanted: Vec<_> = arguments
        .iter()
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let effort = Effort::from_environment();
    for (name, section) in SECTIONS {
        if wanted.is_empty() || wanted.iter().any(|wanted| *wanted == name) {
            publish(name, &section(effort));
        }
    }
    ExitCode::SUCCESS
}

/// Prints a section and keeps it below the target folder.
fn publish(name: &str, text: &str) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench");
    fs::create_dir_all(&folder).expect("the target folder is ours");
    fs::write(folder.join(format!("{name}.md")), text).expect("the target folder is ours");
    let mut out = io::stdout();
    let _ = out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(b"\n"));
}

/// Says how far a long section is.
fn progress(text: &str) {
    let _ = writeln!(io::stderr(), "bench: {text}");
}
