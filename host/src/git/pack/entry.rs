use super::Flaw;
use crate::git::Limits;
use gix::hash::ObjectId;
use gix::objs::Kind;
use gix::zlib::{Decompress, FlushDecompress, Status};
use gix_pack::data::Entry;
use gix_pack::data::entry::Header;

/// Reads the entries of a pack: objects and deltas, compressed one by one.
pub(super) struct EntryReader<'a> {
    /// The pack without its checksum.
    bytes: &'a [u8],
    hash: gix::hash::Kind,
    limits: Limits,
    state: Decompress,
    /// Bytes that were unpacked so far.
    work: u64,
}

/// What the start of an entry counts for, beside its bytes.
const START: u64 = 1024;

impl<'a> EntryReader<'a> {
    /// Creates a reader that inflates nothing larger than an object may be.
    pub(super) fn new(bytes: &'a [u8], hash: gix::hash::Kind, limits: Limits) -> Self {
        Self::with_state(bytes, (hash, limits), Decompress::new())
    }

    /// Creates a reader as [`Self::new`] does, with the state of an earlier one:
    /// to make one takes longer than to inflate what is small.
    pub(super) fn with_state(
        bytes: &'a [u8],
        (hash, limits): (gix::hash::Kind, Limits),
        state: Decompress,
    ) -> Self {
        Self {
            bytes,
            hash,
            limits,
            state,
            work: 0,
        }
    }

    /// Returns the state, for another reader.
    pub(super) fn into_state(self) -> Decompress {
        self.state
    }

    /// Returns how much is taken.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// Counts bytes that are unpacked or made.
    pub(super) fn spend(&mut self, bytes: u64) -> Result<(), Flaw> {
        self.work = self.work.saturating_add(bytes);
        if self.work <= self.limits.work {
            return Ok(());
        }
        Err(Flaw::TooLarge {
            what: "the content of a pack",
            limit: self.limits.work,
        })
    }

    /// Reads the header of the entry at an offset.
    pub(super) fn entry(&self, offset: u64) -> Result<Entry, Flaw> {
        let bytes = usize::try_from(offset)
            .ok()
            .and_then(|offset| self.bytes.get(offset..));
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
        let start = usize::try_from(entry.data_offset).map_err(|error| error.to_string())?;
        let mut input = self
            .bytes
            .get(start..)
            .ok_or("an entry of the pack ends early")?;
        let mut piece = [0; 8192];
        self.spend(START)?;
        self.state.reset();
        let (mut read, mut written) = (0, 0);
        loop {
            let status = self
                .state
                .decompress(input, &mut piece, FlushDecompress::None)
                .map_err(|_| "an entry of the pack is damaged")?;
            let new_read = usize::try_from(self.state.total_in() - read).unwrap_or_default();
            let new_written = usize::try_from(self.state.total_out() - written).unwrap_or_default();
            (read, written) = (self.state.total_in(), self.state.total_out());
            self.spend(new_written as u64)?;
            if written > entry.decompressed_size {
                return Err("an entry of the pack is longer than it says".into());
            }
            input = &input[new_read..];
            take(&piece[..new_written]);
            if status == Status::StreamEnd {
                break;
            }
            if new_read == 0 && new_written == 0 {
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
