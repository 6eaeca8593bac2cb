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
    limit: u64,
    state: Decompress,
}

impl<'a> EntryReader<'a> {
    /// Creates a reader that inflates nothing larger than `limit`.
    pub(super) fn new(bytes: &'a [u8], hash: gix::hash::Kind, limit: u64) -> Self {
        Self {
            bytes,
            hash,
            limit,
            state: Decompress::new(),
        }
    }

    /// Reads the header of the entry at an offset.
    pub(super) fn entry(&self, offset: u64) -> Result<Entry, String> {
        let bytes = usize::try_from(offset)
            .ok()
            .and_then(|offset| self.bytes.get(offset..));
        let bytes = bytes.ok_or("an entry of the pack is outside of it")?;
        Entry::from_bytes(bytes, offset, self.hash).map_err(|error| error.to_string())
    }

    /// Returns whether the data of an entry is larger than is taken.
    pub(super) fn is_too_large(&self, entry: &Entry) -> bool {
        entry.decompressed_size > self.limit
    }

    /// Inflates the data of an entry; also returns where the next entry begins.
    pub(super) fn inflate(&mut self, entry: &Entry) -> Result<(Vec<u8>, u64), String> {
        if self.is_too_large(entry) {
            return Err("an object of the pack is too large".to_owned());
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
    ) -> Result<(Option<(Kind, ObjectId)>, u64), String> {
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

    fn inflate_to(&mut self, entry: &Entry, mut take: impl FnMut(&[u8])) -> Result<u64, String> {
        let start = usize::try_from(entry.data_offset).map_err(|error| error.to_string())?;
        let mut input = self
            .bytes
            .get(start..)
            .ok_or("an entry of the pack ends early")?;
        let mut piece = [0; 8192];
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
            if written > entry.decompressed_size {
                return Err("an entry of the pack is longer than it says".to_owned());
            }
            input = &input[new_read..];
            take(&piece[..new_written]);
            if status == Status::StreamEnd {
                break;
            }
            if new_read == 0 && new_written == 0 {
                return Err("an entry of the pack ends early".to_owned());
            }
        }
        if written == entry.decompressed_size {
            Ok(entry.data_offset + read)
        } else {
            Err("an entry of the pack is shorter than it says".to_owned())
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
    pub(super) fn of(entry: &Entry) -> Result<Self, String> {
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
