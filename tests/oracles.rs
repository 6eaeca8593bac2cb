//! What the tools that read the files afterwards make of them.

use crate::support::command::{command, succeed};
use crate::support::files;
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::debian;
use crate::support::towpath::Towpath;

/// Renders an overlay as it is on the branch, with the real kustomize.
fn render(repository: &BareRepository, overlay: &str) -> String {
    let directory = TempDir::new();
    files::write(directory.path(), &repository.files("main"));
    succeed(command(debian("kustomize"), directory.path()).args(["build", overlay]))
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
