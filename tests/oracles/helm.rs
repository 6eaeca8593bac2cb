//! Helm renders the wanted image, and all else as before.

use super::{assert_changed, set};
use crate::support::command::{command, succeed};
use crate::support::files::{self, Files};
use crate::support::temp::TempDir;
use crate::support::tools::node;

/// A chart that shows every value it is given, and runs what they say.
const CHART: [(&str, &str); 6] = [
    (
        "charts/web/Chart.yaml",
        "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: 1.4.1 # of the image\n\
         dependencies:\n  - name: cache\n    version: 2.1.0\n    repository: https://charts.example\n",
    ),
    (
        "charts/web/values.yaml",
        "image: {registry: \"\", repository: other, tag: \"\", digest: \"\"}\nreplicas: 1\n",
    ),
    (
        "charts/web/templates/pod.yaml",
        r#"{{- with .Values.image }}
{{- $registry := .registry | default ($.Values.global).imageRegistry }}
{{- $name := empty $registry | ternary .repository (printf "%s/%s" $registry .repository) }}
kind: Pod
image: "{{ $name }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}"
type: {{ kindOf .tag }}
{{- end }}
"#,
    ),
    (
        "charts/web/templates/values.yaml",
        "kind: Values\nvalues:\n{{ .Values | toYaml | indent 2 }}\n",
    ),
    (
        "charts/web/charts/cache/Chart.yaml",
        "apiVersion: v2\nname: cache\nversion: 2.1.0\n",
    ),
    (
        "charts/web/charts/cache/templates/pod.yaml",
        "kind: Cache\nimage: {{ .Values.image.repository }}:{{ .Values.image.tag }}\n",
    ),
];

/// The values of the charts below it are always there.
const CACHE: &str = "cache:\n  image:\n    repository: registry.example/cache\n    tag: \"7.2\"\n";

/// Returns the chart with values for one environment.
pub(super) fn chart(values: &str) -> Files {
    let mut all = files::files(CHART);
    all.extend(files::files([("prod.yaml", &format!("{values}{CACHE}"))]));
    all
}

/// Drops the dump of all values, which Helm quotes in its own way.
pub(super) fn without_values(mut files: Files) -> Files {
    files.remove("charts/web/templates/values.yaml");
    files
}

/// Renders the chart with the real Helm.
#[track_caller]
pub(super) fn render(files: &Files, arguments: &[String]) -> String {
    let directory = TempDir::new();
    files::write(directory.path(), files);
    let mut helm = command(node("helm"), directory.path());
    helm.args(["template", "web", "charts/web"]).args(arguments);
    succeed(&mut helm)
}

/// Checks what Helm renders after an edit of the values.
#[track_caller]
fn check(values: &str, arguments: &[&str], expected: &[(&str, &str)]) {
    let before = chart(values);
    let mut all = vec!["--file", "prod.yaml"];
    all.extend(arguments);
    let after = set(&before, &all);
    let render = |files: &Files| render(files, &["--values".to_owned(), "prod.yaml".to_owned()]);
    assert_changed(&render(&before), &render(&after), expected);
}

const DIGEST: &str = "sha256:bbfcd4160a1e8674dac62292ae48be4785262ad7078f9ec11b74a254ce70fa06";

#[test]
fn a_tag_is_the_text_that_was_asked_for() {
    let values = "image:\n  repository: registry.example/web # ours\n  tag: v1.4.2\n";
    let before = without_values(chart(values));
    let render = |files: &Files| render(files, &["--values".to_owned(), "prod.yaml".to_owned()]);
    let old = render(&before);
    // Bare, most of these would be rendered as another text, or not at all.
    for tag in [
        "1.10",
        "0123e4567",
        "007",
        "1_000",
        "0x1F",
        "706798e8",
        "12345678901234567890",
        "1e3",
        "2024-01-02",
        "190",
    ] {
        let image = format!("registry.example/web:{tag}");
        let after = set(&before, &["--file", "prod.yaml", "--image", &image]);
        let expected = [(
            "image: \"registry.example/web:v1.4.2\"",
            &*format!("image: \"{image}\""),
        )];
        assert_changed(&old, &render(&after), &expected);
    }
}

