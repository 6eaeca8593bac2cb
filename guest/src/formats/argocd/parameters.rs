//! Images in parameters for Helm: `web.image.repository` with `web.image.tag`,
//! or `web.image` alone.

use crate::formats::{Document, walk};
use crate::image::Written;
use crate::place::{Apart, Field, Fields, Place, Style};
use crate::yaml::NodeRef;

/// Adds the images of a list of `name` and `value`.
pub(super) fn places<'a>(document: Document<'a>, list: NodeRef<'a>, places: &mut Vec<Place<'a>>) {
    let parameters = Parameters { list };
    for item in list.items() {
        let name = item.get("name").and_then(NodeRef::as_str);
        let Some((name, value)) = name.zip(item.get("value")) else {
            continue;
        };
        let found = parameters
            .apart(name, value)
            .or_else(|| reference(name, value));
        places.extend(found.map(|(names, fields)| Place {
            document,
            container: None,
            names,
            fields,
        }));
    }
}

/// A list of `name` and `value`.
struct Parameters<'a> {
    list: NodeRef<'a>,
}

impl<'a> Parameters<'a> {
    fn value(&self, name: &str) -> Option<NodeRef<'a>> {
        let is_it = |item: &NodeRef<'a>| item.get("name").and_then(NodeRef::as_str) == Some(name);
        self.list.items().find(is_it)?.get("value")
    }

    /// Returns the image whose name is this parameter and whose tag is another.
    fn apart(&self, name: &str, value: NodeRef<'a>) -> Option<(Vec<String>, Fields<'a>)> {
        let endings = ["repository", "name"];
        let stem = endings
            .iter()
            .find_map(|ending| name.strip_suffix(ending))?;
        if !(stem.is_empty() || stem.ends_with('.')) {
            return None;
        }
        let field = |part: &str| {
            let name = format!("{stem}{part}");
            let node = self.value(&name);
            Field { key: name, node }
        };
        let tag = field("tag");
        tag.node?;
        let registry = field("registry").node;
        let names = walk::names(registry.and_then(NodeRef::as_str), value.as_str()?);
        let apart = Apart {
            style: Style::Parameters,
            map: self.list,
            registry,
            name: Field::new(name, Some(value)),
            tag,
            digest: field("digest"),
        };
        Some((names, Fields::Apart(apart)))
    }
}

/// Returns the image that is this parameter alone.
fn reference<'a>(name: &str, value: NodeRef<'a>) -> Option<(Vec<String>, Fields<'a>)> {
    if !walk::is_image_key(name.rsplit('.').next()?) {
        return None;
    }
    let written = value.as_str().and_then(Written::split)?;
    Some((vec![written.name.to_owned()], Fields::Reference(value)))
}
