use super::entries::{self, Base, Inflated, What};
use super::entry::{Content, EntryReader, Work};
use super::{Flaw, Source, delta};
use crate::git::Limits;
use gix::hash::ObjectId;
use gix::objs::Kind;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::mem;
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};

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
    index: HashMap<ObjectId, u64>,
    /// What the next object is unpacked with.
    tools: RefCell<Tools>,
}

/// What lives on from one object of a pack to the next.
struct Tools {
    reader: EntryReader,
    recent: Recent,
}

impl Pack {
    /// Unpacks a pack and hands out every object. Objects larger than `limit`
    /// are named, not taken. Deltas whose base is nowhere to be found are left
    /// out: a server may believe that we have more than we do.
    pub(crate) fn unpack(
        source: impl Into<Source>,
        (hash, limits): (gix::hash::Kind, Limits),
        find: Find<'_>,
        mut take: impl FnMut(Unpacked) -> Result<(), Flaw>,
    ) -> Result<Self, Flaw> {
        let reader = EntryReader::new(source.into(), hash, limits);
        let mut unpacker = Unpacker::new(&reader, find);
        let mut waiting = Vec::new();
        let mut reader = entries::each(reader, |batch| {
            let (mut made, mut size) = (Vec::new(), 0);
            for inflated in batch {
                let offset = inflated.offset;
                let Some(resolved) = unpacker.resolve(inflated, None)? else {
                    waiting.push(offset);
                    continue;
                };
                size += resolved.size();
                made.push((offset, resolved));
                // A small delta can make very much.
                if size > TOGETHER {
                    size = 0;
                    let named = unpacker.name(mem::take(&mut made))?;
                    named.into_iter().try_for_each(&mut take)?;
                }
            }
            unpacker.name(made)?.into_iter().try_for_each(&mut take)
        })?;
        unpacker.finish(&mut reader, waiting, take)?;
        let tools = Tools {
            reader,
            recent: Recent::default(),
        };
        Ok(Self {
            index: unpacker.index,
            tools: RefCell::new(tools),
        })
    }

    /// Returns whether an object is in the pack.
    pub(crate) fn contains(&self, id: &ObjectId) -> bool {
        self.index.contains_key(id)
    }

    /// Returns an object of the pack.
    pub(crate) fn get(&self, id: &ObjectId, find: Find<'_>) -> Option<Object> {
        let offset = *self.index.get(id)?;
        let mut tools = self.tools.try_borrow_mut().ok()?;
        let Tools { reader, recent } = &mut *tools;
        reader.work().forget();
        follow(reader, recent, &self.index, find, offset).ok()?
    }
}

/// Longest chain of deltas; git itself makes none longer than 4095.
const LONGEST_CHAIN: usize = 4096;

/// Returns the object at an offset, if its base is known: follows the chain of
/// deltas down to it, or to what was unpacked just before, then applies them
/// upwards.
fn follow(
    reader: &mut EntryReader,
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
        reader.work().spend(size, reader.limits())?;
        let made = delta::apply(&object.data, &delta);
        object.data = made.ok_or("a delta of the pack does not fit its base")?;
        depth += 1;
        recent.put(offset, &object, depth);
    }
    Ok(Some(object))
}

/// The state of unpacking.
struct Unpacker<'a> {
    hash: gix::hash::Kind,
    limits: Limits,
    work: Arc<Work>,
    find: Find<'a>,
    index: HashMap<ObjectId, u64>,
    recent: Recent,
}

impl<'a> Unpacker<'a> {
    fn new(reader: &EntryReader, find: Find<'a>) -> Self {
        Self {
            hash: reader.hash(),
            limits: reader.limits(),
            work: Arc::clone(reader.work()),
            find,
            index: HashMap::new(),
            recent: Recent::default(),
        }
    }

    /// Returns the object of an entry, if its base is known. Without a reader,
    /// only what was unpacked shortly before is known of the pack itself.
    fn resolve(
        &mut self,
        Inflated { offset, what }: Inflated,
        reader: Option<&mut EntryReader>,
    ) -> Result<Option<Resolved>, Flaw> {
        let (base, delta) = match what {
            What::Object(id, object) => {
                self.recent.put(offset, &object, 0);
                return Ok(Some(Resolved::Object(Some(id), object)));
            }
            What::TooLarge(id, size) => return Ok(Some(Resolved::TooLarge(id, size))),
            What::Nothing => return Ok(None),
            What::Delta(base, delta) => (base, delta),
        };
        let size = delta::result_size(&delta).ok_or("a delta of the pack is damaged")?;
        let base = self.base(base, reader)?;
        let Some(base) = base.filter(|_| size <= self.limits.object) else {
            return Ok(None);
        };
        self.work.spend(size, self.limits)?;
        let kind = base.kind;
        let made = delta::apply(&base.data, &delta);
        let data = made.ok_or("a delta of the pack does not fit its base")?;
        let object = Object { kind, data };
        self.recent.put(offset, &object, 0);
        Ok(Some(Resolved::Object(None, object)))
    }

