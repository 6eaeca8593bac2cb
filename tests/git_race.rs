//! A branch that others move too: nothing is lost, nothing is forced.

use crate::git_proxy::{Fate, breaking_proxy};
use crate::git_remote::{ACCOUNT, change, details, open, replace, sample, ssh_access};
use crate::support::daemon::GitDaemon;
use crate::support::files::{Files, files};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::fs;
use std::thread;
use std::time::Duration;
use towpath_host::git::{
    self, Access, Clock, Error, Outcome, Proposal, Remote, Secret, SystemClock, UpdateOptions,
    update,
};
use towpath_host::repository::Repository as _;
use towpath_surface::Kind;

/// A clock that never waits, and remembers how long it was asked to.
#[derive(Default)]
struct Impatient {
    now: Cell<Duration>,
    waits: RefCell<Vec<Duration>>,
}

impl Clock for Impatient {
    fn now(&self) -> Duration {
        self.now.set(self.now.get() + Duration::from_millis(10));
        self.now.get()
    }

    fn sleep(&self, duration: Duration) {
        self.now.set(self.now.get() + duration);
        self.waits.borrow_mut().push(duration);
    }

    fn random(&self) -> u64 {
        u64::MAX / 3
    }
}

/// A file with one line for each of many writers.
fn shared(writers: usize) -> Files {
    let mut text = String::new();
    for writer in 0..writers {
        writeln!(text, "key{writer}: old").expect("a string takes everything");
    }
    files([("shared/values.yaml", &text), ("other.yaml", "x: y\n")])
}

/// Lets many writers change one line each of the same file at the same time.
#[track_caller]
fn race(repository: &BareRepository, writers: usize, url: &str, access: &Access) {
    let outcomes: Vec<Outcome> = thread::scope(|scope| {
        let threads: Vec<_> = (0..writers)
            .map(|writer| {
                scope.spawn(move || {
                    let mut remote = open(url, access);
                    let (old, new) = (format!("key{writer}: old"), format!("key{writer}: new"));
                    replace(&mut remote, &["shared/values.yaml"], (&old, &new))
                })
            })
            .collect();
        let outcomes = threads
            .into_iter()
            .map(|thread| thread.join().expect("it does not panic"));
        outcomes
            .map(|outcome| outcome.expect("it gets its turn"))
            .collect()
    });
    let attempts: u32 = outcomes.iter().map(|outcome| outcome.attempts).sum();
    // Without jitter, every writer would meet every other one.
    assert!(attempts as usize <= 8 * writers, "{attempts} pushes");
    let text = repository.read("main", "shared/values.yaml");
    assert!(
        !text.contains("old") && text.lines().count() == writers,
        "{text}"
    );
    let history = repository.git(&["rev-list", "--first-parent", "main"]);
    assert_eq!(history.lines().count(), writers + 1);
    assert_eq!(
        repository.git(&["rev-list", "--count", "--merges", "main"]),
        "0"
    );
    for outcome in &outcomes {
        assert!(outcome.pushed && history.contains(&outcome.commit.to_string()));
    }
    repository.fsck();
}

#[test]
fn sixty_four_writers_over_https_lose_nothing() {
    let repository = BareRepository::new(&shared(64));
    let options = HttpOptions {
        tls: true,
        account: ACCOUNT,
        ..HttpOptions::default()
    };
    let server = HttpServer::start(&repository, options);
    let access = Access {
        user: Some("towpath".to_owned()),
        token: Some(Secret::new("s3cret")),
        ca_bundle: Some(fs::read_to_string(server.authority()).expect("it is there")),
        ..Access::default()
    };
    race(&repository, 64, &server.url(), &access);
}

#[test]
fn writers_over_ssh_lose_nothing() {
    let repository = BareRepository::new(&shared(8));
    let server = SshServer::start(&repository);
    race(&repository, 8, &server.url(), &ssh_access(&server, "write"));
}

#[test]
fn writers_over_the_git_daemon_lose_nothing() {
    let repository = BareRepository::new(&shared(8));
    let daemon = GitDaemon::start(&repository);
    race(&repository, 8, &daemon.url(), &Access::default());
}

#[test]
fn writers_on_a_disk_lose_nothing() {
    let repository = BareRepository::new(&shared(16));
    let url = repository.path().display().to_string();
    race(&repository, 16, &url, &Access::default());
}

fn options() -> UpdateOptions {
    UpdateOptions {
        branch: Some("main".to_owned()),
        ..UpdateOptions::default()
    }
}

