//! What other programs read after an edit: PyYAML (YAML 1.1), ruamel.yaml
//! (1.2), Go's yq, and the JavaScript packages `yaml` and js-yaml.
//!
//! A new value must be that text for all of them, wherever it is written. Each
//! program is started once, with all cases.

use serde_json::{Value, json};
use std::env;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use towpath_guest::plan::FileChange;
use towpath_guest::yaml::{KeyPath, Operation, ScalarKind, edit, parse};

/// Places for a value, with `@` where the old one is.
const CONTEXTS: &[&str] = &[
    "k: @\n",
    "k: '@' # comment\n",
    "k: \"@\"\r\n",
    "{k: @, l: 1}\n",
    "{k: '@'}\n",
    "{\"k\": \"@\"}",
    "? k\n: @\n",
    "k:\n  @\n",
    "k: &anchor @\n",
    "k: !!str @\n",
    "k: # comment\n",
    "k: 1.9\n",
    "k: ~\n",
    "k: >-\n  @\nl: 1\n",
    "k: |-\n    @\n",
    "k: @\n  folded\n",
];

/// Values that some reader takes for something other than text, and some that
/// only look so.
const VALUES: &[&str] = &[
    "1.10",
    "007",
    "0755",
    "0o17",
    "0x1F",
    "0b11",
    "1_000",
    "1:30",
    "190:20:30",
    ".5",
    "1.",
    "+1",
    "1e5",
    "12e3",
    "0e1234",
    "706798e8",
    "0123e4567",
    "1e1000",
    ".inf",
    ".nan",
    "-.inf",
    "+.inf",
    "true",
    "yes",
    "on",
    "y",
    "n",
    "off",
    "no",
    "null",
    "~",
    "True",
    "YES",
    "Off",
    "NULL",
    "2024-01-02",
    "2024-01-02T10:00:00Z",
    "2024-1-2",
    "<<",
    "=",
    "",
    "1234567890123456789012345678901234567890",
    "-v1",
    ".v1",
    "-",
    ".",
    "---",
    "...",
    "- x",
    " v1",
    "v1 ",
    "v 1",
    "v1 #2",
    "#v1",
    "a: b",
    "a:",
    "a:b",
    "r:5000/x:v1",
    "v1@sha256:0a",
    "a,b",
    "[a]",
    "{a}",
    "]",
    "}",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "'",
    "\"",
    "it's",
    "say \"x\"",
    "a\\b",
    "%a",
    "@a",
    "`a",
    "?",
    "? a",
    ":",
    ": a",
    "a\tb",
    "a\nb",
    "a\n\nb\n",
    "\ta",
    "a\r\nb",
    "é",
    "日本語",
    "😀",
    "a\u{85}b",
    "a\u{2028}b",
    "a\u{a0}b",
    "\u{feff}a",
    "a\u{7f}b",
    "a\u{1b}b",
    "\u{0}",
    "0_1",
    "1__0",
    "1_0e3",
    "0x_",
    "0b_",
    "1e+3",
    "1E-3",
    "0X1F",
    "+0x1f",
    "0o8",
    "08",
    "1.2.3",
    "1.2.3-rc.1",
    "10:90",
    "1a2b3c4",
    "1e",
    "e5",
    "0x",
    "v1.10",
    "{{ x }}",
    "${X}",
    "$a",
    "a - b",
    "null ",
    "nULL",
    "inf",
    "nan",
    "Infinity",
    "0.",
    "00",
    "-0",
    "+",
    "_1",
    "1_",
];

