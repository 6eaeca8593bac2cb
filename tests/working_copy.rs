//! The same change in a clone: files are changed, and committed when asked.

use crate::support::files::{self, Files};
use crate::support::git::git;
use crate::support::repository::{BareRepository, sample};
use crate::support::temp::TempDir;
use crate::support::towpath::Towpath;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use towpath_surface::Kind;

const FILE: &str = "apps/web/overlays/dev/kustomization.yaml";
const OLD: &str = "newTag: 1.4.3 # set by the pipeline";
const NEW: &str = "newTag: 1.5.0 # set by the pipeline";

/// A clone at somebody's desk.
struct Desk {
    directory: TempDir,
    origin: BareRepository,
}

impl Desk {
    fn new() -> Self {
        let origin = BareRepository::sample("shop");
        let directory = TempDir::new();
        let url = origin.path().display().to_string();
        git(directory.path(), &["clone", "--quiet", &url, "deploy"]);
        let desk = Self { directory, origin };
        desk.git(&["config", "user.name", "Jo Doe"]);
        desk.git(&["config", "user.email", "jo@shop.example"]);
        desk
    }

    fn path(&self) -> PathBuf {
        self.directory.join("deploy")
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        git(&self.path(), arguments)
    }

    /// Prepares the change in a directory of the clone.
    fn set_in(&self, directory: &Path) -> Towpath {
        let image = "registry.example/shop/web:1.5.0";
        let run = Towpath::new().args(["set", "--image", image, "--working-copy"]);
        run.arg(directory)
    }

    fn set(&self) -> Towpath {
        self.set_in(&self.path()).args(["--file", FILE])
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path().join(path), text).expect("the clone is ours");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).expect("it is there")
    }

    /// Returns the files of the sample with the change.
    fn changed() -> Files {
        let mut files = sample("shop");
        let file = files.get_mut(FILE).expect("the sample has it");
        let text = String::from_utf8(file.bytes.clone()).expect("it is UTF-8");
        file.bytes = text.replace(OLD, NEW).into_bytes();
        files
    }

    /// Runs what has to be refused, and panics if anything was changed.
    #[track_caller]
    fn refuse(&self, run: Towpath, kind: Kind, text: &str) {
        let state = |desk: &Self| {
            let status = desk.git(&["status", "--porcelain=v2", "--branch"]);
            let staged = desk.git(&["ls-files", "--stage"]);
            (files::read(&desk.path()), status, staged)
        };
        let before = state(self);
        run.run().fails(kind).says(text).says("nothing was changed");
        assert_eq!(state(self), before);
    }
}

#[test]
fn the_file_is_changed_and_nothing_else() {
    let desk = Desk::new();
    let tip = desk.git(&["rev-parse", "HEAD"]);
    let outcome = desk.set().run().succeeds();
    outcome
        .says("1 file changed on main of")
        .says("1.4.3 -> 1.5.0");
    assert_eq!(files::read(&desk.path()), Desk::changed());
    assert_eq!(desk.git(&["status", "--porcelain"]), format!(" M {FILE}"));
    assert_eq!(desk.git(&["rev-parse", "HEAD"]), tip);
    desk.set()
        .arg("--dry-run")
        .run()
        .succeeds()
        .says("Nothing to change");
}

#[test]
fn a_dry_run_changes_no_file() {
    let desk = Desk::new();
    desk.set().arg("--dry-run").run().succeeds().says(NEW);
    assert_eq!(files::read(&desk.path()), sample("shop"));
}

