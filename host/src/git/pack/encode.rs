use super::delta;
use gix::hash::ObjectId;
use gix::objs::Kind;
use gix_pack::data::entry::Header;
use gix_pack::data::{Version, header};
use std::io::{self, Write as _};

/// An object that is to be sent.
#[derive(Clone, Debug)]
pub(crate) struct NewObject {
    /// Its id.
    pub(crate) id: ObjectId,
    /// What it is.
    pub(crate) kind: Kind,
    /// Its bytes.
    pub(crate) data: Vec<u8>,
    /// How to make it out of an object that the server has.
    pub(crate) delta: Option<Delta>,
}

/// A way to make an object out of another one.
#[derive(Clone, Debug)]
pub(crate) struct Delta {
    /// The object that the server has.
    pub(crate) base: ObjectId,
    /// The instructions.
    pub(crate) bytes: Vec<u8>,
}

impl NewObject {
    /// Returns an object of `kind` with its id.
    pub(crate) fn new(kind: Kind, data: Vec<u8>, hash: gix::hash::Kind) -> Result<Self, String> {
        let id = gix::objs::compute_hash(hash, kind, &data).map_err(|error| error.to_string())?;
        Ok(Self {
            id,
            kind,
            data,
            delta: None,
        })
    }

    /// Remembers how to make the object out of one that the server has, when
    /// that is shorter.
    pub(crate) fn based_on(
        mut self,
        base: ObjectId,
        base_size: usize,
        instructions: &[delta::Instruction<'_>],
    ) -> Self {
        let bytes = delta::encode(base_size, self.data.len(), instructions);
        if bytes.len() < self.data.len() / 2 {
            self.delta = Some(Delta { base, bytes });
        }
        self
    }
}

/// Writes a pack. A thin one says of objects only how they differ from objects
/// that the server has.
pub(crate) fn encode(
    objects: &[NewObject],
    thin: bool,
    hash: gix::hash::Kind,
) -> io::Result<Vec<u8>> {
    let count = u32::try_from(objects.len()).map_err(io::Error::other)?;
    let mut pack = header::encode(Version::V2, count).to_vec();
    for object in objects {
        match &object.delta {
            Some(delta) if thin => {
                let header = Header::RefDelta {
                    base_id: delta.base,
                };
                write_entry(&mut pack, header, &delta.bytes)?;
            }
            _ => write_entry(&mut pack, base_header(object.kind), &object.data)?,
        }
    }
    let mut hasher = gix::hash::hasher(hash);
    hasher.update(&pack);
    let checksum = hasher.try_finalize().map_err(io::Error::other)?;
    pack.extend_from_slice(checksum.as_slice());
    Ok(pack)
}

fn base_header(kind: Kind) -> Header {
    match kind {
        Kind::Commit => Header::Commit,
        Kind::Tree => Header::Tree,
        Kind::Blob => Header::Blob,
        Kind::Tag => Header::Tag,
    }
}

fn write_entry(pack: &mut Vec<u8>, header: Header, data: &[u8]) -> io::Result<()> {
    header.write_to(data.len() as u64, pack)?;
    let mut deflate =
        gix::zlib::stream::deflate::Write::new(&mut *pack, gix::zlib::Compression::DEFAULT);
    deflate.write_all(data)?;
    deflate.flush()
}
