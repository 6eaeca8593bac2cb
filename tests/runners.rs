//! What a run leaves for the runner: outputs, summaries, annotations.

use crate::support::repository::BareRepository;
use crate::support::towpath::{Outcome, Towpath, obeyed};
use std::collections::BTreeMap;
use std::fs;
use towpath_surface::{Kind, OUTPUTS};

const FILE: &str = "apps/web/overlays/dev/kustomization.yaml";

fn set(repository: &BareRepository) -> Towpath {
    Towpath::set(repository.path()).args([
        "--image",
        "registry.example/shop/web:1.5.0",
        "--file",
        FILE,
    ])
}

/// Prepares a run as a step of GitHub Actions.
fn on_github(run: Towpath) -> Towpath {
    run.env("GITHUB_ACTIONS", "true")
        .env("GITHUB_OUTPUT", "output")
        .env("GITHUB_STEP_SUMMARY", "summary.md")
        .env("GITHUB_REPOSITORY", "shop/web")
        .env("GITHUB_SERVER_URL", "https://github.example")
        .env("GITHUB_RUN_ID", "42")
        .env("GITHUB_RUN_NUMBER", "7")
        .env("GITHUB_SHA", "0a1b2c3d")
}

fn left(outcome: &Outcome, name: &str) -> String {
    fs::read_to_string(outcome.directory.join(name)).unwrap_or_default()
}

/// Reads the outputs as the runner does.
fn outputs(outcome: &Outcome) -> BTreeMap<String, String> {
    let text = left(outcome, "output");
    let mut lines = text.lines();
    let mut outputs = BTreeMap::new();
    while let Some(line) = lines.next() {
        if let Some((name, delimiter)) = line.split_once("<<") {
            let value = lines.by_ref().take_while(|&line| line != delimiter);
            outputs.insert(name.to_owned(), value.collect::<Vec<_>>().join("\n"));
        } else {
            let (name, value) = line.split_once('=').expect("an output has a value");
            outputs.insert(name.to_owned(), value.to_owned());
        }
    }
    outputs
}

#[track_caller]
fn assert_outputs(found: &BTreeMap<String, String>, expected: [&str; 5]) {
    for ((name, _), expected) in OUTPUTS.iter().zip(expected) {
        assert_eq!(
            found.get(*name).map(String::as_str),
            Some(expected),
            "{name}"
        );
    }
    assert_eq!(found.len(), OUTPUTS.len());
}

#[test]
fn github_gets_outputs_and_a_summary() {
    let repository = BareRepository::sample("shop");
    let outcome = on_github(set(&repository)).run().succeeds();
    let tip = repository.tip("main");
    assert_outputs(&outputs(&outcome), ["true", &tip, FILE, "1.4.3", "1.5.0"]);
    let summary = left(&outcome, "summary.md");
    for part in [FILE, "1.4.3", "1.5.0", &tip] {
        assert!(summary.contains(part), "nothing of `{part}` in:\n{summary}");
    }
}

#[test]
fn github_gets_outputs_when_nothing_changes() {
    let repository = BareRepository::sample("shop");
    on_github(set(&repository)).run().succeeds();
    let tip = repository.tip("main");
    let outcome = on_github(set(&repository)).run().succeeds();
    assert_outputs(&outputs(&outcome), ["false", &tip, "", "1.5.0", "1.5.0"]);
    assert_eq!(repository.tip("main"), tip);
}

#[test]
fn github_gets_outputs_of_a_dry_run() {
    let repository = BareRepository::sample("shop");
    let outcome = on_github(set(&repository).arg("--dry-run"))
        .run()
        .succeeds();
    assert_outputs(&outputs(&outcome), ["true", "", FILE, "1.4.3", "1.5.0"]);
}

#[test]
fn several_files_are_an_output_of_several_lines() {
    let repository = BareRepository::sample("shop");
    let run = Towpath::set(repository.path()).args(["--image", "registry.example/shop/web:1.5.0"]);
    let run = run.args(["--path", "apps/web/overlays", "--all", "--dotenv", "dotenv"]);
    let outcome = on_github(run).run().succeeds();
    let of = |environment| format!("apps/web/overlays/{environment}/kustomization.yaml");
    let files = ["dev", "prod", "staging"].map(of);
    assert_eq!(outputs(&outcome)["files"], files.join("\n"));
    let dotenv = format!("TOWPATH_FILES={}\n", files.join(","));
    assert!(left(&outcome, "dotenv").contains(&dotenv));
}

#[test]
fn github_shows_an_error_at_its_line() {
    let mut files = crate::support::repository::sample("shop");
    let file = files.get_mut(FILE).expect("the sample has it");
    file.bytes.extend(b"images: []\n");
    let repository = BareRepository::new(&files);
    let outcome = on_github(set(&repository)).run().fails(Kind::Contradiction);
    let said = outcome.everything();
    let annotation = said.lines().find(|line| line.starts_with("::error "));
    let annotation = annotation.unwrap_or_else(|| panic!("no annotation in:\n{said}"));
    assert!(
        annotation.contains(&format!("file={FILE},line=")),
        "{annotation}"
    );
    assert!(outputs(&outcome).is_empty());
}

