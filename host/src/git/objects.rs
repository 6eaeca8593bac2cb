use super::Limits;
use super::pack::{Flaw, Object, Pack, Source, Unpacked};
use gix::hash::ObjectId;
use gix::objs::Kind;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The few objects of a repository that are needed, in memory.
pub(crate) struct Objects {
    hash: gix::hash::Kind,
    limits: Limits,
    /// Bytes of the objects that came in packs and are kept.
    kept: u64,
    objects: HashMap<ObjectId, Object>,
    /// Sizes of objects that were seen but are too large to keep.
    too_large: HashMap<ObjectId, u64>,
    /// Packs of which not everything is kept unpacked.
    packs: Vec<Pack>,
    /// Files that were read, now or by an earlier run.
    read: HashSet<ObjectId>,
}

/// What is known of an object.
pub(crate) enum Lookup {
    /// The object.
    Found(Object),
    /// It is there, but larger than is taken; its size.
    TooLarge(u64),
    /// It was not fetched yet.
    Missing,
}

impl Objects {
    /// Bytes of directories and files of one pack that are kept unpacked.
    const UNPACKED: u64 = 48 << 20;

    /// Creates a store that keeps no more than `limits` say.
    pub(crate) fn new(hash: gix::hash::Kind, limits: Limits) -> Self {
        Self {
            hash,
            limits,
            kept: 0,
            objects: HashMap::new(),
            too_large: HashMap::new(),
            packs: Vec::new(),
            read: HashSet::new(),
        }
    }

    /// Returns an empty store for objects of the same repository.
    pub(crate) fn like(&self) -> Self {
        Self::new(self.hash, self.limits)
    }

    /// Returns how many bytes the objects have.
    pub(crate) fn size(&self) -> u64 {
        let objects = self.objects.values();
        objects.map(|object| object.data.len() as u64).sum()
    }

    /// Returns the hash that names the objects.
    pub(crate) fn hash(&self) -> gix::hash::Kind {
        self.hash
    }

    /// Changes the hash, once it is known and before there is any object.
    pub(crate) fn set_hash(&mut self, hash: gix::hash::Kind) {
        self.hash = hash;
    }

    /// Returns the largest size of an object that is kept.
    pub(crate) fn limit(&self) -> u64 {
        self.limits.object
    }

    /// Returns what is known of an object.
    pub(crate) fn look_up(&self, id: &ObjectId) -> Lookup {
        match self.get(id) {
            Some(object) => Lookup::Found(object),
            None => self
                .too_large
                .get(id)
                .map_or(Lookup::Missing, |size| Lookup::TooLarge(*size)),
        }
    }

    /// Returns an object.
    pub(crate) fn get(&self, id: &ObjectId) -> Option<Object> {
        let find = |id: &ObjectId| self.objects.get(id).cloned();
        find(id).or_else(|| self.packs.iter().find_map(|pack| pack.get(id, &find)))
    }

    /// Returns whether an object is there, or is known to be too large.
    pub(crate) fn contains(&self, id: &ObjectId) -> bool {
        self.objects.contains_key(id)
            || self.too_large.contains_key(id)
            || self.packs.iter().any(|pack| pack.contains(id))
    }

    /// Returns an object of one kind.
    pub(crate) fn get_kind(&self, id: &ObjectId, kind: Kind) -> Option<Object> {
        self.get(id).filter(|object| object.kind == kind)
    }

    /// Takes an object whose id is known to be right.
    pub(crate) fn insert(&mut self, id: ObjectId, object: Object) {
        self.objects.insert(id, object);
    }

    /// Remembers an object that is too large.
    pub(crate) fn insert_too_large(&mut self, id: ObjectId, size: u64) {
        self.too_large.insert(id, size);
    }

    /// Takes note that a file was read.
    pub(crate) fn mark_read(&mut self, id: ObjectId) {
        self.read.insert(id);
    }

    /// Returns whether a file was read, now or by an earlier run.
    pub(crate) fn was_read(&self, id: &ObjectId) -> bool {
        self.read.contains(id)
    }

    /// Takes the objects that an earlier run has kept, and returns their ids:
    /// none when anything is wrong with the pack.
    pub(crate) fn add_kept(&mut self, pack: Vec<u8>) -> BTreeSet<ObjectId> {
        let mut kept = Vec::new();
        let take = |Unpacked { id, object }| {
            kept.extend(object.ok().map(|object| (id, object)));
            Ok(())
        };
        let nothing = |_: &ObjectId| None;
        if Pack::unpack(pack, (self.hash, self.limits), &nothing, take).is_err() {
            return BTreeSet::new();
        }
        let ids = kept.iter().map(|(id, _)| *id).collect();
        self.read.extend(&ids);
        self.objects.extend(kept);
        ids
    }

    /// Takes the objects of a pack; returns how many were new. Of a large one,
    /// most stay packed until they are asked for.
    pub(crate) fn add_pack(&mut self, source: impl Into<Source>) -> Result<usize, Flaw> {
        let mut fresh = Vec::new();
        let mut large = Vec::new();
        let (mut count, mut unpacked, mut stay_packed) = (0, 0, false);
        let find = |id: &ObjectId| self.get(id);
        let take = |Unpacked { id, object }| {
            count += 1;
            match object {
                Ok(object) => {
                    let size = object.data.len() as u64;
                    let is_small = matches!(object.kind, Kind::Commit | Kind::Tag);
                    if is_small || unpacked + size <= Self::UNPACKED {
                        unpacked += size;
                        fresh.push((id, object));
                    } else {
                        stay_packed = true;
                    }
                }
                Err(size) => large.push((id, size)),
            }
            if self.kept + unpacked <= self.limits.kept {
                return Ok(());
            }
            Err(Flaw::TooLarge {
                what: "the content of all packs together",
                limit: self.limits.kept,
            })
        };
        let pack = Pack::unpack(source, (self.hash, self.limits), &find, take)?;
        self.kept += unpacked;
        self.objects.extend(fresh);
        self.too_large.extend(large);
        if stay_packed {
            self.packs.push(pack);
        }
        Ok(count)
    }
}
