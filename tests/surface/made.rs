//! The files that are made whole: a skeleton, and what the code says.

use super::commands::{self, Input};
use crate::support::tools::project;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};
use towpath_host::args::variable;
use towpath_surface::OUTPUTS;
use towpath_surface::variable::VARIABLES;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const NOTE: &str = "# Made from <skeleton> and the options of the code: make surface";

#[test]
fn the_action_is_what_the_code_says() {
    let all = commands::union();
    let of_options = all.iter().map(|input| {
        let value = format!("${{{{ inputs.{} }}}}", input.name);
        (variable(&input.name), value)
    });
    let of_variables = VARIABLES.iter().map(|known| {
        let value = format!("${{{{ inputs.{} }}}}", known.input);
        (known.name.to_owned(), value)
    });
    let names: Vec<_> = commands::IN_PIPELINES
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let path = "tests/surface/action.yml";
    let made = fill(
        path,
        &[
            ("note", NOTE.replace("<skeleton>", path)),
            ("commands", names.join(", ")),
            ("inputs", action_inputs(&all)),
            ("outputs", action_outputs()),
            (
                "variables",
                passed("        ", of_variables.chain(of_options)),
            ),
        ],
    );
    compare(&project().join("action.yml"), &made);
}

#[test]
fn the_component_has_a_template_for_every_command_in_pipelines() {
    let directory = project().join("gitlab-component/templates");
    let mut expected = Vec::new();
    for (command, definition) in commands::in_pipelines() {
        let name = command.replace(' ', "-");
        let all = commands::inputs(&definition);
        let about = definition
            .get_about()
            .expect("every command says what it does");
        let of_options = all.iter().map(|input| {
            let value = format!("\"$[[ inputs.{} ]]\"", input.name);
            (variable(&input.name), value)
        });
        let path = "tests/surface/template.yml";
        let made = fill(
            path,
            &[
                ("note", NOTE.replace("<skeleton>", path)),
                // Before the words of the options, which may have such a place, too.
                ("version", VERSION.to_owned()),
                ("about", about.to_string()),
                ("command", command.to_owned()),
                ("name", name.clone()),
                ("inputs", component_inputs(&all)),
                ("variables", passed("    ", of_options)),
            ],
        );
        let made = with_checksums(&made);
        compare(&directory.join(format!("{name}.yml")), &made);
        expected.push(format!("{name}.yml"));
    }
    let found = fs::read_dir(&directory).expect("it is part of the project");
    let mut found: Vec<_> = found
        .map(|entry| {
            let name = entry.expect("the folder stays").file_name();
            name.to_string_lossy().into_owned()
        })
        .collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "a template is not that of a command");
}

/// Writes the checksum of each target, if this commit is that of a release.
fn with_checksums(template: &str) -> String {
    let known = fs::read_to_string(project().join(".github/action/checksums.txt"));
    let known = known.expect("it is part of the project");
    let checksum = |target: &str| {
        let archive = format!("  towpath-{VERSION}-{target}.tar.gz");
        let line = known.lines().find(|line| line.ends_with(&archive));
        line.map_or("none", |line| &line[..line.len() - archive.len()])
            .to_owned()
    };
    let lines = template.lines().map(|line| {
        let target = line.split_once("target=").map(|(_, rest)| rest);
        let target = target.and_then(|rest| rest.split_once(" sum=<checksum>"));
        let line = match target {
            Some((target, _)) => line.replace("<checksum>", &checksum(target)),
            None => line.to_owned(),
        };
        line + "\n"
    });
    lines.collect()
}

/// Puts what the code says into a skeleton, at `<name>`.
fn fill(skeleton: &str, parts: &[(&str, String)]) -> String {
    let text = fs::read_to_string(project().join(skeleton));
    let text = text.expect("it is part of the project");
    parts.iter().fold(text, |text, (name, part)| {
        let place = format!("<{name}>");
        assert!(text.contains(&place), "{skeleton} has no place for {place}");
        text.replace(&place, part.trim_end_matches('\n'))
    })
}

/// Compares a file, or writes it.
fn compare(path: &Path, expected: &str) {
    if env::var_os("BLESS").is_some() {
        fs::write(path, expected).expect("the file can be written");
        return;
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == expected,
        "{} is not what the code says; run: make surface",
        path.display()
    );
}

fn action_inputs(inputs: &[Input]) -> String {
    let mut text = String::new();
    for known in VARIABLES {
        let _ = writeln!(
            text,
            "  {}:\n    description: {}",
            known.input,
            quoted(known.meaning)
        );
    }
    for input in inputs {
        let _ = writeln!(
            text,
            "  {}:\n    description: {}",
            input.name,
            quoted(&input.description)
        );
        if input.required {
            text.push_str("    required: true\n");
        }
        if !input.default.is_empty() {
            let _ = writeln!(text, "    default: {}", quoted(&input.default));
        }
    }
    text
}

fn action_outputs() -> String {
    let mut text = String::new();
    for (name, meaning) in OUTPUTS {
        let _ = writeln!(
            text,
            "  {name}:\n    description: {}\n    value: ${{{{ steps.towpath.outputs.{name} }}}}",
            quoted(meaning)
        );
    }
    text
}

fn component_inputs(inputs: &[Input]) -> String {
    let mut text = String::new();
    for input in inputs {
        let _ = writeln!(
            text,
            "    {}:\n      description: {}",
            input.name,
            quoted(&input.description)
        );
        if input.is_switch {
            text.push_str("      type: boolean\n");
        }
        if !input.choices.is_empty() {
            let _ = writeln!(text, "      options: [{}]", choices(input).join(", "));
        }
        if let Some(pattern) = input.pattern {
            let _ = writeln!(text, "      regex: {}", quoted(pattern));
        }
        let default = default(input);
        if input.is_switch {
            let _ = writeln!(text, "      default: {default}");
        } else if !input.required {
            let _ = writeln!(text, "      default: {}", quoted(default));
        }
    }
    text
}

/// Returns the default of the component: it publishes the report, so it has to
/// know the file.
pub(super) fn default(input: &Input) -> &str {
    if input.name == "dotenv" {
        "towpath.env"
    } else {
        &input.default
    }
}

/// Returns what can be chosen: nothing, too, where nothing is the default.
fn choices(input: &Input) -> Vec<String> {
    let none = input.default.is_empty() && !input.required;
    let none = none.then(|| quoted(""));
    let all = input.choices.iter().map(|choice| quoted(choice));
    none.into_iter().chain(all).collect()
}

/// Writes the variables that the inputs travel in.
fn passed(indentation: &str, pairs: impl Iterator<Item = (String, String)>) -> String {
    pairs
        .map(|(name, value)| format!("{indentation}{name}: {value}\n"))
        .collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
