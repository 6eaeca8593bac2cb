//! Packs in memory: the form in which objects travel.

mod decode;
pub(crate) mod delta;
mod encode;
mod entries;
mod entry;
mod flaw;
mod source;

pub(crate) use decode::{Object, Pack, Unpacked};
pub(crate) use encode::{NewObject, encode};
pub(crate) use flaw::Flaw;
pub(crate) use source::Source;

#[cfg(test)]
mod tests;
