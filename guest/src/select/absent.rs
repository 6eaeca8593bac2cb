//! Images that are nowhere.

use crate::error::{Failure, Kind};
use crate::files::Files;
use crate::image::{ImageName, Written, nearest};
use crate::place::Place;
use crate::yaml::NodeRef;

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
    let near: Vec<_> = nearest(name.as_str(), all)
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    if near.is_empty() {
        failure.hint("An image is found by its whole name, with the registry.")
    } else {
        failure.hint(format!("Did you mean {}?", near.join(" or ")))
    }
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
