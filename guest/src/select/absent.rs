//! Images that are nowhere, or not where the user chose.

use crate::error::{Failure, Kind};
use crate::files::Files;
use crate::image::{ImageName, Written, offered};
use crate::place::Place;
use crate::request::Selection;
use crate::yaml::NodeRef;

/// The largest number of places that a hint lists.
const LISTED: usize = 3;

/// Describes an image that is nowhere, and what may have been meant.
pub(crate) fn no_such_image(
    name: &ImageName,
    places: &[(usize, Place<'_>)],
    files: &Files,
) -> Failure {
    let place = match &files.seen[..] {
        [only] => format!("{only:?}"),
        many => format!("{} files", many.len()),
    };
    let failure = Failure::new(Kind::NoSuchImage, format!("no image `{name}` in {place}"));
    if let Some(variable) = with_variable(name, files) {
        let text = variable.as_str().unwrap_or_default();
        return failure.at(variable.location()).hint(format!(
            "`{text}` is completed by another program: set its key with --key."
        ));
    }
    let all = places
        .iter()
        .flat_map(|(_, place)| place.names.iter().map(String::as_str));
    let hint = offered(name.as_str(), all);
    let hint = hint.unwrap_or_else(|| "No image was found there at all.".to_owned());
    failure.hint(hint)
}

/// Describes an image that is there, but not where the user chose.
pub(crate) fn not_selected(
    name: &ImageName,
    places: &[&(usize, Place<'_>)],
    selection: &Selection,
) -> Failure {
    let options = [
        ("--document", &selection.document),
        ("--container", &selection.container),
        ("--marker", &selection.marker),
    ];
    let options = options
        .iter()
        .filter_map(|(option, value)| Some(format!("{option} `{}`", value.as_ref()?)));
    let options: Vec<_> = options.collect();
    let mut listed: Vec<_> = places
        .iter()
        .take(LISTED)
        .map(|(_, place)| described(place))
        .collect();
    if places.len() > LISTED {
        listed.push(format!("and at {} more places", places.len() - LISTED));
    }
    let message = format!("no image `{name}` where {} chooses", options.join(" with "));
    Failure::new(Kind::NoSuchImage, message).hint(format!("It is at {}.", listed.join(", ")))
}

/// Returns where a place is, as the options that choose it would say.
fn described(place: &Place<'_>) -> String {
    let at = place.location();
    let mut text = format!("{}:{}", at.path, at.line);
    let mut words = Vec::new();
    if let Some(kind) = place.document.text("kind") {
        let name = place
            .document
            .metadata("name")
            .map(|name| format!("/{name}"));
        words.push(format!("document {kind}{}", name.unwrap_or_default()));
    }
    words.extend(place.container.map(|name| format!("container {name}")));
    if !words.is_empty() {
        text.push_str(&format!(" ({})", words.join(", ")));
    }
    text
}

/// Finds the image with a version that is not there yet: `app:${TAG}`.
fn with_variable<'a>(name: &ImageName, files: &'a Files) -> Option<NodeRef<'a>> {
    let is_it = |node: &NodeRef<'a>| {
        let text = node.as_str().unwrap_or_default();
        let rest = text.strip_prefix(name.as_str());
        rest.is_some_and(|rest| rest.starts_with([':', '@']) && rest.contains(['$', '{', '%']))
            && Written::split(text).is_none()
    };
    let mut nodes = files.loaded.iter().flat_map(|loaded| loaded.file.nodes());
    nodes.find(is_it)
}
