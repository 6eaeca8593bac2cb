//! Deltas: an object described as pieces of another one.

use std::iter;
use std::ops::Range;
use std::sync::Arc;

/// One instruction of a delta.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Instruction<'a> {
    /// Takes a range of the base.
    Copy(Range<usize>),
    /// Takes new bytes.
    Insert(&'a [u8]),
}

/// Longest piece that one copy instruction takes; longer ones are split.
const LONGEST_COPY: usize = 0xffff;
/// Longest piece that one insert instruction holds.
const LONGEST_INSERT: usize = 0x7f;

/// Writes a delta that makes an object of `size` bytes out of a base.
pub(crate) fn encode(base_size: usize, size: usize, instructions: &[Instruction<'_>]) -> Vec<u8> {
    let mut delta = Vec::new();
    write_size(&mut delta, base_size);
    write_size(&mut delta, size);
    for instruction in instructions {
        match instruction {
            Instruction::Copy(range) => {
                for start in range.clone().step_by(LONGEST_COPY) {
                    write_copy(&mut delta, start, LONGEST_COPY.min(range.end - start));
                }
            }
            Instruction::Insert(bytes) => {
                for piece in bytes.chunks(LONGEST_INSERT) {
                    delta.push(u8::try_from(piece.len()).expect("a piece is at most 0x7f bytes"));
                    delta.extend_from_slice(piece);
                }
            }
        }
    }
    delta
}

/// Describes `new` as the start and the end of `old` around new bytes.
pub(crate) fn around_change<'a>(old: &[u8], new: &'a [u8]) -> Vec<Instruction<'a>> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old[start..]
        .iter()
        .rev()
        .zip(new[start..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let mut instructions = vec![
        Instruction::Copy(0..start),
        Instruction::Insert(&new[start..new.len() - end]),
        Instruction::Copy(old.len() - end..old.len()),
    ];
    instructions.retain(|instruction| match instruction {
        Instruction::Copy(range) => !range.is_empty(),
        Instruction::Insert(bytes) => !bytes.is_empty(),
    });
    instructions
}

/// Returns the size of the object that a delta makes.
pub(crate) fn result_size(delta: &[u8]) -> Option<u64> {
    let (_, rest) = read_size(delta)?;
    Some(read_size(rest)?.0)
}

/// Makes an object out of its base; nothing when the delta does not fit it.
pub(crate) fn apply(base: &[u8], delta: &[u8]) -> Option<Arc<[u8]>> {
    let (base_size, rest) = read_size(delta)?;
    let (size, mut rest) = read_size(rest)?;
    if base_size != base.len() as u64 {
        return None;
    }
    let mut object: Arc<[u8]> = iter::repeat_n(0, usize::try_from(size).ok()?).collect();
    let mut left = Arc::get_mut(&mut object)?;
    while let Some((&instruction, after)) = rest.split_first() {
        let piece;
        if instruction & 0x80 != 0 {
            let (range, after) = read_copy(instruction, after)?;
            piece = base.get(range)?;
            rest = after;
        } else {
            (piece, rest) = after.split_at_checked(instruction.into())?;
            // A zero instruction is reserved, and would never end.
            if piece.is_empty() {
                return None;
            }
        }
        let (here, after) = left.split_at_mut_checked(piece.len())?;
        here.copy_from_slice(piece);
        left = after;
    }
    left.is_empty().then_some(object)
}

fn write_size(delta: &mut Vec<u8>, mut size: usize) {
    while size >= 0x80 {
        delta.push((size & 0x7f) as u8 | 0x80);
        size >>= 7;
    }
    delta.push((size & 0x7f) as u8);
}

fn read_size(mut bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut size = 0_u64;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        bytes = rest;
        size |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((size, bytes));
        }
    }
    None
}

/// Only the bytes of offset and size that are not zero are written; bits of the
/// instruction tell which.
fn write_copy(delta: &mut Vec<u8>, offset: usize, size: usize) {
    let at = delta.len();
    let mut instruction = 0x80_u8;
    delta.push(instruction);
    let parts = [(offset, 0..4, 0), (size, 0..2, 4)];
    for (value, bytes, first_bit) in parts {
        for index in bytes {
            let byte = (value >> (8 * index) & 0xff) as u8;
            if byte != 0 {
                delta.push(byte);
                instruction |= 1 << (first_bit + index);
            }
        }
    }
    delta[at] = instruction;
}

fn read_copy(instruction: u8, mut bytes: &[u8]) -> Option<(Range<usize>, &[u8])> {
    let mut parts = [0_usize; 7];
    for (bit, part) in parts.iter_mut().enumerate() {
        if instruction & (1 << bit) != 0 {
            let (&byte, rest) = bytes.split_first()?;
            *part = byte.into();
            bytes = rest;
        }
    }
    let [o0, o1, o2, o3, s0, s1, s2] = parts;
    let offset = o0 | o1 << 8 | o2 << 16 | o3 << 24;
    let size = match s0 | s1 << 8 | s2 << 16 {
        0 => 0x1_0000,
        size => size,
    };
    Some((offset..offset + size, bytes))
}

#[cfg(test)]
mod tests {
    use super::{Instruction, apply, around_change, encode, result_size};

    #[track_caller]
    fn round_trip(old: &[u8], new: &[u8]) -> usize {
        let delta = encode(old.len(), new.len(), &around_change(old, new));
        assert_eq!(result_size(&delta), Some(new.len() as u64));
        assert_eq!(apply(old, &delta).as_deref(), Some(new));
        delta.len()
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        round_trip(b"", b"");
        round_trip(b"", b"new");
        round_trip(b"old", b"");
        round_trip(b"tag: 1.0\n", b"tag: 1.0.1\n");
        round_trip(b"aaaa", b"aaaaaa");
        let old: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
        let mut new = old.clone();
        new[200_000] = 0xff;
        assert!(round_trip(&old, &new) < 60);
        let mut new = old.clone();
        new.splice(10..10, [7; 1000]);
        round_trip(&old, &new);
    }

    #[test]
    fn a_delta_that_does_not_fit_is_refused() {
        let delta = encode(3, 3, &[Instruction::Copy(0..3)]);
        assert_eq!(apply(b"ab", &delta), None);
        assert_eq!(apply(b"abc", &delta[..delta.len() - 1]), None);
        assert_eq!(apply(b"abc", &[3, 3, 0]), None);
        assert_eq!(apply(b"abc", &[3, 2, 0x90, 3]), None);
        assert_eq!(apply(b"abc", &[3, 9, 0x91, 2, 9]), None);
        assert_eq!(apply(b"abc", &[0xff; 12]), None);
    }
}