#[test]
fn every_reader_reads_the_text_that_was_set() {
    let cases = cases();
    assert!(cases.len() > 3000, "{} cases", cases.len());
    let documents: Vec<_> = cases.iter().map(|case| case.document.as_str()).collect();
    let values: Vec<_> = cases.iter().map(|case| json!(case.value)).collect();
    let readers: [(&str, fn(&[&str]) -> Vec<Value>); 5] = [
        ("PyYAML", |documents| python("pyyaml", documents)),
        ("ruamel.yaml", |documents| python("ruamel", documents)),
        ("yq", yq),
        ("yaml", |documents| node("yaml", documents)),
        ("js-yaml", |documents| node("js-yaml", documents)),
    ];
    let wrong: Vec<String> = thread::scope(|scope| {
        let run = |(name, read): &(&'static str, fn(&[&str]) -> Vec<Value>)| {
            let (name, read, documents) = (*name, *read, &documents);
            scope.spawn(move || (name, read(documents)))
        };
        let running: Vec<_> = readers.iter().map(run).collect();
        let results = running
            .into_iter()
            .map(|reader| reader.join().expect("a reader runs"));
        results
            .flat_map(|(name, read)| differences(name, (&documents, &values), &read))
            .collect()
    });
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn differences(
    name: &str,
    (documents, values): (&[&str], &[Value]),
    read: &[Value],
) -> Vec<String> {
    assert_eq!(read.len(), values.len(), "{name} reads every document");
    let compared = documents.iter().zip(values).zip(read);
    let wrong = compared.filter(|((_, value), read)| value != read);
    wrong
        .map(|((document, value), read)| format!("{name} reads {read} for {value} in {document:?}"))
        .collect()
}

struct Case {
    document: String,
    value: String,
}

/// Every value in every context, and generated tags in changing ones.
fn cases() -> Vec<Case> {
    let listed = VALUES.iter().map(|value| (*value).to_owned());
    let listed = listed.flat_map(|value| {
        CONTEXTS
            .iter()
            .map(move |context| (*context, value.clone()))
    });
    let mut random = Random(20_260_729);
    let generated = (0..2000).map(|count| (CONTEXTS[count % CONTEXTS.len()], random.tag()));
    let generated: Vec<_> = generated.collect();
    listed
        .chain(generated)
        .filter_map(|(context, value)| case(context, value))
        .collect()
}

/// Sets a value; `None` when a block scalar cannot hold it, and says so.
fn case(context: &str, value: String) -> Option<Case> {
    let before = context.replace('@', "v1.4.2");
    let file = parse("f.yaml", before.as_bytes()).expect("the context is YAML");
    let path: KeyPath = "k".parse().expect("k is a key path");
    let node = path.resolve(&file).expect("k is there")[0].id();
    let set = Operation::SetScalar {
        node,
        value: value.clone(),
        kind: ScalarKind::Text,
    };
    let edits = match edit(&file, &[set]) {
        Ok(edits) => edits,
        Err(failure) => {
            assert!(
                context.contains("-\n"),
                "{value:?} in {context:?}: {failure:?}"
            );
            assert_eq!(
                failure.kind.name(),
                "invalid-key",
                "{value:?} in {context:?}"
            );
            return None;
        }
    };
    let change = FileChange {
        path: "f.yaml".to_owned(),
        edits,
    };
    let after = change
        .apply(before.as_bytes())
        .expect("the edits are for the file");
    Some(Case {
        document: String::from_utf8(after).expect("YAML is UTF-8"),
        value,
    })
}

/// SplitMix64: the same tags on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).expect("a small number fits")
    }

    /// Returns a tag, more often than not like a number or a commit.
    fn tag(&mut self) -> String {
        let alphabets = [
            "0123456789",
            "01_xXbBoO",
            "0123456789.eE+-_",
            "0123456789abcdef",
            "0:59._-",
            "vV0.-_aZ",
        ];
        let alphabet = alphabets[self.below(alphabets.len())].as_bytes();
        let length = 1 + self.below(12);
        let tag = (0..length).map(|_| char::from(alphabet[self.below(alphabet.len())]));
        tag.collect()
    }
}

fn python(reader: &str, documents: &[&str]) -> Vec<Value> {
    let script = include_str!("yaml_oracles/read.py");
    let mut command = Command::new(tool("python/bin/python"));
    command.args(["-c", script, reader]);
    json_lines(&run(command, &json!(documents).to_string()))
}

fn node(reader: &str, documents: &[&str]) -> Vec<Value> {
    let script = include_str!("yaml_oracles/read.js");
    let mut command = Command::new(tool("node/runtime/bin/node"));
    command
        .env("NODE_PATH", tool("node/node_modules"))
        .args(["-e", script, reader]);
    json_lines(&run(command, &json!(documents).to_string()))
}

/// Go's YAML reads all documents as one stream.
fn yq(documents: &[&str]) -> Vec<Value> {
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

fn run(mut command: Command, input: &str) -> String {
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
fn tool(path: &str) -> PathBuf {
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