#[test]
fn a_commit_holds_the_change_alone() {
    let desk = Desk::new();
    desk.write("README.md", "staged\n");
    desk.git(&["add", "README.md"]);
    desk.write("argocd/notes.txt", "untracked\n");
    desk.write("apps/web/base/deployment.yaml", "changed: but not staged\n");
    let status = desk.git(&["status", "--porcelain"]);
    let outcome = desk.set().arg("--make-commit").run().succeeds();
    outcome.says(&desk.git(&["rev-parse", "HEAD"]));
    assert_eq!(desk.git(&["status", "--porcelain"]), status);
    assert_eq!(desk.git(&["diff", "--name-only", "HEAD~", "HEAD"]), FILE);
    let text = desk.git(&["show", &format!("HEAD:{FILE}")]);
    assert!(text.contains(NEW), "{text}");
    let log = desk.git(&["log", "-1", "--format=%an <%ae> %cn"]);
    assert_eq!(log, "Jo Doe <jo@shop.example> Jo Doe");
    assert!(
        desk.git(&["log", "-1", "--format=%B"])
            .contains("Towpath-Image: ")
    );
    let reflog = desk.git(&["reflog", "-1", "--format=%gs"]);
    assert!(reflog.starts_with("commit: "), "{reflog}");
    desk.git(&["fsck", "--strict"]);
    // It can be pushed, and a commit that git makes next is right.
    desk.git(&["push", "--quiet", "origin", "HEAD:refs/heads/next"]);
    desk.git(&["commit", "--quiet", "-m", "Staged"]);
    assert_eq!(
        desk.git(&["diff", "--name-only", "HEAD~", "HEAD"]),
        "README.md"
    );
    assert_eq!(desk.origin.subjects("next").len(), 2);
}

#[test]
fn a_commit_leaves_a_clean_clone() {
    let desk = Desk::new();
    desk.set().arg("--make-commit").run().succeeds();
    // Neither by what is remembered of the files nor by their bytes.
    assert_eq!(desk.git(&["diff-index", "HEAD", "--"]), "");
    assert_eq!(desk.git(&["status", "--porcelain"]), "");
    let tip = desk.git(&["rev-parse", "HEAD"]);
    let outcome = desk.set().arg("--make-commit").run().succeeds();
    outcome.says("Nothing to change").says(&tip);
    assert_eq!(desk.git(&["rev-parse", "HEAD"]), tip);
}

#[test]
fn the_author_that_was_named_goes_first() {
    let desk = Desk::new();
    let run = desk
        .set()
        .args(["--make-commit", "--author", "A B <a@b.example>"]);
    run.run().succeeds();
    assert_eq!(
        desk.git(&["log", "-1", "--format=%an <%ae>"]),
        "A B <a@b.example>"
    );
}

#[test]
fn modes_and_line_ends_stay() {
    let desk = Desk::new();
    let file = desk.path().join(FILE);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it is ours");
    desk.git(&["commit", "--quiet", "-am", "Make it executable"]);
    desk.git(&["config", "core.autocrlf", "true"]);
    fs::remove_file(&file).expect("it is ours");
    desk.git(&["checkout", "--quiet", "--", FILE]);
    assert!(desk.read(FILE).contains("\r\n"));
    desk.set().arg("--make-commit").run().succeeds();
    let text = desk.read(FILE);
    assert!(text.contains(&format!("{NEW}\r\n")), "{text:?}");
    let mode = fs::metadata(&file)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o755);
    let blob = desk.git(&["cat-file", "blob", &format!("HEAD:{FILE}")]);
    assert!(blob.contains(NEW) && !blob.contains('\r'), "{blob:?}");
    assert!(desk.git(&["ls-tree", "HEAD", FILE]).starts_with("100755"));
    assert_eq!(desk.git(&["status", "--porcelain"]), "");
}

#[test]
fn changes_of_your_own_are_not_written_over() {
    let text = Desk::new().read(FILE);
    let edited = format!("# mine\n{text}");
    for commit in [false, true] {
        let set = |desk: &Desk| match commit {
            true => desk.set().arg("--make-commit"),
            false => desk.set(),
        };
        let modified = Desk::new();
        modified.write(FILE, &edited);
        modified.refuse(
            set(&modified),
            Kind::Dirty,
            &format!("\"{FILE}\" (modified)"),
        );
        modified.git(&["add", FILE]);
        modified.refuse(set(&modified), Kind::Dirty, &format!("\"{FILE}\" (staged)"));
        // Also when only the index has them.
        modified.write(FILE, &text);
        modified.refuse(set(&modified), Kind::Dirty, &format!("\"{FILE}\" (staged)"));

        let new = Desk::new();
        let directory = new.path().join("apps/new");
        fs::create_dir(directory).expect("the clone is ours");
        new.write("apps/new/kustomization.yaml", &text);
        let image = "registry.example/shop/web:1.5.0";
        let run = || {
            let run = Towpath::new().args(["set", "--image", image, "--working-copy"]);
            let run = run
                .arg(new.path())
                .args(["--file", "apps/new/kustomization.yaml"]);
            if commit {
                run.arg("--make-commit")
            } else {
                run
            }
        };
        new.refuse(run(), Kind::Dirty, "(not committed yet)");
        new.git(&["add", "."]);
        new.refuse(run(), Kind::Dirty, "(not committed yet)");
    }
}

