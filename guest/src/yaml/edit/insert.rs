//! New entries and items in block style, on lines of their own.

use super::render::{self, Layout};
use super::scalar::lead;
use super::{Draft, Place, Splice, Value, refused};
use crate::error::Failure;
use crate::yaml::prove::Inserted;
use crate::yaml::{File, NodeRef, quote};

/// Bytes of a key as it is written: readers of YAML look no further for its colon.
const LONGEST_KEY: usize = 1024;

fn refuse_long_key(node: NodeRef<'_>, key: Option<&str>, value: &Value) -> Result<(), Failure> {
    if key.is_some_and(|key| quote::double(key).len() > LONGEST_KEY) {
        return Err(refused(
            node,
            "would get a key that is too long for readers of YAML",
        ));
    }
    match value {
        Value::Scalar(..) => Ok(()),
        Value::Mapping(entries) => entries
            .iter()
            .try_for_each(|(key, value)| refuse_long_key(node, Some(key), value)),
        Value::Sequence(items) => items
            .iter()
            .try_for_each(|item| refuse_long_key(node, None, item)),
    }
}

impl<'a> Draft<'a> {
    pub(super) fn insert_entry(
        &mut self,
        mapping: NodeRef<'a>,
        place: Place,
        (key, value): (&'a str, &'a Value),
    ) -> Result<(), Failure> {
        refuse_long_key(mapping, Some(key), value)?;
        self.refuse_second_key(mapping, key)?;
        let all = mapping.len();
        let index = |wanted| mapping.entries().position(|(name, _)| name.id == wanted);
        let before = match place {
            Place::End => Some(all),
            Place::After(name) => index(name).map(|index| index + 1),
            Place::Before(name) => index(name),
        };
        let before = before.ok_or_else(|| refused(mapping, "has no such key to insert at"))?;
        let earlier = self.expect(
            mapping,
            Inserted {
                before,
                key: Some(key),
                value,
            },
        )?;
        if mapping.is_mapping() && !mapping.is_flow() {
            let lines = Layout::near(mapping).entry(key, value);
            self.splices.push(match before.checked_sub(1) {
                None => before_first(mapping, &lines),
                Some(last) => after_child(mapping, last * 2 + 1, &lines, false),
            });
            return Ok(());
        }
        if mapping.is_mapping() && all > 0 {
            return self.insert_flow(mapping, before, &super::flow::entry(mapping, key, value));
        }
        if mapping.is_null() || mapping.is_mapping() {
            return self.start(
                mapping,
                &New {
                    key: Some(key),
                    value,
                    earlier,
                },
            );
        }
        Err(refused(mapping, "is not a mapping"))
    }

    pub(super) fn append_item(
        &mut self,
        list: NodeRef<'a>,
        item: &'a Value,
    ) -> Result<(), Failure> {
        refuse_long_key(list, None, item)?;
        let before = list.len();
        let earlier = self.expect(
            list,
            Inserted {
                before,
                key: None,
                value: item,
            },
        )?;
        if list.is_sequence() && !list.is_flow() {
            let layout = Layout::near(list);
            let gap = render::gap(list).unwrap_or(layout.gap);
            let lines = Layout { gap, ..layout }.item(item);
            let last = before.saturating_sub(1);
            self.splices
                .push(after_child(list, last, &lines, are_apart(list)));
            return Ok(());
        }
        if list.is_sequence() && before > 0 {
            return self.insert_flow(list, before, &super::flow::item(list, item));
        }
        if list.is_null() || list.is_sequence() {
            return self.start(
                list,
                &New {
                    key: None,
                    value: item,
                    earlier,
                },
            );
        }
        Err(refused(list, "is not a list"))
    }

    /// Notes something new, and returns how many came before it.
    fn expect(&mut self, parent: NodeRef<'a>, new: Inserted<'a>) -> Result<usize, Failure> {
        if render::is_too_deep(new.value) {
            return Err(refused(
                parent,
                "cannot hold a value that is nested so deep",
            ));
        }
        let all = self.expected.inserted.entry(parent.id).or_default();
        if new.key.is_some() && all.iter().any(|other| other.key == new.key) {
            return Err(refused(parent, "is given the same key twice"));
        }
        all.push(new);
        Ok(all.len() - 1)
    }

