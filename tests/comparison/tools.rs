//! The tools of the comparison, and how each is asked.

use super::rows::{Ask, IMAGE, Row};
use crate::support::command::command;
use crate::support::files;
use crate::support::native;
use crate::support::temp::TempDir;
use crate::support::tools::{debian, node, node_runtime, python};
use serde_json::json;
use std::fs;
use std::process::Command;

/// A tool that changes values in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Towpath,
    Kustomize,
    Yq,
    Ruamel,
    JavaScript,
    Sed,
}

/// What a tool left.
pub(super) struct Left {
    /// Who ran.
    pub tool: Tool,
    /// Whether it said that it succeeded.
    pub succeeded: bool,
    /// The file.
    pub after: Vec<u8>,
}

impl Tool {
    pub(super) const ALL: [Self; 6] = [
        Self::Towpath,
        Self::Kustomize,
        Self::Yq,
        Self::Ruamel,
        Self::JavaScript,
        Self::Sed,
    ];

    /// Returns the name for the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Towpath => "Towpath",
            Self::Kustomize => "kustomize 5 edit",
            Self::Yq => "yq 4",
            Self::Ruamel => "ruamel.yaml",
            Self::JavaScript => "yaml (npm)",
            Self::Sed => "sed",
        }
    }
}

/// Makes the edit; `None` when the tool is not for such files.
pub(super) fn run(tool: Tool, row: &Row) -> Option<Left> {
    if tool == Tool::Towpath {
        return Some(towpath(row));
    }
    let directory = TempDir::new();
    let file = directory.write(row.file, row.before);
    let mut command = prepared(tool, row, &directory)?;
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{tool:?} cannot be run: {error}"));
    Some(Left {
        tool,
        succeeded: output.status.success(),
        after: fs::read(file).expect("no tool removes it"),
    })
}

fn towpath(row: &Row) -> Left {
    let files = files::files([(row.file, row.before)]);
    let (option, text, rest) = match row.ask {
        Ask::Image { tag, .. } => ("--image", format!("{IMAGE}:{tag}"), None),
        Ask::Key { path, value } => ("--key", path.join("."), Some(value)),
    };
    let mut arguments = vec!["--file".to_owned(), row.file.to_owned()];
    arguments.extend([option.to_owned(), text]);
    arguments.extend(rest.map(|value| format!("--value={value}")));
    let answer = native::set(&files, &arguments);
    let succeeded = answer.is_ok();
    let files = answer.map_or(files, |answer| answer.files);
    Left {
        tool: Tool::Towpath,
        succeeded,
        after: files[row.file].bytes.clone(),
    }
}

fn prepared(tool: Tool, row: &Row, directory: &TempDir) -> Option<Command> {
    let new = |program| command(program, directory.path());
    Some(match tool {
        Tool::Kustomize => {
            let Ask::Image { tag, .. } = row.ask else {
                return None;
            };
            let mut kustomize = new(debian("kustomize"));
            kustomize.args(["edit", "set", "image", &format!("{IMAGE}=*:{tag}")]);
            kustomize
        }
        Tool::Yq => {
            let mut yq = new(debian("yq-go"));
            let (expression, value) = yq_expression(&row.ask);
            yq.env("NEW", value).args(["-i", &expression, row.file]);
            yq
        }
        Tool::Ruamel => {
            let mut ruamel = new(python("python"));
            ruamel.args(["-c", include_str!("edit.py"), row.file, &steps(&row.ask)]);
            ruamel
        }
        Tool::JavaScript => {
            let mut script = new(node_runtime().join("node"));
            let modules = node("yaml");
            let modules = modules.ancestors().nth(2).expect("it is in .bin");
            script.env("NODE_PATH", modules);
            script.args(["-e", include_str!("edit.js"), row.file, &steps(&row.ask)]);
            script
        }
        Tool::Sed => {
            let mut sed = new("sed".into());
            let (key, value) = match row.ask {
                Ask::Image { tag, .. } => ("newTag", tag),
                Ask::Key { path, value } => (*path.last().expect("it is not empty"), value),
            };
            sed.args(["-i", &format!("s/{key}: .*/{key}: {value}/"), row.file]);
            sed
        }
        Tool::Towpath => return None,
    })
}

fn yq_expression(ask: &Ask) -> (String, &'static str) {
    match ask {
        Ask::Image { tag, .. } => {
            let entry = format!("(.images[] | select(.name == \"{IMAGE}\"))");
            (format!("{entry}.newTag = strenv(NEW)"), tag)
        }
        Ask::Key { path, value } => (format!(".{} = strenv(NEW)", path.join(".")), value),
    }
}

/// Returns the keys to the value, and the value, for a script.
fn steps(ask: &Ask) -> String {
    match ask {
        Ask::Image { tag, index } => {
            json!({"path": ["images", index, "newTag"], "name": IMAGE, "value": tag})
        }
        Ask::Key { path, value } => json!({"path": path, "value": value}),
    }
    .to_string()
}
