//! Images in trees of any form, found by what their keys say.
//!
//! An image is a string at a key such as `image` (`web: {image: app:v1}`), or
//! a mapping with a name and a version apart (`image: {repository: app, tag:
//! v1}`), with the registry apart again or not.

use super::Document;
use crate::image::Written;
use crate::place::{Apart, Field, Fields, Place, Style};
use crate::yaml::NodeRef;

/// Endings of keys that hold the name of an image, when its version is apart.
const NAME_ENDINGS: [&str; 5] = [
    "imagerepository",
    "imagename",
    "repository",
    "image",
    "name",
];

/// Keys of lists and mappings whose members are containers.
const CONTAINERS: [&str; 4] = [
    "containers",
    "initContainers",
    "ephemeralContainers",
    "services",
];

/// The largest mapping that is taken for an image; the look at it takes the
/// square of its size.
const MAX_ENTRIES: usize = 500;

/// Adds the images below a node.
pub(super) fn values<'a>(document: Document<'a>, node: NodeRef<'a>, places: &mut Vec<Place<'a>>) {
    let mut walk = Walk {
        document,
        registry: global_registry(document.root),
        places,
    };
    walk.node(node, Around::default());
}

/// Adds the images of an object of Kubernetes, without its `status`.
pub(super) fn object<'a>(document: Document<'a>, places: &mut Vec<Place<'a>>) {
    let mut walk = Walk {
        document,
        registry: None,
        places,
    };
    for (key, value) in document.root.entries() {
        if key.as_str() != Some("status") {
            walk.entry((key, value), Around::default());
        }
    }
}

/// Returns the names that an image can be found by.
pub(super) fn names(registry: Option<&str>, name: &str) -> Vec<String> {
    let registry = registry.map(|registry| registry.trim_end_matches('/'));
    let full = registry
        .filter(|registry| !registry.is_empty())
        .map(|registry| format!("{registry}/{name}"));
    full.into_iter().chain([name.to_owned()]).collect()
}

/// Whether the value of a key is an image, tag and all.
pub(super) fn is_image_key(key: &str) -> bool {
    let key = normal(key);
    key.ends_with("image")
        || ["imagename", "imageref", "imageurl", "imageuri"]
            .iter()
            .any(|name| key.ends_with(name))
}

/// Returns a key in lower case without separators: `image_tag` is `imagetag`.
pub(crate) fn normal(key: &str) -> String {
    let letters = key.chars().filter(|char| !matches!(char, '_' | '-'));
    // Nearly all keys are of this sort, and there are very many of them.
    if key.is_ascii() {
        let mut normal = String::with_capacity(key.len());
        normal.extend(letters.map(|char| char.to_ascii_lowercase()));
        return normal;
    }
    letters.flat_map(char::to_lowercase).collect()
}

fn global_registry(root: NodeRef<'_>) -> Option<&str> {
    let global = root.get("global")?;
    let image = || global.get("image")?.get("registry");
    let registry = global.get("imageRegistry").or_else(image)?;
    registry.as_str().filter(|registry| !registry.is_empty())
}

/// What is around a node.
#[derive(Clone, Copy, Default)]
struct Around<'a> {
    /// The key of the node, or of the list that it is in.
    key: Option<&'a str>,
    /// The name of the container that it is in.
    container: Option<&'a str>,
}

