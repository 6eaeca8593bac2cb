//! What the user may have meant.

use super::resolve::Gap;
use super::{KeyPath, Step};
use crate::error::{Failure, Kind};
use crate::yaml::NodeRef;
use crate::yaml::tree::File;

/// The most suggestions of an error.
const MOST: usize = 3;

impl KeyPath {
    /// Describes a path that leads nowhere.
    pub(super) fn no_such_key(&self, gap: Gap<'_>) -> Failure {
        let way = Self {
            steps: self.steps.get(..gap.step).unwrap_or_default().to_vec(),
        };
        let step = self
            .steps
            .get(gap.step)
            .map(ToString::to_string)
            .unwrap_or_default();
        let place = if way.steps.is_empty() {
            "the document".to_owned()
        } else {
            way.to_string()
        };
        let what = match gap.node {
            node if node.is_mapping() => "is a mapping",
            node if node.is_sequence() => "is a list",
            node if node.is_null() => "is empty",
            _ => "is a single value",
        };
        let message = format!("no key {self}: {place} {what} and has no {step}");
        let failure = Failure::new(Kind::NoSuchKey, message).at(gap.node.location());
        let near = self.near(gap, &way);
        if near.is_empty() {
            return match gap.node.len() {
                0 => failure,
                length if gap.node.is_sequence() => {
                    failure.hint(format!("The list {place} has {length} items."))
                }
                _ => failure,
            };
        }
        failure.hint(format!("Did you mean {}?", near.join(" or ")))
    }

    fn near(&self, gap: Gap<'_>, way: &Self) -> Vec<String> {
        let rest = self.steps.get(gap.step + 1..).unwrap_or_default();
        let full = |step: Step| {
            let steps = way
                .steps
                .iter()
                .cloned()
                .chain([step])
                .chain(rest.iter().cloned());
            Self {
                steps: steps.collect(),
            }
            .to_string()
        };
        let mut near: Vec<String> = self.dotted(gap, way).into_iter().collect();
        match self.steps.get(gap.step) {
            Some(Step::Key(key)) => {
                let keys = gap.node.entries().filter_map(|(name, _)| name.as_str());
                near.extend(nearest(key, keys).map(|key| full(Step::Key(key.to_owned()))));
            }
            Some(Step::Field(keys, value)) => {
                let fields = gap.node.items().filter_map(|item| {
                    keys.iter()
                        .try_fold(item, |field, key| field.get(key))?
                        .as_str()
                });
                let step = |value: &str| Step::Field(keys.clone(), value.to_owned());
                near.extend(nearest(value, fields).map(|value| full(step(value))));
            }
            _ => {}
        }
        if near.is_empty() && !matches!(self.steps.get(gap.step), Some(Step::Index(_))) {
            near = self.elsewhere(gap.node.file());
        }
        near.truncate(MOST);
        near
    }

    /// Returns the path in which several keys are one key with dots.
    fn dotted(&self, gap: Gap<'_>, way: &Self) -> Option<String> {
        let rest = self.steps.get(gap.step..)?;
        let mut joined = String::new();
        for (count, step) in rest.iter().enumerate() {
            let Step::Key(key) = step else { return None };
            joined.push_str(key);
            if count > 0 && gap.node.own(&joined).is_some() {
                let after = rest.get(count + 1..)?.iter().cloned();
                let steps = way
                    .steps
                    .iter()
                    .cloned()
                    .chain([Step::Key(joined)])
                    .chain(after);
                return Some(
                    Self {
                        steps: steps.collect(),
                    }
                    .to_string(),
                );
            }
            joined.push('.');
        }
        None
    }

    /// Returns the paths of the file that end like this one.
    fn elsewhere(&self, file: &File) -> Vec<String> {
        let ends_alike = |node: NodeRef<'_>| {
            let mut around = Some(node);
            self.steps.iter().rev().all(|step| {
                let here = around;
                around = around.and_then(NodeRef::parent);
                match (here, step) {
                    (Some(node), Step::Key(key)) => node.key().is_some_and(|name| name.is_key(key)),
                    (Some(node), _) => node.index().is_some(),
                    (None, _) => false,
                }
            })
        };
        file.nodes()
            .filter(|node| ends_alike(*node))
            .take(MOST)
            .map(NodeRef::path)
            .collect()
    }
}

/// Returns the words within a third of their length of `word`, nearest first.
fn nearest<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    /// Words that are compared; a mapping of thousands is not a spelling mistake.
    const MOST_WORDS: usize = 2000;
    let limit = (word.chars().count() / 3).max(1);
    let mut near: Vec<_> = words
        .take(MOST_WORDS)
        .map(|other| (distance(word, other, limit), other))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    near.sort_by_key(|(distance, _)| *distance);
    near.dedup_by_key(|(_, word)| *word);
    near.into_iter().map(|(_, word)| word)
}

/// Returns the number of characters that are added, lost, replaced or swapped
/// with their neighbour between two words; more than `limit` when it is more.
pub(super) fn distance(one: &str, other: &str, limit: usize) -> usize {
    let one: Vec<char> = one.chars().flat_map(char::to_lowercase).take(100).collect();
    let other: Vec<char> = other
        .chars()
        .flat_map(char::to_lowercase)
        .take(100)
        .collect();
    if one.len().abs_diff(other.len()) > limit {
        return limit + 1;
    }
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let at = |back: usize, column: usize| {
                let row = rows
                    .len()
                    .checked_sub(back)
                    .and_then(|index| rows.get(index));
                row.and_then(|row| row.get(column))
                    .copied()
                    .unwrap_or(usize::MAX - 1)
            };
            let mut best = (at(1, j) + usize::from(a != b)).min(at(1, j + 1) + 1);
            best = best.min(row.last().map_or(usize::MAX, |left| left + 1));
            let swapped =
                j > 0 && i > 0 && other.get(j - 1) == Some(a) && one.get(i - 1) == Some(b);
            if swapped {
                best = best.min(at(2, j - 1) + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows.last()
        .and_then(|row| row.last())
        .copied()
        .unwrap_or(limit + 1)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn the_distance_counts_typing_mistakes() {
        for (one, other, expected) in [
            ("tag", "tag", 0),
            ("tga", "tag", 1),
            ("tags", "tag", 1),
            ("", "ab", 2),
            ("Tag", "tag", 0),
        ] {
            assert_eq!(distance(one, other, 5), expected, "{one} {other}");
        }
        assert!(distance("short", "a much longer one", 2) > 2);
    }
}
