//! Tables for terminals and logs.

/// Rows of cells, the first of them the head.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Creates a table with the names of its columns.
    pub(crate) fn new(head: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut table = Self::default();
        table.row(head);
        table
    }

    /// Adds a row; control characters are replaced.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        let cells = cells.into_iter().map(|cell| one_line(&cell.into()));
        self.rows.push(cells.collect());
    }

    /// Returns how many columns of text the table takes.
    pub(crate) fn width(&self) -> usize {
        let widths = self.widths();
        widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1)
    }

    /// Writes the table, its columns under each other.
    pub(crate) fn text(&self) -> String {
        let widths = self.widths();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                let missing = width - length(cell);
                line.extend(std::iter::repeat_n(' ', missing));
                line.push_str(GAP);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(length(cell));
            }
        }
        widths
    }
}

/// What stands between columns.
const GAP: &str = "  ";

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Replaces control characters, so that a value cannot write lines of its own.
pub(crate) fn one_line(text: &str) -> String {
    text.chars()
        .map(|char| if char.is_control() { '\u{fffd}' } else { char })
        .collect()
}

/// Returns a text of at most `limit` characters.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    if length(text) <= limit {
        return text.to_owned();
    }
    let kept = text.chars().take(limit.saturating_sub(1));
    kept.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::{Table, shortened};

    #[test]
    fn columns_stand_under_each_other() {
        let mut table = Table::new(["app", "dev", "prod"]);
        table.row(["web", "v1.10", ""]);
        table.row(["größe", "v\n2", "x"]);
        assert_eq!(
            table.text(),
            "app    dev    prod\nweb    v1.10\ngröße  v\u{fffd}2    x\n"
        );
        assert_eq!(table.width(), 18);
    }

    #[test]
    fn what_is_too_long_is_cut() {
        assert_eq!(shortened("abcdef", 4), "abc…");
        assert_eq!(shortened("abcd", 4), "abcd");
    }
}
