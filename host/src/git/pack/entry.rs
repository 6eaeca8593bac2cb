use super::{Flaw, Source};
use crate::git::Limits;
use gix::hash::ObjectId;
use gix::objs::Kind;
use gix::zlib::{Decompress, FlushDecompress, Status};
use gix_pack::data::Entry;
use gix_pack::data::entry::Header;
use gix_pack::data::header;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Reads the entries of a pack: objects and deltas, compressed one by one.
pub(super) struct EntryReader {
    source: Source,
    hash: gix::hash::Kind,
    limits: Limits,
    state: Decompress,
    /// What was inflated last.
    piece: Box<[u8; PIECE]>,
    work: Arc<Work>,
}

/// What the start of an entry counts for, beside its bytes.
const START: u64 = 1024;

/// Bytes that are inflated in one go.
const PIECE: usize = 8192;

/// Bytes of the largest header of an entry, and more.
const HEADER: usize = 64;

/// Counts the bytes that are unpacked or made out of one pack.
#[derive(Default)]
pub(super) struct Work(AtomicU64);

impl Work {
    /// Takes note of more bytes.
    pub(super) fn spend(&self, bytes: u64, limits: Limits) -> Result<(), Flaw> {
        let spent = self.0.fetch_add(bytes, Ordering::Relaxed);
        if spent.saturating_add(bytes) <= limits.work {
            return Ok(());
        }
        Err(Flaw::TooLarge {
            what: "the content of a pack",
            limit: limits.work,
        })
    }

