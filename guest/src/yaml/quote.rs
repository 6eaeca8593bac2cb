//! When a text needs quotes, and how to quote it.

/// Where a scalar stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// In a block collection, or alone.
    Block,
    /// In `[…]` or `{…}`.
    Flow,
}

/// Whether `value`, written without quotes, is that text for every reader:
/// YAML 1.1 and 1.2, go-yaml, PyYAML, ruamel.yaml, js-yaml.
///
/// ```
/// use towpath_guest::yaml::quote::{Context, plain_is_text};
///
/// assert!(plain_is_text("v1.10.0", Context::Block));
/// assert!(!plain_is_text("1.10", Context::Block)); // the number 1.1
/// assert!(!plain_is_text("706798e8", Context::Block)); // a number, too
/// assert!(!plain_is_text("a,b", Context::Flow)); // two items
/// ```
#[must_use]
pub fn plain_is_text(value: &str, context: Context) -> bool {
    is_writable_plain(value, context) && !is_typed(value)
}

/// Whether `value`, written without quotes, is one scalar that holds exactly
/// these characters, of whatever type.
#[must_use]
pub fn is_writable_plain(value: &str, context: Context) -> bool {
    // `-` and `.` could begin an item, a document or its end.
    let first = value.chars().next();
    let indicator = |c: char| "-?:,[]{}#&*!|>'\"%@`.".contains(c);
    let flow = context == Context::Flow;
    first.is_some_and(|c| !indicator(c))
        && !value.starts_with(char::is_whitespace)
        && !value.ends_with(char::is_whitespace)
        && value.chars().all(|c| is_printable(c) && c != '\t')
        && !value.contains(": ")
        && !value.contains(" #")
        && !value.ends_with(':')
        && !(flow && (value.contains([',', '[', ']', '{', '}']) || is_odd_in_flow(value)))
}

/// Whether a colon stands where readers do not agree on what it is in `{…}`.
fn is_odd_in_flow(value: &str) -> bool {
    value.contains(":?") || value.contains(" :")
}

/// Whether a number or another type is written in the one spelling that every
/// reader keeps, so that nothing is lost when it stays a number.
///
/// `3`, `-1`, `2.5`, `true` and `null` are; `1.10`, `007`, `1e3` and `yes` are not.
#[must_use]
pub fn is_canonical(value: &str) -> bool {
    /// More digits would not fit a 64-bit integer or float everywhere.
    const MOST_DIGITS: usize = 15;
    if matches!(value, "true" | "false" | "null") {
        return true;
    }
    let number = value.strip_prefix('-').unwrap_or(value);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "1"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && (whole == "0" || !whole.starts_with('0'))
        && !fraction.ends_with('0')
        && number.len() <= MOST_DIGITS
        && value != "-0"
}

/// Writes a text between double quotes, on one line; valid in JSON, too.
#[must_use]
pub fn double(value: &str) -> String {
    use std::fmt::Write as _;
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for c in value.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_printable(c) => quoted.push(c),
            // All characters that are not printable are in the first plane.
            c => write!(quoted, "\\u{:04x}", u32::from(c)).unwrap_or_default(),
        }
    }
    quoted.push('"');
    quoted
}

/// Writes a text between single quotes, on one line, if that is possible.
#[must_use]
pub fn single(value: &str) -> Option<String> {
    let printable = value.chars().all(is_printable);
    printable.then(|| format!("'{}'", value.replace('\'', "''")))
}

