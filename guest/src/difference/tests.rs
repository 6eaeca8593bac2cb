use super::inspect;
use crate::request::DiffRequest;
use crate::trail::past::Past;

#[test]
fn only_what_differs_is_shown() {
    let past = Past::default().commit(
        "Start",
        "towpath.yaml: version: 1;files: envs/<environment>/<app>;environments: {dev: , prod: {from: dev}}
        envs/dev/web/values.yaml: image: {repository: web, tag: v2}
        envs/dev/api/values.yaml: image: {repository: api, tag: v1}
        envs/dev/new/values.yaml: image: {repository: new, tag: v0}
        envs/prod/web/values.yaml: image: {repository: web, tag: v1}
        envs/prod/api/values.yaml: image: {repository: api, tag: v1}",
    );
    let request = DiffRequest {
        from: "dev".to_owned(),
        to: "prod".to_owned(),
        ..DiffRequest::default()
    };
    let report = inspect(&request, &past).unwrap().report;
    assert_eq!(
        report.text,
        "app  dev  prod\nnew  v0   -\nweb  v2   v1\n2 of 3 apps differ between dev and prod.\n"
    );
    let json: serde_json::Value = serde_json::from_str(&report.json).unwrap();
    assert_eq!(json["apps"][0]["same"], true);
    assert_eq!(json["apps"][1]["to"], serde_json::Value::Null);
}
