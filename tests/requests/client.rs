//! The fake GitLab, used by a client that is not ours: GitLab publishes no
//! contract that it could be compared with.

use super::{HEAD, Shop};
use crate::support::command::{command, succeed};
use crate::support::forge::{Progress, TOKEN};
use crate::support::tools::{project, python};
use std::path::Path;
use towpath_host::forge::ForgeKind;

#[test]
fn another_client_finds_a_gitlab() {
    let shop = Shop::open(ForgeKind::GitLab);
    let mut files = shop.repository.files("main");
    files
        .values_mut()
        .next()
        .expect("there is one")
        .bytes
        .push(b'\n');
    shop.repository.git(&["branch", HEAD, "main"]);
    shop.repository.commit(HEAD, &files, "By hand");
    let script = project().join("tests/support/forge/client.py");
    let mut client = command(python("python"), Path::new("/"));
    client.arg(script).arg(shop.forge.url()).args([TOKEN, HEAD]);
    assert_eq!(succeed(&mut client).trim(), "done");
    let pull = shop.only();
    assert_eq!(pull.progress, Progress::Merged);
    assert_eq!(
        (pull.reviewers, pull.comments, pull.milestone.as_deref()),
        (vec!["jo".into()], vec!["a note".into()], Some("Sprint 2"))
    );
    let merged = shop
        .repository
        .git(&["rev-list", "--count", "--first-parent", "main"]);
    assert_eq!(merged, "2");
}
