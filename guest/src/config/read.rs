//! From bytes to a configuration that holds together.

use super::{Config, Declared, meant, validate};
use crate::error::{Failure, Kind};
use crate::plan::Location;
use crate::yaml::{self, File, NodeRef};

/// The largest configuration, in bytes.
pub(crate) const MAX_BYTES: usize = 256 << 10;

/// The deepest nesting of a configuration.
const MAX_DEPTH: usize = 16;

/// Reads a configuration.
pub(super) fn parse(path: &str, bytes: &[u8]) -> Result<Declared, Failure> {
    if bytes.len() > MAX_BYTES {
        let message = format!("{path:?} has {} bytes, more than {MAX_BYTES}", bytes.len());
        return Err(Failure::new(Kind::Limit, message));
    }
    let file = yaml::parse(path, bytes).map_err(unquoted)?;
    admit(&file)?;
    let text = file.text().trim_start_matches('\u{feff}');
    let config: Config = serde_yaml::from_str(text).map_err(|error| explain(&file, &error))?;
    let declared = Declared { config, file };
    validate::all(&declared)?;
    Ok(declared)
}

/// Says what is most likely meant where a placeholder was read as a mapping.
fn unquoted(failure: Failure) -> Failure {
    if failure.kind == Kind::Template {
        return failure.hint("Placeholders are written `<app>` and `<environment>`.");
    }
    failure
}

/// Refuses what could be read in two ways, or takes work out of proportion.
fn admit(file: &File) -> Result<(), Failure> {
    let invalid = |message: &str, at: Location| {
        Err(Failure::new(Kind::InvalidConfig, message.to_owned()).at(at))
    };
    if file.documents().len() > 1 {
        let second = file.document(1).map(NodeRef::location).unwrap_or_default();
        return invalid("a configuration is one document", second);
    }
    let Some(root) = file.document(0).filter(|root| !root.is_null()) else {
        let top = Location {
            path: file.path().to_owned(),
            ..Location::default()
        };
        return invalid("the configuration is empty", top);
    };
    if !root.is_mapping() {
        return invalid("a configuration is a mapping", root.location());
    }
    if let Some(key) = file.duplicate_keys().next() {
        let name = key.as_str().unwrap_or_default();
        return Err(Failure::new(
            Kind::Contradiction,
            format!("the key `{name}` is there twice"),
        )
        .at(key.location())
        .hint("Remove one of them."));
    }
    for node in file.nodes() {
        if node.anchor().is_some() || node.followed() != node || node.tag().is_some() {
            return invalid(
                "anchors, aliases and tags have no place in a configuration",
                node.location(),
            );
        }
        if node.key_path().steps().len() > MAX_DEPTH {
            return Err(Failure::new(
                Kind::Limit,
                format!("{:?} is nested deeper than {MAX_DEPTH}", file.path()),
            )
            .at(node.location()));
        }
    }
    Ok(())
}

/// Says in our words what serde_yaml found, and where.
fn explain(file: &File, error: &serde_yaml::Error) -> Failure {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    let (key, what) = match text.split_once(": ") {
        Some((key, what)) if !key.contains(' ') => (Some(key), what),
        _ => (None, text),
    };
    let around = key.map(|key| format!(" in `{key}`")).unwrap_or_default();
    let mut at = Location {
        path: file.path().to_owned(),
        ..Location::default()
    };
    if let Some(place) = error.location() {
        at.line = u32::try_from(place.line()).unwrap_or_default();
        at.column = u32::try_from(place.column()).unwrap_or_default();
    }
    let words = quoted_words(what);
    let failure = |message: String| Failure::new(Kind::InvalidConfig, message).at(at.clone());
    match (words.split_first(), what) {
        (Some((unknown, known)), _) if what.starts_with("unknown field") => {
            failure(format!("unknown key `{unknown}`{around}")).hint(meant(unknown, known))
        }
        (Some((unknown, known)), _) if what.starts_with("unknown variant") => {
            let name = key.unwrap_or_default();
            failure(format!("`{unknown}` is no value of `{name}`")).hint(meant(unknown, known))
        }
        (Some((missing, _)), _) if what.starts_with("missing field") => {
            let failure = failure(format!("the key `{missing}` is missing{around}"));
            match *missing {
                "version" => failure.hint("Begin the file with `version: 1`."),
                _ => failure.hint(format!("Add `{missing}` with its value.")),
            }
        }
        _ => failure(format!("{what}{around}"))
            .hint("A text that looks like something else needs quotes."),
    }
}

/// Returns the words between backticks.
fn quoted_words(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}
