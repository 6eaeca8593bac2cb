//! Annotated tags: made with their branch or alone, never moved.

use crate::git_remote::{change, details, open, sample};
use crate::support::daemon::GitDaemon;
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::repository::BareRepository;
use towpath_host::git::{
    Access, BranchMove, Error, Identity, NewTag, ObjectId, RefUpdate, Remote, TagDetails, Tagged,
};
use towpath_surface::Kind;

/// Makes a tag that nobody has pushed yet.
fn new_tag(remote: &Remote, name: &str, commit: ObjectId) -> NewTag {
    let tag = TagDetails {
        name: name.to_owned(),
        commit,
        tagger: Identity {
            name: "A Tester".to_owned(),
            email: "tester@example.com".to_owned(),
        },
        time: 1_767_323_045,
        message: "Release 2.7.0\n\n- web v2".to_owned(),
    };
    remote.new_tag(&tag).expect("its name is right")
}

/// Changes a file on `main` and tags the commit, in one push.
fn release(remote: &mut Remote, name: &str) -> Result<Tagged, Error> {
    let mut snapshot = remote.snapshot(Some("main"))?;
    let changes = [change("apps/web/values.yaml", "image:\n  tag: v2\n")];
    let commit = snapshot.commit(&changes, &details("Set v2"))?;
    let commit = commit.expect("it changes something");
    let update = RefUpdate {
        name: snapshot.tip().reference(),
        old: Some(snapshot.tip().commit),
        new: Some(commit.id),
    };
    let tag = new_tag(remote, name, commit.id);
    let commits = [commit];
    let branch = BranchMove {
        update,
        commits: &commits,
    };
    remote.push_tag(&tag, Some(branch))
}

/// Tags the tip of `main`.
fn tag_tip(remote: &mut Remote, name: &str) -> Result<Tagged, Error> {
    let tip = remote.tip(Some("main"))?;
    let tag = new_tag(remote, name, tip.commit);
    remote.push_tag(&tag, None)
}

#[track_caller]
fn assert_released(repository: &BareRepository) {
    assert_eq!(repository.subjects("main"), ["Set v2", "Start"]);
    let tagged = repository.git(&["rev-parse", "release/2.7.0^{commit}"]);
    assert_eq!(tagged, repository.tip("main"));
    assert_eq!(repository.git(&["cat-file", "-t", "release/2.7.0"]), "tag");
    let contents = repository.git(&["tag", "-l", "--format=%(taggername): %(contents)"]);
    assert_eq!(contents.trim_end(), "A Tester: Release 2.7.0\n\n- web v2");
    repository.fsck();
}

#[test]
fn a_branch_and_its_tag_move_together() {
    let access = Access::default();
    let repository = BareRepository::new(&sample());
    let server = HttpServer::start(&repository, HttpOptions::default());
    release(&mut open(&server.url(), &access), "release/2.7.0").expect("both are new");
    assert_released(&repository);

    let repository = BareRepository::new(&sample());
    let daemon = GitDaemon::start(&repository);
    release(&mut open(&daemon.url(), &access), "release/2.7.0").expect("both are new");
    assert_released(&repository);

    let repository = BareRepository::new(&sample());
    let path = repository.path();
    let path = path.to_str().expect("it is UTF-8");
    release(&mut open(path, &access), "release/2.7.0").expect("both are new");
    assert_released(&repository);
}

#[test]
fn a_sha256_repository_has_tags_too() {
    let repository = BareRepository::empty(&["--object-format=sha256"]);
    repository.commit("main", &sample(), "Start");
    let server = HttpServer::start(&repository, HttpOptions::default());
    let mut remote = open(&server.url(), &Access::default());
    release(&mut remote, "release/2.7.0").expect("both are new");
    assert_released(&repository);
}

#[test]
fn a_tag_on_the_same_commit_is_success() {
    let repository = BareRepository::new(&sample());
    let server = HttpServer::start(&repository, HttpOptions::default());
    let mut remote = open(&server.url(), &Access::default());
    let created = tag_tip(&mut remote, "v1").expect("it is new");
    assert!(matches!(created, Tagged::Created(_)), "{created:?}");
    let refs = repository.refs();
    assert_eq!(tag_tip(&mut remote, "v1"), Ok(Tagged::Existing));
    // A tag made by hand is as good, whatever kind of tag it is.
    repository.git(&["tag", "v1-light", "main"]);
    assert_eq!(tag_tip(&mut remote, "v1-light"), Ok(Tagged::Existing));
    repository.git(&["tag", "-d", "v1-light"]);
    assert_eq!(repository.refs(), refs);
}

#[test]
fn a_tag_on_another_commit_is_never_moved() {
    let repository = BareRepository::new(&sample());
    repository.git(&["tag", "v1", "main"]);
    let first = repository.tip("main");
    repository.commit("main", &sample(), "Go on");
    let server = HttpServer::start(&repository, HttpOptions::default());
    let mut remote = open(&server.url(), &Access::default());
    let refs = repository.refs();
    for refused in [tag_tip(&mut remote, "v1"), release(&mut remote, "v1")] {
        let error = refused.expect_err("the tag is elsewhere");
        assert_eq!(error.kind(), Kind::TagExists);
        assert!(error.to_string().contains(&first), "{error}");
        assert!(error.hint().is_some(), "{error}");
    }
    assert_eq!(repository.refs(), refs);
}

#[test]
fn a_refused_branch_leaves_no_tag() {
    let repository = BareRepository::new(&sample());
    repository.hook(
        "update",
        "case $1 in refs/heads/*) echo 'not today' >&2; exit 1;; esac",
    );
    let server = HttpServer::start(&repository, HttpOptions::default());
    let mut remote = open(&server.url(), &Access::default());
    let refs = repository.refs();
    let error = release(&mut remote, "v2").expect_err("the hook says no");
    assert_eq!(error.kind(), Kind::Rejected);
    assert!(error.to_string().contains("not today"), "{error}");
    assert_eq!(repository.refs(), refs);
}

#[test]
fn a_server_that_cannot_move_two_refs_at_once_is_not_asked_to() {
    let repository = BareRepository::new(&sample());
    repository.git(&["config", "receive.advertiseAtomic", "false"]);
    let server = HttpServer::start(&repository, HttpOptions::default());
    let mut remote = open(&server.url(), &Access::default());
    let refs = repository.refs();
    let error = release(&mut remote, "v2").expect_err("it is not atomic");
    assert_eq!(error.kind(), Kind::Unsupported);
    assert_eq!(repository.refs(), refs);
    tag_tip(&mut remote, "v2").expect("one ref is always atomic");
}

#[test]
fn what_is_no_name_of_a_tag_is_refused() {
    let repository = BareRepository::new(&sample());
    let path = repository.path();
    let mut remote = open(path.to_str().expect("it is UTF-8"), &Access::default());
    let tip = remote.tip(None).expect("there is a branch").commit;
    for name in ["", "a b", "a..b", "-v1", "v1.lock", "a\nb", "HEAD^", "/v1"] {
        let tag = TagDetails {
            name: name.to_owned(),
            commit: tip,
            tagger: Identity {
                name: "A".to_owned(),
                email: "a@example.com".to_owned(),
            },
            time: 0,
            message: "m".to_owned(),
        };
        let error = remote.new_tag(&tag).expect_err(name);
        assert_eq!(error.kind(), Kind::Usage, "{name}");
    }
}
