//! Names of apps that users write.

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
