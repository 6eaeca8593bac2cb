//! Packs in memory: the form in which objects travel.

mod decode;
pub(crate) mod delta;
mod encode;
mod entry;

pub(crate) use decode::{Object, Pack, Unpacked};
pub(crate) use encode::{NewObject, encode};

#[cfg(test)]
mod tests;
