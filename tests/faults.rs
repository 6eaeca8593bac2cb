//! Networks that break and programs that are killed, at every step of a run.
//!
//! Whatever happens: the change is done once and said to be done, or nothing is
//! done and the error says so; the repository is whole, and the next run works.

mod cut;
mod http;
mod kill;

use crate::support::repository::{BareRepository, sample};
use crate::support::towpath::{Outcome, Towpath};
use std::ffi::OsString;
use towpath_surface::Kind;

/// The file that the tests change.
const FILE: &str = "apps/web/overlays/prod/kustomization.yaml";
const IMAGE: &str = "registry.example/shop/web";
/// The branch that every trial starts from, and that none touches.
const START: &str = "refs/start";

/// A repository to which the same change is made again and again.
struct Scene {
    repository: BareRepository,
}

/// How a run ended that met a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It made the change.
    Done,
    /// It made no change, and said why.
    Refused,
    /// It could not find out whether the change was made, and said so.
    Unknown,
}

impl Scene {
    fn new() -> Self {
        let repository = BareRepository::new(&sample("shop"));
        repository.git(&["update-ref", START, "main"]);
        Self { repository }
    }

    /// Undoes what the last trial did.
    fn rewind(&self) {
        self.repository
            .git(&["update-ref", "refs/heads/main", START]);
    }

    fn commits(&self) -> usize {
        let range = format!("{START}..main");
        let count = self.repository.git(&["rev-list", "--count", &range]);
        count.parse().expect("git counts")
    }

    /// Panics unless a run ended well, whatever it met on the way; then runs it
    /// again as `next` does, without anything in the way.
    #[track_caller]
    fn judge(&self, outcome: &Outcome, next: Towpath) -> End {
        let said = outcome.everything();
        let end = match outcome.code {
            0 => End::Done,
            _ if said.contains("nothing was changed") => End::Refused,
            _ => End::Unknown,
        };
        if end == End::Done {
            assert_eq!(self.commits(), 1, "{said}");
            assert!(said.contains(&self.repository.tip("main")), "{said}");
        } else {
            let kinds = [
                Kind::Unreachable,
                Kind::Protocol,
                Kind::NoSuchRepository,
                // A certificate with a wrong byte cannot be told from a forged one.
                Kind::UntrustedHost,
            ];
            let told = |kind: &Kind| outcome.stderr.contains(&format!("error[{kind}]: "));
            assert!(kinds.iter().any(told), "{said}");
        }
        if end == End::Refused {
            assert_eq!(self.commits(), 0, "{said}");
        }
        self.expect_next(next);
        end
    }

    /// Panics unless the next run finds or makes the change, and it is there once.
    #[track_caller]
    fn expect_next(&self, next: Towpath) {
        let next = next.run().succeeds();
        assert_eq!(self.commits(), 1, "{}", next.everything());
        let text = self.repository.read("main", FILE);
        assert!(text.contains("newTag: 9.9.9"), "{text}");
        self.repository.fsck();
    }
}

/// Prepares the change.
fn set(repository: impl Into<OsString>) -> Towpath {
    let image = format!("{IMAGE}:9.9.9");
    Towpath::set(repository).args(["--image", &image, "--file", FILE, "--verbose"])
}
