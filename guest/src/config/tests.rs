use super::pattern::{Captured, Pattern};
use super::{Delivery, parse};
use crate::error::Kind;

const THREE: &str = "\
version: 1
files: apps/<app>/overlays/<environment>
environments:
  dev:
  staging: {from: dev}
  production:
    from: staging
    delivery: request
";

/// Checks that a text is refused, where, and with which words.
#[track_caller]
fn refuse(text: &str, kind: Kind, place: (u32, u32), says: &str) {
    let failure = parse("towpath.yaml", text.as_bytes()).expect_err("it should be refused");
    let explanation = failure.explanation();
    assert_eq!(failure.kind, kind, "{explanation}");
    assert!(explanation.contains(says), "{explanation}");
    let at = failure.problem.at.expect("it is somewhere");
    assert_eq!((at.line, at.column), place, "{explanation}");
}

#[track_caller]
fn matches(pattern: &str, path: &str, expected: Option<Option<&str>>) {
    let pattern = Pattern::parse(pattern, "dev").unwrap();
    let found = pattern.matches(path).map(|captured| captured.app);
    assert_eq!(found, expected, "{path}");
}

#[test]
fn environments_keep_their_order_and_take_what_holds_for_all() {
    let declared = parse("towpath.yaml", THREE.as_bytes()).unwrap();
    let names: Vec<_> = declared.config.environments.names().collect();
    assert_eq!(names, ["dev", "staging", "production"]);
    let scope = declared.scope("production").unwrap();
    assert_eq!(scope.settings.delivery, Delivery::Request);
    assert_eq!(scope.settings.from.0, ["staging"]);
    let member = scope.member("apps/web/overlays/production/kustomization.yaml");
    assert_eq!(member.unwrap().app, Some("web"));
    assert_eq!(
        scope.member("apps/web/overlays/dev/kustomization.yaml"),
        None
    );
}

