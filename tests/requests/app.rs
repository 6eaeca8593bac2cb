//! GitHub Apps: an id and a key instead of a token.

use super::{HEAD, Shop};
use crate::support::command::{command, succeed};
use crate::support::temp::TempDir;
use std::fs;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

/// Makes a key as GitHub gives it, and its public half for the fake.
fn key(directory: &TempDir, form: &[&str]) -> String {
    let openssl = |arguments: &[&str]| {
        succeed(command("openssl", directory.path()).args(arguments));
    };
    openssl(&["genrsa", "-out", "any.pem", "2048"]);
    let mut convert = vec!["pkey", "-in", "any.pem", "-out", "key.pem"];
    convert.extend(form);
    openssl(&convert);
    openssl(&["pkey", "-in", "any.pem", "-pubout", "-out", "public.pem"]);
    fs::read_to_string(directory.join("key.pem")).expect("openssl wrote it")
}

#[test]
fn an_app_pushes_and_opens_requests_with_a_token_of_its_own() {
    for form in [&["-traditional"][..], &[]] {
        let shop = Shop::open(ForgeKind::GitHub);
        let directory = TempDir::new();
        let key = key(&directory, form);
        shop.forge.state().app = Some(directory.join("public.pem"));
        let run = shop.build(1).env("TOWPATH_FORGE_TOKEN", "");
        let run = run
            .env("TOWPATH_APP_ID", "12345")
            .env("TOWPATH_APP_KEY", &key);
        let outcome = run.arg("--verbose").run().succeeds();
        shop.only();
        assert_eq!(shop.tag(HEAD), "v2.0.1");
        let said = outcome.everything();
        assert!(!said.contains(crate::support::forge::TOKEN), "{said}");
    }
}

#[test]
fn an_app_that_is_not_known_is_refused() {
    let shop = Shop::open(ForgeKind::GitHub);
    let (theirs, ours) = (TempDir::new(), TempDir::new());
    key(&theirs, &[]);
    shop.forge.state().app = Some(theirs.join("public.pem"));
    let run = shop.build(1).env("TOWPATH_APP_ID", "12345");
    let run = run.env("TOWPATH_APP_KEY", key(&ours, &[]));
    run.run()
        .fails(Kind::Unauthorized)
        .says("nothing was changed");
}

#[test]
fn a_key_that_is_none_is_said_without_being_shown() {
    let shop = Shop::open(ForgeKind::GitHub);
    let run = shop.build(1).env("TOWPATH_APP_ID", "12345");
    let outcome = run.env("TOWPATH_APP_KEY", "c2VjcmV0IGtleQ==").run();
    let outcome = outcome
        .fails(Kind::InvalidCredential)
        .says("key of the GitHub App");
    assert!(
        !outcome.everything().contains("c2VjcmV0"),
        "{}",
        outcome.everything()
    );
    let run = shop.build(1).env("TOWPATH_APP_ID", "12345");
    run.run().fails(Kind::InvalidCredential).says("go together");
}
