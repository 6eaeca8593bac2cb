//! Patterns of paths, which tell the app that a file belongs to.
//!
//! A pattern is a path in which `<app>` stands for the name of an app, `*` for
//! any part of a name and `**` for any directories. A pattern of a directory
//! matches everything below it.

use crate::error::{Failure, Kind};
use crate::files;

const APP: &str = "<app>";
const ENVIRONMENT: &str = "<environment>";

/// A pattern of paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    components: Vec<Component>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Component {
    /// `**`
    Directories,
    Name(Vec<Part>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// `*`
    Any,
    /// `<app>`
    App,
}

/// What a path has where a pattern has placeholders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Captured<'p> {
    /// The name of the app.
    pub(crate) app: Option<&'p str>,
    /// The rest of the path, below what the pattern matches.
    pub(crate) below: &'p str,
}

impl Pattern {
    /// Reads a pattern for an environment.
    ///
    /// # Errors
    /// When it leaves the repository, or has an unknown placeholder.
    pub(crate) fn parse(text: &str, environment: &str) -> Result<Self, Failure> {
        refuse_unknown(text)?;
        let text = files::normal(&text.replace(ENVIRONMENT, environment))?;
        let names = text.split('/').filter(|name| !name.is_empty());
        let components: Vec<_> = names.map(Component::parse).collect();
        let deep = components
            .iter()
            .filter(|one| **one == Component::Directories);
        if deep.count() > 1 || text.matches(APP).count() > 2 {
            return Err(Failure::new(
                Kind::InvalidConfig,
                format!("the pattern `{text}` has too many placeholders"),
            )
            .hint("Use `**` at most once."));
        }
        Ok(Self { components })
    }

    /// Returns the directory, or the file, that everything matched is at or below.
    pub(crate) fn root(&self) -> String {
        let fixed = self.components.iter().map_while(Component::fixed);
        fixed.collect::<Vec<_>>().join("/")
    }

    /// Whether it is a path without placeholders.
    pub(crate) fn is_exact(&self) -> bool {
        self.components.iter().all(|one| one.fixed().is_some())
    }

    /// Whether it tells the app.
    pub(crate) fn tells_app(&self) -> bool {
        let is_app = |part: &Part| *part == Part::App;
        self.components.iter().any(|one| match one {
            Component::Name(parts) => parts.iter().any(is_app),
            Component::Directories => false,
        })
    }

    /// Returns the path of one app; `None` when more than the app is open.
    pub(crate) fn path_of(&self, app: &str) -> Option<String> {
        let names = self.components.iter().map(|one| one.filled(app));
        Some(names.collect::<Option<Vec<_>>>()?.join("/"))
    }

    /// Returns what a path has for the placeholders, when the pattern matches it
    /// or a directory above it.
    pub(crate) fn matches<'p>(&self, path: &'p str) -> Option<Captured<'p>> {
        let names: Vec<_> = path.split('/').filter(|name| !name.is_empty()).collect();
        let (app, below) = components(&self.components, &names, None)?;
        let length: usize = below.iter().map(|name| name.len() + 1).sum();
        let start = path.len() - length.saturating_sub(1).min(path.len());
        Some(Captured {
            app,
            below: path.get(start..).unwrap_or_default(),
        })
    }
}

impl Component {
    fn parse(name: &str) -> Self {
        if name == "**" {
            return Self::Directories;
        }
        let mut parts = Vec::new();
        for (index, piece) in name.split(APP).enumerate() {
            if index > 0 {
                parts.push(Part::App);
            }
            for (index, text) in piece.split('*').enumerate() {
                if index > 0 {
                    parts.push(Part::Any);
                }
                if !text.is_empty() {
                    parts.push(Part::Text(text.to_owned()));
                }
            }
        }
        Self::Name(parts)
    }

    /// Returns the name, when it is only one.
    fn fixed(&self) -> Option<&str> {
        match self {
            Self::Name(parts) => match &parts[..] {
                [Part::Text(text)] => Some(text),
                _ => None,
            },
            Self::Directories => None,
        }
    }

    fn filled(&self, app: &str) -> Option<String> {
        let Self::Name(parts) = self else { return None };
        let text = |part: &Part| match part {
            Part::Text(text) => Some(text.clone()),
            Part::App => Some(app.to_owned()),
            Part::Any => None,
        };
        parts.iter().map(text).collect()
    }
}

/// Returns the app, and the names below what the pattern matches.
fn components<'p, 'n>(
    pattern: &[Component],
    names: &'n [&'p str],
    app: Option<&'p str>,
) -> Option<(Option<&'p str>, &'n [&'p str])> {
    let Some((first, rest)) = pattern.split_first() else {
        return Some((app, names));
    };
    match first {
        Component::Directories => {
            (0..names.len()).find_map(|skipped| components(rest, names.get(skipped..)?, app))
        }
        Component::Name(parts) => {
            let (name, below) = names.split_first()?;
            components(rest, below, name_matches(parts, name, app)?)
        }
    }
}

/// Returns the app, when a name matches.
fn name_matches<'p>(
    parts: &[Part],
    name: &'p str,
    app: Option<&'p str>,
) -> Option<Option<&'p str>> {
    let Some((first, rest)) = parts.split_first() else {
        return name.is_empty().then_some(app);
    };
    let mut ends = name.char_indices().map(|(at, char)| at + char.len_utf8());
    match first {
        Part::Text(text) => name_matches(rest, name.strip_prefix(text.as_str())?, app),
        Part::Any => name_matches(rest, name, app)
            .or_else(|| ends.find_map(|end| name_matches(rest, name.get(end..)?, app))),
        // The longest name first: `<app>-dev` is for apps with hyphens, too.
        Part::App => ends.rev().find_map(|end| {
            let (found, after) = name.split_at_checked(end)?;
            let same = app.is_none_or(|known| known == found);
            name_matches(rest, after, Some(found)).filter(|_| same)
        }),
    }
}

/// Refuses placeholders that there are not, those of templates among them.
fn refuse_unknown(text: &str) -> Result<(), Failure> {
    let left = text.replace(APP, "").replace(ENVIRONMENT, "");
    let Some(open) = left.find(['<', '>', '{', '}']) else {
        return Ok(());
    };
    let after = left.get(open..).unwrap_or_default();
    let brackets = ['<', '>', '{', '}'];
    let name = after.trim_start_matches(brackets);
    let name = name.split(brackets).next().unwrap_or_default().trim();
    Err(Failure::new(
        Kind::InvalidConfig,
        format!("unknown placeholder `{name}` in `{text}`"),
    )
    .hint("The placeholders are `<app>` and `<environment>`."))
}
