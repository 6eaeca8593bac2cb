//! Packs in memory: the form in which objects travel.

mod decode;
pub(crate) mod delta;
mod encode;
mod entry;
mod flaw;

pub(crate) use decode::{Object, Pack, Unpacked};
pub(crate) use encode::{NewObject, encode};
pub(crate) use flaw::Flaw;

#[cfg(test)]
mod tests;