#[test]
fn a_tag_in_any_style_of_yaml() {
    for tag in [
        "v1.4.2",
        "'v1.4.2'",
        "\"v1.4.2\" # set by the pipeline",
        "!!str v1.4.2",
        "&tag v1.4.2",
        "|-\n    v1.4.2",
        ">-\n    v1.4.2",
    ] {
        let values = format!("image:\n  repository: registry.example/web\n  tag: {tag}\n");
        let expected = [
            (
                "image: \"registry.example/web:v1.4.2\"",
                "image: \"registry.example/web:v1.5.0\"",
            ),
            ("tag: v1.4.2", "tag: v1.5.0"),
        ];
        let arguments = ["--image", "registry.example/web:v1.5.0"];
        check(&values, &arguments, &expected);
        check(&values.replace('\n', "\r\n"), &arguments, &expected);
    }
}

#[test]
fn a_registry_apart() {
    let values =
        "image: {registry: registry.example, repository: web, tag: v1.4.2, digest: null}\n";
    let image = (
        "image: \"registry.example/web:v1.4.2\"",
        "image: \"registry.example/web:v1.5.0\"",
    );
    let tag = ("tag: v1.4.2", "tag: v1.5.0");
    let arguments = ["--image", "registry.example/web:v1.5.0"];
    check(values, &arguments, &[image, tag]);
    let values =
        "global:\n  imageRegistry: registry.example\nimage:\n  repository: web\n  tag: v1.4.2\n";
    check(values, &arguments, &[image, tag]);
}

#[test]
fn a_tag_that_the_chart_gave() {
    let values = "image:\n  repository: registry.example/web\n  tag: \"\" # the chart's\n";
    check(
        values,
        &["--image", "registry.example/web:1.10"],
        &[
            (
                "image: \"registry.example/web:1.4.1\"",
                "image: \"registry.example/web:1.10\"",
            ),
            ("tag: \"\"", "tag: \"1.10\""),
        ],
    );
}

#[test]
fn a_stale_digest_no_longer_decides() {
    let values =
        format!("image:\n  repository: registry.example/web\n  tag: v1.4.2\n  digest: {DIGEST}\n");
    let old = format!("image: \"registry.example/web@{DIGEST}\"");
    check(
        &values,
        &["--image", "registry.example/web:v1.5.0"],
        &[
            (&old, "image: \"registry.example/web:v1.5.0\""),
            (&format!("digest: {DIGEST}"), "digest: \"\""),
            ("tag: v1.4.2", "tag: v1.5.0"),
        ],
    );
}

#[test]
fn the_values_of_a_chart_below() {
    check(
        "image:\n  repository: registry.example/web\n  tag: v1.4.2\n",
        &["--image", "registry.example/cache:7.10"],
        &[
            (
                "image: registry.example/cache:7.2",
                "image: registry.example/cache:7.10",
            ),
            ("tag: \"7.2\"", "tag: \"7.10\""),
        ],
    );
}

#[test]
fn values_by_key_keep_their_type() {
    let values = "image: {repository: web, tag: v1}\nreplicas: 3 # pods\nservices:\n  - name: web\n    debug: false\n    level: \"3\"\n";
    check(
        values,
        &["--key", "replicas", "--value", "5"],
        &[("replicas: 3", "replicas: 5")],
    );
    check(
        values,
        &["--key", "services[name=web].debug", "--value", "true"],
        &[("debug: false", "debug: true")],
    );
    check(
        values,
        &["--key", "services[name=web].level", "--value", "5"],
        &[("level: \"3\"", "level: \"5\"")],
    );
}

#[test]
fn the_version_of_the_application() {
    let before = chart("image:\n  repository: registry.example/web\n  tag: \"\"\n");
    let arguments = "--file charts/web/Chart.yaml --key appVersion --value 1.10";
    let after = set(&before, &arguments.split(' ').collect::<Vec<_>>());
    // A number here is an error of Helm.
    let render = |files: &Files| render(files, &["--values".to_owned(), "prod.yaml".to_owned()]);
    assert_changed(
        &render(&before),
        &render(&after),
        &[(
            "image: \"registry.example/web:1.4.1\"",
            "image: \"registry.example/web:1.10\"",
        )],
    );
}

#[test]
fn the_version_of_a_chart_that_is_depended_on() {
    let listing = |files: &Files| {
        let directory = TempDir::new();
        files::write(directory.path(), files);
        let mut helm = command(node("helm"), directory.path());
        let text = succeed(helm.args(["dependency", "list", "charts/web"]));
        let words = text
            .lines()
            .nth(1)
            .expect("there is one")
            .split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    };
    let before = chart("image: {repository: web, tag: v1}\n");
    assert_eq!(
        listing(&before),
        "cache 2.1.0 https://charts.example unpacked"
    );
    let after = set(&before, &["--chart", "cache:2.10.0"]);
    assert_eq!(
        listing(&after),
        "cache 2.10.0 https://charts.example wrong version"
    );
}