/// A walk over a tree.
struct Walk<'a, 'p> {
    document: Document<'a>,
    /// The registry of images that name none.
    registry: Option<&'a str>,
    places: &'p mut Vec<Place<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn node(&mut self, node: NodeRef<'a>, around: Around<'a>) {
        // An alias leads to a place that is visited by itself.
        if node.followed() != node {
            return;
        }
        let holds_containers = around.key.is_some_and(|key| CONTAINERS.contains(&key));
        if node.is_mapping() {
            self.apart(node, around);
            self.env(node, around);
            for (key, value) in node.entries() {
                let container = if holds_containers { key.as_str() } else { None };
                let container = container.or(around.container);
                self.entry(
                    (key, value),
                    Around {
                        container,
                        ..around
                    },
                );
            }
        }
        for item in node.items() {
            let name = item
                .get("name")
                .and_then(NodeRef::as_str)
                .filter(|_| holds_containers);
            let container = name.or(around.container);
            let is_image = around
                .key
                .is_some_and(|key| normal(key).ends_with("images"));
            if item.is_scalar() && is_image {
                self.reference(
                    item,
                    Around {
                        container,
                        ..around
                    },
                    false,
                );
            }
            // A mapping inside of a list does not hold containers itself.
            let key = around.key.filter(|_| !holds_containers);
            self.node(item, Around { key, container });
        }
    }

    fn entry(&mut self, (key, value): (NodeRef<'a>, NodeRef<'a>), around: Around<'a>) {
        let Some(text) = key.as_str() else { return };
        if value.is_scalar() && is_image_key(text) {
            self.reference(value, around, text == "image");
        }
        // Images for kustomize have a grammar of their own.
        if text != "kustomize" {
            self.node(
                value,
                Around {
                    key: Some(text),
                    ..around
                },
            );
        }
    }

    /// Adds a string that is an image; without a version only where none is needed.
    fn reference(&mut self, value: NodeRef<'a>, around: Around<'a>, may_be_bare: bool) {
        let Some(written) = value.as_str().and_then(Written::split) else {
            return;
        };
        let bare = written.tag.is_none() && written.digest.is_none();
        if value.followed() != value || (bare && (!may_be_bare || has_version(value))) {
            return;
        }
        self.places.push(Place {
            document: self.document,
            container: around.container,
            names: vec![written.name.to_owned()],
            fields: Fields::Reference(value),
        });
    }

    /// Adds the images of a mapping that have their name and version apart.
    fn apart(&mut self, map: NodeRef<'a>, around: Around<'a>) {
        if map.len() > MAX_ENTRIES {
            return;
        }
        let entries = Entries::of(map);
        let mut versions_seen = Vec::new();
        for ending in NAME_ENDINGS {
            for (normal, key, name) in &entries.all {
                let (key, name) = (*key, *name);
                let versions = entries.versions(normal, ending, around.key);
                let place =
                    versions.and_then(|versions| self.apart_place((key, name), versions, map));
                let Some((place, version)) = place else {
                    continue;
                };
                if !versions_seen.contains(&version) {
                    versions_seen.push(version);
                    self.places.push(Place {
                        container: around.container,
                        ..place
                    });
                }
            }
        }
    }

    /// Returns the place, and the node that tells it from others.
    fn apart_place(
        &self,
        (key, name): (NodeRef<'a>, NodeRef<'a>),
        versions: Versions<'a>,
        map: NodeRef<'a>,
    ) -> Option<(Place<'a>, NodeRef<'a>)> {
        let text = name.as_str()?;
        let written = Written::split(text)?;
        if written.tag.is_some() || written.digest.is_some() {
            return None;
        }
        let registry = versions
            .registry
            .and_then(NodeRef::as_str)
            .or(self.registry);
        let version = versions.tag.node.or(versions.digest.node).unwrap_or(map);
        let place = Place {
            document: self.document,
            container: None,
            names: names(registry, text),
            fields: Fields::Apart(Apart {
                style: Style::Values,
                map,
                registry: versions.registry,
                name: Field::new(key.as_str()?, Some(name)),
                tag: versions.tag,
                digest: versions.digest,
            }),
        };
        Some((place, version))
    }

    /// Adds a variable of the environment that names an image to run.
    fn env(&mut self, map: NodeRef<'a>, around: Around<'a>) {
        let name = map.own("name").and_then(NodeRef::as_str);
        let names_image = name.is_some_and(|name| name.contains("IMAGE"));
        if let (true, Some(value)) = (names_image, map.own("value")) {
            self.reference(value, around, false);
        }
    }
}

/// The fields next to the name of an image.
struct Versions<'a> {
    registry: Option<NodeRef<'a>>,
    tag: Field<'a>,
    digest: Field<'a>,
}

/// The entries of a mapping, each with its key in lower case.
struct Entries<'a> {
    map: NodeRef<'a>,
    all: Vec<(String, NodeRef<'a>, NodeRef<'a>)>,
    /// Whether it takes entries from elsewhere.
    merges: bool,
}

impl<'a> Entries<'a> {
    fn of(map: NodeRef<'a>) -> Self {
        let entries = map.entries();
        let all = entries.filter_map(|(key, value)| Some((normal(key.as_str()?), key, value)));
        let all: Vec<_> = all.collect();
        let merges = all.iter().any(|(key, ..)| key == "<<");
        Self { map, all, merges }
    }

    /// Finds the field whose key is the stem with one of the ends.
    fn field(&self, stem: &str, ends: &[&str]) -> Option<Field<'a>> {
        let is_it = |key: &str| {
            key.strip_prefix(stem)
                .is_some_and(|end| ends.contains(&end))
        };
        let own = self.all.iter().find(|(key, ..)| is_it(key));
        if let Some((_, key, value)) = own {
            return Some(Field::new(key.as_str()?, Some(*value)));
        }
        if !self.merges {
            return None;
        }
        let mut names = ends.iter().map(|end| format!("{stem}{end}"));
        names.find_map(|name| Some(Field::new(&name, Some(self.map.get(&name)?))))
    }

    /// Finds the fields that belong to the name at `key`, which ends with `ending`.
    fn versions(&self, key: &str, ending: &str, around: Option<&str>) -> Option<Versions<'a>> {
        let stem = key.strip_suffix(ending)?;
        let named_image = around.is_some_and(is_image_key);
        let tags = ["tag", "imagetag", "imageversion", "version"];
        let may_be_version = matches!(ending, "repository" | "image") || named_image;
        let tags = if may_be_version {
            &tags[..]
        } else {
            &tags[..3]
        };
        let tag = self.field(stem, tags);
        let digest = self.field(stem, &["digest", "imagedigest"]);
        // A repository alone is an image only where the key around says so.
        if tag.is_none() && digest.is_none() && !(named_image && ending == "repository") {
            return None;
        }
        let registry = self.field(stem, &["registry", "imageregistry"]);
        Some(Versions {
            registry: registry.and_then(|field| field.node),
            tag: tag.unwrap_or_else(|| Field::new("tag", None)),
            digest: digest.unwrap_or_else(|| Field::new("digest", None)),
        })
    }
}

/// Whether a name has its version next to it, so that it is no whole image.
fn has_version(name: NodeRef<'_>) -> bool {
    let beside = name.key().and_then(NodeRef::as_str).zip(name.parent());
    beside.is_some_and(|(key, map)| {
        let versions = Entries::of(map).versions(&normal(key), "image", None);
        versions.is_some()
    })
}
