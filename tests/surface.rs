//! Every surface has the same options, outputs and words.

mod blocks;

use crate::support::command::{command, succeed};
use crate::support::temp::TempDir;
use crate::support::tools::{project, python};
use clap::ArgAction;
use serde_yaml::{Mapping, Value};
use std::fs;
use towpath_host::args::{set_options, variable};
use towpath_surface::OUTPUTS;

/// What the action has beside the options: secrets, and what is its own.
const OF_THE_ACTION: &[(&str, &str)] = &[
    ("command", "TOWPATH_ACTION_COMMAND"),
    ("version", "TOWPATH_ACTION_VERSION"),
    ("token", "TOWPATH_TOKEN"),
    ("forge-token", "TOWPATH_FORGE_TOKEN"),
    ("app-id", "TOWPATH_APP_ID"),
    ("app-key", "TOWPATH_APP_KEY"),
    ("ssh-key", "TOWPATH_SSH_KEY"),
    ("ssh-key-passphrase", "TOWPATH_SSH_KEY_PASSPHRASE"),
    ("ssh-known-hosts", "TOWPATH_SSH_KNOWN_HOSTS"),
    ("argocd-token", "TOWPATH_ARGOCD_TOKEN"),
    ("webhook-url", "TOWPATH_WEBHOOK_URL"),
    ("webhook-secret", "TOWPATH_WEBHOOK_SECRET"),
    ("slack-url", "TOWPATH_SLACK_URL"),
];

/// What the component has beside the options; secrets are variables there.
const OF_THE_COMPONENT: &[&str] = &["stage", "job-name", "job-image", "version"];

/// One option as every surface has to show it.
#[derive(Debug, PartialEq, Eq)]
struct Input {
    name: String,
    description: String,
    required: bool,
    is_switch: bool,
    default: String,
}

/// Returns the options of `towpath set`.
fn options() -> Vec<Input> {
    let options = set_options().into_iter().map(|option| {
        let is_switch = matches!(option.get_action(), ArgAction::SetTrue);
        let default = option.get_default_values().iter();
        let default: Vec<_> = default.map(|value| value.to_string_lossy()).collect();
        Input {
            name: option
                .get_long()
                .expect("every option has a name")
                .to_owned(),
            description: option
                .get_help()
                .expect("every option is described")
                .to_string(),
            required: option.is_required_set(),
            is_switch,
            default: if is_switch {
                "false".to_owned()
            } else {
                default.join("")
            },
        }
    });
    options.collect()
}

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
fn the_action_has_every_option() {
    let action = &documents("action.yml")[0];
    let own = |name: &str| OF_THE_ACTION.iter().any(|(own, _)| *own == name);
    let inputs = mapping(action, &["inputs"]).iter();
    let inputs = inputs.map(|(name, input)| {
        let default = text(&input["default"]);
        Input {
            name: text(name),
            description: text(&input["description"]),
            required: input["required"].as_bool().unwrap_or(false),
            is_switch: default == "false",
            default,
        }
    });
    let inputs: Vec<_> = inputs.filter(|input| !own(&input.name)).collect();
    assert_same(&inputs, &options());
}

#[test]
fn the_action_passes_every_input_as_a_variable() {
    let action = &documents("action.yml")[0];
    let steps = action["runs"]["steps"]
        .as_sequence()
        .expect("there are steps");
    assert_eq!(steps.len(), 1);
    let passed = mapping(&steps[0], &["env"]).iter();
    let passed: Vec<_> = passed
        .map(|(name, value)| (text(name), text(value)))
        .collect();
    let pair = |name: &str, variable: String| (variable, format!("${{{{ inputs.{name} }}}}"));
    let own = OF_THE_ACTION
        .iter()
        .map(|&(name, variable)| pair(name, variable.to_owned()));
    let options = options()
        .into_iter()
        .map(|option| pair(&option.name, variable(&option.name)));
    assert_eq!(passed, own.chain(options).collect::<Vec<_>>());
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

#[test]
fn the_component_has_every_option() {
    let documents = documents("gitlab-component/templates/set.yml");
    let inputs = mapping(&documents[0], &["spec", "inputs"]).iter();
    let inputs = inputs.map(|(name, input)| Input {
        name: text(name),
        description: text(&input["description"]),
        required: input.get("default").is_none(),
        is_switch: input["type"] == "boolean",
        default: text(&input["default"]),
    });
    let inputs: Vec<_> = inputs
        .filter(|input| !OF_THE_COMPONENT.contains(&input.name.as_str()))
        .collect();
    let mut expected = options();
    for option in &mut expected {
        // The component publishes the report, so it has to know the file.
        if option.name == "dotenv" {
            option.default = "towpath.env".to_owned();
        }
    }
    assert_same(&inputs, &expected);
}

#[test]
fn the_component_passes_every_input_as_a_variable() {
    let documents = documents("gitlab-component/templates/set.yml");
    let job = &documents[1]["$[[ inputs.job-name ]]"];
    for option in options() {
        let passed = &job["variables"][variable(&option.name).as_str()];
        assert_eq!(text(passed), format!("$[[ inputs.{} ]]", option.name));
    }
    let script = serde_yaml::to_string(&job["script"]).expect("it was read");
    assert!(!script.contains("$[["), "an input is part of the script");
    assert_eq!(
        text(&job["artifacts"]["reports"]["dotenv"]),
        "$[[ inputs.dotenv ]]"
    );
}

#[test]
fn the_component_tells_every_output() {
    let readme = fs::read_to_string(project().join("gitlab-component/README.md"));
    let readme = readme.expect("the component has one");
    for (name, _) in OUTPUTS {
        let variable = format!("`{}`", variable(name));
        assert!(readme.contains(&variable), "{variable}");
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
    let template = project().join("gitlab-component/templates/set.yml");
    let template = fs::read_to_string(template).expect("it is part of the project");
    let (_, job) = template
        .split_once("\n---\n")
        .expect("the inputs come first");
    let job = directory.write("job.yml", job);
    check(&[&gitlab[..], &[job.to_str().expect("it is UTF-8")]].concat());

    let mut zizmor = command(python("zizmor"), project());
    succeed(zizmor.args([
        "--offline",
        "--no-progress",
        "action.yml",
        ".github/workflows",
    ]));
}
