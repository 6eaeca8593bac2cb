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

/// Colours the lines of the diffs in a report: from their heads to an empty line.
pub(super) fn report(text: &str) -> String {
    let mut is_diff = false;
    by_line(text, |line| {
        is_diff = !line.is_empty() && (is_diff || line.starts_with("--- "));
        match line.as_bytes().first().filter(|_| is_diff) {
            Some(b'+') => Some((GREEN, line.len())),
            Some(b'-') => Some((RED, line.len())),
            Some(b'@') if line.starts_with("@@") => Some((CYAN, line.len())),
            _ => None,
        }
    })
}

/// Colours the first bytes of each line, as `choose` says.
fn by_line(text: &str, mut choose: impl FnMut(&str) -> Option<(&'static str, usize)>) -> String {
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
    use super::{error, report};

    #[test]
    fn colours_surround_words_and_change_none() {
        assert_eq!(
            error("error[moving]: tag `latest`\n  hint: Use another.\n"),
            "\x1b[1;31merror[moving]:\x1b[0m tag `latest`\n\x1b[36m  hint:\x1b[0m Use another.\n"
        );
        assert_eq!(
            report("- x\n\n--- a\n@@ -1 +1 @@\n-a\n+b\n c\n\n- y"),
            "- x\n\n\x1b[1;31m--- a\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n\
             \x1b[1;31m-a\x1b[0m\n\x1b[32m+b\x1b[0m\n c\n\n- y"
        );
    }
}
