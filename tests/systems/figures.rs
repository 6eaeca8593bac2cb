//! What each system takes, either way: lines, tools, time. A section of
//! `docs/comparison.md`.
//!
//! Lines are counted in the files of `tests/systems/`. Times are measured by
//! `tests/systems/measure.sh`, which keeps them in `times.json`.

mod measure;

use super::folder;
use crate::support::files::Files;
use crate::support::tools::project;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;

/// One system, the usual way and with Towpath.
struct System {
    folder: &'static str,
    title: &'static str,
    /// What has to be on the runner besides a shell.
    tools: &'static str,
    /// The same with Towpath.
    our_tools: &'static str,
    /// The files that make up the pipeline with Towpath.
    files: &'static [&'static str],
}

const SYSTEMS: [System; 5] = [
    System {
        folder: "deploy-key",
        title: "Two repositories and a deploy key",
        tools: "git, ssh, kustomize, argocd, an image of one's own, Terraform",
        our_tools: "towpath",
        files: &["code/.gitlab-ci.yml", "deployment/towpath.yaml"],
    },
    System {
        folder: "applications",
        title: "An Application for each environment",
        tools: "git, sed",
        our_tools: "towpath",
        files: &["steps.sh", "repository/towpath.yaml"],
    },
    System {
        folder: "values-per-environment",
        title: "A values file for each environment",
        tools: "make, git, yq, gh",
        our_tools: "make, towpath",
        files: &["myapp/Makefile", "myapp/.travis.yml", "charts/towpath.yaml"],
    },
    System {
        folder: "release-request",
        title: "From a release to a request",
        tools: "git, sed, gh",
        our_tools: "towpath",
        files: &["application/.github/workflows/release.yml"],
    },
    System {
        folder: "release-captain",
        title: "Releases and a captain",
        tools: "git, kustomize, sed",
        our_tools: "towpath",
        files: &["orders/buildspec.yml", "steps.sh", "manifests/towpath.yaml"],
    },
];

/// Counts the lines that say something: neither empty nor a comment.
fn lines(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let says = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && (!line.starts_with('#') || line.starts_with("#!"))
    };
    text.lines().filter(says).count()
}

fn usual(files: &Files) -> usize {
    let before = files.iter().filter(|(path, _)| path.starts_with("before/"));
    before.map(|(_, file)| lines(&file.bytes)).sum()
}

fn ours(files: &Files, system: &System) -> usize {
    let own = system.files.iter().map(|path| &files[*path].bytes);
    own.map(|bytes| lines(bytes)).sum()
}

/// Returns the section, with the times that were measured last.
pub(crate) fn section() -> String {
    let path = project().join("tests/systems/times.json");
    let times = fs::read_to_string(path).unwrap_or_default();
    let times: Value = serde_json::from_str(&times).unwrap_or_default();
    let time = |system: &str, way: &str| match times[system][way].as_u64() {
        Some(milliseconds) => format!("{milliseconds} ms"),
        None => "–".to_owned(),
    };
    let mut text = String::from(HEAD);
    for system in &SYSTEMS {
        let files = folder(system.folder);
        let _ = writeln!(
            text,
            "| [{}](systems/{}.md) | {} | {} | {} | {} | {} | {} |",
            system.title,
            system.folder,
            usual(&files),
            ours(&files, system),
            system.tools,
            system.our_tools,
            time(system.folder, "usual"),
            time(system.folder, "towpath"),
        );
    }
    let build = times["build"].as_str().unwrap_or("release");
    text.push_str(&TAIL.replace("<build>", build));
    text
}

const HEAD: &str = "
## The five systems

What the systems of [docs/systems/](systems/README.md) take, the usual way and with Towpath.

| system | lines, usual | lines, Towpath | tools, usual | tools, Towpath | step, usual | step, Towpath |
|---|---|---|---|---|---|---|
";

const TAIL: &str = "
- Lines of YAML, shell, make, Terraform and Dockerfiles that the pipeline and its people have to keep, without empty lines and comments: `tests/systems/*/before/` on the one side, the files on the pages on the other.
- The step is what changes the deployment repository, from a folder without a clone, 30 ms of round trip away from the server: the median of five runs of a <build> build. `gh` and `argocd` are not run on the usual side. Towpath opens the request, closes the one of the run before with a comment and deletes its branch, which is most of its time there: ten calls of the forge.
- `tests/systems/measure.sh` counts and measures it all again.
";

#[test]
fn towpath_takes_fewer_lines() {
    for system in &SYSTEMS {
        let files = folder(system.folder);
        let (usual, ours) = (usual(&files), ours(&files, system));
        assert!(ours < usual, "{}: {ours} lines, and {usual}", system.folder);
    }
}