/// Whether a character may be written as it is on one line.
#[must_use]
pub fn is_printable(c: char) -> bool {
    // The line breaks of YAML 1.1 are printable, but fold.
    !matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
        && matches!(c, '\t' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether some reader takes the plain scalar for something other than text.
#[must_use]
pub fn is_typed(value: &str) -> bool {
    is_word(value) || is_date(value) || is_number(value)
}

/// Null, booleans, merge and default value, in any case.
fn is_word(value: &str) -> bool {
    const WORDS: [&str; 13] = [
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "=",
    ];
    WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// `2024-01-02`, alone or with a time.
fn is_date(value: &str) -> bool {
    let mut parts = value.splitn(3, '-');
    let (year, month, rest) = (parts.next(), parts.next(), parts.next());
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = |text: Option<&str>, lengths: &[usize]| {
        text.is_some_and(|text| lengths.contains(&text.len()) && digits(text) == text.len())
    };
    let Some(rest) = rest.filter(|_| whole(year, &[4]) && whole(month, &[1, 2])) else {
        return false;
    };
    let day = digits(rest);
    let time = rest.get(day..).unwrap_or_default();
    (1..=2).contains(&day) && (time.is_empty() || time.starts_with(['T', 't', ' ', '\t']))
}

/// Integers and floats of every base and notation.
pub(crate) fn is_number(value: &str) -> bool {
    let unsigned = value.strip_prefix(['-', '+']).unwrap_or(value);
    let signed = unsigned.len() < value.len();
    // go-yaml and others drop all underscores before they look.
    let starts = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let number = unsigned.replace('_', "").to_ascii_lowercase();
    starts && (is_based(unsigned) || is_decimal(&number) || is_sexagesimal(&number))
        || matches!(&*number, ".inf" | ".nan")
        || signed && matches!(&*number, "inf" | "infinity" | "nan")
}

/// `0x1F`, `0o17`, `0b11`, with underscores, and Go's hexadecimal floats.
fn is_based(unsigned: &str) -> bool {
    let number = unsigned.to_ascii_lowercase();
    let digits = |prefix: &str, digits: &str| {
        number
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| digits.contains(c)))
    };
    let hexadecimal_float = || {
        let Some((mantissa, exponent)) = number.split_once('p') else {
            return false;
        };
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        let mantissa = mantissa.strip_prefix("0x").unwrap_or_default();
        !mantissa.is_empty()
            && mantissa
                .chars()
                .all(|c| c.is_ascii_hexdigit() || "._".contains(c))
            && !exponent.is_empty()
            && exponent.bytes().all(|byte| byte.is_ascii_digit())
    };
    digits("0x", "0123456789abcdef_")
        || digits("0o", "01234567_")
        || digits("0b", "01_")
        || hexadecimal_float()
}

/// `12`, `1.5`, `1.`, `.5`, `1e5`, `1.e-5`, `007`.
fn is_decimal(number: &str) -> bool {
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match number.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (number, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_is_number = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && all_digits(exponent)
    });
    (!whole.is_empty() || !fraction.is_empty())
        && all_digits(whole)
        && all_digits(fraction)
        && exponent_is_number
}

