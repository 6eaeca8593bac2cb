//! Texts with variables, such as `Ship {{name}} {{new}}`: for commit messages,
//! and for titles, bodies and branches of requests.
//!
//! There is nothing but variables: no conditions, no loops, no functions. What
//! a variable holds is never read as a template.

use crate::error::{Failure, Kind};
use crate::image::nearest;
use std::collections::BTreeMap;

/// A text with variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(String),
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

impl Template {
    /// Reads a text in which `{{name}}` stands for a variable; blanks around
    /// the name do not matter.
    ///
    /// # Errors
    /// When `{{` is not followed by a name and `}}` on the same line.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPEN) {
            let (name, following) = after.split_once(CLOSE).unwrap_or((after, ""));
            let is_closed = after.len() > name.len();
            let name = name.trim();
            if !is_closed || !is_name(name) {
                return Err(unreadable(text, name, is_closed));
            }
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Variable(name.to_owned()));
            rest = following;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// Returns the names of the variables, in order, as often as they are used.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Variable(name) => Some(name.as_str()),
        })
    }

    /// Checks that there are no variables but those of `known`, before there is
    /// anything to put in their place.
    ///
    /// # Errors
    /// When there is another one; the hint has the nearest names.
    pub fn check<'n>(&self, known: impl IntoIterator<Item = &'n str>) -> Result<(), Failure> {
        let known: Vec<&str> = known.into_iter().collect();
        match self.names().find(|name| !known.contains(name)) {
            None => Ok(()),
            Some(name) => Err(unknown(name, &known)),
        }
    }

    /// Puts the values of the variables in their places.
    ///
    /// # Errors
    /// When there is a variable that `variables` does not have.
    pub fn render(&self, variables: &Variables) -> Result<String, Failure> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Variable(name) => match variables.get(name) {
                    Some(value) => text.push_str(value),
                    None => return Err(unknown(name, &variables.names())),
                },
            }
        }
        Ok(text)
    }
}

/// Values by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables(BTreeMap<&'static str, String>);

impl Variables {
    /// Sets a variable; an empty value is one too.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.insert(name, value.into());
        self
    }

    /// Returns the value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Makes every value fit for where it goes, such as the name of a branch.
    #[must_use]
    pub fn fitted(mut self, fit: impl Fn(&str) -> String) -> Self {
        for value in self.0.values_mut() {
            *value = fit(value);
        }
        self
    }

    fn names(&self) -> Vec<&str> {
        self.0.keys().copied().collect()
    }
}

fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    !name.is_empty() && name.chars().all(is_part)
}

fn unreadable(text: &str, name: &str, is_closed: bool) -> Failure {
    let message = if !is_closed {
        format!("the template {text:?} has `{OPEN}` without `{CLOSE}`")
    } else if name.is_empty() {
        format!("the template {text:?} has no name between `{OPEN}` and `{CLOSE}`")
    } else {
        format!(
            "the template {text:?} has {name:?} between `{OPEN}` and `{CLOSE}`, which is not a name"
        )
    };
    Failure::new(Kind::InvalidTemplate, message)
        .hint("Write a variable as `{{name}}`; there are no conditions and no functions.")
}

fn unknown(name: &str, known: &[&str]) -> Failure {
    let offered = |names: &[&str]| {
        let names: Vec<_> = names
            .iter()
            .map(|name| format!("`{OPEN}{name}{CLOSE}`"))
            .collect();
        names.join(" or ")
    };
    let near = nearest(name, known.iter().copied());
    let hint = if near.is_empty() {
        format!("Use {}.", offered(known))
    } else {
        format!("Did you mean {}?", offered(&near))
    };
    Failure::new(
        Kind::InvalidTemplate,
        format!("no variable `{OPEN}{name}{CLOSE}` for this template"),
    )
    .hint(hint)
}

#[cfg(test)]
mod tests;
