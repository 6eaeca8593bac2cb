//! Which version was in an environment when: what gates and rollbacks look at.

use crate::time::{Instant, Span};
use crate::trail::{Event, Trail};

/// The versions of one app in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The name of the environment.
    pub environment: String,
    /// The versions, the newest first; neighbours differ.
    pub stays: Vec<Stay>,
}

/// One version for one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The version, as people read it.
    pub version: String,
    /// When it came, by the time of the commit.
    pub since: Instant,
    /// The commit that brought it; none when it came before the known history.
    pub commit: Option<String>,
    /// Who made the commit.
    pub author: String,
    /// What it was built from, where the commit says so.
    pub built: Built,
}

/// What a version was built from, as the trailers of a commit say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// The repository.
    pub repository: Option<String>,
    /// The commit.
    pub revision: Option<String>,
    /// The number of the build.
    pub build: Option<u64>,
}

impl Timeline {
    /// Returns the time line of an app, or of the revision of an environment if
    /// `app` is empty, from what happened there.
    pub(crate) fn of(environment: &str, trail: &Trail, app: &str, now: &str) -> Self {
        let mut stays: Vec<_> = trail.of(app).map(Stay::after).collect();
        let before = match trail.of(app).last() {
            Some(oldest) => oldest.before.as_str(),
            None => now,
        };
        if !before.is_empty() {
            let known = trail.events.iter().map(|event| event.origin.time).min();
            stays.push(Stay {
                version: before.to_owned(),
                since: known.unwrap_or(Instant::MAX),
                commit: None,
                author: String::new(),
                built: Built::default(),
            });
        }
        // A thing that got another name is no other version.
        stays.dedup_by(|older, newer| {
            let same = older.version == newer.version;
            if same {
                std::mem::swap(older, newer);
            }
            same
        });
        Self {
            environment: environment.to_owned(),
            stays,
        }
    }

    /// Returns how long a stay was, until now if it goes on.
    pub(crate) fn length(&self, index: usize, now: Instant) -> Span {
        let since = self.stays.get(index).map_or(now, |stay| stay.since);
        let next = index.checked_sub(1).and_then(|next| self.stays.get(next));
        Span((next.map_or(now, |next| next.since) - since).max(0))
    }

    /// Returns the longest stay of a version that is over, with its length.
    pub(crate) fn longest(&self, version: &str) -> Option<(&Stay, Span)> {
        let over = self.stays.iter().enumerate().skip(1);
        over.filter(|(_, stay)| stay.version == version)
            .map(|(index, stay)| (stay, self.length(index, stay.since)))
            .max_by_key(|(_, length)| *length)
    }

    /// Whether a stay ended because an earlier version came back.
    pub(crate) fn was_rolled_back(&self, index: usize) -> bool {
        let next = index.checked_sub(1).and_then(|next| self.stays.get(next));
        next.is_some_and(|next| {
            let mut earlier = self.stays.iter().skip(index + 1);
            earlier.any(|stay| stay.version == next.version)
        })
    }
}

impl Stay {
    fn after(event: &Event) -> Self {
        let origin = &event.origin;
        Self {
            version: event.after.clone(),
            since: origin.time,
            commit: Some(origin.commit.clone()),
            author: origin.author.clone(),
            built: Built {
                repository: origin.source.clone(),
                revision: origin.revision.clone(),
                build: origin.build,
            },
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::{Stay, Timeline};

    /// Makes a time line of staging from versions, the oldest first, with the
    /// hours at which they came.
    pub(crate) fn timeline(stays: &[(&str, i64)]) -> Timeline {
        let stays = stays
            .iter()
            .enumerate()
            .map(|(index, (version, hour))| Stay {
                version: (*version).to_owned(),
                since: hour * 3600,
                commit: Some(format!("c{index}")),
                author: String::new(),
                built: super::Built::default(),
            });
        let mut stays: Vec<_> = stays.collect();
        stays.reverse();
        Timeline {
            environment: "staging".to_owned(),
            stays,
        }
    }
}
