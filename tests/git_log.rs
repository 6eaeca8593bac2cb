//! Histories of paths, other revisions and other repositories, with real
//! servers; git itself is the judge.

use crate::git_remote::{open, ssh_access};
use crate::git_turns::with_a_past;
use crate::support::files::{Files, files};
use crate::support::http::{HttpOptions, HttpServer};
use crate::support::protocol::Protocol;
use crate::support::repository::BareRepository;
use crate::support::ssh::SshServer;
use towpath_host::git::{Access, Limits};
use towpath_host::repository::{AccessError, Commit, Log, Repository, View};

/// A history with everything that can happen to a file, in a few dozen commits.
fn busy() -> BareRepository {
    let repository = BareRepository::new(&files([
        ("README.md", "0\n"),
        ("apps/web/values.yaml", "tag: v0\n"),
        ("apps/api/values.yaml", "tag: v0\n"),
        ("clusters/a/b/c/d.yaml", "x: 0\n"),
    ]));
    let mut now = repository.files("main");
    for step in 1..=30 {
        match step % 6 {
            0 => put(&mut now, "README.md", &format!("{step}\n")),
            1 | 2 => put(&mut now, "apps/web/values.yaml", &format!("tag: v{step}\n")),
            3 => put(&mut now, "clusters/a/b/c/d.yaml", &format!("x: {step}\n")),
            4 => put(
                &mut now,
                &format!("apps/new{step}/values.yaml"),
                "tag: v1\n",
            ),
            _ => put(
                &mut now,
                "apps/api/values.yaml",
                &format!("tag: v{}\n", step / 10),
            ),
        }
        repository.commit("main", &now, &format!("Step {step}"));
    }
    // A directory is moved, and a file becomes a directory.
    let moved = now.remove("clusters/a/b/c/d.yaml").expect("it is there");
    now.insert("clusters/z/d.yaml".to_owned(), moved);
    repository.commit("main", &now, "Move");
    now.remove("apps/new4/values.yaml");
    put(&mut now, "apps/new4", "a file\n");
    repository.commit("main", &now, "Replace");
    merge(&repository, &now);
    repository
}

fn put(files: &mut Files, path: &str, text: &str) {
    files.extend(crate::support::files::files([(path, text)]));
}

/// Merges a branch with two commits, without a squash.
fn merge(repository: &BareRepository, now: &Files) {
    let base = repository.tip("main");
    repository.git(&["branch", "side", &base]);
    let mut side = now.clone();
    put(&mut side, "apps/web/values.yaml", "tag: side1\n");
    repository.commit("side", &side, "Side 1");
    put(&mut side, "apps/web/values.yaml", "tag: side2\n");
    let side = repository.commit("side", &side, "Side 2");
    let tree = format!("{side}^{{tree}}");
    let merge = repository.git(&[
        "-c",
        "user.name=M",
        "-c",
        "user.email=m@example.org",
        "commit-tree",
        &tree,
        "-p",
        &base,
        "-p",
        &side,
        "-m",
        "Merge side",
    ]);
    repository.git(&["update-ref", "refs/heads/main", &merge]);
}

