//! Merges: by the forge itself, of the commit that was meant and no other.

use super::{HEAD, Shop, everywhere};
use crate::support::forge::Progress;
use std::thread;
use std::time::Duration;
use towpath_host::forge::ForgeKind;
use towpath_surface::Kind;

#[test]
fn what_is_green_is_merged_at_once() {
    everywhere(|shop| {
        shop.build(1).arg("--auto-merge").run().succeeds();
        assert_eq!(shop.only().progress, Progress::Merged);
        assert_eq!(shop.tag("main"), "v2.0.1");
        shop.repository.fsck();
    });
}

#[test]
fn what_is_not_green_yet_is_left_to_the_forge() {
    everywhere(|shop| {
        shop.forge.state().is_busy = true;
        shop.build(1).arg("--auto-merge").run().succeeds();
        let pull = shop.only();
        assert_eq!(pull.progress, Progress::Open);
        assert_eq!(pull.auto_merge, Some(shop.repository.tip(HEAD)));
        // Once more, it is scheduled already.
        shop.build(1).arg("--auto-merge").run().succeeds();
    });
}

#[test]
fn a_forge_that_still_thinks_is_waited_for() {
    for kind in [ForgeKind::GitLab, ForgeKind::Gitea] {
        let shop = Shop::open(kind);
        shop.forge.state().thinking = 2;
        shop.build(1).arg("--auto-merge").run().succeeds();
        assert_eq!(shop.only().progress, Progress::Merged);
    }
}

#[test]
fn a_repository_without_auto_merge_is_said() {
    let shop = Shop::open(ForgeKind::GitHub);
    shop.forge.state().is_by_hand = true;
    let outcome = shop.build(1).arg("--auto-merge").run();
    let outcome = outcome
        .fails(Kind::ForgeRefused)
        .says("Auto merge is not allowed for this repository")
        .says("hint: Allow auto-merge in the settings of the repository");
    assert!(!outcome.stderr.contains("nothing was changed"));
    assert_eq!(shop.only().progress, Progress::Open);
}

#[test]
fn a_merge_queue_is_joined() {
    let shop = Shop::open(ForgeKind::GitHub);
    shop.forge.state().is_queued = true;
    shop.build(1).arg("--auto-merge").run().succeeds();
    let pull = shop.only();
    assert_eq!(pull.progress, Progress::Open);
    assert_eq!(pull.auto_merge, Some(shop.repository.tip(HEAD)));
}

#[test]
fn a_request_of_others_is_not_merged_for_them() {
    everywhere(|shop| {
        shop.build(1).run().succeeds();
        let mut files = shop.repository.files(HEAD);
        files
            .values_mut()
            .next()
            .expect("there is one")
            .bytes
            .push(b'\n');
        shop.repository.commit(HEAD, &files, "By hand");
        shop.build(1).arg("--auto-merge").run().succeeds();
        assert_eq!(shop.only().progress, Progress::Open);
    });
}

#[test]
fn the_merge_is_waited_for() {
    everywhere(|shop| {
        thread::scope(|scope| {
            let run = shop.build(1).args(["--wait-for-merge", "30s"]);
            let run = scope.spawn(|| run.run());
            while shop.forge.state().pulls.is_empty() {
                thread::sleep(Duration::from_millis(20));
            }
            thread::sleep(Duration::from_millis(300));
            shop.forge.state().merge(1, false);
            run.join().expect("it does not panic").succeeds();
        });
    });
}

#[test]
fn a_merge_that_does_not_come_is_an_error_and_the_request_stands() {
    everywhere(|shop| {
        let outcome = shop.build(1).args(["--wait-for-merge", "1s"]).run();
        let outcome = outcome
            .fails(Kind::NotMerged)
            .says("was not merged in time");
        assert!(
            !outcome.stderr.contains("nothing was changed"),
            "{}",
            outcome.stderr
        );
        assert_eq!(shop.only().progress, Progress::Open);
    });
}
