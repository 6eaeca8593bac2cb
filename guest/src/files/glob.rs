//! Globs of paths, much as in `.gitignore`.

use crate::error::{Failure, Kind};

/// A glob: `*` and `?` stay within a component, `**` does not.
///
/// A glob without a slash matches in every directory; one that matches a
/// directory matches everything below it.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    parts: Vec<String>,
}

impl Glob {
    /// Reads a glob. What means something elsewhere and nothing here is refused:
    /// who writes it believes that files are left alone.
    ///
    /// # Errors
    /// Of this kind.
    pub(crate) fn parse(text: &str, kind: Kind) -> Result<Self, Failure> {
        if text.starts_with('!') || text.contains(['[', ']', '{', '}', '\\']) {
            return Err(Failure::new(kind, format!("`{text}` is no glob"))
                .hint("A glob has `*`, `**` and `?`; give one for each alternative, and `?` for any one character."));
        }
        let mut parts: Vec<_> = text
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .map(str::to_owned)
            .collect();
        if !parts.is_empty() && !text.trim_end_matches('/').contains('/') {
            parts.insert(0, "**".to_owned());
        }
        Ok(Self { parts })
    }

    /// Whether the glob matches the path or a directory around it.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let names: Vec<_> = path.split('/').collect();
        let parts: Vec<_> = self.parts.iter().map(String::as_str).collect();
        !parts.is_empty() && matches_parts(&parts, &names)
    }
}

/// Matches components; `reached[i]` says that the first `i` of `parts` match
/// what was seen so far.
fn matches_parts(parts: &[&str], names: &[&str]) -> bool {
    let mut reached = vec![false; parts.len() + 1];
    reached[0] = true;
    for name in names {
        skip_stars(parts, &mut reached);
        let mut next = vec![false; parts.len() + 1];
        for (index, part) in parts
            .iter()
            .enumerate()
            .filter(|(index, _)| reached[*index])
        {
            if *part == "**" {
                next[index] = true;
            } else if matches_name(part, name) {
                next[index + 1] = true;
            }
        }
        // What is matched already holds everything below it.
        next[parts.len()] |= reached[parts.len()];
        reached = next;
    }
    skip_stars(parts, &mut reached);
    reached[parts.len()]
}

/// Lets `**` match nothing.
fn skip_stars(parts: &[&str], reached: &mut [bool]) {
    for (index, part) in parts.iter().enumerate() {
        reached[index + 1] |= reached[index] && *part == "**";
    }
}

/// Matches one component, without going back more than one `*`.
fn matches_name(glob: &str, name: &str) -> bool {
    let (glob, name): (Vec<char>, Vec<char>) = (glob.chars().collect(), name.chars().collect());
    let (mut g, mut n) = (0, 0);
    let mut star = None;
    while n < name.len() {
        match glob.get(g) {
            Some('*') => {
                star = Some((g, n));
                g += 1;
            }
            Some('?') => (g, n) = (g + 1, n + 1),
            Some(char) if *char == name[n] => (g, n) = (g + 1, n + 1),
            _ => {
                let Some((at, from)) = star else { return false };
                star = Some((at, from + 1));
                (g, n) = (at + 1, from + 1);
            }
        }
    }
    glob.get(g..)
        .is_some_and(|rest| rest.iter().all(|char| *char == '*'))
}

#[cfg(test)]
mod tests {
    use super::{Glob, Kind};

    #[track_caller]
    fn check(glob: &str, path: &str, expected: bool) {
        let parsed = Glob::parse(glob, Kind::Usage).unwrap();
        assert_eq!(parsed.matches(path), expected, "{glob} {path}");
    }

    #[test]
    fn globs() {
        check("*.json", "a/b.json", true);
        check("*.json", "a/b.yaml", false);
        check("tests", "a/tests/b.yaml", true);
        check("tests/", "a/tests/b.yaml", true);
        check("a/*.yaml", "a/b.yaml", true);
        check("a/*.yaml", "a/b/c.yaml", false);
        check("a/**/c.yaml", "a/c.yaml", true);
        check("a/**/c.yaml", "a/x/y/c.yaml", true);
        check("a/**", "a/x/y/c.yaml", true);
        check("a", "ab/c.yaml", false);
        check("./a/b", "a/b/c.yaml", true);
        check("v?.yaml", "v1.yaml", true);
        check("*a*b*", "xaxxbx", true);
        check("*a*b*", "xbxa", false);
        check("", "a", false);
        check("**", "a/b", true);
    }

    #[test]
    fn what_means_something_elsewhere_is_refused() {
        for glob in ["[ab].yaml", "a.{yaml,yml}", "!a.yaml", "a\\*"] {
            let failure = Glob::parse(glob, Kind::Usage).unwrap_err();
            assert_eq!(failure.problem.message, format!("`{glob}` is no glob"));
        }
    }
}
