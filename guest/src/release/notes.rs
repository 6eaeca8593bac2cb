//! What a release holds, and what changed since the last one.

use crate::environment::App;
use std::collections::BTreeMap;

/// The largest number of apps that are listed.
const LISTED: usize = 500;

/// Writes the message of the tag of a release.
pub(super) fn message(
    version: &str,
    apps: &[App],
    last: Option<(&str, &[App])>,
    text: Option<&str>,
) -> String {
    let mut message = format!("Release {version}\n");
    if let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) {
        message.push_str(&format!("\n{text}\n"));
    }
    if let Some((tag, before)) = last {
        message.push_str(&format!(
            "\nChanged since {tag}:\n{}",
            changes(before, apps)
        ));
    }
    message.push_str(&format!("\nApps:\n{}", list(apps)));
    message.push_str(&format!("\nTowpath-Release: {version}\n"));
    if let Some((tag, _)) = last {
        message.push_str(&format!("Towpath-Previous: {tag}\n"));
    }
    message
}

fn list(apps: &[App]) -> String {
    let mut lines = String::new();
    for app in apps.iter().take(LISTED) {
        let images = app.versions.iter().filter_map(|version| {
            let (_, name) = version.what.parts();
            Some(format!("{name} {}", version.value.as_deref()?))
        });
        let mut images: Vec<_> = images.collect();
        images.dedup();
        lines.push_str(&format!("- {}: {}\n", app.name, images.join(", ")));
    }
    if apps.len() > LISTED {
        lines.push_str(&format!("- and {} more\n", apps.len() - LISTED));
    }
    if lines.is_empty() {
        lines.push_str("- none\n");
    }
    lines
}

/// Returns a line for each app that is not as it was.
pub(super) fn changes(before: &[App], after: &[App]) -> String {
    let versions = |apps: &[App]| -> BTreeMap<String, String> {
        let version = |app: &App| (app.name.clone(), app.version());
        apps.iter().map(version).collect()
    };
    let (before, after) = (versions(before), versions(after));
    let mut lines = String::new();
    for (app, new) in &after {
        match before.get(app) {
            Some(old) if old == new => {}
            Some(old) => lines.push_str(&format!("- {app}: {old} -> {new}\n")),
            None => lines.push_str(&format!("- {app}: {new}, new\n")),
        }
    }
    for (app, old) in before.iter().filter(|(app, _)| !after.contains_key(*app)) {
        lines.push_str(&format!("- {app}: {old}, gone\n"));
    }
    if lines.is_empty() {
        lines.push_str("- nothing\n");
    }
    lines
}
