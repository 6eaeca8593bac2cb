//! What else would change: anchors, aliases, merges and duplicate keys.

use super::node::NodeRef;
use crate::error::{Failure, Kind};
use crate::plan::Location;

impl NodeRef<'_> {
    /// Returns the other places that would change with this value, or `None`
    /// when there are none.
    ///
    /// A value is shared when it was reached through an alias or a merge, when
    /// it is an alias, or when it or something around it has an anchor that is
    /// used. A merge that the mapping itself overrides is not a use.
    #[must_use]
    pub fn shared(self) -> Option<Vec<Location>> {
        let mut places = Vec::new();
        let end = self.followed();
        let through = end.via;
        if through.is_some() {
            places.push(end.location());
        }
        let mut inner: Option<Self> = None;
        let mut around = Some(Self { via: None, ..end });
        while let Some(node) = around {
            for alias in node.file.tree.aliases_of(node.id) {
                let alias = node.at(alias);
                if Some(alias.id) != through && !inner.is_some_and(|way| alias.overrides(way)) {
                    places.push(alias.location());
                }
            }
            inner = Some(node);
            around = node.parent();
        }
        places.sort();
        places.dedup();
        (through.is_some() || !places.is_empty()).then_some(places)
    }

    /// Whether this alias is a merge into a mapping with an own value for the
    /// key of `way`, a value in the mapping that the alias stands for.
    fn overrides(self, way: Self) -> bool {
        let Some(key) = way.key().and_then(NodeRef::raw_text) else {
            return false;
        };
        // `<<: *a`, or `<<: [*a, *b]`.
        let merge = match self.parent() {
            Some(list) if list.is_sequence() => list,
            _ => self,
        };
        let is_merge = merge.key().is_some_and(|key| key.raw_text() == Some("<<"));
        let into = merge.parent();
        is_merge && into.is_some_and(|into| into.own(key).is_some())
    }

    /// Describes the duplicate key that makes this value ambiguous: its own,
    /// or one of something around it.
    #[must_use]
    pub fn contradiction(self) -> Option<Failure> {
        let tree = &self.file.tree;
        if tree.duplicates.is_empty() {
            return None;
        }
        let mut around = Some(self);
        while let Some(node) = around {
            let key = if node.is_key_node() {
                Some(node)
            } else {
                node.key()
            };
            let duplicate = key.and_then(|key| {
                let text = key.followed().raw_text()?;
                node.parent()?.duplicate(text)
            });
            if let Some(duplicate) = duplicate {
                return Some(duplicate.duplicate_failure());
            }
            around = node.parent();
        }
        None
    }

    /// Whether it is an unquoted `{{ … }}`, or in one: YAML by accident, and
    /// meant for a template engine.
    #[must_use]
    pub fn is_in_template(self) -> bool {
        let templates = &self.file.tree.templates;
        let mut around = (!templates.is_empty()).then_some(self);
        while let Some(node) = around {
            if templates.binary_search(&node.id).is_ok() {
                return true;
            }
            around = node.parent();
        }
        false
    }

    /// Returns the key that repeats an earlier `key` of this mapping.
    #[must_use]
    pub fn duplicate(self, key: &str) -> Option<Self> {
        let mapping = self.followed();
        let tree = &mapping.file.tree;
        let next = tree.node(mapping.id).map_or(mapping.id, |node| node.next);
        let first = tree.duplicates.partition_point(|id| *id < mapping.id);
        let inside = tree.duplicates.get(first..).unwrap_or_default();
        let mut inside = inside
            .iter()
            .take_while(|id| **id < next)
            .map(|id| mapping.at(*id));
        inside.find(|name| tree.parent(name.id) == Some(mapping.id) && name.is_key(key))
    }

    /// Describes this key as one that repeats an earlier one.
    #[must_use]
    pub fn duplicate_failure(self) -> Failure {
        let key = self.followed().raw_text().unwrap_or_default();
        let first = self.parent().and_then(|mapping| {
            mapping
                .entries()
                .map(|(name, _)| name)
                .find(|name| name.is_key(key))
        });
        let lines = first.map_or(0, |first| first.location().line);
        let at = self.location();
        let message = format!(
            "the key {key:?} is there twice, at lines {lines} and {}",
            at.line
        );
        Failure::new(Kind::Contradiction, message)
            .at(at)
            .hint("Remove one of them: programs do not agree on which of them counts.")
    }

    /// Describes the edit of this value as one that changes other places.
    #[must_use]
    pub fn shared_failure(self, places: &[Location]) -> Failure {
        const MOST: usize = 5;
        let mut lines: Vec<_> = places.iter().map(|place| place.line.to_string()).collect();
        let more = lines.len().saturating_sub(MOST);
        lines.truncate(MOST);
        let mut lines = lines.join(", ");
        if more > 0 {
            lines = format!("{lines} and {more} more");
        }
        let path = self.path();
        let message = format!("{path} is shared through an anchor: line {lines} would change too");
        Failure::new(Kind::SharedValue, message)
            .at(self.location())
            .hint("Write the value out where it is used, instead of the alias or merge.")
    }
}
