use super::follow;
use super::past::Past;
use crate::config;
use crate::environment;

const DIRECTORIES: &str = "towpath.yaml: version: 1;files: envs/<environment>/<app>;environments: {dev: , prod: {from: dev}}";

/// Compares what happened to an environment, each change as
/// `COMMIT APP: BEFORE -> AFTER`, newest first.
#[track_caller]
fn check(past: &Past, name: &str, expected: &[&str]) {
    let declared = config::required(past).unwrap();
    let environments = [environment::read(declared.scope(name).unwrap(), past).unwrap()];
    let trails = follow(&environments, past, &|_| false).unwrap();
    let events = trails[0].events.iter().map(|event| {
        let number = event.origin.commit.trim_start_matches('0');
        format!(
            "{number} {}: {} -> {}",
            event.app, event.before, event.after
        )
    });
    assert_eq!(events.collect::<Vec<_>>(), expected);
}

fn start() -> Past {
    Past::default().commit(
        "Start",
        &format!(
            "{DIRECTORIES}
            envs/dev/web/values.yaml: image: {{repository: web, tag: v1}}
            envs/dev/api/values.yaml: image: {{repository: api, tag: v1}}
            envs/prod/web/values.yaml: image: {{repository: web, tag: v1}}"
        ),
    )
}

#[test]
fn every_change_of_a_version_is_found_by_whatever_hand() {
    let past = start()
        .commit(
            "Set web",
            "envs/dev/web/values.yaml: image: {repository: web, tag: v2}",
        )
        .commit(
            "By hand",
            "envs/dev/web/values.yaml: # why;image:;  repository: web;  tag: v3",
        )
        .commit(
            "Elsewhere",
            "envs/prod/web/values.yaml: image: {repository: web, tag: v3}",
        );
    check(
        &past,
        "dev",
        &[
            "3 web: v2 -> v3",
            "2 web: v1 -> v2",
            "1 api:  -> v1",
            "1 web:  -> v1",
        ],
    );
    check(&past, "prod", &["4 web: v1 -> v3", "1 web:  -> v1"]);
}

#[test]
fn what_changes_no_version_is_no_change() {
    let past = start()
        .commit(
            "Scale",
            "envs/dev/web/values.yaml: replicas: 3;image: {repository: web, tag: v1}",
        )
        .commit("Explain", "README.md: hello");
    check(&past, "dev", &["1 api:  -> v1", "1 web:  -> v1"]);
}

#[test]
fn a_moved_file_is_no_change() {
    let past = start().commit(
        "Move",
        "envs/dev/web/values.yaml
        envs/dev/web/chart/values.yaml: image: {repository: web, tag: v1}",
    );
    check(&past, "dev", &["1 api:  -> v1", "1 web:  -> v1"]);
}

#[test]
fn going_back_is_a_change_and_so_is_going_away() {
    let past = start()
        .commit(
            "Forth",
            "envs/dev/web/values.yaml: image: {repository: web, tag: v2}",
        )
        .commit(
            "Back",
            "envs/dev/web/values.yaml: image: {repository: web, tag: v1}",
        )
        .commit("Drop", "envs/dev/api/values.yaml");
    check(
        &past,
        "dev",
        &[
            "4 api: v1 -> ",
            "3 web: v2 -> v1",
            "2 web: v1 -> v2",
            "1 api:  -> v1",
            "1 web:  -> v1",
        ],
    );
}

#[test]
fn one_commit_can_change_several_apps() {
    let past = start().commit(
        "Promote",
        "envs/dev/web/values.yaml: image: {repository: web, tag: v9}
        envs/dev/api/values.yaml: image: {repository: api, tag: v9}",
    );
    check(
        &past,
        "dev",
        &[
            "2 api: v1 -> v9",
            "2 web: v1 -> v9",
            "1 api:  -> v1",
            "1 web:  -> v1",
        ],
    );
}

#[test]
fn a_file_that_was_broken_for_a_while_said_nothing_then() {
    let past = start()
        .commit(
            "Break",
            "envs/dev/web/values.yaml: image: {repository: web, tag",
        )
        .commit(
            "Mend",
            "envs/dev/web/values.yaml: image: {repository: web, tag: v2}",
        );
    check(
        &past,
        "dev",
        &[
            "3 web:  -> v2",
            "2 web: v1 -> ",
            "1 api:  -> v1",
            "1 web:  -> v1",
        ],
    );
}

#[test]
fn a_base_counts_until_the_environment_says_more() {
    let past = Past::default()
        .commit(
            "Start",
            "towpath.yaml: version: 1;base: charts/<app>/values.yaml;files: charts/<app>/values.<environment>.yaml;environments: {dev: }
            charts/web/values.yaml: image: {repository: web, tag: v1}
            charts/web/values.dev.yaml: replicas: 1",
        )
        .commit("Base", "charts/web/values.yaml: image: {repository: web, tag: v2}")
        .commit("Own", "charts/web/values.dev.yaml: image: {tag: v3}")
        .commit("Hidden", "charts/web/values.yaml: image: {repository: web, tag: v4}");
    check(
        &past,
        "dev",
        &["3 web: v2 -> v3", "2 web: v1 -> v2", "1 web:  -> v1"],
    );
}

#[test]
fn a_revision_is_followed_with_the_apps_in_it() {
    let application = |revision: &str| {
        format!(
            "apps/prod.yaml: apiVersion: argoproj.io/v1alpha1;kind: Application;spec:;  source:;    repoURL: https://git.example/m;    path: base;    targetRevision: {revision}"
        )
    };
    let past = Past::default()
        .commit(
            "Start",
            "towpath.yaml: version: 1;revision: {file: apps/<environment>.yaml};environments: {prod: }
            base/web/values.yaml: image: {repository: web, tag: v1}",
        )
        .tag("release/1")
        .commit("Point", &application("release/1"))
        .commit("Set", "base/web/values.yaml: image: {repository: web, tag: v2}")
        .tag("release/2")
        .commit("Point on", &application("release/2"));
    check(
        &past,
        "prod",
        &[
            "4 : release/1 -> release/2",
            "4 web: v1 -> v2",
            "2 :  -> release/1",
        ],
    );
}