/// Sets a file to a text; nothing when it has it already.
fn set(
    remote: &mut Remote,
    options: &UpdateOptions,
    clock: &dyn Clock,
    mut meanwhile: impl FnMut(u32),
) -> git::Result<Outcome> {
    let mut round = 0;
    update(remote, options, clock, |snapshot| {
        round += 1;
        let path = "apps/web/values.yaml";
        let read = snapshot
            .read(&[path.to_owned()])
            .remove(0)
            .expect("it is there");
        meanwhile(round);
        Ok::<_, Error>((read != b"tag: v2\n").then(|| Proposal {
            changes: vec![change(path, "tag: v2\n")],
            details: details("Set v2"),
        }))
    })
}

/// Lets somebody else push a change.
fn intervene(repository: &BareRepository, path: &str, text: &str, message: &str) -> String {
    let mut files = repository.files("main");
    files.extend(crate::support::files::files([(path, text)]));
    repository.commit("main", &files, message)
}

#[test]
fn a_moved_branch_is_planned_again() {
    let repository = BareRepository::new(&sample());
    let server = HttpServer::start(&repository, HttpOptions::default());
    for url in [server.url(), repository.path().display().to_string()] {
        let clock = Impatient::default();
        intervene(&repository, "apps/web/values.yaml", "tag: v1\n", "Reset");
        let mut other = String::new();
        let outcome = set(
            &mut open(&url, &Access::default()),
            &options(),
            &clock,
            |round| {
                if round <= 2 {
                    other = intervene(
                        &repository,
                        "apps/web/README",
                        &format!("{round}\n"),
                        "Other",
                    );
                }
            },
        );
        let outcome = outcome.expect("it may be pushed");
        assert_eq!((outcome.attempts, outcome.pushed), (3, true));
        assert_eq!(outcome.before.to_string(), other);
        assert_eq!(repository.tip("main"), outcome.commit.to_string());
        assert_eq!(repository.read("main", "apps/web/README"), "2\n");
        assert_eq!(repository.read("main", "apps/web/values.yaml"), "tag: v2\n");
        assert_eq!(clock.waits.borrow().len(), 2);
        repository.fsck();
    }
}

#[test]
fn what_another_writer_did_is_not_done_again() {
    let repository = BareRepository::new(&sample());
    let server = HttpServer::start(&repository, HttpOptions::default());
    let mut other = String::new();
    let mut remote = open(&server.url(), &Access::default());
    let outcome = set(&mut remote, &options(), &Impatient::default(), |round| {
        if round == 1 {
            other = intervene(&repository, "apps/web/values.yaml", "tag: v2\n", "The same");
        }
    });
    let outcome = outcome.expect("it is done");
    assert_eq!((outcome.attempts, outcome.pushed), (1, false));
    assert_eq!(outcome.commit.to_string(), other);
    assert_eq!(repository.tip("main"), other);
}

#[test]
fn a_branch_that_never_rests_is_given_up_at_the_deadline() {
    let repository = BareRepository::new(&sample());
    let server = HttpServer::start(&repository, HttpOptions::default());
    let options = UpdateOptions {
        deadline: Duration::from_secs(1),
        ..options()
    };
    let clock = Impatient::default();
    let mut remote = open(&server.url(), &Access::default());
    let error = set(&mut remote, &options, &clock, |round| {
        intervene(&repository, "other", &round.to_string(), "Other");
    });
    let error = error.expect_err("it never rests");
    assert_eq!(error.kind(), Kind::Busy, "{error}");
    let waited: Duration = clock.waits.borrow().iter().sum();
    assert!(waited <= Duration::from_secs(1), "{waited:?}");
    assert!(!repository.subjects("main").contains(&"Set v2".to_owned()));
}

#[test]
fn a_locked_branch_is_tried_again_but_not_for_ever() {
    let repository = BareRepository::new(&sample());
    repository.git(&["config", "core.filesRefLockTimeout", "0"]);
    let server = HttpServer::start(&repository, HttpOptions::default());
    let lock = repository.path().join("refs/heads/main.lock");
    for url in [server.url(), repository.path().display().to_string()] {
        fs::write(&lock, "").expect("the repository is ours");
        let clock = Impatient::default();
        let mut remote = open(&url, &Access::default());
        let error = set(&mut remote, &options(), &clock, |_| {}).expect_err("it is locked");
        assert_eq!(error.kind(), Kind::Rejected, "{error}");
        let outcome = set(&mut remote, &options(), &clock, |round| {
            if round == 3 {
                fs::remove_file(&lock).expect("it is there");
            }
        });
        assert_eq!(outcome.expect("the lock went").attempts, 3);
        intervene(&repository, "apps/web/values.yaml", "tag: v1\n", "Reset");
    }
}

#[test]
fn a_rule_is_not_tried_again() {
    let repository = BareRepository::new(&sample());
    let server = HttpServer::start(&repository, HttpOptions::default());
    repository.hook("pre-receive", "echo 'GH006: Protected branch' >&2\nexit 1");
    let rounds = Cell::new(0);
    let mut remote = open(&server.url(), &Access::default());
    let error = set(&mut remote, &options(), &Impatient::default(), |round| {
        rounds.set(round);
    });
    assert_eq!(error.expect_err("it is protected").kind(), Kind::Rejected);
    assert_eq!(rounds.get(), 1);
}

