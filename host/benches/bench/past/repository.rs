//! Deployment repositories with a long history, the same in every run.

use crate::progress;
use crate::support::command::{expect_success, run_with};
use crate::support::git::command_for;
use crate::support::repository::BareRepository;
use std::fmt;

/// The environments, each fed by the one before.
const ENVIRONMENTS: [&str; 5] = ["dev", "test", "staging", "canary", "production"];

/// The environment and the app that are looked at.
pub(super) const ENVIRONMENT: &str = "production";
pub(super) const APP: &str = "app-077";

/// The time of the first commit, and what lies between two of them.
const START: usize = 1_700_000_000;
const STEP: usize = 3600;

/// Of so many apps, one is as it was at the start: that takes the whole history
/// to find out.
const OLD: usize = 20;

/// How large a repository is.
#[derive(Clone, Copy)]
pub(super) struct Size {
    apps: usize,
    commits: usize,
    others: usize,
}

impl Size {
    pub(super) fn full(others: usize) -> Self {
        Self {
            apps: 200,
            commits: 5000,
            others: 1000 * others,
        }
    }

    pub(super) fn quick(others: usize) -> Self {
        Self {
            apps: 100,
            commits: 300,
            others: 100 * others,
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            apps,
            commits,
            others,
        } = self;
        let environments = ENVIRONMENTS.len();
        write!(
            f,
            "{apps} apps, {environments} environments, {commits} commits, {others} other files"
        )
    }
}

/// Returns the path of the values of an app.
pub(super) fn path(environment: &str, app: &str) -> String {
    format!("environments/{environment}/{app}/values.yaml")
}

/// Makes a repository, packed as a server keeps it.
pub(super) fn repository(size: Size) -> BareRepository {
    progress(&format!("making {size}"));
    let repository = BareRepository::empty(&[]);
    let mut import = command_for(&repository.path(), &["fast-import", "--quiet"]);
    let output = run_with(&mut import, &stream(size));
    expect_success(&import, &output);
    repository.git(&["repack", "-adq"]);
    repository.git(&["commit-graph", "write"]);
    repository
}

fn stream(size: Size) -> Vec<u8> {
    let mut stream = Stream(Vec::new());
    stream.commit(0, "Start");
    stream.file("towpath.yaml", &configuration());
    for environment in ENVIRONMENTS {
        for app in 0..size.apps {
            let name = name(app);
            stream.file(&path(environment, &name), &values(&name, 0));
        }
    }
    for other in 0..size.others {
        stream.file(&other_path(other), &format!("page {other}\n"));
    }
    let mut versions = vec![[0; ENVIRONMENTS.len()]; size.apps];
    for number in 1..size.commits {
        // Strides without a common divisor, so that everything has its turn.
        let app = match number * 37 % size.apps {
            app if app % OLD == 0 => app + 1,
            app => app,
        };
        let environment = number * 13 % 7 % ENVIRONMENTS.len();
        let environment = next(&mut versions[app], environment, number);
        let (name, version) = (name(app), versions[app][environment]);
        let environment = ENVIRONMENTS[environment];
        let message = format!(
            "Set ghcr.io/acme/{name} to v1.{version} in {environment}\n\n\
             Towpath-Environment: {environment}\nTowpath-Build: {version}\n"
        );
        stream.commit(number, &message);
        stream.file(&path(environment, &name), &values(&name, version));
        if number % 5 == 0 {
            stream.file(
                &other_path(number % size.others),
                &format!("again {number}\n"),
            );
        }
    }
    stream.0
}

/// Gives an environment the version of the one before it, or the first one a new
/// version, where there is nothing to promote; returns which one got it.
fn next(versions: &mut [usize; ENVIRONMENTS.len()], environment: usize, number: usize) -> usize {
    let before = environment.checked_sub(1).map(|before| versions[before]);
    match before.filter(|version| *version != versions[environment]) {
        Some(version) => {
            versions[environment] = version;
            environment
        }
        None => {
            versions[0] = number;
            0
        }
    }
}

fn name(app: usize) -> String {
    format!("app-{app:03}")
}

fn other_path(other: usize) -> String {
    format!("docs/{:02}/page-{other}.md", other % 100)
}

fn configuration() -> String {
    let mut text =
        "version: 1\nfiles: environments/<environment>/<app>\nenvironments:\n".to_owned();
    let before = [None].into_iter().chain(ENVIRONMENTS.map(Some));
    for (environment, from) in ENVIRONMENTS.iter().zip(before) {
        let from = from.map_or_else(String::new, |from| format!("from: {from}"));
        text.push_str(&format!("  {environment}: {{{from}}}\n"));
    }
    text
}

fn values(app: &str, number: usize) -> String {
    format!(
        "# values of {app}\nreplicaCount: 2\nimage:\n  repository: ghcr.io/acme/{app}\n  \
         tag: v1.{number}\nresources:\n  limits: {{cpu: 500m, memory: 256Mi}}\n"
    )
}

/// What `git fast-import` reads.
struct Stream(Vec<u8>);

impl Stream {
    fn commit(&mut self, number: usize, message: &str) {
        let time = START + STEP * number;
        let head =
            format!("commit refs/heads/main\ncommitter Jo Doe <jo@example.org> {time} +0000\n");
        self.0.extend(head.bytes());
        self.data(message);
    }

    fn file(&mut self, path: &str, text: &str) {
        self.0.extend(format!("M 100644 inline {path}\n").bytes());
        self.data(text);
    }

    fn data(&mut self, text: &str) {
        self.0
            .extend(format!("data {}\n{text}\n", text.len()).bytes());
    }
}
