//! Options that the environment gives in the place of the command line.

use super::Args;
use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, CommandFactory as _};
use std::ffi::OsString;

/// Completes a command line with the options that the environment gives.
///
/// `lookup` returns the value of an environment variable. One that no option
/// of the command goes by is not looked at.
///
/// # Errors
/// When a switch has another value than `true` or `false`.
pub fn with_environment(
    mut arguments: Vec<OsString>,
    lookup: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<Vec<OsString>> {
    let cli = Args::command();
    let (mut command, mut position) = (&cli, 1);
    let named = |position: usize| arguments.get(position).and_then(|name| name.to_str());
    while let Some(found) = named(position).and_then(|name| command.find_subcommand(name)) {
        command = found;
        position += 1;
    }
    let (mut added, mut operands) = (Vec::new(), Vec::new());
    for option in command.get_arguments() {
        let Some(long) = option.get_long() else {
            // What has no name on the command line has the name of its field.
            if matches!(option.get_action(), ArgAction::Append)
                && let Some(value) = lookup(&variable(option.get_id().as_str()))
            {
                operands.extend(lines(&value).map(OsString::from));
            }
            continue;
        };
        let name = variable(long);
        let value = lookup(&name).filter(|value| !value.trim().is_empty());
        if let Some(value) = value
            && !is_given(&arguments, long)
        {
            added.extend(as_arguments(option, long, &value).with_context(|| name)?);
        }
    }
    let position = position.min(arguments.len());
    arguments.splice(position..position, added);
    if !operands.is_empty() {
        if !arguments.iter().any(|argument| argument == "--") {
            arguments.push(OsString::from("--"));
        }
        arguments.extend(operands);
    }
    Ok(arguments)
}

/// Returns the values of a variable that holds several.
fn lines(value: &str) -> impl Iterator<Item = &str> {
    let lines = value.lines().map(str::trim);
    lines.filter(|line| !line.is_empty())
}

/// Returns the environment variable that stands for an option.
#[must_use]
pub fn variable(long: &str) -> String {
    format!("TOWPATH_{}", long.to_uppercase().replace('-', "_"))
}

fn is_given(arguments: &[OsString], long: &str) -> bool {
    let flag = format!("--{long}");
    let prefix = format!("{flag}=");
    arguments
        .iter()
        .filter_map(|argument| argument.to_str())
        .take_while(|argument| *argument != "--")
        .any(|argument| argument == flag || argument.starts_with(&prefix))
}

/// Writes the value of a variable as arguments: a line each where an option repeats.
fn as_arguments(option: &Arg, long: &str, value: &str) -> anyhow::Result<Vec<OsString>> {
    let argument = |value: &str| OsString::from(format!("--{long}={value}"));
    Ok(match option.get_action() {
        ArgAction::SetTrue => match value.trim() {
            "true" => vec![OsString::from(format!("--{long}"))],
            "false" => Vec::new(),
            other => bail!("`{other}` is neither true nor false"),
        },
        ArgAction::Append => lines(value).map(argument).collect(),
        _ => vec![argument(value)],
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Args, Command};
    use super::with_environment;
    use clap::Parser as _;
    use std::ffi::OsString;

    fn complete(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let arguments = arguments.iter().map(OsString::from).collect();
        with_environment(arguments, |name| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
        .map(|all| {
            all.iter()
                .map(|a| a.to_string_lossy().into_owned())
                .collect()
        })
        .map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_variable_stands_for_an_option() {
        let all = complete(
            &["towpath", "set", "--tag", "v2"],
            &[
                ("TOWPATH_TAG", "v1"),
                ("TOWPATH_IMAGE", "a:1\n\n  b:2\n"),
                ("TOWPATH_ALL", "true"),
                ("TOWPATH_CREATE", "false"),
                ("TOWPATH_REPO", "r"),
                ("TOWPATH_FILE", ""),
            ],
        );
        assert_eq!(
            all.unwrap(),
            [
                "towpath",
                "set",
                "--image=a:1",
                "--image=b:2",
                "--all",
                "--repo=r",
                "--tag",
                "v2"
            ]
        );
    }

    #[test]
    fn a_variable_stands_for_operands() {
        let all = complete(
            &["towpath", "promote", "--to", "prod"],
            &[("TOWPATH_APP", "web\napi\n"), ("TOWPATH_REPO", "r")],
        );
        let expected = [
            "towpath", "promote", "--repo=r", "--to", "prod", "--", "web", "api",
        ];
        assert_eq!(all.unwrap(), expected);
    }

    #[test]
    fn a_switch_is_true_or_false() {
        let error = complete(&["towpath", "set"], &[("TOWPATH_ALL", "maybe")]).unwrap_err();
        assert_eq!(error, "TOWPATH_ALL: `maybe` is neither true nor false");
    }

    #[test]
    fn what_was_completed_parses() {
        let all = complete(
            &["towpath", "set"],
            &[
                ("TOWPATH_REPO", "r"),
                ("TOWPATH_VALUE", "-1"),
                ("TOWPATH_KEY", "a.b"),
            ],
        );
        let args = Args::try_parse_from(all.unwrap()).unwrap();
        let Command::Set(set) = args.command else {
            panic!("not set")
        };
        assert_eq!(set.set.value, ["-1"]);
    }
}
