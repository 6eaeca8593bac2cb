//! How the action brings the launcher: a release, a mirror, its own sources.

use super::{Run, checkout, run_workflow};
use crate::support::command::command;
use crate::support::release::{self, TARGET, VERSION};
use crate::support::server::{Server, free_port};
use crate::support::temp::TempDir;
use crate::support::tools::python;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const WORKFLOW: &str = r"
on: push
permissions: {}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: towpath/towpath@v1
        with:
          command: version
          repo: not read by this command
";

/// A release of the launcher on a web server, and the action that knows it.
struct Release {
    action: TempDir,
    files: TempDir,
    home: TempDir,
    port: u16,
    _server: Server,
}

impl Release {
    /// Publishes the launcher.
    fn publish() -> Self {
        let files = TempDir::new();
        let line = release::publish(&files);
        let action = checkout();
        action.write(".github/action/checksums.txt", line);
        let port = free_port();
        let mut server = command(python("python"), files.path());
        server.args(["-u", "-m", "http.server", "--bind", "127.0.0.1"]);
        server.arg(port.to_string());
        let mut server = Server::start(&mut server, &files, "requests.log");
        server.wait_for_port(port);
        Self {
            action,
            files,
            home: TempDir::new(),
            port,
            _server: server,
        }
    }

    /// Runs a workflow that uses the action, and downloads from this server.
    fn run(&self) -> Run {
        self.run_from(&format!("http://127.0.0.1:{}", self.port))
    }

    /// Runs a workflow that uses the action, and downloads from this place.
    fn run_from(&self, base: &str) -> Run {
        let environment = [("TOWPATH_DOWNLOAD_BASE", base)];
        run_workflow(WORKFLOW, self.action.path(), &self.home, &[], &environment)
    }

    /// Counts the launchers and what else is kept by the runner.
    fn kept(&self) -> usize {
        let kept = format!(".cache/act/tool_cache/towpath/{VERSION}");
        let kept = fs::read_dir(self.home.join(&kept));
        kept.map_or(0, Iterator::count)
    }

    /// Counts how often the archive was downloaded.
    fn downloads(&self) -> usize {
        let log = fs::read_to_string(self.files.join("requests.log"));
        log.unwrap_or_default().matches("GET /v").count()
    }
}

#[track_caller]
fn assert_fails(run: &Run, with: &str) {
    assert!(!run.succeeded, "{}", run.log());
    let errors = run.command("error");
    let told = errors.first().map(ToString::to_string).unwrap_or_default();
    assert!(told.contains(with), "{told}\n{}", run.log());
    assert!(!run.log().contains(&format!("towpath {VERSION}")));
}

#[test]
fn a_release_is_downloaded_once_and_run() {
    let release = Release::publish();
    for _ in 0..2 {
        let run = release.run();
        assert!(run.succeeded, "{}", run.log());
        assert!(run.log().contains(&format!("towpath {VERSION}")));
        assert_eq!(release.downloads(), 1);
    }
    // Nothing but the launcher of this version stays in the cache.
    assert_eq!(release.kept(), 1);
}

#[test]
fn an_archive_with_another_checksum_is_not_run() {
    let release = Release::publish();
    let name = format!("v{VERSION}/towpath-{VERSION}-{TARGET}.tar.gz");
    let mut bytes = fs::read(release.files.join(&name)).expect("it was made");
    bytes.push(0);
    release.files.write(&name, bytes);
    let run = release.run();
    assert_fails(&run, "is not what was released");
    assert_eq!(release.kept(), 0);
}

#[test]
fn a_server_that_does_not_answer_is_an_error_that_names_the_mirror() {
    let release = Release::publish();
    let run = release.run_from(&format!("http://127.0.0.1:{}", free_port()));
    assert_fails(&run, "TOWPATH_DOWNLOAD_BASE");
}

#[test]
fn a_machine_without_a_release_is_told_so() {
    let release = Release::publish();
    let sums = release.action.join(".github/action/checksums.txt");
    let text = fs::read_to_string(&sums).expect("it was written");
    fs::write(sums, text.replace(TARGET, "riscv64gc-unknown-linux-musl")).expect("it is ours");
    let run = release.run();
    assert_fails(&run, "has no release for");
    assert_eq!(release.downloads(), 0);
}

#[test]
fn a_mirror_may_be_a_folder() {
    let release = Release::publish();
    let run = release.run_from(&format!("file://{}", release.files.path().display()));
    assert!(run.succeeded, "{}", run.log());
    assert_eq!(release.downloads(), 0);
}

#[test]
fn a_commit_without_a_release_is_built_with_cargo() {
    let action = checkout();
    action.write("host/src/main.rs", "");
    action.write("guest/src/lib.rs", "");
    action.write("Cargo.lock", "");
    let (home, tools) = (TempDir::new(), TempDir::new());
    // `tests/ci.sh from_source` builds the launcher in this way for real, which takes minutes.
    let cargo = r#"#!/bin/sh
set -eu
echo "$PWD cargo $*" >>"$TOOLS/calls"
[ "$1 $2 $3" = 'install --locked --root' ] || exit 3
mkdir -p "$4/bin"
ln -s "$LAUNCHER" "$4/bin/towpath"
"#;
    program(&tools, "cargo", cargo);
    program(&tools, "rustup", "#!/bin/sh\n");
    let path = std::env::var("PATH").expect("PATH is set");
    let path = format!("{}:{path}", tools.path().display());
    let tools_path = tools.path().display().to_string();
    let environment = [
        ("PATH", path.as_str()),
        ("TOOLS", tools_path.as_str()),
        ("LAUNCHER", env!("CARGO_BIN_EXE_towpath")),
    ];
    let run = || run_workflow(WORKFLOW, action.path(), &home, &[], &environment);
    for _ in 0..2 {
        let run = run();
        assert!(run.succeeded, "{}", run.log());
        assert!(run.log().contains(&format!("towpath {VERSION}")));
    }
    let calls = fs::read_to_string(tools.join("calls")).expect("cargo was called");
    assert_eq!(calls.lines().count(), 1, "{calls}");
    // Another state of the sources is another launcher.
    action.write("guest/src/lib.rs", "// changed");
    assert!(run().succeeded);
    let calls = fs::read_to_string(tools.join("calls")).expect("cargo was called");
    assert_eq!(calls.lines().count(), 2, "{calls}");
}

fn program(directory: &TempDir, name: &str, text: &str) {
    let path = directory.write(name, text);
    make_executable(&path);
}

fn make_executable(path: &Path) {
    let permissions = fs::Permissions::from_mode(0o755);
    fs::set_permissions(path, permissions).expect("it is ours");
}
