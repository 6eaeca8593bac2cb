//! Names of apps and environments, as users write them.

use crate::config::meant;
use crate::error::{Failure, Kind};

/// Returns the apps that were asked for, or all.
///
/// # Errors
/// `NoSuchApp`, with the nearest names.
pub(crate) fn chosen(
    wanted: &[String],
    apps: Vec<String>,
    place: &str,
) -> Result<Vec<String>, Failure> {
    let known: Vec<_> = apps.iter().map(String::as_str).collect();
    if let Some(name) = wanted.iter().find(|name| !known.contains(&name.as_str())) {
        let message = format!("no app `{name}` {place}");
        return Err(Failure::new(Kind::NoSuchApp, message).hint(meant(name, &known)));
    }
    let is_wanted = |app: &String| wanted.is_empty() || wanted.contains(app);
    Ok(apps.into_iter().filter(is_wanted).collect())
}

/// Puts a new name where the old one stands for itself: not within a word.
pub(crate) fn replaced(text: &str, old: &str, new: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(old).filter(|_| !old.is_empty()) {
        let (before, after) = rest.split_at(at);
        let after = after.get(old.len()..).unwrap_or_default();
        let is_part = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
        let before_it = before.chars().next_back().or(replaced.chars().next_back());
        let alone = !is_part(before_it) && !is_part(after.chars().next());
        replaced.push_str(before);
        replaced.push_str(if alone { new } else { old });
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn a_name_is_replaced_where_it_stands_for_itself() {
        for (text, expected) in [
            ("shop-dev/dev.yaml", "shop-qa/qa.yaml"),
            ("devices/dev", "devices/qa"),
            ("mydev", "mydev"),
            ("dev", "qa"),
        ] {
            assert_eq!(replaced(text, "dev", "qa"), expected);
        }
    }
}
