//! What is kept between runs saves round trips, and is never believed.

use crate::support::daemon::GitDaemon;
use crate::support::files;
use crate::support::git::git_bytes;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::{BareRepository, sample};
use crate::support::ssh::SshServer;
use crate::support::temp::TempDir;
use crate::support::towpath::Towpath;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

const FILE: &str = "apps/web/overlays/dev/kustomization.yaml";

/// A repository on a web server, and a directory that keeps what was fetched.
struct Scene {
    repository: BareRepository,
    server: HttpServer,
    cache: TempDir,
    counted: usize,
}

impl Scene {
    fn new() -> Self {
        Self::with(HttpOptions::default())
    }

    fn with(options: HttpOptions) -> Self {
        let repository = BareRepository::sample("shop");
        Self {
            server: HttpServer::start(&repository, options),
            repository,
            cache: TempDir::new(),
            counted: 0,
        }
    }

    fn prepare(&self, tag: &str) -> Towpath {
        set(&self.server.url(), tag, self.cache.path())
    }

    /// Sets a tag, and returns what was asked of the server, in short.
    #[track_caller]
    fn requests(&mut self, tag: &str) -> Vec<&'static str> {
        self.prepare(tag).run().succeeds();
        assert!(
            self.repository
                .read("main", FILE)
                .contains(&format!("newTag: {tag} "))
        );
        self.repository.fsck();
        self.asked()
    }

    /// Returns what was asked of the server since the last time.
    fn asked(&mut self) -> Vec<&'static str> {
        let requests = self.server.requests();
        let new = requests[self.counted..].iter().map(|request| {
            match (
                request.starts_with("POST"),
                request.contains("git-receive-pack"),
            ) {
                (true, true) => "push",
                (true, false) => "fetch",
                (false, _) => "get",
            }
        });
        let new = new.collect();
        self.counted = requests.len();
        new
    }

    /// Returns the file that keeps what was fetched.
    #[track_caller]
    fn file(&self) -> PathBuf {
        let mut files = fs::read_dir(self.cache.path()).expect("it was made");
        let file = files
            .next()
            .expect("something is kept")
            .expect("it is ours");
        assert!(files.next().is_none(), "nothing else is kept");
        file.path()
    }
}

fn set(url: &str, tag: &str, cache: &Path) -> Towpath {
    let image = format!("registry.example/shop/web:{tag}");
    let run = Towpath::set(url).args(["--image", &image, "--file", FILE, "--cache"]);
    run.arg(cache)
}

/// Where the branch is, and the push: with the handshake of TLS three turns.
const BEST: [&str; 2] = ["fetch", "push"];
/// The same with the tip, the directories and the file.
const COLD: [&str; 5] = ["fetch", "fetch", "fetch", "fetch", "push"];

#[test]
fn a_second_run_asks_where_the_branch_is_and_pushes() {
    let mut scene = Scene::new();
    assert_eq!(scene.requests("2.0.0"), COLD);
    for tag in ["2.0.1", "2.0.2"] {
        assert_eq!(scene.requests(tag), BEST);
    }
    // Nothing to do takes one question.
    assert_eq!(scene.requests("2.0.2"), BEST[..1]);
}

#[test]
fn the_order_of_builds_needs_no_other_question() {
    let mut scene = Scene::new();
    let mut build = 0;
    let mut run = |scene: &mut Scene| {
        build += 1;
        let run = scene.prepare(&format!("3.0.{build}"));
        let run = run.args(["--source-repository", "shop/web", "--build"]);
        run.arg(build.to_string()).run().succeeds();
        scene.asked()
    };
    run(&mut scene);
    assert_eq!(run(&mut scene), BEST);
    assert_eq!(run(&mut scene), BEST);
}

#[test]
fn every_transport_uses_it() {
    let repository = BareRepository::sample("shop");
    let daemon = GitDaemon::start(&repository);
    let ssh = SshServer::start(&repository);
    let directory = repository.path().display().to_string();
    for (number, url) in [daemon.url(), ssh.url(), directory].iter().enumerate() {
        let cache = TempDir::new();
        for run in 0..3 {
            let tag = format!("{number}.0.{run}");
            let set = set(url, &tag, cache.path());
            let set = set.env("TOWPATH_SSH_KNOWN_HOSTS", ssh.known_host());
            set.arg("--ssh-key-file")
                .arg(ssh.key("write"))
                .run()
                .succeeds();
            assert!(repository.read("main", FILE).contains(&tag));
        }
        let kept = fs::read_dir(cache.path()).expect("it was made").count();
        assert_eq!(kept, 1, "{url}");
    }
    repository.fsck();
}

#[test]
fn an_old_cache_saves_what_did_not_change() {
    let mut scene = Scene::new();
    scene.requests("2.0.0");
    let mut files = scene.repository.files("main");
    files.extend(files::files([("elsewhere/other.yaml", "a: b\n")]));
    scene.repository.commit("main", &files, "Other");
    // The tip and its directories; the file is known by its id.
    assert_eq!(scene.requests("2.0.1"), ["fetch", "fetch", "push"]);
    // Somebody else has changed the very file, and it is known no more.
    let file = files.get_mut(FILE).expect("it is one of them");
    file.bytes.extend(b"# other\n");
    scene.repository.commit("main", &files, "Other");
    scene.requests("2.0.2");
    assert!(scene.repository.read("main", FILE).contains("# other"));
}

