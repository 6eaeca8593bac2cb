use super::inspect;
use crate::error::Kind;
use crate::facts::Facts;
use crate::preparation::Report;
use crate::request::HistoryRequest;
use crate::trail::past::Past;

fn past() -> Past {
    Past::default()
        .commit(
            "Start",
            "towpath.yaml: version: 1;files: envs/<environment>/<app>;environments: {dev: }
            envs/dev/web/values.yaml: image: {repository: web, tag: v1}
            envs/dev/api/values.yaml: image: {repository: api, tag: v1}",
        )
        .commit(
            "Set web to v2\n\nTowpath-Build: 77\nTowpath-Run: https://ci.example/77\n",
            "envs/dev/web/values.yaml: image: {repository: web, tag: v2}",
        )
}

fn report(request: &HistoryRequest) -> Report {
    inspect(request, &Facts::default(), &past()).unwrap().report
}

fn request(limit: u32, width: u32) -> HistoryRequest {
    HistoryRequest {
        environment: "dev".to_owned(),
        apps: Vec::new(),
        limit,
        width,
    }
}

#[test]
fn changes_are_lines_of_a_table() {
    assert_eq!(
        report(&request(0, 0)).text,
        "when              app  from    to  commit   by      build  subject\n\
         2023-11-15 00:13  web  v1      v2  0000000  Jo Doe  77     Set web to v2\n\
         2023-11-14 23:13  api  (none)  v1  0000000  Jo Doe         Start\n\
         2023-11-14 23:13  web  (none)  v1  0000000  Jo Doe         Start\n"
    );
}

#[test]
fn a_narrow_reader_gets_a_list_and_a_limit_is_told() {
    assert_eq!(
        report(&request(1, 40)).text,
        "2023-11-15 00:13  web: v1 -> v2\n  0000000 by Jo Doe, build 77\n\
         The newest 1 changes of dev; `--limit` shows more.\n"
    );
}

#[test]
fn machines_get_the_build_too() {
    let json: serde_json::Value = serde_json::from_str(&report(&request(0, 0)).json).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["complete"], true);
    assert_eq!(json["changes"][0]["app"], "web");
    assert_eq!(json["changes"][0]["build"], 77);
    assert_eq!(json["changes"][0]["time"], "2023-11-15T00:13:20Z");
    assert_eq!(json["changes"][0]["moves"][0]["what"], "web");
}

#[test]
fn an_app_that_never_was_is_an_error() {
    let request = HistoryRequest {
        apps: vec!["wep".to_owned()],
        ..request(0, 0)
    };
    let failure = inspect(&request, &Facts::default(), &past()).unwrap_err();
    assert_eq!(failure.kind, Kind::NoSuchApp);
    assert_eq!(failure.problem.hint.as_deref(), Some("Did you mean `web`?"));
}