/// `1:30` and `190:20:30.15`, the base-60 numbers of YAML 1.1.
fn is_sexagesimal(number: &str) -> bool {
    let (number, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = number.split(':');
    let first = groups
        .next()
        .is_some_and(|group| !group.is_empty() && all_digits(group));
    let mut count = 0;
    let rest = groups.all(|group| {
        count += 1;
        let below_sixty = group.len() == 1 || group.starts_with(|c| ('0'..='5').contains(&c));
        (1..=2).contains(&group.len()) && all_digits(group) && below_sixty
    });
    first && rest && count > 0 && all_digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::{Context, double, is_canonical, plain_is_text, single};

    /// The list that every release keeps quoted.
    const QUOTED: &[&str] = &[
        "",
        "1.10",
        "007",
        "0755",
        "0o17",
        "0x1F",
        "0b11",
        "1_000",
        "1:30",
        "190:20:30",
        ".5",
        "1.",
        "+1",
        "1e5",
        "12e3",
        "0e1234",
        "706798e8",
        "0123e4567",
        "1e1000",
        ".inf",
        ".nan",
        "true",
        "yes",
        "on",
        "y",
        "n",
        "off",
        "no",
        "null",
        "~",
        "2024-01-02",
        "<<",
        "=",
        "1234567890123456789012345678901234567890",
        "-v1",
        ".v1",
        "YES",
        "True",
        "tRUE",
        "Null",
        "-.INF",
        "+.inf",
        "0X1f",
        "0B1",
        "0O7",
        "1E5",
        "1.5e+3",
        "1_0e3",
        "1_000.5",
        "0_",
        "09",
        "190:20:30.15",
        "2024-1-2",
        "2024-01-02T10:00:00Z",
        "2024-01-02 10:00",
        " v",
        "v ",
        "a #b",
        "#a",
        "a: b",
        "a:",
        "a\tb",
        "a\nb",
        "a\u{85}b",
        "a\u{2028}b",
        "\u{feff}a",
        "a\u{7f}",
        "a\u{1b}",
        "%a",
        "@a",
        "`a",
        "&a",
        "*a",
        "!a",
        "|a",
        ">a",
        "'a",
        "\"a",
        "?a",
        ":a",
        ",a",
        "[a",
        "]a",
        "{a",
        "}a",
        "-",
        "---",
        "...",
        "- a",
        "0x1p-2",
        "+inf",
        "0b_",
    ];

    /// What must not be quoted when it was not.
    const PLAIN: &[&str] = &[
        "v1",
        "1.2.3",
        "v1.10",
        "a:b",
        "reg:5000/app:v1",
        "a#b",
        "1a2b3c4",
        "abc1234",
        "10:90",
        "8080:80",
        "2024-01-02-a",
        "2024-01",
        "20240102-1200",
        "e5",
        "0xg",
        "0o8",
        "0b2",
        "1.2.3-rc.1",
        "1.0.0+build.5",
        "inf",
        "nan",
        "+",
        "~a",
        "yesterday",
        "null2",
        "a,b",
        "a[b]",
        "_1",
        "v1.4.2@sha256:0a",
        "é",
        "日本",
        "😀",
        "1e",
        "1e+",
        "main",
        "<<<",
        "==",
        "0x",
        "$a",
        "a'b",
        "a\"b",
        "a\\b",
        "a - b",
        "1.2.3e5.6",
    ];

    #[test]
    fn what_some_reader_takes_for_something_else_is_quoted() {
        for value in QUOTED {
            assert!(!plain_is_text(value, Context::Block), "{value:?}");
            assert!(!plain_is_text(value, Context::Flow), "{value:?}");
        }
    }

    #[test]
    fn what_every_reader_takes_for_text_is_not_quoted() {
        for value in PLAIN {
            assert!(plain_is_text(value, Context::Block), "{value:?}");
            let breaks_flow = value.contains([',', '[', ']']);
            assert_eq!(
                plain_is_text(value, Context::Flow),
                !breaks_flow,
                "{value:?}"
            );
        }
    }

    #[test]
    fn colons_that_readers_do_not_agree_on_are_quoted_between_braces() {
        for value in ["a :b", "a:?b"] {
            assert!(plain_is_text(value, Context::Block), "{value:?}");
            assert!(!plain_is_text(value, Context::Flow), "{value:?}");
        }
    }

    #[test]
    fn canonical_values_lose_nothing() {
        for value in [
            "0", "3", "-1", "2.5", "0.5", "true", "false", "null", "123456",
        ] {
            assert!(is_canonical(value), "{value}");
        }
        for value in [
            "",
            "-0",
            "007",
            "1.10",
            "1.0",
            "1.",
            ".5",
            "1e3",
            "yes",
            "True",
            "~",
            "v1",
            "-",
            "1234567890123456",
        ] {
            assert!(!is_canonical(value), "{value}");
        }
    }

    #[test]
    fn quotes_hold_every_text() {
        assert_eq!(
            double("a\"\\\n\t\r\u{1b}\u{85}é😀"),
            "\"a\\\"\\\\\\n\\t\\r\\u001b\\u0085é😀\""
        );
        assert_eq!(single("it's"), Some("'it''s'".to_owned()));
        assert_eq!(single("a\nb"), None);
        assert_eq!(single("a\tb"), Some("'a\tb'".to_owned()));
    }
}
