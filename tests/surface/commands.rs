//! What the surfaces show: the commands for pipelines and their options.

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Command};
use std::collections::BTreeMap;
use std::time::Duration;
use towpath_host::args;

/// The commands that make sense in a pipeline: each is a template of the
/// component, and its options are inputs of the action.
pub(super) const IN_PIPELINES: &[&str] = &["set", "promote", "gate", "status"];

/// The commands for people at a terminal.
const BY_HAND: &[&str] = &[
    "check",
    "completions",
    "diff",
    "env add",
    "history",
    "init",
    "keygen",
    "pin",
    "release",
    "releases",
    "rollback",
    "unpin",
    "version",
];

/// One option as every surface has to show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Input {
    pub name: String,
    pub description: String,
    pub required: bool,
    pub is_switch: bool,
    pub default: String,
    /// The values to choose from; empty when any will do.
    pub choices: Vec<String>,
    /// The regular expression that its values match.
    pub pattern: Option<&'static str>,
}

/// Returns the commands for pipelines, in the order of their list.
pub(super) fn in_pipelines() -> Vec<(&'static str, Command)> {
    let all: BTreeMap<_, _> = args::commands().into_iter().collect();
    let find = |name: &&'static str| {
        let command = all.get(*name);
        let command = command.unwrap_or_else(|| panic!("there is no command `{name}`"));
        (*name, command.clone())
    };
    IN_PIPELINES.iter().map(find).collect()
}

/// Returns the options of a command as inputs.
pub(super) fn inputs(command: &Command) -> Vec<Input> {
    command.get_arguments().map(input).collect()
}

fn input(option: &Arg) -> Input {
    // What has no name on the command line has the name of its field.
    let name = option.get_long().unwrap_or(option.get_id().as_str());
    let help = option.get_help().expect("every option is described");
    let is_switch = matches!(option.get_action(), ArgAction::SetTrue);
    let default = option.get_default_values().iter();
    let default: Vec<_> = default.map(|value| value.to_string_lossy()).collect();
    let choices = option.get_possible_values().into_iter();
    let choices = choices.filter(|_| !is_switch);
    Input {
        name: name.to_owned(),
        description: help.to_string(),
        required: option.is_required_set(),
        is_switch,
        default: if is_switch {
            "false".to_owned()
        } else {
            default.join("")
        },
        choices: choices.map(|value| value.get_name().to_owned()).collect(),
        pattern: pattern(option.get_value_parser()),
    }
}

/// Returns what the values of a type look like; none at all is one, too.
fn pattern(parser: &ValueParser) -> Option<&'static str> {
    let same = |other: ValueParser| parser.type_id() == other.type_id();
    if same(clap::value_parser!(u64).into()) || same(clap::value_parser!(u32).into()) {
        Some("^[0-9]*$")
    } else if same(ValueParser::new(humantime_duration)) {
        Some("^([0-9]+ ?[a-z]+ ?)*$")
    } else {
        None
    }
}

/// Stands for the parser of durations, for its type.
fn humantime_duration(_: &str) -> Result<Duration, String> {
    Err(String::new())
}

/// Returns the options of all commands for pipelines: one that several have is
/// one input, and one that not all have says whose it is.
pub(super) fn union() -> Vec<Input> {
    let commands = in_pipelines();
    let mut union: Vec<(Input, Vec<&str>)> = Vec::new();
    for (name, command) in &commands {
        for input in inputs(command) {
            match union.iter_mut().find(|(known, _)| known.name == input.name) {
                Some((known, users)) => {
                    merge(known, &input, users, name);
                    users.push(name);
                }
                None => union.push((input, vec![name])),
            }
        }
    }
    let shared = |(mut input, users): (Input, Vec<&str>)| {
        if users.len() < commands.len() {
            input.required = false;
            input.description = format!("{} [{}]", input.description, users.join(", "));
        }
        input
    };
    union.into_iter().map(shared).collect()
}

/// Makes one input of two options of the same name.
fn merge(known: &mut Input, other: &Input, users: &[&str], command: &str) {
    let name = &known.name;
    assert_eq!(
        known.is_switch, other.is_switch,
        "--{name} is a switch of {users:?} or of {command}, and not of the other"
    );
    if known.description != other.description {
        known.description = format!("{}; {command}: {}", known.description, other.description);
    }
    // The launcher knows the default of its command.
    if known.default != other.default {
        known.default = String::new();
    }
    known.required &= other.required;
}

#[test]
fn every_command_is_for_pipelines_or_for_hands() {
    let mut listed = [IN_PIPELINES, BY_HAND].concat();
    let mut commands: Vec<_> = args::commands().into_iter().map(|(name, _)| name).collect();
    listed.sort_unstable();
    commands.sort_unstable();
    assert_eq!(
        commands, listed,
        "list the command in tests/surface/commands.rs"
    );
}

#[test]
fn every_option_is_described_and_secrets_have_none() {
    for (name, command) in args::commands() {
        assert!(command.get_about().is_some(), "{name} is not described");
        for option in command.get_arguments() {
            let help = option.get_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let id = option.get_id();
            assert!(!help.is_empty(), "{name}: `{id}` is not described");
            assert!(!help.ends_with('.'), "{name}: `{id}` ends with a full stop");
            let long = option.get_long().unwrap_or_default();
            let secret = towpath_surface::variable::VARIABLES
                .iter()
                .any(|variable| variable.is_secret && args::variable(long) == variable.name);
            assert!(!secret, "{name}: `--{long}` takes a secret");
        }
    }
}
