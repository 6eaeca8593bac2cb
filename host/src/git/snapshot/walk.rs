//! Which objects a path needs next, and how to ask for them.

use super::{Filters, Scope, TreeEntry, Want, tree};
use crate::repository::AccessError;
use gix::hash::ObjectId;

/// How far a path is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// To its end.
    Found(TreeEntry),
    /// Nothing is there.
    NotFound,
    /// This has to be fetched next.
    Missing(Missing),
}

/// An object that has to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) id: ObjectId,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    File,
    Directory {
        /// How many names lead to it.
        depth: usize,
        /// How many names of the path are still to follow.
        below: usize,
    },
}

/// What the paths lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Files that are read.
    Files,
    /// A directory that is listed.
    Directory,
}

/// How many names may lie between a directory that is fetched as a whole and the
/// one that is wanted: an app and its `overlays/production`.
const NEAR: usize = 2;

impl Missing {
    /// Whether it is what a path leads to, and not a directory on the way.
    pub(super) fn is_file(&self) -> bool {
        self.place == Place::File
    }
}

impl Step {
    pub(super) fn missing_directory(id: ObjectId, depth: usize, below: usize) -> Self {
        let place = Place::Directory { depth, below };
        Self::Missing(Missing { id, place })
    }

    pub(super) fn missing_file(id: ObjectId) -> Self {
        let place = Place::File;
        Self::Missing(Missing { id, place })
    }
}

/// Returns the names that a path is made of; the root has none.
pub(super) fn components(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !name.is_empty())
}

/// Refuses a path that would lead out of the repository or to its insides.
pub(crate) fn check_path(path: &str) -> Result<(), AccessError> {
    match path.split('/').find(|name| !tree::is_safe_name(name)) {
        None => Ok(()),
        Some("") => Err(AccessError::Denied(
            "the path has an empty component".to_owned(),
        )),
        Some(name) => Err(AccessError::Denied(format!(
            "\"{name}\" is not allowed in a path"
        ))),
    }
}

/// Returns the request that brings the missing objects nearest.
///
/// A directory near the root may hold nearly everything, so it comes alone.
/// Further down, the file comes with its directory, and of a longer way the
/// directories come together: that is one round trip less each. Who lists a
/// directory goes on to read it, so it comes as a whole. `cautious` is for after
/// that went wrong.
pub(super) fn request(missing: &[Missing], filters: Filters, wish: Wish, cautious: bool) -> Want {
    let mut ids: Vec<_> = missing.iter().map(|missing| missing.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let below = missing.iter().map(|missing| match missing.place {
        Place::File => 0,
        Place::Directory { below, .. } => below,
    });
    let is_deep = missing.iter().all(|missing| match missing.place {
        Place::File => true,
        Place::Directory { depth, .. } => depth >= 2,
    });
    let scope = match (filters, below.max().unwrap_or_default()) {
        _ if cautious || !is_deep => Scope::Nothing,
        (_, 0) | (Filters::None | Filters::Exact, _) => Scope::Nothing,
        (_, 1..=NEAR) if wish == Wish::Directory => Scope::Everything,
        (Filters::Depth, 1) => Scope::Levels(1),
        (Filters::Depth, below) => Scope::Levels(u32::try_from(below - 1).unwrap_or(u32::MAX)),
        (Filters::Coarse | Filters::Blobs, 1) => Scope::Everything,
        (Filters::Coarse | Filters::Blobs, _) => Scope::Directories,
    };
    Want { ids, scope }
}

#[cfg(test)]
mod tests {
    use super::{Filters, Missing, Place, Scope, Wish, check_path, request};
    use crate::repository::AccessError;
    use gix::hash::ObjectId;

    #[track_caller]
    fn check(filters: Filters, places: &[(usize, usize)], expected: Scope) {
        check_wish(Wish::Files, filters, places, expected);
    }

    #[track_caller]
    fn check_wish(wish: Wish, filters: Filters, places: &[(usize, usize)], expected: Scope) {
        let id = ObjectId::try_from(&[1; 20][..]).unwrap();
        let missing = places.iter().map(|(depth, below)| Missing {
            id,
            place: match below {
                0 => Place::File,
                _ => Place::Directory {
                    depth: *depth,
                    below: *below,
                },
            },
        });
        let missing: Vec<_> = missing.collect();
        let want = request(&missing, filters, wish, false);
        assert_eq!(want.scope, expected);
        assert_eq!(want.ids.len(), 1);
        let careful = request(&missing, filters, wish, true);
        assert_eq!(careful.scope, Scope::Nothing);
    }

    #[test]
    fn near_the_root_directories_come_alone() {
        for filters in [Filters::Blobs, Filters::Coarse, Filters::Depth] {
            check(filters, &[(0, 3)], Scope::Nothing);
            check(filters, &[(1, 1)], Scope::Nothing);
            check(filters, &[(2, 1), (1, 1)], Scope::Nothing);
            check(filters, &[(3, 0)], Scope::Nothing);
        }
    }

    #[test]
    fn further_down_files_come_with_their_directory() {
        check(Filters::Coarse, &[(2, 1), (5, 0)], Scope::Everything);
        check(Filters::Depth, &[(2, 1)], Scope::Levels(1));
        check(Filters::Coarse, &[(2, 3)], Scope::Directories);
        check(Filters::Depth, &[(2, 3), (2, 1)], Scope::Levels(2));
    }

    #[test]
    fn a_directory_comes_as_a_whole_unless_it_is_far() {
        for filters in [Filters::Blobs, Filters::Coarse, Filters::Depth] {
            check_wish(Wish::Directory, filters, &[(1, 2)], Scope::Nothing);
            check_wish(Wish::Directory, filters, &[(2, 1)], Scope::Everything);
            check_wish(Wish::Directory, filters, &[(2, 2)], Scope::Everything);
        }
        let far = [(2, 3)];
        check_wish(Wish::Directory, Filters::Coarse, &far, Scope::Directories);
        check_wish(Wish::Directory, Filters::Depth, &far, Scope::Levels(2));
        check_wish(Wish::Directory, Filters::None, &[(2, 1)], Scope::Nothing);
    }

    #[test]
    fn a_path_stays_in_the_repository() {
        assert_eq!(check_path("apps/web/values.yaml"), Ok(()));
        assert_eq!(check_path(".github/x"), Ok(()));
        for path in [
            "",
            "/etc/passwd",
            "a//b",
            "../x",
            "a/../../x",
            "a/.git/config",
            "a/",
            "a\\b",
            "a\0",
        ] {
            assert!(
                matches!(check_path(path), Err(AccessError::Denied(_))),
                "{path}"
            );
        }
    }
}
