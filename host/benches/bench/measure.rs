//! What a command costs: the time it takes, the time it works, its memory.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

/// The first argument by which this program measures another one.
const MEASURE: &str = "--measure";

/// What a command cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// From its start to its end.
    pub wall: Duration,
    /// Processor time of it and of everything that it ran.
    pub cpu: Duration,
    /// The most memory that one of its processes held, in bytes.
    pub memory: u64,
}

impl Usage {
    /// Returns the usage as a line.
    pub(crate) fn line(self) -> String {
        let (wall, cpu) = (self.wall.as_micros(), self.cpu.as_micros());
        format!("{wall} {cpu} {}", self.memory)
    }

    /// Reads the line that this program printed.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut numbers = line.strip_prefix("bench: ")?.split(' ').map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some(Self {
            wall: Duration::from_micros(next()?),
            cpu: Duration::from_micros(next()?),
            memory: next()?,
        })
    }
}

/// Runs a command that has to succeed; returns what it cost and printed.
///
/// It runs below a process of its own, whose children are only the command's,
/// and which is small: a process starts with the memory of the one before it.
#[track_caller]
pub(crate) fn measure(command: &Command) -> (Usage, Output) {
    let mut outer = Command::new(env::current_exe().expect("this program has a path"));
    outer.arg(MEASURE).arg(command.get_program());
    outer.args(command.get_args()).env_clear();
    for (name, value) in command.get_envs() {
        outer.envs(value.map(|value| (name, value)));
    }
    if let Some(directory) = command.get_current_dir() {
        outer.current_dir(directory);
    }
    let output = outer.output().expect("this program can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    let usage = errors.lines().last().and_then(Usage::parse);
    (
        usage.unwrap_or_else(|| panic!("{command:?}: {}\n{errors}", output.status)),
        output,
    )
}

/// Runs the command of the arguments and reports its cost, if they ask for it.
pub(crate) fn serve(arguments: &[String]) -> Option<ExitCode> {
    let [first, program, rest @ ..] = arguments else {
        return None;
    };
    if first != MEASURE {
        return None;
    }
    let start = Instant::now();
    let status = Command::new(program)
        .args(rest)
        .stdin(Stdio::null())
        .status();
    let wall = start.elapsed();
    if !status.is_ok_and(|status| status.success()) {
        return Some(ExitCode::FAILURE);
    }
    let usage = Usage {
        wall,
        ..counted(UsageWho::RUSAGE_CHILDREN)
    };
    crate::progress(&usage.line());
    Some(ExitCode::SUCCESS)
}

/// Returns what this process used so far.
pub(crate) fn used() -> Usage {
    counted(UsageWho::RUSAGE_SELF)
}

fn counted(who: UsageWho) -> Usage {
    let usage = getrusage(who).expect("the kernel counts");
    Usage {
        wall: Duration::ZERO,
        cpu: duration(usage.user_time()) + duration(usage.system_time()),
        memory: usage.max_rss().unsigned_abs() * 1024,
    }
}

fn duration(time: TimeVal) -> Duration {
    let micros = time.tv_sec() * 1_000_000 + time.tv_usec();
    Duration::from_micros(micros.try_into().expect("time is positive"))
}

/// Returns the disk that a directory takes, in bytes.
pub(crate) fn disk(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| {
        let Ok(metadata) = entry.metadata() else {
            return 0;
        };
        let below = metadata.is_dir().then(|| disk(&entry.path()));
        metadata.blocks() * 512 + below.unwrap_or(0)
    });
    sizes.sum()
}

/// Returns the median; of an even number, the upper of the two.
pub(crate) fn median<T: Copy + PartialOrd>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<_> = values.collect();
    values.sort_by(|a, b| a.partial_cmp(b).expect("they are numbers"));
    *values
        .get(values.len() / 2)
        .expect("something was measured")
}
