//! Every surface has the same options, outputs and words.

mod commands;
mod made;

use crate::support::command::{command, succeed};
use crate::support::temp::TempDir;
use crate::support::tools::{project, python};
use clap::Command;
use commands::Input;
use serde_yaml::{Mapping, Value};
use std::fs;
use towpath_host::args::variable;
use towpath_surface::OUTPUTS;
use towpath_surface::variable::VARIABLES;

/// What the action has beside the options and [`VARIABLES`].
const OF_THE_ACTION: &[(&str, &str)] = &[("command", "TOWPATH_ACTION_COMMAND")];

/// What the component has beside the options; secrets are variables there.
const OF_THE_COMPONENT: &[&str] = &["stage", "job-name", "job-image"];

fn documents(path: &str) -> Vec<Value> {
    let text = fs::read_to_string(project().join(path)).expect("it is part of the project");
    let documents = text.split("\n---\n");
    documents
        .map(|text| serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}")))
        .collect()
}

fn mapping<'a>(value: &'a Value, keys: &[&str]) -> &'a Mapping {
    let found = keys.iter().fold(value, |value, key| &value[*key]);
    found
        .as_mapping()
        .unwrap_or_else(|| panic!("{keys:?} is not a mapping"))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(switch) => switch.to_string(),
        Value::Null => String::new(),
        other => panic!("{other:?} is not a text"),
    }
}

