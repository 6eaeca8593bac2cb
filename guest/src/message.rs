//! The commit message: a subject, the changes, and trailers for machines.

use crate::plan::{Change, FileChange};
use crate::request::Source;

/// The longest default subject, in characters.
const SUBJECT: usize = 72;

/// The largest number of changes that are listed.
const LISTED: usize = 50;

/// What a commit does, for its message.
pub(crate) struct Commit<'a> {
    /// The subject that the user wants instead of the default one.
    pub(crate) subject: Option<&'a str>,
    /// The images and keys that get new values.
    pub(crate) moves: &'a [Move],
    /// The places that change, and those that do not.
    pub(crate) changes: &'a [Change],
    /// The files that change.
    pub(crate) files: &'a [FileChange],
    /// Where the request comes from.
    pub(crate) source: &'a Source,
}

/// One image, chart, repository or key that gets a new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    /// An image, a chart, a repository or a key.
    pub(crate) what: What,
    /// The version or value before.
    pub(crate) old: Option<String>,
    /// The version or value after.
    pub(crate) new: String,
}

/// What a [`Move`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The image of this name.
    Image(String),
    /// The chart of this name.
    Chart(String),
    /// The repository at this address.
    Revision(String),
    /// The value at this key path.
    Key(String),
}

impl What {
    /// Returns the name of the trailer, and what it names.
    pub(crate) fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Image(name) => ("Image", name),
            Self::Chart(name) => ("Chart", name),
            Self::Revision(address) => ("Revision", address),
            Self::Key(key) => ("Key", key),
        }
    }
}

impl Commit<'_> {
    /// Writes the message; empty when nothing changes.
    pub(crate) fn message(&self) -> String {
        if self.files.is_empty() {
            return String::new();
        }
        let subject = match self.subject.map(one_line) {
            Some(subject) if !subject.is_empty() => subject,
            _ => self.default_subject(),
        };
        let mut message = format!("{subject}\n\n");
        message.push_str(&self.body());
        message.push('\n');
        for (name, value) in self.trailers() {
            let value = one_line(&value);
            if !value.is_empty() {
                message.push_str(&format!("Towpath-{name}: {value}\n"));
            }
        }
        message
    }

    fn default_subject(&self) -> String {
        let place = self
            .place()
            .map(|place| format!(" in {place}"))
            .unwrap_or_default();
        let moves: Vec<_> = self.moves.iter().map(Move::phrase).collect();
        let whole = format!("Set {}{place}", moves.join(", "));
        if whole.chars().count() <= SUBJECT {
            return whole;
        }
        let short = match self.moves {
            [only] => format!("Set {}{place}", only.short_phrase()),
            many => format!("Set {} values{place}", many.len()),
        };
        shortened(&short, SUBJECT)
    }

    /// Returns the environment, or else the directory that holds every changed file.
    fn place(&self) -> Option<String> {
        let environment = self.source.environment.as_deref().map(one_line);
        environment.filter(|name| !name.is_empty()).or_else(|| {
            let directories = self.files.iter().map(|file| directory(&file.path));
            let common = directories.reduce(common_directory)?;
            (!common.is_empty()).then(|| one_line(common))
        })
    }

    fn body(&self) -> String {
        let changed: Vec<_> = self
            .changes
            .iter()
            .filter(|change| change.old != change.new)
            .collect();
        let mut body = String::new();
        for change in changed.iter().take(LISTED) {
            let value = |value: &Option<String>| match value {
                Some(value) => shortened(&one_line(value), 200),
                None => "(none)".to_owned(),
            };
            let line = format!(
                "- {}: {}: {} -> {}",
                one_line(&change.at.path),
                one_line(&change.key),
                value(&change.old),
                value(&change.new)
            );
            body.push_str(&line);
            body.push('\n');
        }
        if changed.len() > LISTED {
            body.push_str(&format!("- and {} more\n", changed.len() - LISTED));
        }
        body
    }

    fn trailers(&self) -> Vec<(&'static str, String)> {
        let mut trailers = Vec::new();
        for Move { what, old, new } in self.moves.iter().take(LISTED) {
            let (name, value) = what.parts();
            trailers.push((name, value.to_owned()));
            trailers.push(("Old", old.clone().unwrap_or_default()));
            trailers.push(("New", new.clone()));
        }
        for file in self.files.iter().take(LISTED) {
            trailers.push(("File", file.path.clone()));
        }
        let source = self.source;
        let build = source.build.map(|build| build.to_string());
        for (name, value) in [
            ("Environment", &source.environment),
            ("Source-Repository", &source.repository),
            ("Source-Revision", &source.revision),
            ("Run", &source.run_url),
            ("Build", &build),
        ] {
            trailers.push((name, value.clone().unwrap_or_default()));
        }
        trailers
    }
}

impl Move {
    fn phrase(&self) -> String {
        let (_, what) = self.what.parts();
        format!("{} to {}", one_line(what), one_line(&self.new))
    }

    fn short_phrase(&self) -> String {
        let new = shortened(&one_line(&self.new), 24);
        let what = match &self.what {
            What::Key(key) => one_line(key),
            What::Image(name) | What::Chart(name) | What::Revision(name) => {
                one_line(name.rsplit('/').next().unwrap_or(name))
            }
        };
        format!("{what} to {new}")
    }
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

fn common_directory<'a>(one: &'a str, other: &'a str) -> &'a str {
    let mut end = 0;
    for (a, b) in one.split('/').zip(other.split('/')) {
        if a != b {
            break;
        }
        end += a.len() + usize::from(end > 0);
    }
    one.get(..end).unwrap_or_default()
}

/// Makes one line of a text, so that it cannot write trailers of its own.
fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars()
        .take(limit.saturating_sub(1))
        .chain(['…'])
        .collect()
}

#[cfg(test)]
mod tests;
