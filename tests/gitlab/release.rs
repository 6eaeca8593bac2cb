//! How the component is included, and how it brings the launcher.

use super::{INPUTS, component_project, guarded, pipeline, push, run_pipeline};
use crate::support::command::{command, succeed};
use crate::support::files;
use crate::support::http::HttpServer;
use crate::support::release::{self, VERSION};
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::project;
use std::fs;

#[test]
fn the_component_is_included_by_major_version_and_by_commit() {
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    let component = component_project();
    let commit = component.tip("main");
    for (version, tag) in [("1", "1.5.0"), (commit.as_str(), "1.6.0")] {
        let inputs = INPUTS.replace("1.5.0", tag);
        let pipeline = pipeline(&server.url(), &inputs);
        let pipeline = pipeline.replace("set@1.0.0", &format!("set@{version}"));
        let launcher = format!("TOWPATH_BIN={}", env!("CARGO_BIN_EXE_towpath"));
        let run = run_pipeline(&pipeline, &component, &[&launcher]);
        assert!(run.succeeded, "{version}: {}", run.log);
        assert!(run.log.contains(&format!(" {tag}\n")), "{}", run.log);
    }
}

#[test]
fn an_input_that_is_none_of_its_options_or_not_of_its_pattern_is_refused() {
    let repository = BareRepository::sample("shop");
    for wrong in ["output: html", "build: many", "timeout: soon"] {
        let url = repository.path().display().to_string();
        let run = push(&pipeline(&url, &format!("{INPUTS}      {wrong}\n")));
        assert!(!run.succeeded, "{wrong}: {}", run.log);
        let (input, _) = wrong.split_once(':').expect("it is a pair");
        assert!(run.log.contains(input), "{}", run.log);
        assert!(!run.log.contains("told"), "{}", run.log);
    }
}

/// A component as a release has it, and a folder with its archive.
struct Release {
    component: BareRepository,
    mirror: TempDir,
}

impl Release {
    /// Releases the launcher.
    fn publish() -> Self {
        let mirror = TempDir::new();
        let line = release::publish(&mirror);
        let sums = mirror.write("checksums.txt", &line);
        // The checksums are written into a checkout as the release does it.
        let checkout = TempDir::new();
        for file in ["Cargo.toml", "gitlab-component/templates/set.yml"] {
            let target = checkout.write(file, "");
            fs::copy(project().join(file), target).expect("it is part of the project");
        }
        checkout.write(".github/action/checksums.txt", "");
        let mut seal = command(project().join("packaging/seal.sh"), checkout.path());
        succeed(seal.arg(sums).arg(checkout.path()));
        let sealed = fs::read_to_string(checkout.join(".github/action/checksums.txt"));
        assert_eq!(sealed.expect("it is there"), line);
        let component = BareRepository::new(&files::read(&checkout.join("gitlab-component")));
        component.git(&["tag", "1.0.0", "main"]);
        Self { component, mirror }
    }

    fn run(&self, url: &str) -> super::Run {
        let base = format!(
            "TOWPATH_DOWNLOAD_BASE=file://{}",
            self.mirror.path().display()
        );
        run_pipeline(&pipeline(url, INPUTS), &self.component, &[&base])
    }
}

#[test]
fn a_job_without_the_launcher_brings_the_release() {
    let release = Release::publish();
    let repository = BareRepository::sample("shop");
    let server = HttpServer::start(&repository, guarded());
    let run = release.run(&server.url());
    assert!(run.succeeded, "{}", run.log);
    assert!(run.log.contains("1.4.3 -> 1.5.0"), "{}", run.log);
}

#[test]
fn a_job_does_not_run_an_archive_with_another_checksum() {
    let release = Release::publish();
    let name = format!("v{VERSION}/{}.tar.gz", release::name());
    let mut bytes = fs::read(release.mirror.join(&name)).expect("it was made");
    bytes.push(0);
    release.mirror.write(&name, bytes);
    let repository = BareRepository::sample("shop");
    let refs = repository.refs();
    let run = release.run(&repository.path().display().to_string());
    assert!(!run.succeeded, "{}", run.log);
    assert!(run.log.contains("is not what was released"), "{}", run.log);
    assert_eq!(repository.refs(), refs);
}