#[test]
fn a_cache_that_is_not_whole_is_not_used() {
    let mut scene = Scene::new();
    scene.requests("2.0.0");
    let file = scene.file();
    let whole = fs::read(&file).expect("it is ours");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0x20;
    let ruins: [&[u8]; 6] = [
        b"",
        b"PACK",
        b"garbage, and no pack at all",
        &whole[..whole.len() / 2],
        &whole[..whole.len() - 1],
        &flipped,
    ];
    for (number, ruin) in ruins.iter().enumerate() {
        fs::write(&file, ruin).expect("it is ours");
        assert_eq!(scene.requests(&format!("3.0.{number}")), COLD, "{number}");
        // It was replaced by a whole one.
        assert_eq!(scene.requests(&format!("3.1.{number}")), BEST, "{number}");
    }
}

#[test]
fn a_forged_object_is_another_object() {
    let mut scene = Scene::new();
    scene.requests("2.0.0");
    // Another repository has another file under the same name.
    let mut files = sample("shop");
    let forged = files.get_mut(FILE).expect("the sample has it");
    forged.bytes = b"images: [{ name: evil, newTag: evil }]\n".to_vec();
    let foreign = BareRepository::new(&files);
    let pack = git_bytes(
        &foreign.path(),
        &["pack-objects", "--all", "--stdout", "-q"],
    );
    fs::write(scene.file(), pack).expect("it is ours");
    assert_eq!(scene.requests("2.0.1"), COLD);
    assert!(!scene.repository.read("main", FILE).contains("evil"));
    // Nor does a cache of SHA-256 fit.
    let foreign = BareRepository::empty(&["--object-format=sha256"]);
    foreign.commit("main", &files, "Start");
    let pack = git_bytes(
        &foreign.path(),
        &["pack-objects", "--all", "--stdout", "-q"],
    );
    fs::write(scene.file(), pack).expect("it is ours");
    assert_eq!(scene.requests("2.0.2"), COLD);
}

#[test]
fn git_reads_what_is_kept_and_it_holds_no_more_than_is_needed() {
    let mut scene = Scene::new();
    for number in 0..10 {
        scene.requests(&format!("2.0.{number}"));
    }
    let file = scene.file();
    let mode = fs::metadata(&file)
        .expect("it is ours")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let pack = scene.cache.join("kept.pack");
    fs::copy(&file, &pack).expect("it is ours");
    let pack = pack.to_str().expect("it is UTF-8");
    scene.repository.git(&["index-pack", pack]);
    let listed = scene.repository.git(&["verify-pack", "-v", pack]);
    let count = |kind: &str| {
        let word = format!(" {kind} ");
        listed.lines().filter(|line| line.contains(&word)).count()
    };
    assert_eq!(count("blob"), 1, "{listed}");
    // The root and the directories on the way, as they are now.
    let trees = scene.repository.git(&["ls-tree", "-d", "-r", "main"]);
    assert!(count("tree") <= trees.lines().count() + 1, "{listed}");
}

#[test]
fn a_server_without_filters_is_not_kept_whole() {
    let options = HttpOptions {
        filters: false,
        ..HttpOptions::default()
    };
    let mut scene = Scene::with(options);
    scene
        .repository
        .git(&["config", "uploadpack.allowFilter", "false"]);
    scene.requests("2.0.0");
    assert_eq!(scene.requests("2.0.1"), BEST);
    let size = fs::metadata(scene.file()).expect("it is ours").len();
    assert!(size < 4096, "{size}");
}

#[test]
fn two_repositories_are_kept_apart() {
    let mut scene = Scene::new();
    scene.requests("2.0.0");
    let other = BareRepository::sample("shop");
    let server = HttpServer::start(&other, HttpOptions::default());
    set(&server.url(), "9.9.9", scene.cache.path())
        .run()
        .succeeds();
    let kept = fs::read_dir(scene.cache.path())
        .expect("it was made")
        .count();
    assert_eq!(kept, 2);
    assert_eq!(scene.requests("2.0.1"), BEST);
}

#[test]
fn a_cache_that_cannot_be_written_stops_nothing() {
    let mut scene = Scene::new();
    let place = scene.cache.join("a-file");
    fs::write(&place, "").expect("it is ours");
    let image = "registry.example/shop/web:2.0.0";
    let run = Towpath::set(scene.server.url()).args(["--image", image, "--file", FILE]);
    let run = run.arg("--cache").arg(&place).arg("--verbose");
    run.run()
        .succeeds()
        .says("the cache is not kept: cannot write");
    assert_eq!(scene.asked(), COLD);
}

#[test]
fn a_dry_run_fills_it_too() {
    let mut scene = Scene::new();
    scene.prepare("2.0.0").arg("--dry-run").run().succeeds();
    scene.asked();
    assert_eq!(scene.requests("2.0.0"), BEST);
}

#[test]
fn runs_at_the_same_time_leave_a_whole_one() {
    let mut scene = Scene::new();
    scene.requests("1.9.9");
    let runs: Vec<_> = (0..6)
        .map(|number| scene.prepare(&format!("2.0.{number}")).start())
        .collect();
    for (mut child, _directory) in runs {
        assert!(child.wait().expect("it is our child").success());
    }
    scene.file();
    scene.asked();
    scene.requests("3.0.0");
    assert_eq!(scene.requests("3.0.1"), BEST);
}
