use super::entry::{Content, EntryReader};
use super::{Flaw, delta};
use crate::git::Limits;
use gix::hash::ObjectId;
use gix::objs::Kind;
use gix::zlib::Decompress;
use gix_pack::data::header;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Looks for an object outside of a pack.
pub(crate) type Find<'a> = &'a dyn Fn(&ObjectId) -> Option<Object>;

/// An object without its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its bytes.
    pub(crate) data: Arc<[u8]>,
}

/// One object of a pack, with the id that was computed from its bytes.
pub(crate) struct Unpacked {
    /// The id.
    pub(crate) id: ObjectId,
    /// The object, or its size when that is more than is taken.
    pub(crate) object: Result<Object, u64>,
}

/// A pack as it came from a server, its checksum and every object checked.
pub(crate) struct Pack {
    bytes: Vec<u8>,
    hash: gix::hash::Kind,
    limits: Limits,
    index: HashMap<ObjectId, u64>,
    /// What the next object is unpacked with.
    tools: RefCell<Tools>,
}

/// What lives on from one object of a pack to the next.
#[derive(Default)]
struct Tools {
    state: Option<Decompress>,
    recent: Recent,
}

impl Pack {
    /// Unpacks a pack and hands out every object. Objects larger than `limit`
    /// are named, not taken. Deltas whose base is nowhere to be found are left
    /// out: a server may believe that we have more than we do.
    pub(crate) fn unpack(
        bytes: Vec<u8>,
        (hash, limits): (gix::hash::Kind, Limits),
        find: Find<'_>,
        mut take: impl FnMut(Unpacked) -> Result<(), Flaw>,
    ) -> Result<Self, Flaw> {
        let (content, count) = check(&bytes, hash)?;
        let mut unpacker = Unpacker::new(content, (hash, limits), find);
        let mut waiting = Vec::new();
        let mut offset = header::SIZE as u64;
        for _ in 0..count {
            let (unpacked, end) = unpacker.next(offset)?;
            match unpacked {
                Some(unpacked) => take(unpacked)?,
                None => waiting.push(offset),
            }
            offset = end;
        }
        unpacker.finish(waiting, take)?;
        let index = unpacker.index;
        let tools = Tools {
            state: Some(unpacker.reader.into_state()),
            recent: Recent::default(),
        };
        Ok(Self {
            bytes,
            hash,
            limits,
            index,
            tools: RefCell::new(tools),
        })
    }

    /// Returns an object of the pack.
    pub(crate) fn get(&self, id: &ObjectId, find: Find<'_>) -> Option<Object> {
        let offset = *self.index.get(id)?;
        let content = &self.bytes[..self.bytes.len() - self.hash.len_in_bytes()];
        let mut tools = self.tools.try_borrow_mut().ok()?;
        let state = tools.state.take().unwrap_or_else(Decompress::new);
        let mut reader = EntryReader::with_state(content, (self.hash, self.limits), state);
        let found = follow(&mut reader, &mut tools.recent, &self.index, find, offset);
        tools.state = Some(reader.into_state());
        found.ok()?
    }
}

/// Checks header and checksum; returns the pack without its checksum, and how
/// many objects it has.
fn check(bytes: &[u8], hash: gix::hash::Kind) -> Result<(&[u8], u32), Flaw> {
    let header = bytes.first_chunk().ok_or("the pack ends early")?;
    let (_, count) = header::decode(header).map_err(|error| error.to_string())?;
    let end = bytes
        .len()
        .checked_sub(hash.len_in_bytes())
        .ok_or("the pack ends early")?;
    let (content, checksum) = bytes.split_at(end);
    let mut hasher = gix::hash::hasher(hash);
    hasher.update(content);
    let computed = hasher.try_finalize().map_err(|error| error.to_string())?;
    if computed.as_slice() == checksum {
        Ok((content, count))
    } else {
        Err("the checksum of the pack is wrong".into())
    }
}

/// Longest chain of deltas; git itself makes none longer than 4095.
const LONGEST_CHAIN: usize = 4096;

/// Returns the object at an offset, if its base is known: follows the chain of
/// deltas down to it, or to what was unpacked just before, then applies them
/// upwards.
fn follow(
    reader: &mut EntryReader<'_>,
    recent: &mut Recent,
    index: &HashMap<ObjectId, u64>,
    find: Find<'_>,
    mut offset: u64,
) -> Result<Option<Object>, Flaw> {
    let mut deltas: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut held = 0;
    let (mut object, mut depth) = loop {
        if let Some((object, depth)) = recent.get(offset) {
            break (object, depth);
        }
        let entry = reader.entry(offset)?;
        let (data, _) = reader.inflate(&entry)?;
        let base = match Content::of(&entry)? {
            Content::Object(kind) => {
                let data = data.into();
                let object = Object { kind, data };
                recent.put(offset, &object, 0);
                break (object, 0);
            }
            Content::DeltaOnOffset(base) => Ok(base),
            Content::DeltaOnId(base) => index.get(&base).copied().ok_or(base),
        };
        // They are all held until the base is found; and a hostile pack could
        // lead round in a circle.
        held += data.len() as u64;
        deltas.push((offset, data));
        if deltas.len() > LONGEST_CHAIN || held > 2 * reader.limits().object {
            return Err("a chain of deltas of the pack is too long".into());
        }
        match base {
            Ok(base) => offset = base,
            Err(id) => match find(&id) {
                Some(object) => break (object, 0),
                None => return Ok(None),
            },
        }
    };
    if depth + deltas.len() > LONGEST_CHAIN {
        return Err("a chain of deltas of the pack is too long".into());
    }
    while let Some((offset, delta)) = deltas.pop() {
        let size = delta::result_size(&delta).ok_or("a delta of the pack is damaged")?;
        if size > reader.limits().object {
            return Ok(None);
        }
        reader.spend(size)?;
        let made = delta::apply(&object.data, &delta);
        object.data = made
            .ok_or("a delta of the pack does not fit its base")?
            .into();
        depth += 1;
        recent.put(offset, &object, depth);
    }
    Ok(Some(object))
}

