//! Who takes part: scripts as people have them in pipelines today, and Towpath.

use super::deployment::App;
use crate::support::command::command;
use crate::support::temp::TempDir;
use crate::support::tools;
use std::path::PathBuf;
use std::process::Command;

const CLONE: &str = r#"
git clone --quiet --depth 1 "$URL" work
cd work
sed -i "s|newTag: .*|newTag: $TAG|" "$DIRECTORY/kustomization.yaml"
git commit --quiet --all --message "Set $TAG"
git push --quiet
"#;

const SPARSE: &str = r#"
git clone --quiet --depth 1 --filter=blob:none --sparse "$URL" work
cd work
git sparse-checkout set "$DIRECTORY"
sed -i "s|newTag: .*|newTag: $TAG|" "$DIRECTORY/kustomization.yaml"
git commit --quiet --all --message "Set $TAG"
git push --quiet
"#;

const KUSTOMIZE: &str = r#"
git clone --quiet --depth 1 "$URL" work
cd "work/$DIRECTORY"
"$KUSTOMIZE" edit set image "$IMAGE=$IMAGE:$TAG"
git commit --quiet --all --message "Set $TAG"
git push --quiet
"#;

const RETRY: &str = r#"
git clone --quiet --depth 1 "$URL" work
cd work
for attempt in $(seq 200); do
  sed -i "s|newTag: .*|newTag: $TAG|" "$DIRECTORY/kustomization.yaml"
  git commit --quiet --all --message "Set $TAG"
  if git push --quiet; then exit 0; fi
  git fetch --quiet --depth 1 origin main
  git reset --quiet --hard origin/main
done
exit 1
"#;

/// A way to update one image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    /// `git clone --depth 1`, `sed`, `git commit`, `git push`.
    Clone,
    /// The same with a sparse clone without blobs.
    Sparse,
    /// The same with `kustomize edit`.
    Kustomize,
    /// The same as `Clone`, again and again until the push is accepted.
    Retry,
    /// `towpath set` on a server that filters by depth.
    Towpath,
    /// `towpath set` on a server that filters as GitHub does.
    TowpathGitHub,
    /// `towpath set` with what an earlier run has kept.
    TowpathCached,
}

impl Contender {
    /// Those of a single update.
    pub(crate) const ALL: [Self; 6] = [
        Self::Clone,
        Self::Sparse,
        Self::Kustomize,
        Self::Towpath,
        Self::TowpathGitHub,
        Self::TowpathCached,
    ];

    /// Returns the name for a table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Clone => "clone, sed",
            Self::Sparse => "sparse clone, sed",
            Self::Kustomize => "clone, kustomize edit",
            Self::Retry => "clone, sed, retry loop",
            Self::Towpath => "towpath",
            Self::TowpathGitHub => "towpath, as GitHub permits",
            Self::TowpathCached => "towpath, with its cache",
        }
    }

    /// Returns what runs the errand; everything it writes is below `home`.
    pub(crate) fn command(self, errand: &Errand, home: &TempDir) -> Command {
        match self {
            Self::Clone => errand.script(CLONE, home),
            Self::Sparse => errand.script(SPARSE, home),
            Self::Kustomize => errand.script(KUSTOMIZE, home),
            Self::Retry => errand.script(RETRY, home),
            Self::Towpath | Self::TowpathGitHub => errand.towpath(home),
            Self::TowpathCached => {
                let mut towpath = errand.towpath(home);
                towpath.args(["--cache", "cache"]);
                towpath
            }
        }
    }

    /// Returns what has to be run before, if anything has.
    pub(crate) fn preparation(self, errand: &Errand, home: &TempDir) -> Option<Command> {
        (self == Self::TowpathCached).then(|| {
            let mut towpath = self.command(errand, home);
            towpath.arg("--dry-run");
            towpath
        })
    }
}

/// One update that is to be made.
pub(crate) struct Errand {
    /// The repository.
    pub url: String,
    /// The certificate that the server is known by.
    pub authority: PathBuf,
    /// User and password.
    pub account: (&'static str, &'static str),
    /// What is updated.
    pub app: App,
    /// The new tag.
    pub tag: String,
}

impl Errand {
    fn script(&self, script: &str, home: &TempDir) -> Command {
        let (user, password) = self.account;
        let url = self.url.replacen("//", &format!("//{user}:{password}@"), 1);
        let mut shell = command("sh", home.path());
        shell
            .args(["-euc", script])
            .env("URL", url)
            .env("TMPDIR", home.path())
            .env("GIT_SSL_CAINFO", &self.authority)
            .env("KUSTOMIZE", tools::debian("kustomize"))
            .env("DIRECTORY", self.app.directory())
            .env("IMAGE", self.app.image())
            .env("TAG", &self.tag);
        shell
    }

    fn towpath(&self, home: &TempDir) -> Command {
        let (user, password) = self.account;
        let mut towpath = command(env!("CARGO_BIN_EXE_towpath"), home.path());
        towpath
            .args(["set", "--repo", &self.url, "--branch", "main"])
            .args(["--path", &self.app.directory()])
            .args(["--image", &self.app.image(), "--tag", &self.tag])
            .args(["--username", user, "--ca-file"])
            .arg(&self.authority)
            .env("TMPDIR", home.path())
            .env("TOWPATH_TOKEN", password);
        towpath
    }
}