    /// Starts anew.
    pub(super) fn forget(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

impl EntryReader {
    /// Creates a reader that inflates nothing larger than an object may be.
    pub(super) fn new(source: Source, hash: gix::hash::Kind, limits: Limits) -> Self {
        Self {
            source,
            hash,
            limits,
            state: Decompress::new(),
            piece: Box::new([0; PIECE]),
            work: Arc::default(),
        }
    }

    /// Returns the hash that names the objects.
    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.hash
    }

    /// Returns how much is taken.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns what counts the work.
    pub(super) fn work(&self) -> &Arc<Work> {
        &self.work
    }

    /// Returns whether there may be entries that do not come.
    pub(super) fn is_cut_off(&self) -> bool {
        self.source.is_cut_off()
    }

    /// Reads the header of the pack; returns how many objects it has.
    pub(super) fn count(&mut self) -> Result<u32, Flaw> {
        self.source.wait_for(header::SIZE);
        let first = self.source.bytes().first_chunk();
        let first = first.ok_or("the pack ends early")?;
        let (_, count) = header::decode(first).map_err(|error| error.to_string())?;
        Ok(count)
    }

    /// Checks the checksum of the pack, whose last entry ends before `end`, if
    /// that is known.
    pub(super) fn check(&mut self, end: Option<u64>) -> Result<(), Flaw> {
        while self.source.wait() {}
        let bytes = self.source.bytes();
        let checksum = self.hash.len_in_bytes();
        let whole = end.unwrap_or_default().saturating_add(checksum as u64);
        if self.is_cut_off() && (bytes.len() as u64) < whole {
            return Ok(());
        }
        let length = bytes.len().checked_sub(checksum);
        let length = length.ok_or("the pack ends early")?;
        let (content, checksum) = bytes.split_at(length);
        let mut hasher = gix::hash::hasher(self.hash);
        hasher.update(content);
        let computed = hasher.try_finalize().map_err(|error| error.to_string())?;
        if computed.as_slice() != checksum {
            return Err("the checksum of the pack is wrong".into());
        }
        match end.is_none_or(|end| end <= length as u64) {
            true => Ok(()),
            false => Err("an entry of the pack ends early".into()),
        }
    }

    /// Reads the header of the entry at an offset.
    pub(super) fn entry(&mut self, offset: u64) -> Result<Entry, Flaw> {
        let start = usize::try_from(offset).map_err(|error| error.to_string())?;
        self.source.wait_for(start.saturating_add(HEADER));
        let bytes = self.source.bytes().get(start..);
        let bytes = bytes.ok_or("an entry of the pack is outside of it")?;
        Ok(Entry::from_bytes(bytes, offset, self.hash).map_err(|error| error.to_string())?)
    }

    /// Returns whether the data of an entry is larger than is taken.
    pub(super) fn is_too_large(&self, entry: &Entry) -> bool {
        entry.decompressed_size > self.limits.object
    }

    /// Inflates the data of an entry; also returns where the next entry begins.
    pub(super) fn inflate(&mut self, entry: &Entry) -> Result<(Vec<u8>, u64), Flaw> {
        if self.is_too_large(entry) {
            return Err("an object of the pack is too large".into());
        }
        let size = usize::try_from(entry.decompressed_size).map_err(|error| error.to_string())?;
        let mut data = Vec::with_capacity(size);
        let end = self.inflate_to(entry, |piece| data.extend_from_slice(piece))?;
        Ok((data, end))
    }

    /// Returns where the next entry begins, and the kind and the id of a large
    /// object that is not kept; a delta has none.
    pub(super) fn measure(
        &mut self,
        entry: &Entry,
    ) -> Result<(Option<(Kind, ObjectId)>, u64), Flaw> {
        let Some(kind) = entry.header.as_kind() else {
            return Ok((None, self.inflate_to(entry, |_| {})?));
        };
        let mut hasher = gix::hash::hasher(self.hash);
        hasher.update(&gix::objs::encode::loose_header(
            kind,
            entry.decompressed_size,
        ));
        let end = self.inflate_to(entry, |piece| hasher.update(piece))?;
        let id = hasher.try_finalize().map_err(|error| error.to_string())?;
        Ok((Some((kind, id)), end))
    }

    fn inflate_to(&mut self, entry: &Entry, mut take: impl FnMut(&[u8])) -> Result<u64, Flaw> {
        let mut at = usize::try_from(entry.data_offset).map_err(|error| error.to_string())?;
        self.work.spend(START, self.limits)?;
        self.state.reset();
        let (mut read, mut written) = (0, 0);
        loop {
            let input = self.source.bytes().get(at..);
            let input = input.ok_or("an entry of the pack ends early")?;
            let (state, piece) = (&mut self.state, &mut self.piece[..]);
            let status = state
                .decompress(input, piece, FlushDecompress::None)
                .map_err(|_| "an entry of the pack is damaged")?;
            let new_read = usize::try_from(state.total_in() - read).unwrap_or_default();
            let new_written = usize::try_from(state.total_out() - written).unwrap_or_default();
            (read, written) = (state.total_in(), state.total_out());
            self.work.spend(new_written as u64, self.limits)?;
            if written > entry.decompressed_size {
                return Err("an entry of the pack is longer than it says".into());
            }
            at += new_read;
            take(&piece[..new_written]);
            if status == Status::StreamEnd {
                break;
            }
            if new_read == 0 && new_written == 0 && !self.source.wait() {
                return Err("an entry of the pack ends early".into());
            }
        }
        if written == entry.decompressed_size {
            Ok(entry.data_offset + read)
        } else {
            Err("an entry of the pack is shorter than it says".into())
        }
    }
}

/// What the data of an entry is.
pub(super) enum Content {
    /// An object.
    Object(Kind),
    /// A delta on the entry at this offset.
    DeltaOnOffset(u64),
    /// A delta on the object with this id.
    DeltaOnId(ObjectId),
}

impl Content {
    /// Returns what the data of an entry is.
    pub(super) fn of(entry: &Entry) -> Result<Self, Flaw> {
        Ok(match entry.header {
            Header::Commit => Self::Object(Kind::Commit),
            Header::Tree => Self::Object(Kind::Tree),
            Header::Blob => Self::Object(Kind::Blob),
            Header::Tag => Self::Object(Kind::Tag),
            Header::RefDelta { base_id } => Self::DeltaOnId(base_id),
            Header::OfsDelta { base_distance } => {
                let base = entry.pack_offset().checked_sub(base_distance);
                // A distance of nothing would be a delta on itself.
                let base = base.filter(|_| base_distance > 0);
                Self::DeltaOnOffset(base.ok_or("the base of a delta is outside of the pack")?)
            }
        })
    }
}