    /// Gives objects their ids.
    fn name(&mut self, made: Vec<(u64, Resolved)>) -> Result<Vec<Unpacked>, Flaw> {
        let names = names(&made, self.hash)?;
        let named = made.into_iter().zip(names);
        let unpacked = named.map(|((offset, resolved), id)| {
            let object = match resolved {
                Resolved::Object(_, object) => {
                    // The first of several leads to nothing that comes after it.
                    self.index.entry(id).or_insert(offset);
                    Ok(object)
                }
                Resolved::TooLarge(_, size) => Err(size),
            };
            Unpacked { id, object }
        });
        Ok(unpacked.collect())
    }

    /// A delta may stand before its base, or far behind it: goes on until nothing
    /// more is found.
    fn finish(
        &mut self,
        reader: &mut EntryReader,
        mut waiting: Vec<u64>,
        mut take: impl FnMut(Unpacked) -> Result<(), Flaw>,
    ) -> Result<(), Flaw> {
        loop {
            let before = waiting.len();
            let mut still = Vec::new();
            for offset in waiting {
                let (inflated, _) = reader.inflated(offset)?;
                match self.resolve(inflated, Some(&mut *reader))? {
                    Some(resolved) => {
                        let named = self.name(vec![(offset, resolved)])?;
                        named.into_iter().try_for_each(&mut take)?;
                    }
                    None => still.push(offset),
                }
            }
            if still.is_empty() || still.len() == before {
                return Ok(());
            }
            waiting = still;
        }
    }

    fn base(
        &mut self,
        base: Base,
        reader: Option<&mut EntryReader>,
    ) -> Result<Option<Object>, Flaw> {
        let offset = match base {
            Base::At(offset) => offset,
            Base::Named(id) => match self.index.get(&id) {
                Some(offset) => *offset,
                None => return Ok((self.find)(&id)),
            },
        };
        match (self.recent.get(offset), reader) {
            (Some((object, _)), _) => Ok(Some(object)),
            (None, Some(reader)) => {
                follow(reader, &mut self.recent, &self.index, self.find, offset)
            }
            (None, None) => Ok(None),
        }
    }
}

/// What an entry turned out to be.
enum Resolved {
    /// An object, with its id if that is known.
    Object(Option<ObjectId>, Object),
    /// An object of this size, which is more than is taken.
    TooLarge(ObjectId, u64),
}

impl Resolved {
    fn size(&self) -> usize {
        match self {
            Self::Object(_, object) => object.data.len(),
            Self::TooLarge(..) => 0,
        }
    }
}

/// Bytes of objects that are named together.
const TOGETHER: usize = 2 << 20;

/// Bytes of objects that are worth a second thread to name them.
const MUCH: usize = 128 << 10;

/// Returns the ids of objects, of many in two halves at the same time.
fn names(made: &[(u64, Resolved)], hash: gix::hash::Kind) -> Result<Vec<ObjectId>, Flaw> {
    let name = |(_, resolved): &(u64, Resolved)| match resolved {
        Resolved::Object(Some(id), _) | Resolved::TooLarge(id, _) => Ok(*id),
        Resolved::Object(None, Object { kind, data }) => {
            gix::objs::compute_hash(hash, *kind, data).map_err(|error| error.to_string().into())
        }
    };
    let name_all = |made: &[(u64, Resolved)]| made.iter().map(name).collect::<Result<Vec<_>, _>>();
    let sizes = made.iter().map(|(_, resolved)| match resolved {
        Resolved::Object(None, object) => object.data.len(),
        _ => 0,
    });
    if sizes.sum::<usize>() < MUCH {
        return name_all(made);
    }
    let (first, second) = made.split_at(made.len() / 2);
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("name".to_owned());
        let naming = thread.spawn_scoped(scope, || name_all(first));
        let second = name_all(second)?;
        let mut names = match naming.map(ScopedJoinHandle::join) {
            Ok(Ok(names)) => names?,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => name_all(first)?,
        };
        names.extend(second);
        Ok(names)
    })
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