/// The state of unpacking.
struct Unpacker<'a> {
    reader: EntryReader<'a>,
    hash: gix::hash::Kind,
    limits: Limits,
    find: Find<'a>,
    index: HashMap<ObjectId, u64>,
    recent: Recent,
}

impl<'a> Unpacker<'a> {
    fn new(content: &'a [u8], (hash, limits): (gix::hash::Kind, Limits), find: Find<'a>) -> Self {
        Self {
            reader: EntryReader::new(content, hash, limits),
            hash,
            limits,
            find,
            index: HashMap::new(),
            recent: Recent::default(),
        }
    }

    /// Returns the object at an offset, if its base is known, and where the
    /// next entry begins.
    fn next(&mut self, offset: u64) -> Result<(Option<Unpacked>, u64), Flaw> {
        let entry = self.reader.entry(offset)?;
        if self.reader.is_too_large(&entry) {
            let (measured, end) = self.reader.measure(&entry)?;
            let unpacked = measured.map(|(_, id)| Unpacked {
                id,
                object: Err(entry.decompressed_size),
            });
            return Ok((unpacked, end));
        }
        let (data, end) = self.reader.inflate(&entry)?;
        let base = match Content::of(&entry)? {
            Content::Object(kind) => {
                let data = data.into();
                return Ok((Some(self.found(offset, Object { kind, data })?), end));
            }
            Content::DeltaOnOffset(base) => self.base(base)?,
            Content::DeltaOnId(base) => match self.index.get(&base).copied() {
                Some(base) => self.base(base)?,
                None => (self.find)(&base),
            },
        };
        let size = delta::result_size(&data).ok_or("a delta of the pack is damaged")?;
        match base {
            Some(base) if size <= self.limits.object => {
                self.reader.spend(size)?;
                let kind = base.kind;
                let made = delta::apply(&base.data, &data);
                let data = made
                    .ok_or("a delta of the pack does not fit its base")?
                    .into();
                Ok((Some(self.found(offset, Object { kind, data })?), end))
            }
            _ => Ok((None, end)),
        }
    }

    /// A delta may stand before its base: goes on until nothing more is found.
    fn finish(
        &mut self,
        mut waiting: Vec<u64>,
        mut take: impl FnMut(Unpacked) -> Result<(), Flaw>,
    ) -> Result<(), Flaw> {
        loop {
            let before = waiting.len();
            let mut still = Vec::new();
            for offset in waiting {
                match self.next(offset)?.0 {
                    Some(unpacked) => take(unpacked)?,
                    None => still.push(offset),
                }
            }
            if still.is_empty() || still.len() == before {
                return Ok(());
            }
            waiting = still;
        }
    }

    fn base(&mut self, offset: u64) -> Result<Option<Object>, Flaw> {
        let (reader, recent) = (&mut self.reader, &mut self.recent);
        follow(reader, recent, &self.index, self.find, offset)
    }

    fn found(&mut self, offset: u64, object: Object) -> Result<Unpacked, Flaw> {
        let id = gix::objs::compute_hash(self.hash, object.kind, &object.data)
            .map_err(|error| error.to_string())?;
        // The first of several leads to nothing that comes after it.
        self.index.entry(id).or_insert(offset);
        self.recent.put(offset, &object, 0);
        Ok(Unpacked {
            id,
            object: Ok(object),
        })
    }
}

/// The objects seen last: bases stand shortly before the deltas on them.
#[derive(Default)]
struct Recent {
    /// Each with the number of deltas below it, as far as it was counted.
    objects: HashMap<u64, (Object, usize)>,
    order: VecDeque<u64>,
    size: usize,
}

impl Recent {
    /// Bytes to keep.
    const LARGEST: usize = 8 << 20;

    fn get(&self, offset: u64) -> Option<(Object, usize)> {
        self.objects.get(&offset).cloned()
    }

    fn put(&mut self, offset: u64, object: &Object, depth: usize) {
        let entry = (object.clone(), depth);
        if self.objects.insert(offset, entry).is_some() {
            return;
        }
        self.size += object.data.len();
        self.order.push_back(offset);
        while self.size > Self::LARGEST {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            if let Some((object, _)) = self.objects.remove(&oldest) {
                self.size -= object.data.len();
            }
        }
    }
}