#[test]
fn a_single_text_stands_for_a_list() {
    let text = "version: 1\nenvironments:\n  a: {files: [x, y]}\n  b: {files: z, from: [a]}\n";
    let declared = parse("towpath.yaml", text.as_bytes()).unwrap();
    let b = declared.config.environments.get("b").unwrap();
    assert_eq!(
        (&b.files.0[..], &b.from.0[..]),
        (&["z".to_owned()][..], &["a".to_owned()][..])
    );
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest_one() {
    let text = THREE.replace("    from: staging", "    form: staging");
    refuse(
        &text,
        Kind::InvalidConfig,
        (7, 5),
        "unknown key `form` in `environments.production`",
    );
    refuse(&text, Kind::InvalidConfig, (7, 5), "Did you mean `from`?");
    let text = THREE.replace("request", "requst");
    refuse(
        &text,
        Kind::InvalidConfig,
        (8, 15),
        "Did you mean `request`?",
    );
}

#[test]
fn a_value_of_another_type_is_named_with_its_place() {
    let text = THREE.replace("version: 1", "version: one");
    refuse(&text, Kind::InvalidConfig, (1, 10), "in `version`");
    let text = THREE.replace("from: staging", "from: {a: b}");
    refuse(
        &text,
        Kind::InvalidConfig,
        (7, 11),
        "a text or a list of texts",
    );
    refuse(
        "version: 1\nignore: ['[ab].yaml']\nenvironments: {a: {files: a}}\n",
        Kind::InvalidConfig,
        (2, 10),
        "`[ab].yaml` is no glob",
    );
    refuse(
        "environments: {a: {files: a}}\n",
        Kind::InvalidConfig,
        (1, 1),
        "the key `version` is missing",
    );
    refuse(
        "environments: {a: {files: a}}\n",
        Kind::InvalidConfig,
        (1, 1),
        "Begin the file with `version: 1`.",
    );
}

#[test]
fn an_unknown_source_is_named_with_the_nearest_one() {
    let text = THREE.replace("from: staging", "from: stagin");
    refuse(
        &text,
        Kind::NoSuchEnvironment,
        (7, 11),
        "Did you mean `staging`?",
    );
    let text = THREE.replace("from: staging", "from: [staging, dve]");
    refuse(
        &text,
        Kind::NoSuchEnvironment,
        (7, 21),
        "Did you mean `dev`?",
    );
}

#[test]
fn environments_do_not_come_from_each_other() {
    let text = THREE.replace("  dev:\n", "  dev:\n    from: production\n");
    refuse(
        &text,
        Kind::InvalidConfig,
        (5, 11),
        "dev from production from staging from dev",
    );
    let text = THREE.replace("from: dev", "from: staging");
    refuse(&text, Kind::InvalidConfig, (5, 19), "comes from itself");
}

#[test]
fn what_moves_on_by_itself_comes_from_somewhere() {
    let text = THREE.replace("  dev:\n", "  dev: {promotion: automatic}\n");
    refuse(&text, Kind::InvalidConfig, (4, 20), "comes from nowhere");
    let text = THREE.replace("from: dev", "from: dev, promotion: automatic");
    let declared = parse("towpath.yaml", text.as_bytes()).unwrap();
    assert_eq!(declared.followers("dev"), ["staging"]);
    assert_eq!(declared.followers("staging"), [] as [&str; 0]);
}

#[test]
fn what_could_be_read_in_two_ways_is_refused() {
    let text = THREE.replace("  staging:", "  dev:");
    refuse(
        &text,
        Kind::Contradiction,
        (5, 3),
        "the key `dev` is there twice",
    );
    refuse(
        &THREE.replace("from: dev", "from: &a dev"),
        Kind::InvalidConfig,
        (5, 22),
        "anchors",
    );
    refuse(
        &format!("{THREE}---\nversion: 1\n"),
        Kind::InvalidConfig,
        (10, 1),
        "one document",
    );
    refuse("# nothing\n", Kind::InvalidConfig, (0, 0), "empty");
    refuse("- version: 1\n", Kind::InvalidConfig, (1, 1), "a mapping");
}

#[test]
fn limits_have_errors_of_their_own() {
    let deep = format!("version: 1\nkeys: {}a{}\n", "[".repeat(20), "]".repeat(20));
    refuse(&deep, Kind::Limit, (2, 23), "nested deeper");
    let long = format!("{THREE}#{}\n", "x".repeat(super::MAX_BYTES));
    let failure = parse("towpath.yaml", long.as_bytes()).unwrap_err();
    assert_eq!(failure.kind, Kind::Limit);
}

#[test]
fn a_name_is_fit_for_branches() {
    let text = THREE.replace("  dev:", "  my env:");
    refuse(&text, Kind::InvalidConfig, (4, 3), "`my env` is no name");
}

#[test]
fn an_environment_is_somewhere() {
    refuse(
        "version: 1\nenvironments: {dev: {}}\n",
        Kind::InvalidConfig,
        (2, 16),
        "has no files",
    );
    refuse(
        "version: 1\nenvironments: {}\n",
        Kind::InvalidConfig,
        (2, 1),
        "no environments",
    );
    parse(
        "towpath.yaml",
        b"version: 1\nenvironments: {dev: {branch: dev}}\n",
    )
    .unwrap();
}

#[test]
fn a_pattern_stays_in_the_repository_and_has_known_placeholders() {
    let text = THREE.replace("apps/<app>", "../<app>");
    refuse(
        &text,
        Kind::OutsideRepository,
        (2, 8),
        "leaves the repository",
    );
    let text = THREE.replace("<environment>", "<env>");
    refuse(
        &text,
        Kind::InvalidConfig,
        (2, 8),
        "unknown placeholder `env`",
    );
}

#[test]
fn a_pattern_tells_the_app() {
    matches(
        "apps/<app>/overlays/<environment>",
        "apps/web/overlays/dev/a/b.yaml",
        Some(Some("web")),
    );
    matches(
        "apps/<app>/overlays/<environment>",
        "apps/web/overlays/development/b.yaml",
        None,
    );
    matches(
        "argocd/<app>-<environment>.yaml",
        "argocd/album-app-dev.yaml",
        Some(Some("album-app")),
    );
    matches(
        "argocd/<app>-<environment>.yaml",
        "argocd/album-app-dev.yml",
        None,
    );
    matches("<app>/values.<environment>.yaml", "values.dev.yaml", None);
    matches(
        "teams/**/<app>/<environment>",
        "teams/a/b/web/dev/x.yaml",
        Some(Some("web")),
    );
    matches(
        "teams/**/<app>/<environment>",
        "teams/web/dev/x.yaml",
        Some(Some("web")),
    );
    matches(
        "<app>/<app>-values.yaml",
        "web/web-values.yaml",
        Some(Some("web")),
    );
    matches("<app>/<app>-values.yaml", "web/api-values.yaml", None);
    matches("envs/*-<environment>", "envs/eu-dev/x.yaml", Some(None));
    matches("", "anything.yaml", Some(None));
}

#[test]
fn a_pattern_knows_where_to_look_and_what_to_make() {
    let pattern = |text| Pattern::parse(text, "dev").unwrap();
    assert_eq!(pattern("apps/<app>/overlays/<environment>").root(), "apps");
    assert_eq!(pattern("./envs//<environment>/").root(), "envs/dev");
    assert!(pattern("envs/<environment>").is_exact());
    assert!(pattern("<app>/x").tells_app() && !pattern("*/x").tells_app());
    let path = pattern("argocd/<app>-<environment>.yaml").path_of("web");
    assert_eq!(path.as_deref(), Some("argocd/web-dev.yaml"));
    assert_eq!(pattern("*/x").path_of("web"), None);
    let below = |text, path| {
        pattern(text)
            .matches(path)
            .map(|captured: Captured<'_>| captured.below)
    };
    assert_eq!(below("apps/<app>", "apps/web/a/b.yaml"), Some("a/b.yaml"));
    assert_eq!(below("apps/<app>/b.yaml", "apps/web/b.yaml"), Some(""));
    assert_eq!(below("", "b.yaml"), Some("b.yaml"));
}

#[test]
fn the_schema_for_editors_is_that_of_the_types() {
    let schema = schemars::schema_for!(super::Config);
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    same_as_committed("../docs/towpath.schema.json", &text);
}

#[test]
fn the_examples_of_the_documentation_are_short_and_right() {
    let docs = std::fs::read_to_string("../docs/configuration.md").unwrap();
    let blocks = docs.split("```yaml\n").skip(1);
    let examples: Vec<_> = blocks
        .map(|block| block.split("```").next().unwrap())
        .collect();
    assert!(examples.len() >= 6, "{}", examples.len());
    for example in examples {
        assert!(example.lines().count() <= 15, "{example}");
        if let Err(failure) = parse("towpath.yaml", example.as_bytes()) {
            panic!("{example}\n{}", failure.explanation());
        }
    }
}

/// Compares a file with what it should be; `BLESS=1` writes it.
#[track_caller]
fn same_as_committed(path: &str, text: &str) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == text,
        "{path} is not what it should be; run the test with BLESS=1"
    );
}
