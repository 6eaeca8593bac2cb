//! What Argo CD gives to Helm and to kustomize.
//!
//! There is no Argo CD here: its calls of the two tools are made from the
//! `Application` in the way that it does, and the tools are real.

use super::helm::{chart, render, without_values};
use super::kustomize::build;
use super::{assert_changed, set};
use crate::support::files::{self, Files};
use serde_yaml::Value;

const APPLICATION: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: web
spec:
  source:
    repoURL: https://git.example/acme/deploy.git
    targetRevision: main
    path: charts/web
";

/// Returns the source of the application.
fn source(files: &Files) -> Value {
    let text = &files.get("app.yaml").expect("it was written").bytes;
    let application: Value = serde_yaml::from_slice(text).expect("it is YAML");
    application["spec"]["source"].clone()
}

/// Renders as Argo CD: the values first, then `--set` or `--set-string` for each parameter.
fn helm(files: &Files) -> String {
    let helm = &source(files)["helm"];
    let mut all = files.clone();
    let mut arguments = Vec::new();
    let text = match (&helm["valuesObject"], &helm["values"]) {
        (object @ Value::Mapping(_), _) => serde_yaml::to_string(object).expect("it is YAML"),
        (_, values) => values.as_str().unwrap_or_default().to_owned(),
    };
    all.extend(files::files([("argocd.yaml", text.as_str())]));
    arguments.extend(["--values", "prod.yaml", "--values", "argocd.yaml"].map(str::to_owned));
    for parameter in helm["parameters"].as_sequence().into_iter().flatten() {
        let force = parameter["forceString"].as_bool() == Some(true);
        let option = if force { "--set-string" } else { "--set" };
        let text = |key: &str| parameter[key].as_str().expect("Argo CD has strings here");
        arguments.push(option.to_owned());
        arguments.push(format!("{}={}", text("name"), text("value")));
    }
    render(&all, &arguments)
}

/// Checks what becomes of an application with this source.
#[track_caller]
fn check(section: &str, image: &str, expected: &[(&str, &str)]) {
    let mut before = chart("image:\n  repository: registry.example/web\n");
    let application = format!("{APPLICATION}{section}");
    before.extend(files::files([("app.yaml", &application)]));
    let after = set(&before, &["--file", "app.yaml", "--image", image]);
    assert_changed(&helm(&before), &helm(&after), expected);
}

#[test]
fn parameters_for_helm() {
    for force in ["", "\n          forceString: true"] {
        let section = format!(
            "    helm:\n      parameters:\n        - name: image.repository\n          value: registry.example/web\n        \
             - name: image.tag # by the pipeline\n          value: v1.4.2{force}\n"
        );
        let mut before = without_values(chart("image:\n  repository: registry.example/web\n"));
        before.extend(files::files([(
            "app.yaml",
            &*format!("{APPLICATION}{section}"),
        )]));
        for tag in ["v1.5.0", "1.10", "0123e4567", "1e3", "190"] {
            let image = format!("registry.example/web:{tag}");
            let after = set(&before, &["--file", "app.yaml", "--image", &image]);
            let new = format!("image: \"{image}\"");
            let mut expected = vec![("image: \"registry.example/web:v1.4.2\"", &*new)];
            // A number for Helm, whose digits are the same.
            if tag == "190" && force.is_empty() {
                expected.push(("type: string", "type: int64"));
            }
            assert_changed(&helm(&before), &helm(&after), &expected);
        }
    }
}

#[test]
fn values_for_helm() {
    let expected = [
        (
            "image: \"registry.example/web:v1.4.2\"",
            "image: \"registry.example/web:1.10\"",
        ),
        ("tag: v1.4.2", "tag: \"1.10\""),
    ];
    for section in [
        "    helm:\n      values: |\n        image: # ours\n          repository: registry.example/web\n          tag: v1.4.2\n",
        "    helm:\n      values: \"image:\\n  repository: registry.example/web\\n  tag: v1.4.2\\n\"\n",
        "    helm:\n      valuesObject:\n        image: {repository: registry.example/web, tag: v1.4.2}\n",
    ] {
        check(section, "registry.example/web:1.10", &expected);
    }
}

#[test]
fn images_for_kustomize() {
    let application = format!(
        "{APPLICATION}    kustomize:\n      images:\n        - registry.example/web:v1.4.2\n        - other=registry.example/other:v3\n"
    );
    let mut before = files::files([
        ("app.yaml", &*application),
        ("base/kustomization.yaml", "resources: [pod.yaml]\n"),
        (
            "base/pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: registry.example/web:v1\n  - name: other\n    image: other\n",
        ),
    ]);
    // `kustomize edit set image` is what Argo CD runs, with each argument.
    let render = |files: &Files| {
        let images = source(files)["kustomize"]["images"].clone();
        let images = images.as_sequence().expect("it is a list").iter();
        let images: Vec<_> = images.filter_map(Value::as_str).collect();
        let mut all = files.clone();
        let edited = super::kustomize::edit(files, "base", &images);
        all.extend(edited);
        build(&all, "base")
    };
    let old = render(&before);
    before = set(
        &before,
        &["--file", "app.yaml", "--image", "registry.example/web:1.10"],
    );
    let after = set(&before, &["--file", "app.yaml", "--image", "other:v4"]);
    assert_changed(
        &old,
        &render(&after),
        &[
            (
                "image: registry.example/web:v1.4.2",
                "image: registry.example/web:1.10",
            ),
            (
                "image: registry.example/other:v3",
                "image: registry.example/other:v4",
            ),
        ],
    );
}
