use super::{Digest, ImageName, ImageUpdate, Tag, TagChange, Written, docker_hub_name, nearest};
use crate::error::Kind;

const DIGEST: &str = "sha256:bbfcd4160a1e8674dac62292ae48be4785262ad7078f9ec11b74a254ce70fa06";

/// Checks what an argument asks for: name, new name, tag, digest.
#[track_caller]
fn check(text: &str, expected: (&str, Option<&str>, Option<&str>, Option<&str>)) {
    let update = ImageUpdate::parse(text, None, None).unwrap();
    let found = (
        update.name.as_str(),
        update.new_name.as_ref().map(ImageName::as_str),
        update.new_tag().map(Tag::as_str),
        update.digest.as_ref().map(Digest::as_str),
    );
    assert_eq!(found, expected, "{text}");
}

#[track_caller]
fn check_refused(text: &str) {
    let failure = ImageUpdate::parse(text, None, None).unwrap_err();
    assert_eq!(failure.kind, Kind::InvalidImage, "{text}");
    assert!(failure.problem.hint.is_some(), "{text}");
}

#[test]
fn arguments() {
    check("app:v1", ("app", None, Some("v1"), None));
    check("reg:5000/app:v1", ("reg:5000/app", None, Some("v1"), None));
    check(
        "[::1]:5000/a/b:v1",
        ("[::1]:5000/a/b", None, Some("v1"), None),
    );
    check(&format!("app@{DIGEST}"), ("app", None, None, Some(DIGEST)));
    check(
        &format!("reg:5000/app:v1@{DIGEST}"),
        ("reg:5000/app", None, Some("v1"), Some(DIGEST)),
    );
    check("app=new/app:v2", ("app", Some("new/app"), Some("v2"), None));
    check("app=*:v2", ("app", None, Some("v2"), None));
    check("app=new/app", ("app", Some("new/app"), None, None));
    check("app=new/app:*", ("app", Some("new/app"), None, None));
    check(
        &format!("app=*@{DIGEST}"),
        ("app", None, None, Some(DIGEST)),
    );
    check(
        "APP_IMAGE=r.io/app:1",
        ("APP_IMAGE", Some("r.io/app"), Some("1"), None),
    );
}

#[test]
fn refused_arguments() {
    for text in [
        "",
        "app",
        "reg:5000/app",
        "app:",
        "app:a b",
        "app: v1",
        ":v1",
        "app:-v1",
        "app:.v1",
        "/app:v1",
        "app/:v1",
        "a//b:v1",
        "app@sha256:abc",
        "app@",
        "app=:v1",
        "=app:v1",
        "app=New:v1",
        "app:v1@*",
        "app:*",
        "app=*:*",
        "app\n:v1",
        "app:v1\n",
        "äpp:v1",
    ] {
        check_refused(text);
    }
    check_refused(&format!("app:{}", "a".repeat(129)));
    check_refused(&format!("app@{}", DIGEST.to_uppercase()));
}

#[test]
fn a_tag_for_all_yields_to_an_own_one() {
    let tag = Tag::parse("v9").unwrap();
    let digest = Digest::parse(DIGEST).unwrap();
    let own = ImageUpdate::parse("app:v1", Some(&tag), Some(&digest)).unwrap();
    assert_eq!(own.new_tag().unwrap().as_str(), "v1");
    assert_eq!(own.digest, Some(digest.clone()));
    let given = ImageUpdate::parse("app", Some(&tag), None).unwrap();
    assert_eq!(given.new_tag().unwrap().as_str(), "v9");
    let pinned = ImageUpdate::parse("app", None, Some(&digest)).unwrap();
    assert_eq!(pinned.tag, TagChange::Remove);
}

#[test]
fn digests_of_other_algorithms() {
    Digest::parse("sha512+b64u.x:AbC_-=9").unwrap();
    Digest::parse("sha256:").unwrap_err();
    Digest::parse("SHA256:ab").unwrap_err();
    Digest::parse("sha256+:ab").unwrap_err();
}

#[test]
fn written_references() {
    let split = |text| Written::split(text).map(|w| (w.name, w.tag, w.digest));
    assert_eq!(split("app"), Some(("app", None, None)));
    assert_eq!(split("reg:5000/app"), Some(("reg:5000/app", None, None)));
    assert_eq!(
        split("a/b:1@sha256:ab"),
        Some(("a/b", Some("1"), Some("sha256:ab")))
    );
    for text in [
        "",
        "app:",
        "app:${TAG}",
        "{{ x }}:1",
        "a b:1",
        "https://x/y:1",
        "app@x",
    ] {
        assert_eq!(split(text), None, "{text}");
    }
    assert_eq!(
        Written::split_tag("v1@sha256:ab"),
        (Some("v1"), Some("sha256:ab"))
    );
    assert_eq!(Written::split_tag(""), (None, None));
    assert_eq!(Written::split_tag("v1@x"), (Some("v1@x"), None));
}

#[test]
fn names_of_docker_hub() {
    for name in [
        "app",
        "library/app",
        "docker.io/app",
        "docker.io/library/app",
        "index.docker.io/app",
    ] {
        assert_eq!(docker_hub_name(name), "docker.io/library/app", "{name}");
    }
    assert_eq!(docker_hub_name("me/app"), "docker.io/me/app");
    assert_eq!(docker_hub_name("localhost/app"), "localhost/app");
}

#[test]
fn near_names() {
    let names = [
        "docker.io/library/app",
        "ghcr.io/acme/api",
        "ghcr.io/acme/web",
        "postgres",
    ];
    assert_eq!(nearest("app", names)[0], "docker.io/library/app");
    assert_eq!(nearest("acme/api", names)[0], "ghcr.io/acme/api");
    assert_eq!(nearest("postgers", names), ["postgres"]);
    assert_eq!(nearest("ghcr.io/acme/wbe", names)[0], "ghcr.io/acme/web");
    assert_eq!(nearest("zzz", names), Vec::<&str>::new());
}

#[test]
fn moving_tags() {
    assert!(Tag::parse("Latest").unwrap().is_moving());
    assert!(!Tag::parse("main-1a2b3c4").unwrap().is_moving());
}

#[test]
fn a_digest_may_hold_what_separates_names() {
    let parse = |text: &str| ImageUpdate::parse(text, None, None).unwrap();
    let digest = format!("multihash+base58:{}", "A=".repeat(16));
    let update = parse(&format!("app@{digest}"));
    assert_eq!(update.name.as_str(), "app");
    assert_eq!(update.digest.unwrap().as_str(), digest);
    let update = parse(&format!("app=web@{digest}"));
    assert_eq!(update.name.as_str(), "app");
    assert_eq!(update.new_name.unwrap().as_str(), "web");
    assert_eq!(update.digest.unwrap().as_str(), digest);
    // The name of an entry that holds a digest of its own.
    let entry = format!("app@sha256:{}", "a".repeat(64));
    let update = parse(&format!("{entry}=app:v2"));
    assert_eq!(update.name.as_str(), entry);
    assert_eq!(update.new_tag().unwrap().as_str(), "v2");
}
