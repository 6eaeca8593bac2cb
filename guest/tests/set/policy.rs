use crate::support::{DIGEST, check, refuse};
use towpath_guest::error::Kind;

const VALUES: &str = "image: {repository: app, tag: v1}\n";

#[test]
fn moving_tags() {
    for tag in ["latest", "main", "STABLE"] {
        refuse(
            &format!("--file values.yaml --image app:{tag}"),
            VALUES,
            Kind::Moving,
            "--allow-moving-tags",
        );
    }
    check(
        "--file values.yaml --image app:latest --allow-moving-tags",
        VALUES,
        "image: {repository: app, tag: latest}\n",
    );
    check(
        &format!("--file values.yaml --image app:latest@{DIGEST}"),
        VALUES,
        &format!("image: {{repository: app, tag: \"latest@{DIGEST}\"}}\n").replace('"', ""),
    );
}

#[test]
fn what_is_not_understood() {
    for (arguments, kind) in [
        ("--image app", Kind::InvalidImage),
        ("--image app:", Kind::InvalidImage),
        ("--image 'app:a b'", Kind::InvalidImage),
        ("--image app:v1 --tag v2", Kind::Usage),
        ("--image app:v1 --image app:v2", Kind::Usage),
        ("--tag v2", Kind::Usage),
        ("", Kind::Usage),
        ("--image app:v1 --container ''", Kind::Usage),
        ("--image app --tag -- ", Kind::InvalidImage),
    ] {
        let failure = crate::support::plan(
            &format!("--file values.yaml {arguments}").replace(" -- ", "=.v1 "),
            &crate::support::Files::new(VALUES),
        )
        .unwrap_err();
        assert_eq!(failure.kind, kind, "{arguments}: {}", failure.explanation());
    }
}

#[test]
fn git_lfs_pointers() {
    refuse(
        "--file values.yaml --image app:v2",
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
        Kind::NotAFile,
        "LFS",
    );
}

#[test]
fn depth() {
    let deep = format!("image: app:v1\na: {}{}\n", "[".repeat(300), "]".repeat(300));
    refuse(
        "--file values.yaml --image app:v2",
        &deep,
        Kind::Limit,
        "values.yaml",
    );
}
