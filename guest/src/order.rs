//! The guard against older builds: a build that finishes late must not replace
//! what a newer one has set.
//!
//! The order comes from the build numbers in the trailers of the branch's own
//! commits, so that it needs no server and no lock. Numbers are compared only
//! between builds of the same source repository.

use crate::error::{Failure, Kind};
use crate::message::Move;
use crate::plan::{Plan, Problem};
use crate::repository::{AccessError, Commit, Log, Repository};
use crate::request::Source;

/// Commits that are looked at in the first round; every next round takes four times as many.
const FIRST_ROUND: u32 = 64;

/// Commits that are looked at in all. An older commit is no race any more.
const FURTHEST: u32 = 1344;

/// Returns the plan, or one that changes nothing where a newer build has set
/// one of `moves` already.
pub(crate) fn give_way(
    plan: Plan,
    moves: &[Move],
    source: &Source,
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    let files: Vec<_> = plan.files.iter().map(|file| file.path.as_str()).collect();
    if files.is_empty() {
        return Ok(plan);
    }
    match newer_build(moves, &files, source, repository)? {
        Some(newer) => Ok(unchanged(plan, &newer)),
        None => Ok(plan),
    }
}

/// Leaves every place as it is, and says why.
fn unchanged(mut plan: Plan, newer: &Newer) -> Plan {
    let reason = format!(
        "left alone: the newer build {} has set {} to {}",
        newer.build, newer.what, newer.value
    );
    for change in &mut plan.changes {
        change.new.clone_from(&change.old);
        change.reason.clone_from(&reason);
    }
    plan.warnings.push(Problem {
        code: "older-build".to_owned(),
        message: format!(
            "build {} has set {} to {} in commit {}, and this build is older",
            newer.build, newer.what, newer.value, newer.commit
        ),
        at: plan.changes.first().map(|change| change.at.clone()),
        hint: Some("Pass --allow-downgrade to go back to the older build.".to_owned()),
    });
    Plan {
        changes: plan.changes,
        warnings: plan.warnings,
        ..Plan::default()
    }
}

/// A newer build that has set the same thing already.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Newer {
    /// The number of the newer build.
    build: u64,
    /// The commit that recorded it.
    commit: String,
    /// What it has set: the name of an image, or a key path.
    what: String,
    /// The value that it has set.
    value: String,
}

/// Finds a build newer than the request's own that has set one of `moves` in
/// one of `files`.
///
/// Only the newest commit on each of them counts: whoever replaced a newer
/// build on purpose since then has the last word.
fn newer_build(
    moves: &[Move],
    files: &[&str],
    source: &Source,
    repository: &dyn Repository,
) -> Result<Option<Newer>, Failure> {
    let Some(build) = source.build else {
        return Ok(None);
    };
    let mut open: Vec<&Move> = moves.iter().collect();
    let (mut seen, mut round) = (0, FIRST_ROUND);
    while seen < FURTHEST && !open.is_empty() {
        let commits = repository
            .log(&Log {
                paths: Vec::new(),
                skip: seen,
                limit: round,
            })
            .map_err(|error| unreadable(&error))?;
        for commit in &commits {
            let record = Record::of(commit);
            if !record.is_about(files, source) {
                continue;
            }
            if let Some(newer) = record.newer_than(build, &open) {
                return Ok(Some(newer));
            }
            open.retain(|wanted| record.value_of(wanted).is_none());
        }
        if commits.len() < round as usize {
            break;
        }
        seen += round;
        round *= 4;
    }
    Ok(None)
}

fn unreadable(error: &AccessError) -> Failure {
    Failure::new(
        Kind::Unreachable,
        format!("cannot read the history of the branch: {error}"),
    )
}

/// What a commit's trailers say.
struct Record<'a> {
    commit: &'a Commit,
    trailers: Vec<(&'a str, &'a str)>,
}

impl<'a> Record<'a> {
    /// Reads the trailers of the last paragraph of the message.
    fn of(commit: &'a Commit) -> Self {
        let last = commit.message.trim_end().rsplit("\n\n").next();
        let trailers = last
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.strip_prefix("Towpath-")?.split_once(": "))
            .collect();
        Self { commit, trailers }
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let trailers = self.trailers.iter().filter(move |(key, _)| *key == name);
        trailers
            .map(|(_, value)| *value)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Whether it is of the same source repository and touches one of the files.
    fn is_about(&self, files: &[&str], source: &Source) -> bool {
        self.values("Source-Repository").next() == source.repository.as_deref()
            && self.values("File").any(|file| files.contains(&file))
    }

