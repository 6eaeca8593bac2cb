//! The entries of a pack, one after the other, on a thread of their own where
//! there are many.

use super::entry::{Content, EntryReader};
use super::{Flaw, Object};
use gix::hash::ObjectId;
use std::mem;
use std::ops::ControlFlow;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

/// An entry, no longer compressed.
pub(super) struct Inflated {
    /// Where it begins.
    pub(super) offset: u64,
    /// What is in it.
    pub(super) what: What,
}

/// What an entry holds.
pub(super) enum What {
    /// An object.
    Object(ObjectId, Object),
    /// A delta on another object.
    Delta(Base, Vec<u8>),
    /// An object of this size, which is more than is taken.
    TooLarge(ObjectId, u64),
    /// A delta that is larger than is taken.
    Nothing,
}

/// What a delta is on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Base {
    /// The entry at this offset.
    At(u64),
    /// The object with this id.
    Named(ObjectId),
}

impl EntryReader {
    /// Reads the entry at an offset; also returns where the next one begins.
    pub(super) fn inflated(&mut self, offset: u64) -> Result<(Inflated, u64), Flaw> {
        let entry = self.entry(offset)?;
        if self.is_too_large(&entry) {
            let (measured, end) = self.measure(&entry)?;
            let size = entry.decompressed_size;
            let what = measured.map_or(What::Nothing, |(_, id)| What::TooLarge(id, size));
            return Ok((Inflated { offset, what }, end));
        }
        let (data, end) = self.inflate(&entry)?;
        let what = match Content::of(&entry)? {
            Content::Object(kind) => {
                let id = gix::objs::compute_hash(self.hash(), kind, &data)
                    .map_err(|error| error.to_string())?;
                let data = data.into();
                What::Object(id, Object { kind, data })
            }
            Content::DeltaOnOffset(base) => What::Delta(Base::At(base), data),
            Content::DeltaOnId(base) => What::Delta(Base::Named(base), data),
        };
        Ok((Inflated { offset, what }, end))
    }
}

/// Entries from which on a thread is worth it.
const MANY: u32 = 256;

/// Entries that are handed over together, and their bytes.
const TOGETHER: (usize, usize) = (1024, 256 << 10);

/// Hands out every entry of a pack, some at a time, and checks its checksum;
/// returns the reader, which has the whole pack then.
pub(super) fn each(
    mut reader: EntryReader,
    mut take: impl FnMut(Vec<Inflated>) -> Result<(), Flaw>,
) -> Result<EntryReader, Flaw> {
    let count = reader.count()?;
    if count < MANY {
        let read = read(&mut reader, count, |inflated| {
            take(vec![inflated]).map(ControlFlow::Continue)
        });
        return checked(reader, read);
    }
    thread::scope(|scope| {
        let (sender, batches) = sync_channel(2);
        let inflating = thread::Builder::new()
            .name("inflate".to_owned())
            .spawn_scoped(scope, move || {
                let read = send(&mut reader, count, &sender);
                // Whoever waits for entries is not to wait for the checksum.
                drop(sender);
                checked(reader, read)
            })
            .map_err(|error| format!("cannot start a thread: {error}"))?;
        let mut batches = batches.into_iter();
        let taken = batches.try_for_each(&mut take);
        // Nobody listens any more, where something went wrong.
        drop(batches);
        let reader = match inflating.join() {
            Ok(reader) => reader?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        taken.map(|()| reader)
    })
}

/// Reads entries as long as they are taken; returns where they end.
fn read(
    reader: &mut EntryReader,
    count: u32,
    mut take: impl FnMut(Inflated) -> Result<ControlFlow<()>, Flaw>,
) -> Result<End, Flaw> {
    let mut offset = gix_pack::data::header::SIZE as u64;
    for _ in 0..count {
        let (inflated, end) = match reader.inflated(offset) {
            // Each object is named by what it holds: what has come is right.
            Err(Flaw::Damaged(_)) if reader.is_cut_off() => return Ok(End::CutOff),
            inflated => inflated?,
        };
        if take(inflated)?.is_break() {
            return Ok(End::Unknown);
        }
        offset = end;
    }
    Ok(End::At(offset))
}

/// Reads all entries and sends them, as long as somebody listens; returns where
/// they end.
fn send(
    reader: &mut EntryReader,
    count: u32,
    sender: &SyncSender<Vec<Inflated>>,
) -> Result<End, Flaw> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    let end = read(reader, count, |inflated| {
        bytes += inflated.size();
        batch.push(inflated);
        if batch.len() < TOGETHER.0 && bytes < TOGETHER.1 {
            return Ok(ControlFlow::Continue(()));
        }
        bytes = 0;
        Ok(match sender.send(mem::take(&mut batch)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        })
    })?;
    // Whoever listens no more has a reason of its own.
    let _ = sender.send(batch);
    Ok(end)
}

/// Where the entries of a pack end.
#[derive(Clone, Copy)]
enum End {
    At(u64),
    /// Nobody wanted to know.
    Unknown,
    /// Before the pack does.
    CutOff,
}

/// Checks the checksum. A wrong one explains whatever else is wrong.
fn checked(mut reader: EntryReader, read: Result<End, Flaw>) -> Result<EntryReader, Flaw> {
    let end = match read {
        Ok(End::CutOff) => return Ok(reader),
        Ok(End::At(end)) => Some(end),
        Ok(End::Unknown) | Err(_) => None,
    };
    reader.check(end)?;
    read.map(|_| reader)
}

impl Inflated {
    fn size(&self) -> usize {
        match &self.what {
            What::Object(_, object) => object.data.len(),
            What::Delta(_, data) => data.len(),
            What::TooLarge(..) | What::Nothing => 0,
        }
    }
}
