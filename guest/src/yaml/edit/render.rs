//! New values, written the way the file writes such values.

use super::Value;
use super::scalar::write;
use crate::yaml::quote::Context;
use crate::yaml::{File, NodeRef, ScalarKind};

/// How a file indents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout<'a> {
    pub(super) file: &'a File,
    /// The spaces that a mapping in a mapping is moved to the right.
    pub(super) step: usize,
    /// The spaces that the `-` of a list in a mapping is moved to the right.
    pub(super) dash: usize,
    /// The spaces after a `-`.
    pub(super) gap: usize,
}

impl<'a> Layout<'a> {
    /// Finds how the file indents: next to `near` first, else anywhere.
    pub(super) fn near(near: NodeRef<'a>) -> Self {
        let file = near.file;
        let siblings = || {
            near.parent()
                .into_iter()
                .chain([near])
                .flat_map(NodeRef::entries)
        };
        let everywhere = || file.nodes().filter_map(|value| Some((value.key()?, value)));
        let find = |list: bool| {
            let offset = |(key, value)| offset(key, value, list);
            siblings()
                .find_map(offset)
                .or_else(|| everywhere().find_map(offset))
        };
        let gap = file.nodes().filter(|list| list.is_sequence()).find_map(gap);
        Self {
            file,
            step: find(false).filter(|step| *step > 0).unwrap_or(2),
            dash: find(true).unwrap_or(0),
            gap: gap.unwrap_or(1),
        }
    }

    /// Writes an entry as lines, without the indentation of the first.
    pub(super) fn entry(&self, key: &str, value: &Value) -> Vec<String> {
        let key = write(self.file, key, ScalarKind::Text, Context::Block);
        let (nested, indentation) = match value {
            Value::Mapping(entries) if !entries.is_empty() => (self.entries(entries), self.step),
            Value::Sequence(items) if !items.is_empty() => (self.items(items), self.dash),
            _ => return vec![format!("{key}: {}", self.inline(value, Context::Block))],
        };
        let indented = nested
            .iter()
            .map(|line| format!("{:indentation$}{line}", ""));
        std::iter::once(format!("{key}:")).chain(indented).collect()
    }

    /// Writes an item as lines, with its `-`.
    pub(super) fn item(&self, value: &Value) -> Vec<String> {
        let nested = match value {
            Value::Mapping(entries) if !entries.is_empty() => self.entries(entries),
            Value::Sequence(items) if !items.is_empty() => self.items(items),
            _ => vec![self.inline(value, Context::Block)],
        };
        let width = self.gap + 1;
        let line = |(count, line): (usize, &String)| match count {
            0 => format!("{:<width$}{line}", "-"),
            _ => format!("{:width$}{line}", ""),
        };
        nested.iter().enumerate().map(line).collect()
    }

    fn entries(&self, entries: &[(String, Value)]) -> Vec<String> {
        entries
            .iter()
            .flat_map(|(key, value)| self.entry(key, value))
            .collect()
    }

    fn items(&self, items: &[Value]) -> Vec<String> {
        items.iter().flat_map(|item| self.item(item)).collect()
    }

    fn inline(&self, value: &Value, context: Context) -> String {
        Inline {
            file: self.file,
            context,
            compact: false,
            quoted: false,
        }
        .value(value)
    }
}

/// How values are written on one line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inline<'a> {
    pub(super) file: &'a File,
    /// Where the value stands.
    pub(super) context: Context,
    /// Without blanks after `,` and `:`.
    pub(super) compact: bool,
    /// With double quotes around keys.
    pub(super) quoted: bool,
}

impl Inline<'_> {
    /// Writes a value.
    pub(super) fn value(self, value: &Value) -> String {
        let inside = Self {
            context: Context::Flow,
            ..self
        };
        match value {
            Value::Scalar(text, kind) => write(self.file, text, *kind, self.context),
            Value::Mapping(entries) => {
                let entries = entries.iter().map(|(key, value)| inside.entry(key, value));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(self.comma()))
            }
            Value::Sequence(items) => {
                let items = items.iter().map(|item| inside.value(item));
                format!("[{}]", items.collect::<Vec<_>>().join(self.comma()))
            }
        }
    }

    /// Writes an entry of a flow mapping.
    pub(super) fn entry(self, key: &str, value: &Value) -> String {
        let key = match self.quoted {
            true => crate::yaml::quote::double(key),
            false => write(self.file, key, ScalarKind::Text, Context::Flow),
        };
        let colon = if self.compact { ":" } else { ": " };
        format!("{key}{colon}{}", self.value(value))
    }

    /// Returns what is between two items.
    pub(super) fn comma(self) -> &'static str {
        if self.compact { "," } else { ", " }
    }
}

/// Returns how far a nested block collection is right of its key.
fn offset(key: NodeRef<'_>, value: NodeRef<'_>, list: bool) -> Option<usize> {
    let block = !value.is_scalar() && !value.is_flow() && value.is_sequence() == list;
    let below = value.span().start() > key.span().end();
    let written = block && below && value.followed() == value && !value.is_empty();
    written.then(|| value.column().checked_sub(key.column()))?
}

/// Returns the number of blanks after the first `-` of a block list.
pub(super) fn gap(list: NodeRef<'_>) -> Option<usize> {
    let first = list.items().next().filter(|_| !list.is_flow())?;
    let dash = list.followed().span().start();
    let between = list.file.text.get(dash + 1..first.outer_span().start())?;
    let blank = !between.is_empty() && between.bytes().all(|byte| byte == b' ');
    blank.then_some(between.len())
}

/// How deep a new value may be nested.
const MOST_LEVELS: usize = 64;

/// Whether a new value is nested too deep to be written.
pub(super) fn is_too_deep(value: &Value) -> bool {
    let mut level = vec![value];
    for _ in 0..MOST_LEVELS {
        level = level.into_iter().flat_map(inside).collect();
    }
    !level.is_empty()
}

fn inside(value: &Value) -> Vec<&Value> {
    match value {
        Value::Scalar(..) => Vec::new(),
        Value::Mapping(entries) => entries.iter().map(|(_, value)| value).collect(),
        Value::Sequence(items) => items.iter().collect(),
    }
}