    /// Returns the value that the commit has given to what a move is about.
    fn value_of(&self, wanted: &Move) -> Option<&'a str> {
        let mut trailers = self.trailers.iter();
        let what = wanted.what.parts();
        trailers.find(|trailer| **trailer == what)?;
        trailers
            .find(|(key, _)| *key == "New")
            .map(|(_, value)| *value)
    }

    fn newer_than(&self, build: u64, open: &[&Move]) -> Option<Newer> {
        let theirs = self.values("Build").next()?.parse().ok()?;
        if theirs <= build {
            return None;
        }
        open.iter().find_map(|wanted| {
            let value = self.value_of(wanted)?;
            let (_, what) = wanted.what.parts();
            Some(Newer {
                build: theirs,
                commit: self.commit.id.clone(),
                what: what.to_owned(),
                value: value.to_owned(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Newer, newer_build};
    use crate::message::{Move, What};
    use crate::repository::{AccessError, Commit, Entry, Log, Repository};
    use crate::request::Source;

    struct History(Vec<Commit>);

    impl Repository for History {
        fn list(&self, _directory: &str) -> Result<Vec<Entry>, AccessError> {
            Err(AccessError::NotFound)
        }

        fn read(&self, _paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
            Vec::new()
        }

        fn log(&self, log: &Log) -> Result<Vec<Commit>, AccessError> {
            let all = self.0.iter().skip(log.skip as usize);
            Ok(all.take(log.limit as usize).cloned().collect())
        }
    }

    fn commit(id: &str, message: &str) -> Commit {
        Commit {
            id: id.to_owned(),
            time: 0,
            author: "A <a@b>".to_owned(),
            message: message.to_owned(),
            changes: Vec::new(),
        }
    }

    fn set(id: &str, image: &str, file: &str, build: u64) -> Commit {
        commit(
            id,
            &format!(
                "Set it\n\n- body\n\nTowpath-Image: {image}\nTowpath-Old: v0\nTowpath-New: v{build}\n\
                 Towpath-File: {file}\nTowpath-Source-Repository: acme/web\nTowpath-Build: {build}\n"
            ),
        )
    }

    #[track_caller]
    fn check(history: Vec<Commit>, build: Option<u64>, expected: Option<(u64, &str)>) {
        let moves = [Move {
            what: What::Image("web".to_owned()),
            old: None,
            new: "x".to_owned(),
        }];
        let source = Source {
            repository: Some("acme/web".to_owned()),
            build,
            ..Source::default()
        };
        let found = newer_build(&moves, &["dev.yaml"], &source, &History(history)).unwrap();
        let expected = expected.map(|(build, commit)| Newer {
            build,
            commit: commit.to_owned(),
            what: "web".to_owned(),
            value: format!("v{build}"),
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn a_newer_build_is_found_behind_other_commits() {
        let mut history: Vec<_> = (0..200)
            .map(|n| commit(&n.to_string(), "By hand\n"))
            .collect();
        history.push(set("c", "web", "dev.yaml", 9));
        check(history.clone(), Some(8), Some((9, "c")));
        check(history.clone(), Some(9), None);
        check(history, None, None);
    }

    #[test]
    fn another_image_file_or_repository_is_another_matter() {
        check(vec![set("c", "api", "dev.yaml", 9)], Some(1), None);
        check(vec![set("c", "web", "prod.yaml", 9)], Some(1), None);
        let mut other = set("c", "web", "dev.yaml", 9);
        other.message = other.message.replace("acme/web", "acme/fork");
        check(vec![other], Some(1), None);
    }

    #[test]
    fn the_newest_commit_has_the_last_word() {
        let history = vec![
            set("b", "web", "dev.yaml", 5),
            set("a", "web", "dev.yaml", 9),
        ];
        check(history, Some(6), None);
    }

    #[test]
    fn trailers_count_only_at_the_end() {
        let mut forged = set("c", "web", "dev.yaml", 9);
        forged.message.push_str("\nSigned-off-by: me\n");
        check(vec![forged], Some(1), None);
    }
}