/// Compares one by one, so that a failure shows only what differs.
#[track_caller]
fn assert_same(found: &[Input], expected: &[Input]) {
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn the_action_has_every_option_and_passes_it_as_a_variable() {
    let action = &documents("action.yml")[0];
    let found = mapping(action, &["inputs"]).iter();
    let found: Vec<_> = found
        .map(|(name, input)| {
            let required = input["required"].as_bool().unwrap_or(false);
            (text(name), text(&input["default"]), required)
        })
        .collect();
    let own = OF_THE_ACTION.iter().map(|(name, _)| (*name).to_owned());
    let variables = VARIABLES.iter().map(|known| known.input.to_owned());
    let own = own.chain(variables).map(|name| {
        let default = if name == "command" { "set" } else { "" };
        (name, default.to_owned(), false)
    });
    let options = commands::union().into_iter();
    let options = options.map(|input| (input.name, input.default, input.required));
    assert_eq!(found, own.chain(options).collect::<Vec<_>>());

    let steps = action["runs"]["steps"]
        .as_sequence()
        .expect("there are steps");
    assert_eq!(steps.len(), 1);
    let passed = mapping(&steps[0], &["env"]).iter();
    let passed: Vec<_> = passed
        .map(|(name, value)| (text(name), text(value)))
        .collect();
    let expected = found.iter().map(|(name, ..)| {
        let own = OF_THE_ACTION.iter().find(|(own, _)| own == name);
        let variable = own.map_or_else(|| variable(name), |(_, variable)| (*variable).to_owned());
        (variable, format!("${{{{ inputs.{name} }}}}"))
    });
    assert_eq!(passed, expected.collect::<Vec<_>>());
    assert!(!text(&steps[0]["run"]).contains("${{"));
}

#[test]
fn the_action_has_every_output() {
    let action = &documents("action.yml")[0];
    let outputs = mapping(action, &["outputs"]).iter();
    let outputs = outputs.map(|(name, output)| {
        (
            text(name),
            text(&output["description"]),
            text(&output["value"]),
        )
    });
    let expected = OUTPUTS.iter().map(|&(name, meaning)| {
        let value = format!("${{{{ steps.towpath.outputs.{name} }}}}");
        (name.to_owned(), meaning.to_owned(), value)
    });
    assert_eq!(outputs.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

/// Calls `check` with each template and the command that it is for.
fn for_every_template(check: impl Fn(&[Value], &Command)) {
    for (name, command) in commands::in_pipelines() {
        let name = name.replace(' ', "-");
        let path = format!("gitlab-component/templates/{name}.yml");
        check(&documents(&path), &command);
    }
}

#[test]
fn the_component_has_every_option() {
    for_every_template(|documents, command| {
        let inputs = mapping(&documents[0], &["spec", "inputs"]).iter();
        let inputs = inputs.map(|(name, input)| Input {
            name: text(name),
            description: text(&input["description"]),
            required: input.get("default").is_none(),
            is_switch: input["type"] == "boolean",
            default: text(&input["default"]),
            choices: Vec::new(),
            pattern: None,
        });
        let inputs: Vec<_> = inputs
            .filter(|input| !OF_THE_COMPONENT.contains(&input.name.as_str()))
            .collect();
        let expected = commands::inputs(command).into_iter();
        let expected = expected.map(|input| Input {
            default: made::default(&input).to_owned(),
            choices: Vec::new(),
            pattern: None,
            ..input
        });
        assert_same(&inputs, &expected.collect::<Vec<_>>());
    });
}

#[test]
fn the_component_passes_every_input_as_a_variable() {
    for_every_template(|documents, command| {
        let job = &documents[1]["$[[ inputs.job-name ]]"];
        for option in commands::inputs(command) {
            let passed = &job["variables"][variable(&option.name).as_str()];
            assert_eq!(text(passed), format!("$[[ inputs.{} ]]", option.name));
        }
        let script = serde_yaml::to_string(&job["script"]).expect("it was read");
        assert!(!script.contains("$[["), "an input is part of the script");
        assert_eq!(
            text(&job["artifacts"]["reports"]["dotenv"]),
            "$[[ inputs.dotenv ]]"
        );
        // Anything else at the top would leak into the pipeline that includes it.
        assert_eq!(documents[1].as_mapping().map(Mapping::len), Some(1));
    });
}

#[test]
fn an_option_has_another_name_than_what_is_the_surfaces_own() {
    let of_the_action = OF_THE_ACTION.iter().map(|(name, _)| *name);
    let own: Vec<_> = of_the_action
        .chain(OF_THE_COMPONENT.iter().copied())
        .collect();
    for input in commands::union() {
        let name = input.name.as_str();
        let taken = own.contains(&name) || VARIABLES.iter().any(|known| known.input == name);
        assert!(
            !taken,
            "--{name} is an input of the action or the component"
        );
    }
}

#[test]
fn the_component_tells_every_output_and_variable() {
    let readme = fs::read_to_string(project().join("gitlab-component/README.md"));
    let readme = readme.expect("the component has one");
    let outputs = OUTPUTS
        .iter()
        .map(|(name, _)| format!("`{}`", variable(name)));
    let variables = VARIABLES.iter().map(|known| format!("`{}`", known.name));
    let templates = commands::IN_PIPELINES.iter();
    let templates = templates.map(|name| format!("| `{}` |", name.replace(' ', "-")));
    for told in outputs.chain(variables).chain(templates) {
        assert!(readme.contains(&told), "gitlab-component/README.md: {told}");
    }
}

#[test]
fn the_linters_find_nothing() {
    let check = |arguments: &[&str]| {
        let mut check = command(python("check-jsonschema"), project());
        succeed(check.args(arguments));
    };
    check(&["--builtin-schema", "vendor.github-actions", "action.yml"]);
    for workflow in fs::read_dir(project().join(".github/workflows")).expect("there are some") {
        let path = workflow.expect("the folder stays").path();
        let path = path.to_str().expect("it is UTF-8");
        check(&["--builtin-schema", "vendor.github-workflows", path]);
    }
    let gitlab = [
        "--builtin-schema",
        "vendor.gitlab-ci",
        "--data-transform",
        "gitlab-ci",
    ];
    check(&[&gitlab[..], &["gitlab-component/.gitlab-ci.yml"]].concat());
    let directory = TempDir::new();
    for (name, _) in commands::in_pipelines() {
        let path = format!("gitlab-component/templates/{}.yml", name.replace(' ', "-"));
        let template = fs::read_to_string(project().join(path));
        let template = template.expect("it is part of the project");
        let (_, job) = template
            .split_once("\n---\n")
            .expect("the inputs come first");
        let job = directory.write("job.yml", job);
        check(&[&gitlab[..], &[job.to_str().expect("it is UTF-8")]].concat());
    }

    let mut zizmor = command(python("zizmor"), project());
    succeed(zizmor.args([
        "--offline",
        "--no-progress",
        "--persona=auditor",
        "action.yml",
        ".github/workflows",
    ]));
}
