//! Colours, where there is a terminal that wants them.

/// Whether each stream shows colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colours {
    /// On standard output.
    pub output: bool,
    /// On standard error.
    pub error: bool,
}

const RED: &str = "\x1b[1;31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const CYAN: &str = "\x1b[36m";
const PLAIN: &str = "\x1b[0m";

/// Colours the beginnings of the lines of an error.
pub(super) fn error(text: &str) -> String {
    by_line(text, |line| {
        if line.starts_with("error[") {
            let end = line.find("]: ").map(|at| at + 2)?;
            Some((RED, end))
        } else if line.starts_with("warning") {
            let end = line.find(": ").map(|at| at + 1)?;
            Some((YELLOW, end))
        } else {
            line.starts_with("  hint:")
                .then_some((CYAN, "  hint:".len()))
        }
    })
}

/// Colours the lines of a diff.
pub(super) fn diff(text: &str) -> String {
    by_line(text, |line| match line.as_bytes().first() {
        Some(b'+') => Some((GREEN, line.len())),
        Some(b'-') => Some((RED, line.len())),
        Some(b'@') if line.starts_with("@@") => Some((CYAN, line.len())),
        _ => None,
    })
}

/// Colours the first bytes of each line, as `choose` says.
fn by_line(text: &str, choose: impl Fn(&str) -> Option<(&'static str, usize)>) -> String {
    let lines = text.split_inclusive('\n').map(|whole| {
        let line = whole.trim_end_matches('\n');
        match choose(line) {
            Some((colour, end)) => format!("{colour}{}{PLAIN}{}", &line[..end], &whole[end..]),
            None => whole.to_owned(),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::{diff, error};

    #[test]
    fn colours_surround_words_and_change_none() {
        assert_eq!(
            error("error[moving]: tag `latest`\n  hint: Use another.\n"),
            "\x1b[1;31merror[moving]:\x1b[0m tag `latest`\n\x1b[36m  hint:\x1b[0m Use another.\n"
        );
        assert_eq!(
            diff("@@ -1 +1 @@\n-a\n+b\n c"),
            "\x1b[36m@@ -1 +1 @@\x1b[0m\n\x1b[1;31m-a\x1b[0m\n\x1b[32m+b\x1b[0m\n c"
        );
    }
}