#[test]
fn one_file_with_changes_keeps_all_as_they_are() {
    let desk = Desk::new();
    let other = "apps/web/overlays/staging/kustomization.yaml";
    desk.write(other, &format!("{}# mine\n", desk.read(other)));
    let run = desk.set().args(["--file", other]);
    let run = run.args(["--all", "--make-commit"]);
    desk.refuse(run, Kind::Dirty, &format!("\"{other}\" (modified)"));
}

#[test]
fn paths_are_those_of_the_directory() {
    let desk = Desk::new();
    let apps = desk.path().join("apps/web");
    let run = desk.set_in(&apps).args(["--path", "overlays/dev"]);
    run.run().succeeds().says(&format!("{FILE}:"));
    assert_eq!(files::read(&desk.path()), Desk::changed());
    desk.git(&["checkout", "--quiet", "."]);
    // Without a path, the directory is where is looked.
    desk.set_in(&apps.join("overlays/dev")).run().succeeds();
    assert_eq!(files::read(&desk.path()), Desk::changed());
    desk.git(&["checkout", "--quiet", "."]);
    let up = desk
        .set_in(&apps.join("base"))
        .args(["--path", "../overlays/dev"]);
    up.run().succeeds();
    assert_eq!(files::read(&desk.path()), Desk::changed());
    let out = desk.set_in(&apps).args(["--file", "../../../outside.yaml"]);
    out.run().fails(Kind::OutsideRepository);
}

#[test]
fn the_current_directory_is_the_clone_if_none_is_named() {
    let desk = Desk::new();
    let image = "registry.example/shop/web:1.5.0";
    let run = Towpath::new().args(["set", "--image", image, "--file", FILE]);
    let run = run.in_directory(&desk.path());
    run.arg("--working-copy").run().succeeds();
    assert_eq!(files::read(&desk.path()), Desk::changed());
}

#[test]
fn another_working_copy_of_the_same_repository_works() {
    let desk = Desk::new();
    let tree = desk.directory.join("tree");
    let name = tree.to_str().expect("it is UTF-8");
    desk.git(&["worktree", "add", "--quiet", "-b", "other", name]);
    let main = desk.git(&["rev-parse", "main"]);
    let run = desk.set_in(&tree).args(["--file", FILE, "--make-commit"]);
    run.run().succeeds().says("on other of");
    assert_eq!(files::read(&tree), Desk::changed());
    assert_eq!(git(&tree, &["status", "--porcelain"]), "");
    assert_eq!(git(&tree, &["rev-parse", "HEAD~"]), main);
    assert_eq!(desk.git(&["rev-parse", "main"]), main);
    assert_eq!(files::read(&desk.path()), sample("shop"));
}

#[test]
fn a_detached_head_takes_a_commit() {
    let desk = Desk::new();
    desk.git(&["checkout", "--quiet", "--detach"]);
    let main = desk.git(&["rev-parse", "main"]);
    desk.set().arg("--make-commit").run().succeeds();
    assert_eq!(desk.git(&["rev-parse", "HEAD~"]), main);
    assert_eq!(desk.git(&["rev-parse", "main"]), main);
}

#[test]
fn what_has_no_files_is_refused() {
    let desk = Desk::new();
    let bare = desk.origin.path();
    let run = desk.set_in(&bare);
    run.run()
        .fails(Kind::Unsupported)
        .says("it has no files")
        .says("--repo");
    let empty = TempDir::new();
    desk.set_in(empty.path())
        .run()
        .fails(Kind::NoSuchRepository);
    let nowhere = empty.join("nowhere");
    desk.set_in(&nowhere).run().fails(Kind::NoSuchRepository);
}

