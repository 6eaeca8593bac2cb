//! The engine inside another program: the example in Python.

use crate::support::command::command;
use crate::support::temp::TempDir;
use crate::support::tools::{project, python};
use std::process::Output;
use towpath_host::sandbox::ENGINE_COMPONENT;

const FILE: &str = "apps/web/overlays/dev/kustomization.yaml";

/// Runs the example on the sample repository.
fn plan(image: &str) -> Output {
    let directory = TempDir::new();
    let engine = directory.write("engine.wasm", ENGINE_COMPONENT);
    let mut example = command(python("python"), directory.path());
    example
        .arg(project().join("examples/python/plan.py"))
        .arg(engine)
        .arg(project().join("tests/samples/shop"))
        .args([image, FILE]);
    example.output().expect("it is installed")
}

#[test]
fn a_host_in_python_plans_an_edit() {
    let output = plan("registry.example/shop/web:1.5.0");
    let told = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{failed}");
    for part in ["+    newTag: 1.5.0 # set by the pipeline", "1.4.3 -> 1.5.0"] {
        assert!(told.contains(part), "nothing of `{part}` in:\n{told}");
    }
}

#[test]
fn a_host_in_python_gets_the_kind_of_an_error() {
    let output = plan("registry.example/shop/wbe:1.5.0");
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("error[no-such-image]: "), "{told}");
}
