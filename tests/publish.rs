//! What a release publishes, into repositories of this machine.

use crate::support::command::{command, run_with, succeed};
use crate::support::files;
use crate::support::git::git;
use crate::support::repository::BareRepository;
use crate::support::temp::TempDir;
use crate::support::tools::project;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A checkout that is ready to be published, and where it goes.
struct Release {
    checkout: TempDir,
    remote: BareRepository,
    component: BareRepository,
    tools: TempDir,
}

impl Release {
    fn new() -> Self {
        let checkout = TempDir::new();
        let files = [
            "Cargo.toml",
            "packaging/publish.sh",
            "packaging/seal.sh",
            "gitlab-component/README.md",
            "gitlab-component/templates/set.yml",
        ];
        for file in files {
            let target = checkout.write(file, "");
            fs::copy(project().join(file), target).expect("it is part of the project");
        }
        checkout.write(".github/action/checksums.txt", "");
        let changes = format!("# Changelog\n\n## {VERSION} - 2026-01-02\n\n- Everything.\n");
        checkout.write("CHANGELOG.md", changes);
        git(checkout.path(), &["init", "--quiet", "-b", "main"]);
        git(checkout.path(), &["add", "."]);
        git(checkout.path(), &["commit", "--quiet", "-m", "Go on"]);
        let component = files::read(&checkout.join("gitlab-component"));
        let release = Self {
            remote: BareRepository::empty(&[]),
            component: BareRepository::new(&component),
            checkout,
            tools: TempDir::new(),
        };
        release.build();
        // What talks to the world only says what it was told; it takes the password
        // that is written to it, as the writer would be ended otherwise.
        for tool in ["gh", "skopeo", "docker"] {
            let script = format!(
                "#!/bin/sh\ncase \"$*\" in *--password-stdin*) cat >/dev/null ;; esac\n\
                 echo {tool} \"$@\" >>\"$CALLS\"\n"
            );
            let path = release.tools.write(tool, script);
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
        }
        release
    }

    /// Leaves what a build leaves.
    fn build(&self) {
        let mut sums = String::new();
        for (name, text) in [
            (
                format!("towpath-{VERSION}-x86_64-unknown-linux-musl.tar.gz"),
                "intel",
            ),
            (
                format!("towpath-{VERSION}-aarch64-unknown-linux-musl.tar.gz"),
                "arm",
            ),
            (format!("towpath-wit-{VERSION}.tar.gz"), "wit"),
            (format!("towpath-{VERSION}.wasm"), "component"),
        ] {
            self.checkout.write(&format!("dist/{name}"), text);
            sums.push_str(&format!("{}  {name}\n", sha256(text)));
        }
        self.checkout.write("dist/checksums.txt", sums);
    }

    fn publish(&self) -> Output {
        let mut publish = command("packaging/publish.sh", self.checkout.path());
        let path = std::env::var("PATH").expect("PATH is set");
        publish
            .env("PATH", format!("{}:{path}", self.tools.path().display()))
            .env("CALLS", self.tools.join("calls"))
            .env("GH_TOKEN", "s3cret-token")
            .env("REPOSITORY", "towpath/towpath")
            .env("REMOTE", self.remote.path())
            .env("COMPONENT_REPOSITORY", self.component.path());
        run_with(&mut publish, b"")
    }

    #[track_caller]
    fn is_published(&self) {
        let output = self.publish();
        assert!(output.status.success(), "{output:?}");
    }
}

fn sha256(text: &str) -> String {
    let sum = Sha256::digest(text);
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_release_is_the_commit_that_was_built_and_its_checksums() {
    let release = Release::new();
    let built = git(release.checkout.path(), &["rev-parse", "HEAD"]);
    let output = release.publish();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let tag = format!("v{VERSION}");
    let commit = release
        .remote
        .git(&["rev-parse", &format!("{tag}^{{commit}}")]);
    assert_eq!(
        release.remote.git(&["rev-parse", &format!("{tag}^")]),
        built
    );
    let changed = release
        .remote
        .git(&["diff", "--name-only", &built, &commit]);
    let expected = ".github/action/checksums.txt\ngitlab-component/templates/set.yml";
    assert_eq!(changed, expected);
    // Only the launchers: nothing else is downloaded by the action.
    let sums = release
        .remote
        .git(&["show", &format!("{commit}:.github/action/checksums.txt")]);
    assert_eq!(sums.lines().count(), 2, "{sums}");
    let template = format!("{commit}:gitlab-component/templates/set.yml");
    let template = release.remote.git(&["show", &template]);
    assert!(
        template.contains(&format!("sum={} ;;", sha256("arm"))),
        "{template}"
    );
    assert!(!template.contains("sum=none"), "{template}");
}

#[test]
fn the_major_tag_follows_and_the_component_gets_its_own_project() {
    let release = Release::new();
    release.is_published();
    let major = format!("v{}", VERSION.split('.').next().unwrap_or_default());
    let commit = release
        .remote
        .git(&["rev-parse", &format!("v{VERSION}^{{commit}}")]);
    assert_eq!(
        release
            .remote
            .git(&["rev-parse", &format!("refs/tags/{major}")]),
        commit
    );
    let component = release.component.tip("main");
    assert_eq!(release.component.git(&["rev-parse", VERSION]), component);
    let names = release.component.git(&["ls-tree", "--name-only", "main"]);
    assert_eq!(names, "README.md\ntemplates");
    let calls = fs::read_to_string(release.tools.join("calls")).expect("tools were called");
    for call in [
        format!("gh release create v{VERSION} "),
        format!("docker://ghcr.io/towpath/towpath:{VERSION}-shell-arm64"),
        format!("docker buildx imagetools create --tag ghcr.io/towpath/towpath:{VERSION} "),
    ] {
        assert!(calls.contains(&call), "nothing of `{call}` in:\n{calls}");
    }
    assert!(!calls.contains("s3cret-token"), "{calls}");
}

#[test]
fn a_version_is_published_once_and_only_as_it_was_packed() {
    let release = Release::new();
    release
        .checkout
        .write(&format!("dist/towpath-{VERSION}.wasm"), "another");
    assert!(!release.publish().status.success());
    assert_eq!(release.remote.git(&["tag"]), "");
    release.build();
    release.is_published();
    let refs = release.remote.refs();
    let output = release.publish();
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("is released already"), "{told}");
    assert_eq!(release.remote.refs(), refs);
}

#[test]
fn a_version_without_a_section_in_the_changelog_is_not_published() {
    let release = Release::new();
    release
        .checkout
        .write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n");
    let output = release.publish();
    assert!(!output.status.success());
    assert_eq!(release.remote.git(&["tag"]), "");
    succeed(command("bash", release.checkout.path()).args(["-n", "packaging/publish.sh"]));
}
