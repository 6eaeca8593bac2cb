use crate::support::{Files, check, check_files, refuse, refuse_files, warnings};
use towpath_guest::error::Kind;

const TREE: &str = "\
== apps/api/values.yaml
image: {repository: r.io/api, tag: v1}
== apps/web/values.yaml
image: {repository: r.io/web, tag: v1}
== charts/x/Chart.yaml
name: x
== charts/x/templates/d.yaml
image: {{ r.io/web:v1 }}
{{- end }}
== .github/workflows/ci.yml
image: r.io/web:v1
== docs/notes.txt
image: r.io/web:v1
";

#[test]
fn the_whole_tree_is_looked_through() {
    let plan = check(
        "--image r.io/web:v2",
        TREE,
        "== apps/web/values.yaml\nimage: {repository: r.io/web, tag: v2}\n",
    );
    assert_eq!(warnings(&plan), Vec::<&str>::new());
}

#[test]
fn directories_narrow() {
    let files = TREE.replace("r.io/api", "r.io/web");
    refuse(
        "--image r.io/web:v2",
        &files,
        Kind::Ambiguous,
        "apps/api/values.yaml:1",
    );
    let after = "== apps/web/values.yaml\nimage: {repository: r.io/web, tag: v2}\n";
    check("--image r.io/web:v2 --path ./apps/web/", &files, after);
    check("--image r.io/web:v2 --ignore apps/api", &files, after);
    refuse(
        "--image r.io/web:v2 --ignore apps/{api,db}",
        &files,
        Kind::Usage,
        "`apps/{api,db}` is no glob",
    );
    check(
        "--image r.io/web:v2 --all",
        &files,
        &format!("== apps/api/values.yaml\nimage: {{repository: r.io/web, tag: v2}}\n{after}"),
    );
    check(
        "--image r.io/web:v2 --path apps/web/values.yaml",
        &files,
        after,
    );
    check(
        "--image r.io/web:v2 --path apps/web/values.yaml --path charts",
        &files,
        after,
    );
    refuse(
        "--image r.io/web:v2 --path nowhere",
        &files,
        Kind::NoSuchFile,
        "nowhere",
    );
}

#[test]
fn named_files_are_one_place_each() {
    let files = TREE.replace("r.io/api", "r.io/web");
    check(
        "--image r.io/web:v2 --file apps/api/values.yaml --file apps/web/values.yaml",
        &files,
        "== apps/api/values.yaml\nimage: {repository: r.io/web, tag: v2}\n== apps/web/values.yaml\nimage: {repository: r.io/web, tag: v2}\n",
    );
    refuse(
        "--image r.io/web:v2 --file apps/api/values.yaml --file apps/web/values.yaml",
        TREE,
        Kind::NoSuchImage,
        "apps/api/values.yaml",
    );
}

#[test]
fn what_cannot_be_read_is_passed_over_with_a_warning() {
    let files = format!("{TREE}== broken.yaml\na: [r.io/web\n");
    let plan = check(
        "--image r.io/web:v2",
        &files,
        "== apps/web/values.yaml\nimage: {repository: r.io/web, tag: v2}\n",
    );
    assert_eq!(warnings(&plan), ["file-skipped"]);
    refuse(
        "--image r.io/web:v2 --file broken.yaml",
        &files,
        Kind::InvalidFile,
        "broken.yaml",
    );
}

#[test]
fn other_encodings_are_passed_over_and_refused_by_name() {
    let files = Files::new(TREE)
        .with("latin.yaml", b"a: caf\xe9 r.io/web\n")
        .with("nul.yaml", b"image: r.io/web:v1\n\0\n");
    let plan = check_files(
        "--image r.io/web:v2",
        &files,
        "== apps/web/values.yaml\nimage: {repository: r.io/web, tag: v2}\n",
    );
    assert_eq!(warnings(&plan), ["file-skipped", "file-skipped"]);
    for name in ["latin", "nul"] {
        refuse_files(
            &format!("--image r.io/web:v2 --file {name}.yaml"),
            &files,
            Kind::InvalidFile,
            name,
        );
    }
}

#[test]
fn paths_stay_in_the_repository() {
    for path in ["../x.yaml", "/etc/passwd", "a/../../x"] {
        refuse(
            &format!("--image a:b --file {path}"),
            TREE,
            Kind::OutsideRepository,
            path,
        );
        refuse(
            &format!("--image a:b --path {path}"),
            TREE,
            Kind::OutsideRepository,
            path,
        );
    }
    refuse(
        "--image a:b --file none.yaml",
        TREE,
        Kind::NoSuchFile,
        "none.yaml",
    );
    refuse(
        "--image a:b --file a --path b",
        TREE,
        Kind::Usage,
        "--file or --path",
    );
}

#[test]
fn near_names_are_offered() {
    refuse("--image r.io/wbe:v2", TREE, Kind::NoSuchImage, "`r.io/web`");
    refuse("--image web:v2", TREE, Kind::NoSuchImage, "`r.io/web`");
    refuse(
        "--image nothing-like-it:v2",
        TREE,
        Kind::NoSuchImage,
        "There ",
    );
}

#[test]
fn near_paths_are_offered() {
    for (arguments, near) in [
        (
            "--file apps/wbe/values.yaml",
            "Did you mean \"apps/web/values.yaml\"",
        ),
        ("--path aps/web", "\"apps/web\""),
        ("--path nothing/like/it", "relative to the root"),
    ] {
        let arguments = format!("{arguments} --image r.io/web:v2");
        refuse(&arguments, TREE, Kind::NoSuchFile, near);
    }
}

#[test]
fn what_the_choice_leaves_out_is_named() {
    let file = "== a.yaml\nkind: Pod\napiVersion: v1\nmetadata: {name: web}\nspec:\n  containers:\n  - name: main\n    image: r.io/web:v1\n";
    for choice in [
        "--document Deployment",
        "--container other",
        "--marker flux",
    ] {
        refuse(
            &format!("{choice} --image r.io/web:v2"),
            file,
            Kind::NoSuchImage,
            "It is at a.yaml:7 (document Pod/web, container main).",
        );
    }
    refuse(
        "--document Deployment --key metadata.name --value x",
        file,
        Kind::NoSuchKey,
        "It is at a.yaml:3.",
    );
}

#[test]
fn keys_are_found_in_directories() {
    check(
        "--path apps/web --key image.tag --value v2",
        TREE,
        "== apps/web/values.yaml\nimage: {repository: r.io/web, tag: v2}\n",
    );
    refuse(
        "--key image.tag --value v2",
        TREE,
        Kind::Ambiguous,
        "apps/web/values.yaml:1",
    );
    refuse("--key no.such --value v2", TREE, Kind::NoSuchKey, "no.such");
}
