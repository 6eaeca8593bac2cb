//! kustomize builds the wanted image, and all else as before.

use super::{assert_changed, set};
use crate::support::command::{command, succeed};
use crate::support::files::{self, Files};
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::debian;
use crate::support::towpath::Towpath;

/// Builds a directory with the real kustomize.
#[track_caller]
pub(super) fn build(files: &Files, directory: &str) -> String {
    let root = TempDir::new();
    files::write(root.path(), files);
    succeed(command(debian("kustomize"), root.path()).args(["build", directory]))
}

/// Returns the files after `kustomize edit set image` in a directory.
#[track_caller]
pub(super) fn edit(files: &Files, directory: &str, images: &[&str]) -> Files {
    let root = TempDir::new();
    files::write(root.path(), files);
    let mut kustomize = command(debian("kustomize"), &root.join(directory));
    succeed(kustomize.args(["edit", "set", "image"]).args(images));
    files::read(root.path())
}

/// What every kustomization of these tests is about.
const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers:
      - name: migrate
        image: registry.example/migrate:v1
      containers:
      - name: web
        image: registry.example/web:v1
        args: [\"registry.example/web:v1\"]
      - name: proxy
        image: registry.example/web-proxy:v1
";

/// Returns a directory with a resource and a file with this text.
fn with(name: &str, text: &str) -> Files {
    let path = format!("prod/{name}");
    files::files([("prod/deployment.yaml", DEPLOYMENT), (&path, text)])
}

const OLD: &str = "image: registry.example/web:v1.4.2";
const NEW: &str = "image: registry.example/web:v1.5.0";

/// Checks what kustomize builds after an edit of a kustomization.
#[track_caller]
fn check(text: &str, image: &str, expected: &[(&str, &str)]) {
    check_files(
        &with("kustomization.yaml", text),
        &["--image", image],
        expected,
    );
}

#[track_caller]
fn check_files(before: &Files, arguments: &[&str], expected: &[(&str, &str)]) {
    let mut all = vec!["--path", "prod"];
    all.extend(arguments);
    let after = set(before, &all);
    assert_changed(&build(before, "prod"), &build(&after, "prod"), expected);
}

#[test]
fn entries_in_every_form_of_yaml() {
    for entry in [
        "images:\n- name: registry.example/web\n  newTag: v1.4.2\n",
        "images:\n  - newTag: v1.4.2 # by the pipeline\n    name: registry.example/web\n",
        "images: [{name: registry.example/web, newTag: v1.4.2}]\n",
        "images:\n- {name: \"registry.example/web\", newTag: 'v1.4.2'}\n",
        "images:\n-\n  ? name\n  : registry.example/web\n  ? newTag\n  : v1.4.2\n",
        "images:\n- name: &web registry.example/web\n  newTag: &tag v1.4.2\n",
        "images:\n- name: registry.example/web\n  newTag: |-\n    v1.4.2\n",
        "images:\n- name: registry.example/web\n  newTag: !!str v1.4.2\n",
        "images:\n- name: registry.example/other\n  newTag: v3\n# ours\n- name: registry.example/web\n  newTag: v1.4.2",
    ] {
        let text = format!("resources: [deployment.yaml]\n{entry}");
        let image = "registry.example/web:v1.5.0";
        check(&text, image, &[(OLD, NEW)]);
        check(&text.replace('\n', "\r\n"), image, &[(OLD, NEW)]);
    }
}

#[test]
fn kustomizations_of_every_name_and_in_json() {
    let text =
        "resources: [deployment.yaml]\nimages:\n- name: registry.example/web\n  newTag: v1.4.2\n";
    let json = r#"{"resources": ["deployment.yaml"], "images": [{"name": "registry.example/web", "newTag": "v1.4.2"}]}"#;
    for name in ["kustomization.yaml", "kustomization.yml", "Kustomization"] {
        for text in [text, json] {
            let arguments = ["--image", "registry.example/web:v1.5.0"];
            check_files(&with(name, text), &arguments, &[(OLD, NEW)]);
        }
    }
}

#[test]
fn a_tag_that_would_be_a_number() {
    let text =
        "resources: [deployment.yaml]\nimages:\n- name: registry.example/web\n  newTag: v1.4.2\n";
    for tag in [
        "1.10",
        "0123e4567",
        "007",
        "1_000",
        "0x1F",
        "1e1000",
        "190",
        "null",
        "2024-01-02",
    ] {
        let image = format!("registry.example/web:{tag}");
        check(text, &image, &[(OLD, &format!("image: {image}"))]);
    }
    // kustomize cannot even read the number that is there.
    let broken = with("kustomization.yaml", &text.replace("v1.4.2", "1.10"));
    let after = set(&broken, &["--image", "registry.example/web:1.10"]);
    assert!(build(&after, "prod").contains("image: registry.example/web:1.10\n"));
}

#[test]
fn a_component() {
    let mut before = with(
        "kustomization.yaml",
        "resources: [deployment.yaml]\ncomponents: [../parts/web]\n",
    );
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n- name: registry.example/web\n  newTag: v1.4.2\n";
    before.extend(files::files([("parts/web/kustomization.yaml", component)]));
    let after = set(
        &before,
        &["--path", "parts", "--image", "registry.example/web:v1.5.0"],
    );
    assert_changed(
        &build(&before, "prod"),
        &build(&after, "prod"),
        &[(OLD, NEW)],
    );
}

#[test]
fn a_new_name_stays() {
    let text = "resources: [deployment.yaml]\nimages:\n- name: registry.example/web\n  newName: mirror.example/web\n  newTag: v1.4.2\n";
    for name in ["registry.example/web", "mirror.example/web"] {
        check(
            text,
            &format!("{name}:v1.5.0"),
            &[(
                "image: mirror.example/web:v1.4.2",
                "image: mirror.example/web:v1.5.0",
            )],
        );
    }
}

#[test]
fn tags_and_digests_give_way_to_each_other() {
    let digest = |letter: &str| format!("sha256:{}", letter.repeat(64));
    let (a, b) = (digest("a"), digest("b"));
    let entry = |fields: &str| {
        format!("resources: [deployment.yaml]\nimages:\n- name: registry.example/web\n{fields}")
    };
    let image = |version: &str| format!("image: registry.example/web{version}");
    for (fields, old, asked, new) in [
        (
            format!("  digest: {a}\n"),
            format!("@{a}"),
            ":v1.5.0".to_owned(),
            ":v1.5.0".to_owned(),
        ),
        (
            format!("  digest: {a}\n"),
            format!("@{a}"),
            format!("@{b}"),
            format!("@{b}"),
        ),
        (
            "  newTag: v1.4.2\n".to_owned(),
            ":v1.4.2".to_owned(),
            format!("@{b}"),
            format!("@{b}"),
        ),
        (
            format!("  newTag: v1.4.2\n  digest: {a}\n"),
            format!(":v1.4.2@{a}"),
            ":v1.5.0".to_owned(),
            ":v1.5.0".to_owned(),
        ),
        (
            format!("  newTag: v1.4.2\n  digest: {a}\n"),
            format!(":v1.4.2@{a}"),
            format!(":v1.5.0@{b}"),
            format!(":v1.5.0@{b}"),
        ),
        (
            format!("  newTag: v1.4.2@{a}\n"),
            format!(":v1.4.2@{a}"),
            ":v1.5.0".to_owned(),
            ":v1.5.0".to_owned(),
        ),
    ] {
        check(
            &entry(&fields),
            &format!("registry.example/web{asked}"),
            &[(&image(&old), &image(&new))],
        );
    }
}

#[test]
fn an_entry_that_is_added() {
    let base = "image: registry.example/web:v1";
    for rest in [
        "",
        "images: []\n",
        "images:\n",
        "images: [{name: registry.example/other, newTag: v3}]\n",
        "images:\n  - name: registry.example/other\n    newTag: v3\n",
        "images:\n- name: registry.example/other\n  newTag: v3\nnamePrefix: a-\n",
    ] {
        let text = format!("resources:\n- deployment.yaml\n{rest}");
        check(&text, "registry.example/web:v1.5.0", &[(base, NEW)]);
    }
}

#[test]
fn every_entry_of_an_image() {
    let text = "resources: [deployment.yaml]\nimages:\n- name: registry.example/web\n  newTag: v1\n- name: registry.example/web\n  newTag: v1.4.2\n";
    let arguments = ["--all", "--image", "registry.example/web:v1.5.0"];
    check_files(&with("kustomization.yaml", text), &arguments, &[(OLD, NEW)]);
}

#[test]
fn containers_of_a_resource() {
    let text = "resources: [deployment.yaml]\n";
    let before = with("kustomization.yaml", text);
    let arguments = ["--file", "prod/deployment.yaml", "--image"];
    for name in ["registry.example/migrate", "registry.example/web-proxy"] {
        let image = format!("{name}:v2");
        let mut all = arguments.to_vec();
        all.push(&image);
        let after = set(&before, &all);
        assert_changed(
            &build(&before, "prod"),
            &build(&after, "prod"),
            &[(&format!("image: {name}:v1"), &format!("image: {image}"))],
        );
    }
}

/// Builds an overlay as it is on the branch.
fn render(repository: &BareRepository, overlay: &str) -> String {
    build(&repository.files("main"), overlay)
}

#[test]
fn kustomize_renders_the_new_tag_and_all_else_as_before() {
    let repository = BareRepository::sample("shop");
    let overlay = "apps/web/overlays/prod";
    let before = render(&repository, overlay);
    let run = Towpath::set(repository.path()).args(["--image", "registry.example/shop/web:1.5.0"]);
    run.args(["--path", overlay]).run().succeeds();
    let after = render(&repository, overlay);
    let (old, new) = (
        "image: registry.example/shop/web:1.4.1",
        "image: registry.example/shop/web:1.5.0",
    );
    assert!(before.contains(old), "{before}");
    assert_eq!(after, before.replace(old, new));
}

#[test]
fn kustomize_renders_a_digest_that_replaces_a_tag() {
    let repository = BareRepository::sample("shop");
    let overlay = "apps/web/overlays/prod";
    let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
    let image = format!("registry.example/shop/web:1.5.0@{digest}");
    let run = Towpath::set(repository.path()).args(["--image", &image, "--path", overlay]);
    run.run().succeeds();
    let rendered = render(&repository, overlay);
    assert!(rendered.contains(&format!("@{digest}\n")), "{rendered}");
    // A new tag alone would leave the old image running behind the digest.
    let run = Towpath::set(repository.path()).args(["--image", "registry.example/shop/web:1.6.0"]);
    run.args(["--path", overlay]).run().succeeds();
    let rendered = render(&repository, overlay);
    assert!(
        rendered.contains("image: registry.example/shop/web:1.6.0\n"),
        "{rendered}"
    );
}

#[test]
fn an_image_that_is_only_in_the_base_is_overridden_in_the_overlay() {
    let mut sample = crate::support::repository::sample("shop");
    let path = "apps/web/overlays/prod/kustomization.yaml";
    let file = sample.get_mut(path).expect("the sample has it");
    let text = String::from_utf8(file.bytes.clone()).expect("it is UTF-8");
    let (start, _) = text.split_once("images:").expect("the sample has images");
    file.bytes = start.trim_end().as_bytes().to_owned();
    let repository = BareRepository::new(&sample);
    let run = Towpath::set(repository.path()).args(["--image", "registry.example/shop/web:1.5.0"]);
    run.args(["--file", path]).run().succeeds();
    let rendered = render(&repository, "apps/web/overlays/prod");
    assert!(
        rendered.contains("image: registry.example/shop/web:1.5.0\n"),
        "{rendered}"
    );
}
