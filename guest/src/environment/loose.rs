//! Tags without the name of their image: the values of one environment often
//! hold nothing but `image.tag`, and the chart or the base has the rest.

use crate::formats::{Document, normal};
use crate::image::{is_tag_text, is_version_key};
use crate::place::{Apart, Field, Fields, Place, Style};
use crate::yaml::NodeRef;

/// Formats whose values can hold such tags.
const FORMATS: [&str; 3] = ["values", "flux", "argocd"];

/// Keys whose members are apps.
const GROUPS: [&str; 5] = [
    "services",
    "apps",
    "applications",
    "components",
    "containers",
];

/// Returns the tags of a document that belong to none of `known`.
pub(super) fn places<'a>(document: Document<'a>, known: &[Place<'a>]) -> Vec<Place<'a>> {
    if !document
        .format()
        .is_some_and(|format| FORMATS.contains(&format.name))
    {
        return Vec::new();
    }
    let known: Vec<_> = known.iter().flat_map(Place::nodes).collect();
    let mut found = Vec::new();
    let mut open = vec![document.root];
    while let Some(node) = open.pop() {
        // An alias leads to a place that is visited by itself.
        if node.followed() != node {
            continue;
        }
        for (key, value) in node.entries() {
            if let Some(place) = place(document, node, (key, value)) {
                let mut nodes = place.nodes().into_iter();
                if !nodes.any(|node| known.contains(&node)) {
                    found.push(place);
                }
            }
            open.push(value);
        }
        open.extend(node.items());
    }
    found.sort_by_key(|place| place.node().span().start());
    found
}

/// Returns the place that a tag at a key is.
fn place<'a>(
    document: Document<'a>,
    map: NodeRef<'a>,
    (key, value): (NodeRef<'a>, NodeRef<'a>),
) -> Option<Place<'a>> {
    let name = key.as_str()?;
    let text = value.as_str()?;
    let around = map.key().and_then(NodeRef::as_str);
    let key = normal(name);
    let tag = match key.as_str() {
        "tag" => is_of_image(map, around),
        other => is_version_key(other),
    };
    if !tag || !(text.is_empty() || is_tag_text(text)) {
        return None;
    }
    let digest = map.own("digest").filter(|_| key == "tag");
    Some(Place {
        document,
        container: None,
        names: Vec::new(),
        fields: Fields::Apart(Apart {
            style: Style::Values,
            map,
            registry: None,
            name: Field::new("repository", None),
            tag: Field::new(name, Some(value)),
            digest: Field::new("digest", digest),
        }),
    })
}

/// Whether a `tag` is that of an image, by what is around it.
fn is_of_image(map: NodeRef<'_>, around: Option<&str>) -> bool {
    let around_says = around
        .map(normal)
        .is_some_and(|key| key.ends_with("image") || key.ends_with("images"));
    let beside = ["pullPolicy", "imagePullPolicy", "digest", "registry"];
    let beside_says = beside.into_iter().any(|key| map.own(key).is_some());
    let group = map
        .parent()
        .and_then(NodeRef::key)
        .and_then(NodeRef::as_str);
    around_says || beside_says || group.is_some_and(|key| GROUPS.contains(&key))
}
