//! Lines of a text, whatever their endings.

/// Where each line of a text starts.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    starts: Vec<u32>,
}

/// The byte order mark in UTF-8.
pub(super) const BOM: &str = "\u{feff}";

impl Lines {
    /// Finds the lines of `text`; a byte order mark belongs to no line.
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![if text.starts_with(BOM) { 3 } else { 0 }];
        for (offset, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(offset + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(u32::try_from(offset + 1).unwrap_or(u32::MAX));
            }
        }
        Self { starts }
    }

    /// Returns the number of the line that holds `offset`, from 0.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.starts
            .partition_point(|start| *start as usize <= offset)
            .saturating_sub(1)
    }

    /// Returns the first byte of a line, or `None` after the last line.
    pub(super) fn start(&self, line: usize) -> Option<usize> {
        self.starts.get(line).map(|start| *start as usize)
    }

    /// Returns the first byte of the line that holds `offset`.
    pub(super) fn start_of(&self, offset: usize) -> usize {
        self.start(self.line_of(offset)).unwrap_or(0)
    }

    /// Returns the end of the line that holds `offset`, with its line ending.
    pub(super) fn next_of(&self, offset: usize, text: &str) -> usize {
        self.start(self.line_of(offset) + 1).unwrap_or(text.len())
    }

    /// Returns the end of the line that holds `offset`, without its line ending.
    pub(super) fn end_of(&self, offset: usize, text: &str) -> usize {
        let start = self.start_of(offset);
        let next = self.next_of(offset, text);
        let line = text.get(start..next).unwrap_or_default();
        start + line.trim_end_matches(['\r', '\n']).len()
    }

    /// Returns the line ending to give to a line next to `offset`: that of its
    /// own line, else of the line above, else a line feed.
    pub(super) fn ending_near<'a>(&self, offset: usize, text: &'a str) -> &'a str {
        let line = self.line_of(offset);
        let ending = |line: usize| {
            let start = self.start(line)?;
            let end = self.end_of(start, text);
            let next = self.start(line + 1)?;
            text.get(end..next).filter(|ending| !ending.is_empty())
        };
        ending(line)
            .or_else(|| ending(line.checked_sub(1)?))
            .unwrap_or("\n")
    }

    /// Returns line and column of `offset`, both from 1, in characters.
    pub(super) fn line_and_column(&self, offset: usize, text: &str) -> (u32, u32) {
        let line = self.line_of(offset);
        let start = self.start(line).unwrap_or(0);
        let column = text
            .get(start..offset)
            .map_or(0, |before| before.chars().count());
        let count = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
        (count(line), count(column))
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn lines_end_with_any_line_ending() {
        let text = "a\r\nb\nc\rd";
        let lines = Lines::new(text);
        assert_eq!(lines.starts, [0, 3, 5, 7]);
        assert_eq!(lines.ending_near(0, text), "\r\n");
        assert_eq!(lines.ending_near(3, text), "\n");
        assert_eq!(lines.ending_near(5, text), "\r");
        assert_eq!(lines.ending_near(7, text), "\r");
        assert_eq!(lines.end_of(1, text), 1);
        assert_eq!(lines.next_of(7, text), 8);
    }

    #[test]
    fn columns_are_characters_and_the_mark_is_none() {
        let text = "\u{feff}é: x\n";
        let lines = Lines::new(text);
        assert_eq!(lines.line_and_column(3, text), (1, 1));
        assert_eq!(lines.line_and_column(7, text), (1, 4));
    }
}
