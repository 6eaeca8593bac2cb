//! The parts of the surfaces that are made from the options of the code.

use super::{Input, options};
use crate::support::tools::project;
use std::fmt::Write as _;
use std::{env, fs};
use towpath_host::args::variable;

const BEGIN: &str = "# The options, as `BLESS=1 make suite` writes them:\n";
const END: &str = "# End of the options.\n";

#[test]
fn the_blocks_of_options_are_what_the_code_says() {
    let of_action = [
        action_inputs(),
        passed("        ", |name| format!("${{{{ inputs.{name} }}}}")),
    ];
    compare("action.yml", &of_action);
    let of_component = [
        component_inputs(),
        passed("    ", |name| format!("\"$[[ inputs.{name} ]]\"")),
    ];
    compare("gitlab-component/templates/set.yml", &of_component);
}

/// Compares the blocks of a file, or writes them.
fn compare(path: &str, blocks: &[String]) {
    let path = project().join(path);
    let found = fs::read_to_string(&path).expect("it is part of the project");
    let mut parts = found.split(BEGIN);
    let mut expected = parts.next().unwrap_or_default().to_owned();
    for block in blocks {
        let rest = parts.next().expect("the file has a place for the block");
        let (_, after) = rest.split_once(END).expect("the block ends");
        // The indentation before the end is that of the block.
        let indentation: String = block.chars().take_while(|char| *char == ' ').collect();
        expected.push_str(BEGIN);
        expected.push_str(block);
        expected.push_str(&indentation);
        expected.push_str(END);
        expected.push_str(after);
    }
    if env::var_os("BLESS").is_some() {
        fs::write(&path, &expected).expect("the file can be written");
        return;
    }
    assert!(
        found == expected,
        "{} is not what the code says; run: BLESS=1 make suite",
        path.display()
    );
}

fn action_inputs() -> String {
    let mut text = String::new();
    for option in options() {
        let _ = writeln!(
            text,
            "  {}:\n    description: {}",
            option.name,
            quoted(&option.description)
        );
        if option.required {
            text.push_str("    required: true\n");
        }
        if !option.default.is_empty() {
            let _ = writeln!(text, "    default: {}", quoted(&option.default));
        }
    }
    text
}

fn component_inputs() -> String {
    let mut text = String::new();
    for option in options() {
        let Input {
            name,
            description,
            default,
            ..
        } = &option;
        let _ = writeln!(
            text,
            "    {name}:\n      description: {}",
            quoted(description)
        );
        if option.is_switch {
            let _ = writeln!(text, "      type: boolean\n      default: {default}");
        } else if name == "dotenv" {
            // The component publishes the report, so it has to know the file.
            text.push_str("      default: towpath.env\n");
        } else if !option.required {
            let _ = writeln!(text, "      default: {}", quoted(default));
        }
    }
    text
}

/// Writes the variables that the inputs travel in.
fn passed(indentation: &str, value: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    for option in options() {
        let _ = writeln!(
            text,
            "{indentation}{}: {}",
            variable(&option.name),
            value(&option.name)
        );
    }
    text
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
