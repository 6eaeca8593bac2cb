//! The programs that read YAML, which `tests/setup.sh test` installs.

use serde_json::{Value, json};
use std::env;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

/// Reads documents with a Python library, as `read.py` does.
pub(crate) fn python(reader: &str, documents: &[&str]) -> Vec<Value> {
    let script = include_str!("read.py");
    let mut command = Command::new(tool("python/bin/python"));
    command.args(["-c", script, reader]);
    json_lines(&run(command, &json!(documents).to_string()))
}

/// Reads documents with a JavaScript library, as `read.js` does.
pub(crate) fn node(reader: &str, documents: &[&str]) -> Vec<Value> {
    let script = include_str!("read.js");
    let mut command = Command::new(tool("node/runtime/bin/node"));
    command
        .env("NODE_PATH", tool("node/node_modules"))
        .args(["-e", script, reader]);
    json_lines(&run(command, &json!(documents).to_string()))
}

/// Go's YAML reads all documents as one stream.
pub(crate) fn yq(documents: &[&str]) -> Vec<Value> {
    let mut stream = String::new();
    for document in documents {
        stream.push_str("---\n");
        stream.push_str(document);
        if !stream.ends_with('\n') {
            stream.push('\n');
        }
    }
    let mut command = Command::new(tool("yq-go/usr/bin/yq-go"));
    command.args(["--no-colors", "-o=json", "-I=0", ".k"]);
    json_lines(&run(command, &stream))
}

fn json_lines(output: &str) -> Vec<Value> {
    output
        .lines()
        .map(|line| serde_json::from_str(line).expect("the reader prints JSON"))
        .collect()
}

pub(crate) fn run(mut command: Command, input: &str) -> String {
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the reader starts");
    let mut stdin = child.stdin.take().expect("the input is piped");
    let input = input.to_owned();
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the reader ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    writer
        .join()
        .expect("the writer ends")
        .expect("the reader reads its input");
    String::from_utf8(output.stdout).expect("the reader prints UTF-8")
}

/// Returns a program that `tests/setup.sh test` installs.
pub(crate) fn tool(path: &str) -> PathBuf {
    let root = env::var_os("TOWPATH_TOOLS").map(PathBuf::from);
    let home = || {
        env::home_dir()
            .expect("there is a home directory")
            .join(".cache/towpath/tools")
    };
    let tool = root.unwrap_or_else(home).join(path);
    assert!(
        tool.exists(),
        "{} is missing; run: tests/setup.sh test",
        tool.display()
    );
    tool
}
