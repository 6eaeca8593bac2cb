//! Many writers on one branch at the same time.

use crate::support::files::{File, Files};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use crate::support::towpath::{Outcome, Towpath};
use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

/// How many write at the same time.
const WRITERS: usize = 64;
/// The file whose lines half of the writers change, each its own.
const SHARED: &str = "apps/shared/kustomization.yaml";

/// One writer: an image in a file.
struct Writer {
    file: String,
    image: String,
    /// The line that the file has when the writer is done.
    line: String,
    tag: String,
}

/// What one writer did.
struct Run {
    outcome: Outcome,
    time: Duration,
}

impl Writer {
    fn new(number: usize) -> Self {
        let image = format!("registry.example/team/app-{number}");
        let tag = format!("2.0.{number}");
        let file = match number % 2 {
            0 => SHARED.to_owned(),
            _ => format!("apps/app-{number}/kustomization.yaml"),
        };
        Self {
            line: entry(&image, &tag),
            file,
            image,
            tag,
        }
    }

    fn prepare(&self, url: &str) -> Towpath {
        let image = format!("{}:{}", self.image, self.tag);
        let run = Towpath::set(url).args(["--image", &image, "--file", &self.file, "--verbose"]);
        run.args(["--timeout", "2m"])
    }
}

/// An image on a line of its own, next to others.
fn entry(image: &str, tag: &str) -> String {
    format!("  - {{ name: {image}, newTag: \"{tag}\" }}\n")
}

fn repository(writers: &[Writer]) -> BareRepository {
    let mut files = Files::new();
    for writer in writers {
        let file = files.entry(writer.file.clone()).or_insert_with(|| File {
            mode: "100644".to_owned(),
            bytes: b"kind: Kustomization\nimages:\n".to_vec(),
        });
        file.bytes.extend(entry(&writer.image, "1.0.0").bytes());
    }
    BareRepository::new(&files)
}

/// Lets everyone start at once, and waits for the last.
fn race(runs: impl Iterator<Item = Towpath>) -> Vec<Run> {
    let start = Instant::now();
    let started: Vec<_> = runs.map(Towpath::start).collect();
    std::thread::scope(|scope| {
        let waiting = started.into_iter().map(|(child, directory)| {
            scope.spawn(move || {
                let output = child.wait_with_output().expect("it was started");
                let time = start.elapsed();
                let outcome = Outcome::new(&output, directory);
                Run { outcome, time }
            })
        });
        let waiting: Vec<_> = waiting.collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Run>| thread.join();
        let ends = waiting.into_iter().map(join);
        ends.map(|run| run.expect("waiting does not panic"))
            .collect()
    })
}

/// Returns how many pushes a run says that it made.
fn pushes(run: &Run) -> usize {
    let line = run.outcome.stderr.lines();
    let mut counts = line.filter_map(|line| line.trim().strip_suffix(" pushes")?.parse().ok());
    counts.next().expect("a verbose run counts its pushes")
}

/// Panics unless every writer's update is on the branch, once.
fn expect_all(repository: &BareRepository, writers: &[Writer], runs: &[Run]) {
    for run in runs {
        assert_eq!(run.outcome.code, 0, "{}", run.outcome.everything());
    }
    let log = repository.git(&["log", "--format=%H %P", "main"]);
    let commits: Vec<_> = log.lines().collect();
    assert_eq!(commits.len(), writers.len() + 1, "one commit each");
    let merges = repository.git(&["rev-list", "--count", "--merges", "main"]);
    assert_eq!(merges, "0");
    let subjects: BTreeSet<_> = repository.subjects("main").into_iter().collect();
    assert_eq!(subjects.len(), writers.len() + 1, "no commit repeats");
    let files = repository.files("main");
    for (writer, run) in writers.iter().zip(runs) {
        let text = String::from_utf8_lossy(&files[&writer.file].bytes);
        assert!(text.contains(&writer.line), "{}: {text}", writer.image);
        // The commit that a run reports is one of the branch.
        let said = run.outcome.everything();
        let reported = |commit: &&&str| said.contains(&commit[..40]);
        assert!(commits.iter().any(|commit| reported(&commit)), "{said}");
    }
    repository.fsck();
}

fn report(name: &str, runs: &[Run]) {
    let slowest = runs.iter().map(|run| run.time).max().unwrap_or_default();
    let pushes: Vec<_> = runs.iter().map(pushes).collect();
    let total: usize = pushes.iter().sum();
    let _ = writeln!(
        io::stderr(),
        "{name}: {} updates in {:.1} s, {:.1} a second; {} retries, at most {} for one; the slowest took {:.1} s",
        runs.len(),
        slowest.as_secs_f64(),
        runs.len() as f64 / slowest.as_secs_f64(),
        total.saturating_sub(runs.len()),
        pushes.iter().max().map_or(0, |most| most.saturating_sub(1)),
        slowest.as_secs_f64(),
    );
}

#[test]
fn every_writer_over_https_lands_once() {
    let writers: Vec<_> = (0..WRITERS).map(Writer::new).collect();
    let repository = repository(&writers);
    let options = HttpOptions {
        tls: true,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&repository, options);
    let url = server.url();
    let runs = writers.iter().map(|writer| {
        let run = writer.prepare(&url);
        run.arg("--ca-file").arg(server.authority())
    });
    let runs = race(runs);
    expect_all(&repository, &writers, &runs);
    report("https", &runs);
}

#[test]
fn every_writer_over_ssh_lands_once() {
    let writers: Vec<_> = (0..WRITERS).map(Writer::new).collect();
    let repository = repository(&writers);
    let server = SshServer::start(&repository);
    let url = server.url();
    let runs = writers.iter().map(|writer| {
        let run = writer.prepare(&url);
        let run = run.env("TOWPATH_SSH_KNOWN_HOSTS", server.known_host());
        run.arg("--ssh-key-file").arg(server.key("write"))
    });
    let runs = race(runs);
    expect_all(&repository, &writers, &runs);
    report("ssh", &runs);
}

#[test]
fn of_many_builds_of_one_image_the_newest_remains() {
    const BUILDS: u64 = 20;
    let writers = [Writer::new(0)];
    let repository = repository(&writers);
    let server = HttpServer::start(&repository, HttpOptions::default());
    let image = &writers[0].image;
    // The newest is neither the first nor the last to start.
    let builds = (0..BUILDS).map(|number| (number * 7) % BUILDS + 1);
    let runs = builds.map(|build| {
        let run = Towpath::set(server.url()).args(["--file", SHARED, "--verbose"]);
        let run = run.args(["--image", &format!("{image}:build-{build}")]);
        let run = run.args(["--source-repository", "team/app", "--build"]);
        run.arg(build.to_string())
    });
    let runs = race(runs);
    for run in &runs {
        assert_eq!(run.outcome.code, 0, "{}", run.outcome.everything());
    }
    let text = repository.read("main", SHARED);
    let newest = entry(image, &format!("build-{BUILDS}"));
    assert!(text.contains(&newest), "{text}");
    // Whatever landed, it was never older than what it replaced.
    let trailer = "--format=%(trailers:key=Towpath-Build,valueonly)";
    let log = repository.git(&["log", "--reverse", trailer, "main"]);
    let landed: Vec<u64> = log.lines().filter_map(|line| line.parse().ok()).collect();
    assert!(!landed.is_empty() && landed.is_sorted(), "{landed:?}");
    assert_eq!(landed.last(), Some(&BUILDS));
    repository.fsck();
}
