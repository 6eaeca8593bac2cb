//! `docs/reference.md` is what the code says; `BLESS=1` writes it again.

use crate::support::command::succeed;
use crate::support::git::of_project;
use crate::support::tools::project;
use clap::{Arg, ArgAction, Command};
use std::fmt::Write as _;
use std::path::Path;
use towpath_host::args;
use towpath_surface::variable::VARIABLES;
use towpath_surface::{ERROR_FIELDS, Kind, OUTPUTS, WARNINGS};

#[test]
fn the_reference_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference.md");
    let expected = reference();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &expected).expect("docs/ can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/reference.md is not what the code says; run: make surface"
    );
}

#[test]
fn every_kind_of_error_has_its_place_in_the_documentation() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/troubleshooting.md");
    let text = std::fs::read_to_string(path).expect("the page is there");
    let headings = text.lines().filter_map(|line| line.strip_prefix("### `"));
    let mut found: Vec<_> = headings.map(|line| line.trim_end_matches('`')).collect();
    let mut kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    found.sort_unstable();
    kinds.sort_unstable();
    assert_eq!(
        found, kinds,
        "docs/troubleshooting.md has a heading for each kind"
    );
}

#[test]
fn every_warning_has_its_place_in_the_documentation() {
    let known = |code: &str| WARNINGS.iter().any(|(known, _)| *known == code);
    let mut list = of_project();
    list.args(["ls-files", "guest/src/*.rs", "host/src/*.rs"]);
    let mut found = Vec::new();
    for path in succeed(&mut list).lines() {
        let text = std::fs::read_to_string(project().join(path)).unwrap_or_default();
        let codes = text.split("code: \"").skip(1);
        found.extend(codes.filter_map(|rest| rest.split('"').next().map(str::to_owned)));
    }
    assert!(found.len() > 10, "{found:?}");
    for code in found {
        let documented = known(&code) || Kind::from_name(&code).is_some();
        assert!(documented, "`{code}` is not in the list of warnings");
    }
}

fn reference() -> String {
    let mut text = String::from(
        "# Reference\n\nThis page is made from the code; a test keeps it so.\n\n\
         Every option is also a variable of the environment, as given here. \
         Those of a command for pipelines are inputs of the GitHub Action, whose input `command` chooses the command, \
         and of the template of the GitLab component that is named as the command is.\n",
    );
    for (name, command) in args::commands() {
        add_command(&mut text, &name, &command);
    }
    text.push_str("\n## Variables without an option\n\nOther processes can read a command line, so these are in the environment only.\n\n\
         | variable | input of the action | meaning |\n|---|---|---|\n");
    for known in VARIABLES {
        let row = format!(
            "| `{}` | `{}` | {} |\n",
            known.name, known.input, known.meaning
        );
        text.push_str(&row);
    }
    text.push_str(
        "\n## Outputs\n\n\
         In GitHub Actions as outputs of the step; in the file of `--dotenv` in upper case behind `TOWPATH_`, \
         with commas between files.\n\n| output | meaning |\n|---|---|\n",
    );
    for (name, meaning) in OUTPUTS {
        writeln!(text, "| `{name}` | {meaning} |").expect("writing to a string");
    }
    text.push_str(
        "\n## Templates\n\nIn `--message`, `--message-body` and the values of `--trailer`, `{{name}}` stands for a variable. \
         What is not known is empty; where several things change, their values are joined by `, `.\n\n\
         | variable | meaning |\n|---|---|\n",
    );
    for (name, meaning) in towpath_surface::VARIABLES {
        writeln!(text, "| `{{{{{name}}}}}` | {meaning} |").expect("writing to a string");
    }
    text.push_str("\n## Exit codes\n\n0 is success, whether or not anything had to change.\n\n| code | kind | meaning |\n|---|---|---|\n");
    for kind in Kind::ALL {
        writeln!(
            text,
            "| {} | `{kind}` | {} |",
            kind.exit_code(),
            kind.meaning()
        )
        .expect("writing to a string");
    }
    add_errors(&mut text);
    add_warnings(&mut text);
    text
}

/// Adds what is told of, and stops nothing.
fn add_warnings(text: &mut String) {
    text.push_str(
        "\n## Warnings\n\nA warning changes no exit code. \
         In JSON they are the member `warnings` of a report, with `code`, `message`, `at` and `hint`.\n\n\
         | code | meaning |\n|---|---|\n",
    );
    for (code, meaning) in WARNINGS {
        writeln!(text, "| `{code}` | {meaning} |").expect("writing to a string");
    }
}

/// Adds what `--output json` prints of an error.
fn add_errors(text: &mut String) {
    text.push_str(
        "\n## Errors as JSON\n\n\
         With `--output json`, standard output holds one JSON document, whatever happens. \
         When a command fails, the document has the member `error`; the text for people is on standard error, as always. \
         The document is the report with that member, or where there is none, the member with `schema`, which is 1, \
         and `changed`, which is `false` when it is certain that nothing was changed, and `null` otherwise. Fields may be added.\n\n\
         | field of `error` | meaning |\n|---|---|\n",
    );
    for (name, meaning) in ERROR_FIELDS {
        writeln!(text, "| `{name}` | {meaning} |").expect("writing to a string");
    }
}

/// Adds the section of a command.
fn add_command(text: &mut String, name: &str, command: &Command) {
    let about = command
        .get_about()
        .expect("every command says what it does");
    let heading = format!("\n## `towpath {name}`\n\n{about}.\n");
    text.push_str(&heading);
    if command.get_arguments().next().is_some() {
        text.push_str("\n| option | variable | meaning | default |\n|---|---|---|---|\n");
    }
    for option in command.get_arguments() {
        text.push_str(&row(option));
    }
}

/// Writes an option, or an argument without a name, as a row.
fn row(option: &Arg) -> String {
    let takes_value = option.get_num_args().is_some_and(|n| n.takes_values());
    let takes_value = takes_value && !matches!(option.get_action(), ArgAction::SetTrue);
    let value = option.get_value_names().and_then(|names| names.first());
    let value = value.map_or("VALUE", |name| name.as_str());
    let (name, variable) = match option.get_long() {
        Some(long) if takes_value => (format!("--{long} {value}"), args::variable(long)),
        Some(long) => (format!("--{long}"), args::variable(long)),
        None => (value.to_owned(), String::new()),
    };
    let mut help = option
        .get_help()
        .expect("every option has a sentence")
        .to_string();
    let choices = option.get_possible_values().into_iter();
    let choices: Vec<_> = choices
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if takes_value && !choices.is_empty() {
        let list = format!(": {}", choices.join(", "));
        help.push_str(&list);
    }
    let default: Vec<_> = option
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    let default = if takes_value {
        default.join(", ")
    } else {
        String::new()
    };
    let variable = if variable.is_empty() {
        variable
    } else {
        format!("`{variable}`")
    };
    format!(
        "| `{name}` | {variable} | {} | {default} |\n",
        escape(&help)
    )
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}
