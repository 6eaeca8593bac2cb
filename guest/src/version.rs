//! The order of versions, where it can be told from their names.

use std::cmp::Ordering;

/// A version of numbers, as `v1.4.2`, `2.7.0-rc.1` or `2026.11.27`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version<'t> {
    numbers: Vec<u64>,
    /// What comes before the release, by its parts; a release has none.
    before: Vec<&'t str>,
}

impl<'t> Version<'t> {
    /// Reads a version; `None` when the text is none, as the name of a commit.
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let text = text.split('+').next().unwrap_or(text);
        let (numbers, before) = match text.split_once('-') {
            Some((numbers, before)) => (numbers, before.split('.').collect()),
            None => (text, Vec::new()),
        };
        let number = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse().ok())?
        };
        let numbers: Vec<u64> = numbers.split('.').map(number).collect::<Option<_>>()?;
        // A single number can be anything, such as a part of the name of a commit.
        (numbers.len() > 1).then_some(Self { numbers, before })
    }

    fn compare(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        let number =
            |version: &Self, index: usize| version.numbers.get(index).copied().unwrap_or(0);
        let by_number = (0..length).map(|index| number(self, index).cmp(&number(other, index)));
        by_number
            .chain([before(&self.before, &other.before)])
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

/// Compares what comes before a release: the release itself comes last.
fn before(one: &[&str], other: &[&str]) -> Ordering {
    match (one.is_empty(), other.is_empty()) {
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        _ => {
            let part =
                |(one, other): (&&str, &&str)| match (one.parse::<u64>(), other.parse::<u64>()) {
                    (Ok(one), Ok(other)) => one.cmp(&other),
                    (Ok(_), Err(_)) => Ordering::Less,
                    (Err(_), Ok(_)) => Ordering::Greater,
                    (Err(_), Err(_)) => one.cmp(other),
                };
            let parts = one.iter().zip(other).map(part);
            parts
                .chain([one.len().cmp(&other.len())])
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        }
    }
}

/// Compares two versions; `None` when their names do not tell which is newer.
pub(crate) fn compare(one: &str, other: &str) -> Option<Ordering> {
    Some(Version::parse(one)?.compare(&Version::parse(other)?))
}

#[cfg(test)]
mod tests {
    use super::compare;
    use std::cmp::Ordering;

    #[test]
    fn versions_come_in_the_order_of_semver() {
        let order = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "v1.0.0",
            "1.0.1",
            "1.9.0",
            "v1.10",
            "2.0.0",
            "2026.11.27",
        ];
        for (index, one) in order.iter().enumerate() {
            for (other_index, other) in order.iter().enumerate() {
                assert_eq!(
                    compare(one, other),
                    Some(index.cmp(&other_index)),
                    "{one} {other}"
                );
            }
        }
        assert_eq!(compare("1.4", "v1.4.0+build.7"), Some(Ordering::Equal));
    }

    #[test]
    fn names_of_commits_have_no_order() {
        for text in [
            "6ce74723", "0123e45", "1234567", "main-42", "", "1.x", "v", "1..2",
        ] {
            assert_eq!(compare(text, "1.0.0"), None, "{text}");
        }
    }
}
