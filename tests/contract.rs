//! What the sandbox promises: what each component can reach.

use crate::support::component::component;
use crate::support::towpath::Towpath;
use std::fs;
use towpath_host::sandbox::{ENGINE_COMPONENT, Limits, Sandbox};
use wasmparser::{Parser, Payload};

/// The one thing that the engine can ask.
const REPOSITORY: &str = "towpath:promotion/repository@0.1.0";

#[test]
fn the_engine_imports_the_repository_and_nothing_else() {
    assert_eq!(imports(ENGINE_COMPONENT), [REPOSITORY]);
    let sandbox = Sandbox::start(Limits::default());
    let told = sandbox.imports().expect("the engine is for this machine");
    assert_eq!(told, [REPOSITORY]);
}

#[test]
fn the_launcher_tells_what_the_engine_imports() {
    let outcome = Towpath::new()
        .args(["version", "--verbose"])
        .run()
        .succeeds();
    let told: Vec<_> = outcome
        .stdout
        .lines()
        .filter(|line| line.starts_with("import "))
        .collect();
    assert_eq!(told.len(), 1, "{}", outcome.everything());
    assert!(told[0].ends_with(REPOSITORY), "{}", told[0]);
}

#[test]
fn the_command_cannot_reach_a_network() {
    let bytes = fs::read(component()).expect("it was built");
    let imports = imports(&bytes);
    for interface in ["wasi:filesystem/preopens", "wasi:cli/stdout"] {
        assert!(
            imports.iter().any(|name| name.starts_with(interface)),
            "{imports:#?}"
        );
    }
    for import in &imports {
        let package = import.split('/').next().unwrap_or_default();
        let known = [
            "wasi:cli",
            "wasi:clocks",
            "wasi:filesystem",
            "wasi:io",
            "wasi:random",
        ];
        assert!(known.contains(&package), "the command imports {import}");
    }
}

/// Returns the names of what a component imports, in order.
fn imports(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("the component is valid") {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            // Those of the parts inside are met by the component itself.
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let import = import.expect("the component is valid");
                    names.push(import.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    names
}