/// Returns what git says, in the form of [`told`].
fn expected(repository: &BareRepository, paths: &[&str]) -> String {
    let mut arguments = vec![
        "log",
        "--first-parent",
        "--diff-merges=first-parent",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "--format=%H %ct %an <%ae> %s",
        "main",
        "--",
    ];
    arguments.extend(paths);
    let log = repository.git(&arguments);
    let lines = log.lines().filter(|line| !line.is_empty());
    let lines = lines.map(|line| match line.strip_prefix(':') {
        // `:100644 100644 BEFORE AFTER M<tab>PATH`
        Some(raw) => {
            let (meta, path) = raw.split_once('\t').expect("git writes a tab");
            let words: Vec<_> = meta.split(' ').collect();
            let id = |id: &str| match id.trim_matches('0') {
                "" => "-".to_owned(),
                _ => id.to_owned(),
            };
            format!("  {path} {} {}", id(words[2]), id(words[3]))
        }
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn told(commits: &[Commit]) -> String {
    let mut lines = Vec::new();
    for commit in commits {
        let subject = commit.message.lines().next().unwrap_or_default();
        let Commit {
            id, time, author, ..
        } = commit;
        lines.push(format!("{id} {time} {author} {subject}"));
        for change in &commit.changes {
            let id = |id: &Option<String>| id.clone().unwrap_or_else(|| "-".to_owned());
            let (before, after) = (id(&change.before), id(&change.after));
            lines.push(format!("  {} {before} {after}", change.path));
        }
    }
    lines.join("\n")
}

fn log(paths: &[&str], (skip, limit): (u32, u32)) -> Log {
    Log {
        paths: paths.iter().map(|&path| path.to_owned()).collect(),
        skip,
        limit,
    }
}

/// Compares histories through one address with those of git.
#[track_caller]
fn check(repository: &BareRepository, url: &str, access: &Access) {
    let mut remote = open(url, access);
    let mut snapshot = remote.snapshot(Some("main")).expect("there is a branch");
    for paths in [
        &["apps/web/values.yaml"][..],
        &["apps"],
        &["apps/new4", "clusters/a"],
        &["clusters/a/b/c/d.yaml", "README.md", "nowhere/at/all"],
        &["apps", "apps/web"],
    ] {
        let found = snapshot
            .log(&log(paths, (0, 1000)))
            .expect("there is a history");
        assert_eq!(
            told(&found),
            expected(repository, paths),
            "{paths:?} of {url}"
        );
        let page = snapshot
            .log(&log(paths, (1, 2)))
            .expect("there is a history");
        let part = found.iter().skip(1).take(2).cloned().collect::<Vec<_>>();
        assert_eq!(page, part);
    }
    let whole = snapshot
        .log(&log(&[""], (0, 1000)))
        .expect("there is a history");
    assert_eq!(told(&whole), expected(repository, &["*"]));
    contents(repository, &mut snapshot, &whole);
}

/// Reads everything that ever was in a file.
#[track_caller]
fn contents(repository: &BareRepository, snapshot: &mut dyn Repository, commits: &[Commit]) {
    let changes = commits.iter().flat_map(|commit| &commit.changes);
    let ids: Vec<_> = changes.filter_map(|change| change.after.clone()).collect();
    for (id, read) in ids.iter().zip(snapshot.blobs(&ids)) {
        let text = repository.git(&["cat-file", "blob", id]);
        assert_eq!(read, Ok(format!("{text}\n").into_bytes()));
    }
    let nothing = snapshot.blobs(&["no id".to_owned()]);
    assert_eq!(nothing, [Err(AccessError::NotFound)]);
}

#[test]
fn the_history_of_paths_is_that_of_git() {
    let repository = busy();
    check(
        &repository,
        &repository.path().display().to_string(),
        &Access::default(),
    );
    let server = HttpServer::start(&repository, HttpOptions::default());
    check(&repository, &server.url(), &Access::default());
    let server = SshServer::start(&repository);
    check(&repository, &server.url(), &ssh_access(&server, "write"));
}

/// Checks that directories come that are in one another where they are named together.
#[track_caller]
fn nested(configuration: &[(&str, &str)]) {
    let repository = BareRepository::new(&files([
        ("apps/web/values.yaml", "tag: v0\n"),
        ("apps/web/more/values.yaml", "tag: v0\n"),
        ("x/values.yaml", "tag: v0\n"),
        ("y/x/values.yaml", "tag: v0\n"),
    ]));
    for (name, value) in configuration {
        repository.git(&["config", name, value]);
    }
    let mut now = repository.files("main");
    for name in ["main", "main/main", "main/main/main"] {
        now = now
            .into_iter()
            .map(|(path, file)| match path.find("apps/") {
                Some(at) => (format!("{name}/{}", &path[at..]), file),
                None => (path, file),
            })
            .collect();
        repository.commit("main", &now, name);
    }
    let server = HttpServer::start(&repository, HttpOptions::default());
    let mut remote = open(&server.url(), &Access::default());
    let mut snapshot = remote.snapshot(Some("main")).expect("there is a branch");
    let paths = ["x/values.yaml", "y/x/values.yaml"].map(str::to_owned);
    let text = Ok(b"tag: v0\n".to_vec());
    assert_eq!(snapshot.read(&paths), [text.clone(), text]);
    let found = snapshot.log(&log(&[""], (0, 100)));
    let found = found.expect("there is a history");
    assert_eq!(told(&found), expected(&repository, &["*"]));
}

#[test]
fn of_a_past_that_is_too_large_the_newest_part_is_taken() {
    let repository = with_a_past();
    let server = HttpServer::start(&repository, HttpOptions::default());
    let mut fetches = Vec::new();
    for answer in [1 << 20, 150_000, 100_000] {
        let before = server.requests().len();
        let limits = Limits {
            answer,
            ..Limits::default()
        };
        let access = Access {
            limits,
            ..Access::default()
        };
        let mut remote = open(&server.url(), &access);
        let mut snapshot = remote.snapshot(Some("main")).expect("there is a branch");
        let found = snapshot.log(&log(&["envs"], (0, 1000)));
        let found = found.expect("there is a history");
        assert_eq!(told(&found), expected(&repository, &["envs"]), "{answer}");
        fetches.push(server.requests().len() - before);
    }
    let [whole, part, less] = fetches[..] else {
        panic!("{fetches:?}")
    };
    // The rest comes level by level, as long as it is not there.
    assert!(
        whole <= 3 && part > whole && less >= part && less < 30,
        "{fetches:?}"
    );
}

#[test]
fn a_directory_that_moved_into_another_one_is_followed() {
    nested(&[]);
    nested(&[("uploadpackfilter.tree.maxDepth", "0")]);
}

#[test]
fn the_history_of_paths_needs_no_filters() {
    for configuration in [
        &[("uploadpackfilter.tree.maxDepth", "0")][..],
        &[("uploadpackfilter.tree.allow", "false")],
        &[("uploadpackfilter.allow", "false")],
        &[("uploadpack.allowFilter", "false")],
    ] {
        let repository = busy();
        for (name, value) in configuration {
            repository.git(&["config", name, value]);
        }
        let server = HttpServer::start(&repository, HttpOptions::default());
        check(&repository, &server.url(), &Access::default());
    }
}

#[test]
fn the_history_of_paths_is_known_to_the_old_protocol() {
    for filters in [true, false] {
        let repository = busy();
        let setting = filters.to_string();
        repository.git(&["config", "uploadpack.allowFilter", &setting]);
        repository.git(&["config", "uploadpack.allowAnySHA1InWant", &setting]);
        let options = HttpOptions {
            protocol: Protocol::Zero,
            filters,
            ..HttpOptions::default()
        };
        let server = HttpServer::start(&repository, options);
        check(&repository, &server.url(), &Access::default());
    }
}

#[test]
fn a_shallow_repository_ends_where_it_ends() {
    let repository = busy();
    let shallow = BareRepository::empty(&[]);
    let from = format!("file://{}", repository.path().display());
    shallow.git(&["fetch", "--quiet", "--depth=9", &from, "main:main"]);
    let server = HttpServer::start(&shallow, HttpOptions::default());
    for url in [shallow.path().display().to_string(), server.url()] {
        let mut remote = open(&url, &Access::default());
        let mut snapshot = remote.snapshot(Some("main")).expect("there is a branch");
        let found = snapshot
            .log(&log(&["apps"], (0, 1000)))
            .expect("there is a history");
        let all = expected(&repository, &["apps"]);
        assert!(!found.is_empty());
        assert!(all.starts_with(&told(&found)), "{}", told(&found));
    }
}

#[test]
fn hundreds_of_directories_are_listed() {
    let mut many = Files::new();
    for number in 0..200 {
        put(&mut many, &format!("apps/{number}/a/values.yaml"), "x: 1\n");
    }
    let repository = BareRepository::new(&many);
    let server = HttpServer::start(&repository, HttpOptions::default());
    for url in [repository.path().display().to_string(), server.url()] {
        let mut remote = open(&url, &Access::default());
        let mut snapshot = remote.snapshot(Some("main")).expect("there is a branch");
        let listed = snapshot.list("apps").expect("it is there");
        assert_eq!(listed.len(), 200);
    }
}

#[test]
fn other_revisions_are_read() {
    let repository = busy();
    let first = repository.git(&["rev-list", "--max-parents=0", "main"]);
    repository.git(&["tag", "light", &first]);
    repository.git(&[
        "-c",
        "user.name=M",
        "-c",
        "user.email=m@example.org",
        "tag",
        "-a",
        "release/1.0",
        "-m",
        "One",
        &first,
    ]);
    let server = HttpServer::start(&repository, HttpOptions::default());
    for url in [repository.path().display().to_string(), server.url()] {
        let mut remote = open(&url, &Access::default());
        let mut snapshot = remote.snapshot(Some("main")).expect("there is a branch");
        let path = ["apps/web/values.yaml".to_owned()];
        let mut read = |revision: &str| {
            let view = View {
                repository: None,
                revision: Some(revision.to_owned()),
            };
            let mut there = snapshot.at(&view)?;
            let commit = there.commit()?.expect("there is a history");
            let text = there.read(&path).remove(0)?;
            Ok((commit, String::from_utf8(text).expect("UTF-8")))
        };
        let start = Ok((first.clone(), "tag: v0\n".to_owned()));
        for revision in ["light", "release/1.0", "refs/tags/release/1.0", &first] {
            assert_eq!(read(revision), start, "{revision}");
        }
        let side = Ok((repository.tip("side"), "tag: side2\n".to_owned()));
        assert_eq!(read("side"), side);
        assert_eq!(read("nowhere"), Err(AccessError::NotFound));
        let refs = snapshot.refs("refs/tags/").expect("they are listed");
        let refs: Vec<_> = refs
            .iter()
            .map(|it| (it.name.as_str(), it.commit.as_str()))
            .collect();
        assert_eq!(
            refs,
            [
                ("refs/tags/light", first.as_str()),
                ("refs/tags/release/1.0", &first)
            ]
        );
        assert_eq!(
            Repository::commit(&mut snapshot),
            Ok(Some(repository.tip("main")))
        );
    }
}

#[test]
fn another_repository_is_read_only_where_that_is_allowed() {
    let repository = busy();
    let other = BareRepository::new(&files([("x.yaml", "y: 1\n")]));
    let url = repository.path().display().to_string();
    let address = other.path().display().to_string();
    let view = View {
        repository: Some(address.clone()),
        revision: None,
    };
    let mut remote = open(&url, &Access::default());
    {
        let mut snapshot = remote.snapshot(Some("main")).expect("there is a branch");
        let denied = snapshot.at(&view).err();
        assert!(matches!(denied, Some(AccessError::Denied(_))), "{denied:?}");
    }
    remote.allow_others(move |asked| match asked == address {
        true => Ok(open(asked, &Access::default())),
        false => Err(AccessError::Denied("no".to_owned())),
    });
    let mut snapshot = remote.snapshot(Some("main")).expect("there is a branch");
    let mut there = snapshot.at(&view).expect("it is allowed");
    assert_eq!(there.read(&["x.yaml".to_owned()]), [Ok(b"y: 1\n".to_vec())]);
    assert_eq!(there.commit(), Ok(Some(other.tip("main"))));
    drop(there);
    let itself = View {
        repository: Some(url),
        revision: Some("main".to_owned()),
    };
    assert!(snapshot.at(&itself).is_ok());
}
