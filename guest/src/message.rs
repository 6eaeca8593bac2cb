//! The commit message: a subject, the changes, and trailers for machines.

mod wording;

use crate::error::Failure;
use crate::plan::{Change, FileChange};
use crate::request::Source;
use crate::template::Variables;
pub(crate) use wording::Wording;

/// The longest default subject, in characters.
const SUBJECT: usize = 72;

/// The largest number of changes that are listed.
const LISTED: usize = 50;

/// What a commit does, for its message.
pub(crate) struct Commit<'a> {
    /// What the user wants it to say, and where the request comes from.
    pub(crate) words: &'a Words<'a>,
    /// The images and keys that get new values.
    pub(crate) moves: &'a [Move],
    /// The places that change, and those that do not.
    pub(crate) changes: &'a [Change],
    /// The files that change.
    pub(crate) files: &'a [FileChange],
    /// What the subject says if the user does not want another; what has
    /// changed if none.
    pub(crate) subject: Option<&'a str>,
    /// More trailers: name, without the prefix, and value.
    pub(crate) trailers: &'a [(&'static str, String)],
}

/// What a commit says beside its changes.
pub(crate) struct Words<'a> {
    /// What the user wants the message to say.
    pub(crate) wording: Wording,
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
    pub(crate) fn message(&self) -> Result<String, Failure> {
        if self.files.is_empty() {
            return Ok(String::new());
        }
        let wording = &self.words.wording;
        let variables = self.variables();
        let subject = wording.subject(&variables)?.map(|text| one_line(&text));
        let subject = subject.filter(|subject| !subject.is_empty());
        let mut message = subject.unwrap_or_else(|| self.default_subject());
        message.push_str("\n\n");
        if wording.skip_ci {
            // Early, because some servers read only the beginning.
            message.push_str("[skip ci]\n\n");
        }
        let body = wording.body(&variables)?.unwrap_or_else(|| self.body());
        if !body.trim().is_empty() {
            message.push_str(&format!("{}\n\n", body.trim()));
        }
        for (name, value) in self.trailers().into_iter().chain(self.trailers.to_vec()) {
            let value = one_line(&value);
            if !value.is_empty() {
                message.push_str(&format!("Towpath-{name}: {value}\n"));
            }
        }
        for (name, value) in wording.trailers(&variables)? {
            message.push_str(&format!("{name}: {}\n", one_line(&value)));
        }
        Ok(message)
    }

    /// Returns the values of [`towpath_surface::VARIABLES`].
    fn variables(&self) -> Variables {
        let joined = |value: &dyn Fn(&Move) -> String| {
            let mut values: Vec<String> = Vec::new();
            for value in self.moves.iter().map(value) {
                let value = one_line(&value);
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            values.join(", ")
        };
        let known = |value: &Option<String>| value.as_deref().map(one_line).unwrap_or_default();
        let source = self.words.source;
        let revision = known(&source.revision);
        let build = source.build.map(|build| build.to_string());
        Variables::default()
            .with("image", joined(&|new| new.what.parts().1.to_owned()))
            .with("name", joined(&Move::short_name))
            .with("old", joined(&|new| new.old.clone().unwrap_or_default()))
            .with("new", joined(&|new| new.new.clone()))
            .with("environment", known(&source.environment))
            .with("path", self.path())
            .with("build", build.unwrap_or_default())
            .with("repository", known(&source.repository))
            .with(
                "short-revision",
                revision.chars().take(8).collect::<String>(),
            )
            .with("revision", revision)
            .with("run", known(&source.run_url))
            .with("subject", self.default_subject())
            .with("changes", self.body().trim_end())
    }

    /// Returns the changed file, or the directory that holds all of them.
    fn path(&self) -> String {
        match self.files {
            [only] => one_line(&only.path),
            many => {
                let directories = many.iter().map(|file| directory(&file.path));
                one_line(directories.reduce(common_directory).unwrap_or_default())
            }
        }
    }

    fn default_subject(&self) -> String {
        if let Some(subject) = self.subject {
            return one_line(subject);
        }
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
        let environment = self.words.source.environment.as_deref().map(one_line);
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
        let source = self.words.source;
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
        format!("{} to {new}", self.short_name())
    }

    fn short_name(&self) -> String {
        match &self.what {
            What::Key(key) => one_line(key),
            What::Image(name) | What::Chart(name) | What::Revision(name) => {
                one_line(name.rsplit('/').next().unwrap_or(name))
            }
        }
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