#[test]
fn a_new_branch_starts_from_another_one() {
    let repository = BareRepository::new(&sample());
    let server = HttpServer::start(&repository, HttpOptions::default());
    for (url, name) in [
        (server.url(), "a"),
        (repository.path().display().to_string(), "b"),
    ] {
        let options = UpdateOptions {
            branch: Some(name.to_owned()),
            create_from: Some("main".to_owned()),
            ..UpdateOptions::default()
        };
        let mut remote = open(&url, &Access::default());
        let outcome = set(&mut remote, &options, &Impatient::default(), |_| {}).expect("it is new");
        assert_eq!(repository.tip(name), outcome.commit.to_string());
        assert_eq!(outcome.before.to_string(), repository.tip("main"));
        let parent = repository.git(&["rev-parse", &format!("{name}^")]);
        assert_eq!(parent, repository.tip("main"));
        // Somebody else may create it at the same moment.
        repository.git(&["branch", "-D", name]);
        let outcome = set(&mut remote, &options, &Impatient::default(), |round| {
            if round == 1 {
                let other = intervene(&repository, "other", name, "Other");
                repository.git(&["branch", name, &other]);
            }
        });
        let outcome = outcome.expect("it goes on from there");
        assert_eq!(outcome.attempts, 2);
        assert_eq!(repository.subjects(name)[..2], ["Set v2", "Other"]);
    }
    let missing = UpdateOptions {
        branch: Some("c".to_owned()),
        ..UpdateOptions::default()
    };
    let error = set(
        &mut open(&server.url(), &Access::default()),
        &missing,
        &Impatient::default(),
        |_| {},
    );
    assert_eq!(
        error.expect_err("it is not there").kind(),
        Kind::NoSuchBranch
    );
}

/// Changes a file through a proxy that breaks pushes.
fn set_through_breaks(
    repository: &BareRepository,
    fate: Fate,
    breaks: u32,
    meanwhile: impl FnMut(u32),
) -> git::Result<Outcome> {
    let server = HttpServer::start(repository, HttpOptions::default());
    let url = server.url();
    let port = url
        .split([':', '/'])
        .nth(4)
        .and_then(|port| port.parse().ok());
    let proxy = breaking_proxy(port.expect("the URL has a port"), fate, breaks);
    let mut remote = open(
        &format!("http://127.0.0.1:{proxy}/deploy.git"),
        &Access::default(),
    );
    set(&mut remote, &options(), &SystemClock::start(), meanwhile)
}

#[test]
fn a_push_whose_answer_is_lost_is_found_on_the_branch() {
    let repository = BareRepository::new(&sample());
    let outcome = set_through_breaks(&repository, Fate::AnswerLost, 1, |_| {});
    let outcome = outcome.expect("it has arrived");
    assert!(outcome.pushed);
    assert_eq!(outcome.commit.to_string(), repository.tip("main"));
    assert_eq!(repository.subjects("main"), ["Set v2", "Start"]);
}

#[test]
fn a_push_whose_answer_is_lost_is_found_below_the_commits_of_others() {
    let repository = BareRepository::new(&sample());
    // Whoever is first after the push is somebody else.
    let path = repository.path();
    let script = format!(
        "cd {0} && tree=$(git rev-parse main^{{tree}}) && new=$(git -c user.name=O -c user.email=o@x commit-tree -p main -m Other $tree) && git update-ref refs/heads/main $new",
        path.display()
    );
    repository.hook("post-receive", &script);
    let outcome = set_through_breaks(&repository, Fate::AnswerLost, 1, |_| {});
    let outcome = outcome.expect("it has arrived");
    assert!(outcome.pushed);
    assert_eq!(repository.subjects("main"), ["Other", "Set v2", "Start"]);
    assert_eq!(
        outcome.commit.to_string(),
        repository.git(&["rev-parse", "main^"])
    );
}

#[test]
fn a_push_that_does_not_arrive_is_sent_again() {
    let repository = BareRepository::new(&sample());
    let outcome = set_through_breaks(&repository, Fate::RequestLost, 2, |_| {});
    let outcome = outcome.expect("it arrives in the end");
    assert_eq!((outcome.attempts, outcome.pushed), (3, true));
    assert_eq!(repository.subjects("main"), ["Set v2", "Start"]);
}

#[test]
fn a_connection_that_always_breaks_is_given_up() {
    let repository = BareRepository::new(&sample());
    let error = set_through_breaks(&repository, Fate::RequestLost, u32::MAX, |_| {});
    let error = error.expect_err("it never arrives");
    assert_eq!(error.kind(), Kind::Unreachable, "{error}");
    assert_eq!(repository.subjects("main"), ["Start"]);
}
