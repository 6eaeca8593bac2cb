//! The command for `wasmtime run`, here as a native program.

#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A directory with one file, that is removed in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("towpath-command-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("values.yaml"), "image: app:v1 # x\n").unwrap();
        Self(path)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_towpath-command"));
        command
            .current_dir(&self.0)
            .env_clear()
            .args(arguments)
            .output()
            .unwrap()
    }

    fn values(&self) -> String {
        fs::read_to_string(self.0.join("values.yaml")).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_file_is_edited() {
    let scratch = Scratch::new("edit");
    let output = scratch.run(&["set", "--image", "app:v2"]);
    assert!(output.status.success());
    assert_eq!(
        text(&output.stdout),
        "values.yaml:1:8: image: app:v1 -> app:v2\n1 file changed.\n"
    );
    assert_eq!(scratch.values(), "image: app:v2 # x\n");
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1);
}

#[test]
fn a_dry_run_edits_nothing() {
    let scratch = Scratch::new("dry");
    let output = scratch.run(&["set", "--image", "app:v2", "--dry-run"]);
    assert!(output.status.success());
    assert!(text(&output.stdout).contains("-image: app:v1 # x\n+image: app:v2 # x\n"));
    assert_eq!(scratch.values(), "image: app:v1 # x\n");
}

#[test]
fn other_forms() {
    let scratch = Scratch::new("forms");
    let json = scratch.run(&["set", "--image", "app:v2", "--dry-run", "--output", "json"]);
    assert!(text(&json.stdout).starts_with("{\"schema\":1,\"changed\":true,\"dry_run\":true,"));
    let markdown = scratch.run(&[
        "set",
        "--image",
        "app:v2",
        "--dry-run",
        "--output",
        "markdown",
    ]);
    assert!(text(&markdown.stdout).contains("| <code>image</code> |"));
}

#[test]
fn the_last_line_of_a_failure_is_its_kind() {
    let scratch = Scratch::new("fail");
    for (arguments, code, kind) in [
        (["set", "--image", "none:v2"], 12, "no-such-image"),
        (["set", "--image", "app:latest"], 11, "moving"),
        (["set", "--bogus", "x"], 2, "usage"),
    ] {
        let output = scratch.run(&arguments);
        assert_eq!(output.status.code(), Some(code));
        assert_eq!(text(&output.stdout), "");
        let error = text(&output.stderr);
        assert_eq!(
            error.lines().last(),
            Some(format!("kind: {kind}").as_str()),
            "{error}"
        );
        assert!(error.starts_with("error"), "{error}");
    }
    assert_eq!(scratch.values(), "image: app:v1 # x\n");
}

#[test]
fn a_failure_is_json_where_the_report_would_be() {
    let scratch = Scratch::new("fail-json");
    for (image, option, code, kind) in [
        ("none:v2", "--dry-run", 12, "no-such-image"),
        ("app:v2", "--bogus", 2, "usage"),
    ] {
        let output = scratch.run(&["set", "--image", image, option, "--output=json"]);
        assert_eq!(output.status.code(), Some(code));
        let told = text(&output.stdout);
        let begin = format!(
            "{{\"schema\":1,\"changed\":false,\"error\":{{\"kind\":\"{kind}\",\"exit_code\":{code},"
        );
        assert!(told.starts_with(&begin), "{told}");
        assert_eq!(told.lines().count(), 1);
        assert!(text(&output.stderr).contains(&format!("error[{kind}]: ")));
    }
}

#[test]
fn help_is_no_failure() {
    let scratch = Scratch::new("help");
    let output = scratch.run(&["set", "--help"]);
    assert!(output.status.success());
    assert!(text(&output.stdout).contains("--image <IMAGE>"));
}