    /// Begins a collection where there is nothing, `~`, `{}` or `[]`.
    fn start(&mut self, node: NodeRef<'a>, new: &New<'_>) -> Result<(), Failure> {
        let text = &node.file.text;
        let below_key = node
            .key()
            .filter(|_| node.parent().is_some_and(|around| !around.is_flow()));
        let root = node.parent().is_none() && node.span().is_empty();
        let Some(column) = below_key.map(NodeRef::column).or(root.then_some(0)) else {
            return self.start_inline(node, new);
        };
        if node.file.json {
            return self.start_inline(node, new);
        }
        if node.span().is_empty() {
            lead(node)?;
        }
        let layout = Layout::near(node);
        let (lines, step) = match new.key {
            Some(key) => (layout.entry(key, new.value), layout.step),
            None => (layout.item(new.value), layout.dash),
        };
        let span = node.span();
        if new.earlier == 0 && !span.is_empty() {
            let before = text.get(..span.start()).unwrap_or_default();
            let start = before.trim_end_matches([' ', '\t']).len();
            self.splices.push(Splice::new(start..span.end(), ""));
        }
        let indentation = " ".repeat(if root { 0 } else { column + step });
        let lines: Vec<_> = lines
            .iter()
            .map(|line| format!("{indentation}{line}"))
            .collect();
        self.splices
            .push(on_next_line(node.file, span.end(), &lines));
        Ok(())
    }
}

/// Something new in a collection that begins with it.
pub(super) struct New<'v> {
    pub(super) key: Option<&'v str>,
    pub(super) value: &'v Value,
    /// How many came before it.
    pub(super) earlier: usize,
}

/// Writes lines before the first entry of a block mapping.
fn before_first(mapping: NodeRef<'_>, lines: &[String]) -> Splice {
    let file = mapping.file;
    let start = mapping.span().start();
    let indentation = indentation(mapping);
    let ending = file.lines.ending_near(start, &file.text);
    let text: String = lines
        .iter()
        .map(|line| format!("{line}{ending}{indentation}"))
        .collect();
    Splice::new(start..start, text)
}

/// Writes lines after a child of a block collection, and after the comments
/// below it that belong to it because they are indented more.
fn after_child(collection: NodeRef<'_>, child: usize, lines: &[String], apart: bool) -> Splice {
    let file = collection.file;
    let children = file.tree.children(collection.id);
    let last = children.get(child).copied().unwrap_or(collection.id);
    let mut end = file.tree.span(last).end();
    let column = collection.column();
    let mut next = file.lines.next_of(end, &file.text);
    while let Some(comment) = own_comment(file, next, column) {
        end = comment;
        next = file.lines.next_of(end, &file.text);
    }
    let indentation = indentation(collection);
    let blank = apart.then(String::new);
    let indented = lines.iter().map(|line| format!("{indentation}{line}"));
    let lines: Vec<_> = blank.into_iter().chain(indented).collect();
    on_next_line(file, end, &lines)
}

/// Returns the end of the line at `start` when it holds only a comment that is
/// right of `column`.
fn own_comment(file: &File, start: usize, column: usize) -> Option<usize> {
    let line = file.text.get(start..file.lines.end_of(start, &file.text))?;
    let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
    let comment = start + blanks;
    let known = file
        .tree
        .comments
        .binary_search_by_key(&comment, |span| span.start());
    (blanks > column && known.is_ok()).then_some(start + line.len())
}

/// Writes lines below the line that holds `end`.
fn on_next_line(file: &File, end: usize, lines: &[String]) -> Splice {
    let text = &file.text;
    let next = file.lines.next_of(end, text);
    let ending = file.lines.ending_near(end, text);
    let unfinished = next == text.len() && !text.ends_with(['\n', '\r']);
    let written: String = match unfinished {
        // The file ends without a line ending, and keeps doing so.
        true => lines.iter().map(|line| format!("{ending}{line}")).collect(),
        false => lines.iter().map(|line| format!("{line}{ending}")).collect(),
    };
    Splice::new(next..next, written)
}

/// Returns the blanks that put a line into a block collection.
fn indentation(collection: NodeRef<'_>) -> String {
    let file = collection.file;
    let start = collection.span().start();
    let before = file
        .text
        .get(file.lines.start_of(start)..start)
        .unwrap_or_default();
    let blank = before.bytes().all(|byte| byte == b' ');
    if blank {
        before.to_owned()
    } else {
        " ".repeat(before.chars().count())
    }
}

/// Whether there is an empty line before the last item of a list.
fn are_apart(list: NodeRef<'_>) -> bool {
    let file = list.file;
    let Some(last) = list.items().next_back().filter(|_| list.len() > 1) else {
        return false;
    };
    if last.keeps_blank_lines() {
        return false;
    }
    let mut line = file.lines.line_of(last.outer_span().start());
    while let Some(above) = line.checked_sub(1) {
        let start = file.lines.start(above).unwrap_or(0);
        let text = file
            .text
            .get(start..file.lines.end_of(start, &file.text))
            .unwrap_or_default();
        if !text.trim_start().starts_with('#') {
            return text.trim().is_empty();
        }
        line = above;
    }
    false
}
