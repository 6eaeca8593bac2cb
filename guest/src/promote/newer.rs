//! Which of two versions is newer, where that can be told from them alone.

use std::cmp::Ordering;

/// A version taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Parsed<'t> {
    /// What stands before the numbers, such as `v` or `release/`.
    prefix: &'t str,
    numbers: Vec<u64>,
    /// What follows a hyphen; a version without it is newer.
    before_release: Option<&'t str>,
}

/// Whether the first version is newer than the second one. Versions that do
/// not tell, such as commits, are not.
pub(crate) fn is_newer(one: &str, other: &str) -> bool {
    let tag = |text| without_digest(text);
    match (Parsed::of(tag(one)), Parsed::of(tag(other))) {
        (Some(one), Some(other)) => one.compare(&other) == Some(Ordering::Greater),
        _ => false,
    }
}

fn without_digest(text: &str) -> &str {
    text.split('@').next().unwrap_or(text)
}

impl<'t> Parsed<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let start = text.find(|char: char| char.is_ascii_digit())?;
        let (prefix, rest) = text.split_at_checked(start)?;
        let telling = prefix.is_empty()
            || prefix.ends_with(['v', 'V', '/', '-', '_'])
            || prefix.eq_ignore_ascii_case("release");
        let rest = rest.split('+').next()?;
        let (core, before_release) = match rest.split_once('-') {
            Some((core, before)) => (core, Some(before)),
            None => (rest, None),
        };
        let numbers = core.split('.').map(|number| number.parse().ok());
        let numbers: Vec<u64> = numbers.collect::<Option<_>>()?;
        // A number alone may be a commit that happens to have no letters.
        let may_be_commit = numbers.len() == 1 && prefix.is_empty() && core.len() >= 7;
        let is_time = core.starts_with("20") && matches!(core.len(), 8 | 12 | 14);
        (telling && (!may_be_commit || is_time)).then_some(Self {
            prefix,
            numbers,
            before_release,
        })
    }

    /// Compares versions of one scheme; `None` for those of two.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        let is_v = |prefix: &str| prefix.trim_end_matches(['v', 'V']).to_owned();
        if is_v(self.prefix) != is_v(other.prefix) || self.is_alone() != other.is_alone() {
            return None;
        }
        let length = self.numbers.len().max(other.numbers.len());
        let number = |numbers: &[u64], index| numbers.get(index).copied().unwrap_or(0);
        let numbers = (0..length)
            .map(|index| number(&self.numbers, index).cmp(&number(&other.numbers, index)))
            .find(|order| order.is_ne());
        match numbers {
            Some(order) => Some(order),
            None => match (self.before_release, other.before_release) {
                (None, None) => Some(Ordering::Equal),
                (None, Some(_)) => Some(Ordering::Greater),
                (Some(_), None) => Some(Ordering::Less),
                (Some(one), Some(other)) => Some(parts(one, other)),
            },
        }
    }

    /// Whether it is one number, as that of a build, and no version of parts.
    fn is_alone(&self) -> bool {
        self.numbers.len() == 1
    }
}

/// Compares what follows a hyphen, part by part: numbers as such.
fn parts(one: &str, other: &str) -> Ordering {
    let (mut ours, mut theirs) = (one.split(['.', '-']), other.split(['.', '-']));
    loop {
        let order = match (ours.next(), theirs.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(one), Some(other)) => match (one.parse::<u64>(), other.parse::<u64>()) {
                (Ok(one), Ok(other)) => one.cmp(&other),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => one.cmp(other),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_newer;

    #[test]
    fn versions_tell_which_is_newer_and_commits_do_not() {
        for (one, other) in [
            ("1.10.0", "1.9.3"),
            ("v2", "v1"),
            ("v1.2.0", "1.1.9"),
            ("1.2.0", "1.2.0-rc.2"),
            ("1.2.0-rc.10", "1.2.0-rc.9"),
            ("5.0.6", "5.0.5-4"),
            ("release/2.7.0", "release/2.6.3"),
            ("120", "119"),
            ("20261127", "20261126"),
            ("1.2@sha256:00", "1.1@sha256:ff"),
            ("1.2.1", "1.2"),
        ] {
            assert!(is_newer(one, other), "{one} {other}");
            assert!(!is_newer(other, one), "{other} {one}");
        }
        for (one, other) in [
            ("fe0c21f0", "51d6f7ed"),
            ("9034172", "1034172"),
            ("sha-a6d6dc2", "sha-ac0a11e"),
            ("2.0.0", "main"),
            ("release/2.7.0", "v2.6.0"),
            ("1.0", "1.0.0"),
            ("12", "1.2"),
            (
                "RELEASE.2025-09-07T16-13-09Z",
                "RELEASE.2024-09-07T16-13-09Z",
            ),
        ] {
            assert!(!is_newer(one, other), "{one} {other}");
        }
    }
}
