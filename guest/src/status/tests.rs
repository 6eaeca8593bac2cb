mod held;

use super::inspect;
use crate::facts::Facts;
use crate::preparation::Report;
use crate::request::StatusRequest;
use crate::trail::past::Past;

fn past() -> Past {
    Past::default()
        .commit(
            "Start",
            "towpath.yaml: version: 1;files: envs/<environment>/<app>;environments: {dev: , prod: {from: dev, delivery: request}}
            envs/dev/web/values.yaml: image: {repository: web, tag: v1}
            envs/dev/api/values.yaml: image: {repository: api, tag: v1}
            envs/dev/new/values.yaml: image: {repository: new, tag: v0}
            envs/prod/web/values.yaml: image: {repository: web, tag: v1}
            envs/prod/api/values.yaml: image: {repository: api, tag: v1}",
        )
        .commit("Set v2", "envs/dev/web/values.yaml: image: {repository: web, tag: v2}")
        .commit(
            "Set <v3>\n\nTowpath-Build: 78\nTowpath-Run: https://ci.example/78?a=1&b=2\n",
            "envs/dev/web/values.yaml: image: {repository: web, tag: v3}",
        )
        .commit("Fix", "envs/prod/api/values.yaml: image: {repository: api, tag: v1.1}")
}

/// Reports on [`past`], five hours after its start.
fn report(width: u32) -> Report {
    let request = StatusRequest {
        width,
        page: true,
        ..StatusRequest::default()
    };
    let facts = Facts {
        now: 1_700_000_000 + 6 * 3600,
        ..Facts::default()
    };
    inspect(&request, &facts, &past()).unwrap().report
}

#[test]
fn the_matrix_tells_versions_ages_and_distances() {
    assert_eq!(
        report(0).text,
        "app  dev          prod\n\
         api  v1, 5 h ago  v1.1, 1 ahead of dev, 2 h ago\n\
         new  v0, 5 h ago  -\n\
         web  v3, 3 h ago  v1, 2 behind dev, 5 h ago\n"
    );
}

#[test]
fn without_the_page_the_same_is_told() {
    let brief = inspect(&StatusRequest::default(), &Facts::default(), &past());
    let request = StatusRequest {
        page: true,
        ..StatusRequest::default()
    };
    let whole = inspect(&request, &Facts::default(), &past())
        .unwrap()
        .report;
    let brief = brief.unwrap().report;
    assert_eq!(brief.text, whole.text);
    assert_eq!(brief.json, whole.json);
    assert_eq!(brief.markdown, whole.markdown);
    assert!(brief.html.is_none() && whole.html.is_some());
}

#[test]
fn an_image_without_a_tag_says_so() {
    let past = Past::default().commit(
        "Start",
        "towpath.yaml: version: 1;files: envs/<environment>/<app>;environments: {dev: }
        envs/dev/web/values.yaml: image: registry.example/web",
    );
    let found = inspect(&StatusRequest::default(), &Facts::default(), &past).unwrap();
    let text = found.report.text;
    assert!(text.contains("web  no tag"), "{text}");
}

#[test]
fn a_narrow_reader_gets_a_list() {
    let text = report(30).text;
    assert!(
        text.contains("web\n  dev   v3, 3 h ago by Jo Doe, build 78\n  prod  v1, 5 h ago by Jo Doe, 2 behind dev\n"),
        "{text}"
    );
    assert!(
        text.contains("new\n  dev   v0, 5 h ago by Jo Doe\n  prod  -\n"),
        "{text}"
    );
}

#[test]
fn machines_get_all_of_it() {
    let json: serde_json::Value = serde_json::from_str(&report(0).json).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["environments"][1]["delivery"], "request");
    let web = &json["apps"][2]["environments"];
    assert_eq!(web[0]["since"]["build"], 78);
    assert_eq!(web[1]["standing"], "behind");
    assert_eq!(web[1]["changes"], 2);
    assert_eq!(web[1]["places"][0]["path"], "envs/prod/web/values.yaml");
}

#[test]
fn a_summary_has_a_picture_and_a_table() {
    let markdown = report(0).markdown;
    assert!(
        markdown.starts_with(
            "```mermaid\nflowchart LR\n  e0[\"dev<br>3 apps\"]\n  e1[\"prod<br>2 apps, 2 differ\"]\n  e0 -. request .-> e1\n```\n"
        ),
        "{markdown}"
    );
    assert!(
        markdown.contains("| web | <code>v3</code><br>3 h ago by Jo Doe | <code>v1</code><br>5 h ago by Jo Doe<br>2 behind dev |"),
        "{markdown}"
    );
}

#[test]
fn the_page_holds_nothing_that_a_commit_could_write() {
    let html = report(0).html.unwrap();
    assert!(html.contains("Set &lt;v3&gt; by Jo Doe"), "{html}");
    assert!(
        html.contains(
            "<a href=\"https://ci.example/78?a=1&amp;b=2\" rel=\"noreferrer\">build 78</a>"
        )
    );
    assert!(html.contains("<span class=\"mark behind\">2 behind dev</span>"));
}
