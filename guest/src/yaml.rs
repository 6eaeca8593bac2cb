//! YAML and JSON, read with the place of every byte and edited in place.
//!
//! [`parse`] makes a [`File`]: the text as it is, and a tree of nodes that
//! know where they stand. A [`NodeRef`] reads the tree, a [`KeyPath`] finds a
//! place in it. JSON is read as the YAML it is.
//!
//! The parser is reached only through `scan`, so that it can be exchanged.

mod admit;
mod between;
mod block;
mod build;
pub mod edit;
mod key_path;
mod lines;
mod node;
mod place;
mod prove;
pub mod quote;
mod scan;
mod sharing;
mod tree;

pub use edit::{EditOptions, Operation, Place, ScalarKind, Sharing, Value, edit, edit_with};
pub use key_path::{Found, Gap, KeyPath, Step};
pub use node::NodeRef;
pub use tree::{File, NodeId, ScalarStyle, Span};

use crate::error::Failure;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 16 << 20;

/// The largest number of nodes in a file.
pub const MAX_NODES: usize = 3_000_000;

/// The deepest nesting of flow collections, and of block collections.
pub const MAX_DEPTH: usize = 128;

/// Reads a file.
///
/// # Errors
/// - `InvalidFile`: not UTF-8, a control character, not YAML.
/// - `Template`: not YAML because of an unquoted `{{ }}` for a template engine.
/// - `NotAFile`: a Git LFS pointer.
/// - `Limit`: too large, too deep, too many nodes.
///
/// Duplicate keys are no error here, because they may be in a part that nobody
/// asks for: [`NodeRef::contradiction`] tells whether they matter.
pub fn parse(path: &str, bytes: &[u8]) -> Result<File, Failure> {
    let text = admit::text(path, bytes)?;
    build::file(path, text)
}

#[cfg(test)]
mod tests;
