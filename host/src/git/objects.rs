use super::pack::{Object, Pack, Unpacked};
use gix::hash::ObjectId;
use gix::objs::Kind;
use std::collections::HashMap;

/// The few objects of a repository that are needed, in memory.
pub(crate) struct Objects {
    hash: gix::hash::Kind,
    /// Bytes of the largest object that is kept.
    limit: u64,
    objects: HashMap<ObjectId, Object>,
    /// Sizes of objects that were seen but are too large to keep.
    too_large: HashMap<ObjectId, u64>,
    /// Large packs keep their blobs compressed.
    packs: Vec<Pack>,
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
    /// Packs up to this size are unpacked completely.
    const SMALL_PACK: usize = 4 << 20;

    /// Creates a store that keeps no object larger than `limit`.
    pub(crate) fn new(hash: gix::hash::Kind, limit: u64) -> Self {
        Self {
            hash,
            limit,
            objects: HashMap::new(),
            too_large: HashMap::new(),
            packs: Vec::new(),
        }
    }

    /// Returns an empty store for objects of the same repository.
    pub(crate) fn like(&self) -> Self {
        Self::new(self.hash, self.limit)
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
        self.limit
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

    /// Takes the objects of a pack; returns how many were new.
    pub(crate) fn add_pack(&mut self, bytes: Vec<u8>) -> Result<usize, String> {
        let keep_blobs = bytes.len() <= Self::SMALL_PACK;
        let mut fresh = Vec::new();
        let mut large = Vec::new();
        let mut count = 0;
        let find = |id: &ObjectId| self.get(id);
        let take = |Unpacked { id, object }| {
            count += 1;
            match object {
                Ok(object) if keep_blobs || object.kind != Kind::Blob => fresh.push((id, object)),
                Ok(_) => {}
                Err(size) => large.push((id, size)),
            }
        };
        let pack = Pack::unpack(bytes, (self.hash, self.limit), &find, take)?;
        self.objects.extend(fresh);
        self.too_large.extend(large);
        if !keep_blobs {
            self.packs.push(pack);
        }
        Ok(count)
    }
}