#[test]
fn github_tells_the_commit_where_the_build_was() {
    let repository = BareRepository::sample("shop");
    on_github(set(&repository)).run().succeeds();
    let message = repository.git(&["log", "-1", "--format=%B", "main"]);
    for part in [
        "shop/web",
        "0a1b2c3d",
        "https://github.example/shop/web/actions/runs/42",
    ] {
        assert!(message.contains(part), "nothing of `{part}` in:\n{message}");
    }
}

#[test]
fn gitlab_gets_a_dotenv_report_and_a_summary_in_the_log() {
    let repository = BareRepository::sample("shop");
    let run = set(&repository)
        .env("GITLAB_CI", "true")
        .args(["--dotenv", "towpath.env"]);
    let run = run
        .env("CI_PROJECT_PATH", "shop/web")
        .env("CI_COMMIT_SHA", "0a1b2c3d");
    let run = run.env(
        "CI_PIPELINE_URL",
        "https://gitlab.example/shop/web/-/pipelines/9",
    );
    let outcome = run.env("CI_PIPELINE_IID", "7").run().succeeds();
    let tip = repository.tip("main");
    let expected = format!(
        "TOWPATH_CHANGED=true\nTOWPATH_COMMIT={tip}\nTOWPATH_FILES={FILE}\n\
         TOWPATH_OLD=1.4.3\nTOWPATH_NEW=1.5.0\n"
    );
    let variables = left(&outcome, "towpath.env");
    assert!(variables.starts_with(&expected), "{variables}");
    let results = variables
        .lines()
        .find_map(|line| line.strip_prefix("TOWPATH_RESULTS="));
    let results: serde_yaml::Value =
        serde_yaml::from_str(results.expect("it tells of each")).expect("it is JSON");
    assert_eq!(results[0]["commit"], tip.as_str());
    assert!(
        outcome.stdout.contains("1.4.3 -> 1.5.0"),
        "{}",
        outcome.everything()
    );
    let message = repository.git(&["log", "-1", "--format=%B", "main"]);
    assert!(
        message.contains("https://gitlab.example/shop/web/-/pipelines/9"),
        "{message}"
    );
}

#[test]
fn a_file_cannot_give_the_runner_commands() {
    let forged = "images:\n- name: app\n  newTag: v1 # ::set-env name=PATH::/evil\n\
                  # ::error::forged\n::add-path::/evil: 1\n";
    let repository = BareRepository::new(&crate::support::files::files([(
        "kustomization.yaml",
        forged,
    )]));
    let run = Towpath::set(repository.path()).args(["--image", "app:v2", "--dry-run"]);
    let outcome = on_github(run).run().succeeds();
    assert!(
        outcome.stdout.contains("::add-path::/evil"),
        "{}",
        outcome.everything()
    );
    let obeyed = obeyed(&outcome.stdout);
    assert!(obeyed.is_empty(), "{obeyed:#?}");
}

#[test]
fn the_report_says_where_what_and_what_became_of_it() {
    let repository = BareRepository::sample("shop");
    let changed = "apps/web/overlays/dev/kustomization.yaml:14:13: \
        images[name=\"registry.example/shop/web\"].newTag: 1.4.3 -> 1.5.0\n\
        Committed [COMMIT] on main of [TEMP]/deploy.git: 1 file changed.\n";
    assert_eq!(set(&repository).run().succeeds().report(), changed);
    let unchanged = "apps/web/overlays/dev/kustomization.yaml:14:13: \
        images[name=\"registry.example/shop/web\"].newTag: 1.5.0 (unchanged)\n\
        Nothing to change: [COMMIT] on main of [TEMP]/deploy.git is already as asked.\n";
    assert_eq!(set(&repository).run().succeeds().report(), unchanged);
}

#[test]
fn a_report_can_be_json_or_markdown() {
    let repository = BareRepository::sample("shop");
    let dry = |form| {
        set(&repository)
            .args(["--dry-run", "--output", form])
            .run()
            .succeeds()
    };
    let json: serde_json::Value = serde_json::from_str(&dry("json").stdout).expect("it is JSON");
    assert!(json.is_object());
    let markdown = dry("markdown").stdout;
    assert!(
        markdown.contains("| ") && markdown.contains("1.5.0"),
        "{markdown}"
    );
}

#[test]
fn quiet_is_quiet_and_verbose_is_not() {
    let repository = BareRepository::sample("shop");
    let quiet = set(&repository)
        .args(["--quiet", "--dry-run"])
        .run()
        .succeeds();
    assert_eq!(quiet.stdout + &quiet.stderr, "");
    let verbose = set(&repository).arg("--verbose").run().succeeds();
    let plain = set(&BareRepository::sample("shop")).run().succeeds();
    assert!(verbose.everything().len() > plain.everything().len());
}
