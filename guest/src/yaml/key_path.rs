//! Key paths: the way to a value, as users write it.
//!
//! ```text
//! image.tag                          keys
//! services[name=web].image.tag       the items whose field has this value
//! images[0].newTag                   an item by its index
//! annotations."app.kubernetes.io/v"  a key with dots, in quotes
//! annotations['app.kubernetes.io/v'] the same
//! annotations.app\.kubernetes\.io/v  the same
//! rules[match.host="a.b"].weight     a field of a field, a value in quotes
//! ```

mod nearest;
mod parse;
mod resolve;

pub use resolve::{Found, Gap};

use super::node::NodeRef;
use std::fmt;

/// The way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPath {
    pub(super) steps: Vec<Step>,
}

/// One step of a key path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To an item, from 0.
    Index(usize),
    /// To the items in which a field, named by its keys, has a value.
    Field(Vec<String>, String),
}

impl KeyPath {
    /// Creates a path of these steps.
    #[must_use]
    pub fn new(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// Returns the steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

impl NodeRef<'_> {
    /// Returns the key path of this node in its document, with indexes: where
    /// the value stands, not the alias by which it was reached. That of a key
    /// is that of its value.
    #[must_use]
    pub fn path(self) -> String {
        self.key_path().to_string()
    }

    /// Returns the steps of [`NodeRef::path`].
    #[must_use]
    pub fn key_path(self) -> KeyPath {
        let mut steps = Vec::new();
        let mut around = Some(self);
        while let Some(node) = around {
            let key = if node.is_key_node() {
                Some(node)
            } else {
                node.key()
            };
            if let Some(index) = node.index() {
                steps.push(Step::Index(index));
            } else if let Some(key) = key {
                let text = key.followed().raw_text().unwrap_or_else(|| key.source());
                steps.push(Step::Key(text.to_owned()));
            }
            around = node.parent();
        }
        steps.reverse();
        KeyPath { steps }
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(_) if place > 0 => write!(f, ".{step}")?,
                _ => write!(f, "{step}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => quoted(f, key),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Field(keys, value) => {
                f.write_str("[")?;
                for (place, key) in keys.iter().enumerate() {
                    if place > 0 {
                        f.write_str(".")?;
                    }
                    quoted(f, key)?;
                }
                f.write_str("=")?;
                quoted(f, value)?;
                f.write_str("]")
            }
        }
    }
}

/// Writes a key so that it is read back as it is.
fn quoted(f: &mut fmt::Formatter<'_>, key: &str) -> fmt::Result {
    let special = |c: char| c.is_whitespace() || c.is_control() || ".[]=\"'\\".contains(c);
    if !key.is_empty() && !key.contains(special) {
        return f.write_str(key);
    }
    f.write_str("\"")?;
    for c in key.chars() {
        if matches!(c, '"' | '\\') {
            f.write_str("\\")?;
        }
        write!(f, "{c}")?;
    }
    f.write_str("\"")
}