#[test]
fn in_the_middle_of_a_merge_there_is_no_commit() {
    let desk = Desk::new();
    desk.git(&["checkout", "--quiet", "-b", "side"]);
    desk.write("README.md", "side\n");
    desk.git(&["commit", "--quiet", "-am", "Side"]);
    desk.git(&["checkout", "--quiet", "main"]);
    desk.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    desk.refuse(
        desk.set().arg("--make-commit"),
        Kind::Dirty,
        "a merge is not finished",
    );
    desk.set().run().succeeds();
}

#[test]
fn a_locked_index_is_left_alone() {
    let desk = Desk::new();
    let lock = desk.path().join(".git/index.lock");
    fs::write(&lock, "").expect("the clone is ours");
    let run = desk.set().arg("--make-commit").run();
    run.fails(Kind::NotWritten).says("nothing was changed");
    assert_eq!(files::read(&desk.path()), sample("shop"));
    fs::remove_file(&lock).expect("the lock of another is left alone");
    desk.set().arg("--make-commit").run().succeeds();
    assert!(!lock.exists());
}

#[test]
fn links_and_submodules_are_not_followed() {
    let desk = Desk::new();
    let outside = TempDir::new();
    fs::write(outside.join("kustomization.yaml"), desk.read(FILE)).expect("it is ours");
    symlink(outside.path(), desk.path().join("apps/link")).expect("the clone is ours");
    desk.git(&["add", "apps/link"]);
    desk.git(&["commit", "--quiet", "-m", "Link"]);
    let image = "registry.example/shop/web:1.5.0";
    let run = Towpath::new().args(["set", "--image", image, "--working-copy"]);
    let run = run
        .arg(desk.path())
        .args(["--file", "apps/link/kustomization.yaml"]);
    desk.refuse(run, Kind::NotAFile, "symbolic link");
    let text = fs::read_to_string(outside.join("kustomization.yaml")).expect("it is ours");
    assert!(text.contains(OLD));
}

#[test]
fn only_what_git_tracks_is_looked_at() {
    let desk = Desk::new();
    let copy = desk.path().join("ignored");
    fs::create_dir(&copy).expect("the clone is ours");
    desk.write("ignored/kustomization.yaml", &desk.read(FILE));
    let image = "registry.example/shop/web:1.5.0";
    let all = Towpath::new().args(["set", "--image", image, "--all", "--working-copy"]);
    all.arg(desk.path()).run().succeeds();
    assert!(desk.read("ignored/kustomization.yaml").contains(OLD));
    assert!(desk.read(FILE).contains(NEW));
}

#[test]
fn the_words_of_the_command_line_have_to_agree() {
    let desk = Desk::new();
    let both = desk.set().arg("--repo").arg(desk.origin.path());
    assert_eq!(both.run().code, 2);
    let url = desk.origin.path();
    let alone = Towpath::set(url).args(["--image", "a/b:1", "--make-commit"]);
    assert_eq!(alone.run().code, 2);
    let nothing = Towpath::new().args(["set", "--image", "a/b:1"]);
    nothing
        .run()
        .fails(Kind::Usage)
        .says("no repository was given");
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_clone() {
    let desk = Desk::new();
    let start = desk.git(&["rev-parse", "HEAD"]);
    for delay in (0..40).map(|step| std::time::Duration::from_micros(step * 700)) {
        desk.git(&["reset", "--quiet", "--hard", &start]);
        let (mut child, _directory) = desk.set().arg("--make-commit").start();
        std::thread::sleep(delay);
        let _ = child.kill();
        let _ = child.wait();
        let text = desk.read(FILE);
        assert!(text.contains(OLD) || text.contains(NEW), "{text}");
        desk.git(&["fsck", "--strict", "--no-dangling"]);
        // What the killed one has locked is for its user to unlock, as with git.
        for name in ["index", "HEAD", "refs/heads/main", "packed-refs"] {
            let _ = fs::remove_file(desk.path().join(format!(".git/{name}.lock")));
        }
        for left in desk.git(&["ls-files", "--others"]).lines() {
            assert!(left.contains(".towpath-"), "{left}");
        }
        desk.git(&["clean", "--quiet", "-f"]);
    }
}
