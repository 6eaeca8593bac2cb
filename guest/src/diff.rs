//! Unified diffs, made from the edits themselves.

use crate::plan::{Edit, FileChange};

/// Lines that are shown before and after a change.
const CONTEXT: usize = 3;

/// Returns the unified diff of one file, in time linear in the file.
///
/// The edits say what differs, so nothing has to be searched for. Bytes that
/// are not UTF-8 are shown as replacement characters.
#[must_use]
pub fn unified(change: &FileChange, before: &[u8]) -> String {
    let Some(after) = change.apply(before) else {
        return String::new();
    };
    let old: Vec<&[u8]> = before.split_inclusive(|byte| *byte == b'\n').collect();
    let new: Vec<&[u8]> = after.split_inclusive(|byte| *byte == b'\n').collect();
    let mut regions = changed_lines(&change.edits, before, &after);
    regions.retain_mut(|region| region.clamp(&old, &new) && region.trim(&old, &new));
    let mut diff = format!("--- a/{0}\n+++ b/{0}\n", change.path);
    for hunk in regions.chunk_by(|one, next| next.old.0 - one.old.1 <= 2 * CONTEXT) {
        write_hunk(&mut diff, hunk, &old, &new);
    }
    if regions.is_empty() {
        diff.clear();
    }
    diff
}

/// Lines that differ, as half-open ranges of line numbers before and after.
#[derive(Clone, Copy)]
struct Region {
    old: (usize, usize),
    new: (usize, usize),
}

impl Region {
    /// Cuts off what is beyond the end, where the last line has no line after it.
    fn clamp(&mut self, old: &[&[u8]], new: &[&[u8]]) -> bool {
        self.old.1 = self.old.1.min(old.len());
        self.new.1 = self.new.1.min(new.len());
        self.old.0 <= self.old.1 && self.new.0 <= self.new.1
    }

    /// Takes equal lines off both ends; returns whether anything is left.
    fn trim(&mut self, old: &[&[u8]], new: &[&[u8]]) -> bool {
        let equal = |i: usize, j: usize| old.get(i) == new.get(j);
        while self.old.0 < self.old.1 && self.new.0 < self.new.1 && equal(self.old.0, self.new.0) {
            self.old.0 += 1;
            self.new.0 += 1;
        }
        while self.old.0 < self.old.1
            && self.new.0 < self.new.1
            && equal(self.old.1 - 1, self.new.1 - 1)
        {
            self.old.1 -= 1;
            self.new.1 -= 1;
        }
        self.old.0 < self.old.1 || self.new.0 < self.new.1
    }
}

/// Returns the lines that the edits touch; edits that share a line are one region.
fn changed_lines(edits: &[Edit], before: &[u8], after: &[u8]) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    let (mut old, mut new) = (Lines::of(before), Lines::of(after));
    let mut shift = 0_isize;
    for edit in edits {
        let start = edit.start.saturating_add_signed(shift);
        let end = start + edit.replacement.len();
        let first = (old.line_at(edit.start), new.line_at(start));
        let mut last = (old.line_at(edit.end), new.line_at(end));
        if !(starts_line(before, edit.end) && starts_line(after, end)) {
            last = (last.0 + 1, last.1 + 1);
        }
        let region = Region {
            old: (first.0, last.0),
            new: (first.1, last.1),
        };
        // Both lengths are those of slices, so they fit.
        shift += edit.replacement.len() as isize - (edit.end - edit.start) as isize;
        match regions.last_mut() {
            Some(last) if region.old.0 <= last.old.1 || region.new.0 <= last.new.1 => {
                last.old.1 = region.old.1.max(last.old.1);
                last.new.1 = region.new.1.max(last.new.1);
            }
            _ => regions.push(region),
        }
    }
    regions
}

/// Counts lines up to offsets that only grow.
struct Lines<'a> {
    bytes: &'a [u8],
    offset: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            offset: 0,
            line: 0,
        }
    }

    /// Returns the number of the line that holds the byte, from 0.
    fn line_at(&mut self, offset: usize) -> usize {
        let passed = &self.bytes[self.offset.min(offset)..offset];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.offset = offset;
        self.line
    }
}

/// Whether a line begins at the offset.
fn starts_line(bytes: &[u8], offset: usize) -> bool {
    offset == 0 || bytes[offset - 1] == b'\n'
}

fn write_hunk(diff: &mut String, regions: &[Region], old: &[&[u8]], new: &[&[u8]]) {
    let (Some(first), Some(last)) = (regions.first(), regions.last()) else {
        return;
    };
    let before = first.old.0.min(CONTEXT);
    let after = (old.len() - last.old.1).min(CONTEXT);
    let old_range = (first.old.0 - before, last.old.1 + after);
    let new_range = (first.new.0 - before, last.new.1 + after);
    diff.push_str(&format!(
        "@@ -{} +{} @@\n",
        range(old_range),
        range(new_range)
    ));
    let mut line = old_range.0;
    for region in regions {
        write_lines(diff, ' ', &old[line..region.old.0]);
        write_lines(diff, '-', &old[region.old.0..region.old.1]);
        write_lines(diff, '+', &new[region.new.0..region.new.1]);
        line = region.old.1;
    }
    write_lines(diff, ' ', &old[line..old_range.1]);
}

/// Returns a range as hunk headers write it: lines from 1, the count unless it is 1.
fn range((start, end): (usize, usize)) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    }
}

fn write_lines(diff: &mut String, sign: char, lines: &[&[u8]]) {
    for line in lines {
        diff.push(sign);
        diff.push_str(&String::from_utf8_lossy(line));
        if !line.ends_with(b"\n") {
            diff.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests;
