//! Deployment repositories, as a server has them.

use super::files::{self, File, Files};
use super::git::{command_for, commit, git, git_bytes};
use super::temp::TempDir;
use super::tools::project;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// What every bare repository of the tests allows, as the forges do.
const CONFIGURATION: &str = "
[http]
\treceivepack = true
[daemon]
\treceivepack = true
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
[receive]
\tadvertisePushOptions = true
[transfer]
\tfsckObjects = true
[gc]
\tauto = 0
";

/// A bare repository in a temporary directory.
pub(crate) struct BareRepository {
    directory: TempDir,
}

impl BareRepository {
    /// Creates a repository whose branch `main` has one commit with these files.
    pub(crate) fn new(files: &Files) -> Self {
        let repository = Self::empty(&[]);
        commit(&repository.path(), "main", files, "Start");
        repository
    }

    /// Creates a repository from a folder of `tests/samples/`.
    pub(crate) fn sample(name: &str) -> Self {
        Self::new(&sample(name))
    }

    /// Creates a repository without a commit; `options` are for `git init`.
    pub(crate) fn empty(options: &[&str]) -> Self {
        let directory = TempDir::new();
        let mut arguments = vec!["init", "--quiet", "--bare", "--template=", "-b", "main"];
        arguments.extend(options);
        arguments.push("deploy.git");
        git(directory.path(), &arguments);
        let repository = Self { directory };
        let path = repository.path().join("config");
        let mut text = fs::read_to_string(&path).expect("git wrote it");
        text.push_str(CONFIGURATION);
        fs::write(path, text).expect("the repository is ours");
        repository
    }

    /// Returns where the repository is.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.join("deploy.git")
    }

    /// Returns the folder that a server serves.
    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    /// Runs git in the repository.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.path(), arguments)
    }

    /// Returns the commit that a branch is at.
    #[track_caller]
    pub(crate) fn tip(&self, branch: &str) -> String {
        self.git(&["rev-parse", "--verify", &format!("refs/heads/{branch}")])
    }

    /// Returns every ref with the object it is at: equal when nothing was changed.
    pub(crate) fn refs(&self) -> String {
        self.git(&["for-each-ref"])
    }

    /// Returns a file at a revision.
    #[track_caller]
    pub(crate) fn read(&self, revision: &str, path: &str) -> String {
        let bytes = git_bytes(
            &self.path(),
            &["cat-file", "blob", &format!("{revision}:{path}")],
        );
        String::from_utf8(bytes).expect("the file is UTF-8")
    }

    /// Returns all files of a revision.
    #[track_caller]
    pub(crate) fn files(&self, revision: &str) -> Files {
        let listing = git_bytes(
            &self.path(),
            &["ls-tree", "-r", "-z", "--full-tree", revision],
        );
        let listing = String::from_utf8(listing).expect("names are UTF-8");
        let entries = listing.split_terminator('\0');
        entries
            .map(|entry| {
                let (meta, path) = entry.split_once('\t').expect("ls-tree writes a tab");
                let mut meta = meta.split(' ');
                let mode = meta.next().expect("split has one item").to_owned();
                let object = meta.nth(1).expect("ls-tree writes three words");
                let bytes = git_bytes(&self.path(), &["cat-file", "blob", object]);
                (path.to_owned(), File { mode, bytes })
            })
            .collect()
    }

    /// Returns the subjects of a branch, newest first.
    #[track_caller]
    pub(crate) fn subjects(&self, branch: &str) -> Vec<String> {
        let log = self.git(&["log", "--format=%s", branch, "--"]);
        log.lines().map(str::to_owned).collect()
    }

    /// Puts a commit with exactly these files on a branch.
    #[track_caller]
    pub(crate) fn commit(&self, branch: &str, files: &Files, message: &str) -> String {
        commit(&self.path(), branch, files, message)
    }

    /// Checks that the repository is whole, once nobody writes into it any more: what
    /// a server is about to take looks as if it were missing.
    pub(crate) fn settles(&self) {
        let fsck = ["fsck", "--strict", "--no-dangling", "--no-progress"];
        let is_whole = || {
            let output = command_for(&self.path(), &fsck).output();
            output.expect("git can be run").status.success()
        };
        let mut patience = 30;
        while !is_whole() && patience > 0 {
            std::thread::sleep(std::time::Duration::from_millis(100));
            patience -= 1;
        }
        self.fsck();
    }

    /// Panics unless git finds the repository whole.
    #[track_caller]
    pub(crate) fn fsck(&self) {
        self.git(&["fsck", "--strict", "--no-dangling", "--no-progress"]);
    }

    /// Installs a hook, a shell script without its first line.
    pub(crate) fn hook(&self, name: &str, script: &str) {
        let hooks = self.path().join("hooks");
        fs::create_dir_all(&hooks).expect("the repository is ours");
        let hook = hooks.join(name);
        fs::write(&hook, format!("#!/bin/sh\n{script}\n")).expect("the repository is ours");
        let permissions = fs::Permissions::from_mode(0o755);
        fs::set_permissions(hook, permissions).expect("the hook is ours");
    }
}

/// Returns a folder of `tests/samples/`.
pub(crate) fn sample(name: &str) -> Files {
    files::read(&project().join("tests/samples").join(name))
}
