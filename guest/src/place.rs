//! Places where images stand, and how they are changed.

mod apart;
mod apply;
mod marked;
mod reference;

pub(crate) use apply::apply;
pub(crate) use marked::set_part;

use crate::formats::Document;
use crate::image::{ImageName, Written, docker_hub_name};
use crate::plan::Location;
use crate::yaml::NodeRef;

/// Why a digest goes when only a tag is asked for.
const STALE_DIGEST: &str = "the digest would have kept the old image running";

/// A place where an image stands.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    /// The document that it is in.
    pub(crate) document: Document<'a>,
    /// The container that the image is for.
    pub(crate) container: Option<&'a str>,
    /// The names that the image is found by, the most telling first.
    pub(crate) names: Vec<String>,
    /// Where the parts of the image stand.
    pub(crate) fields: Fields<'a>,
}

/// Where the parts of an image stand.
#[derive(Clone, Debug)]
pub(crate) enum Fields<'a> {
    /// All in one string: `name:tag@digest`.
    Reference(NodeRef<'a>),
    /// All in one argument of kustomize: `name=new-name:tag@digest`.
    Argument(NodeRef<'a>),
    /// Each in a string of its own.
    Apart(Apart<'a>),
}

/// An image whose parts stand in strings of their own.
#[derive(Clone, Debug)]
pub(crate) struct Apart<'a> {
    /// What is done where a part is missing or has to go.
    pub(crate) style: Style,
    /// The mapping, or the list of parameters, that holds the parts.
    pub(crate) map: NodeRef<'a>,
    /// The registry, where it is apart from the name.
    pub(crate) registry: Option<NodeRef<'a>>,
    /// The name that is pulled.
    pub(crate) name: Field<'a>,
    /// The tag, which may carry a digest.
    pub(crate) tag: Field<'a>,
    /// The digest.
    pub(crate) digest: Field<'a>,
}

/// A part of an image.
#[derive(Clone, Debug)]
pub(crate) struct Field<'a> {
    /// Its key.
    pub(crate) key: String,
    /// Its value, when it is there.
    pub(crate) node: Option<NodeRef<'a>>,
}

/// What is done where a part is missing or has to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// An entry of `images` for kustomize: parts come and go.
    Kustomize,
    /// Values for Helm: a digest that goes becomes empty, because a removed
    /// key brings back the default of the chart.
    Values,
    /// Parameters for Helm: like values.
    Parameters,
    /// An artifact that Flux fetches: parts come and go.
    Artifact,
}

impl Style {
    /// Whether parts come and go, instead of becoming empty.
    fn parts_go(self) -> bool {
        matches!(self, Self::Kustomize | Self::Artifact)
    }
}

impl<'a> Field<'a> {
    pub(crate) fn new(key: &str, node: Option<NodeRef<'a>>) -> Self {
        Self {
            key: key.to_owned(),
            node,
        }
    }

    /// Returns the text, when there is one and it is not empty.
    pub(crate) fn text(&self) -> Option<&'a str> {
        self.node?.as_str().filter(|text| !text.is_empty())
    }
}

impl<'a> Place<'a> {
    /// Whether the image is the one of this name.
    pub(crate) fn is(&self, name: &ImageName, docker_hub_names: bool) -> bool {
        self.names.iter().any(|own| {
            own == name.as_str()
                || (docker_hub_names && docker_hub_name(own) == docker_hub_name(name.as_str()))
        })
    }

    /// Returns the name that the place is spoken of by.
    pub(crate) fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// Returns the node that stands for the place in messages: the version, or
    /// else the name.
    pub(crate) fn node(&self) -> NodeRef<'a> {
        match &self.fields {
            Fields::Reference(node) | Fields::Argument(node) => *node,
            Fields::Apart(apart) => {
                let version = apart.tag.node.or(apart.digest.node).or(apart.name.node);
                version.unwrap_or(apart.map)
            }
        }
    }

    /// Returns where the place is.
    pub(crate) fn location(&self) -> Location {
        self.document.locate(self.node())
    }

    /// Returns every node that holds a part of the image.
    pub(crate) fn nodes(&self) -> Vec<NodeRef<'a>> {
        match &self.fields {
            Fields::Reference(node) | Fields::Argument(node) => vec![*node],
            Fields::Apart(apart) => {
                let parts = [
                    apart.registry,
                    apart.name.node,
                    apart.tag.node,
                    apart.digest.node,
                ];
                parts.into_iter().flatten().collect()
            }
        }
    }

    /// Returns the tag and the digest as they are.
    pub(crate) fn version(&self) -> (Option<&'a str>, Option<&'a str>) {
        let written = |text: Option<&'a str>| match text.and_then(Written::split) {
            Some(written) => (written.tag, written.digest),
            None => (None, None),
        };
        match &self.fields {
            Fields::Reference(node) => written(node.as_str()),
            Fields::Argument(node) => {
                let text = node.as_str();
                written(text.map(|text| text.split_once('=').map_or(text, |(_, right)| right)))
            }
            Fields::Apart(apart) => {
                let (tag, in_tag) = Written::split_tag(apart.tag.text().unwrap_or_default());
                (tag, apart.digest.text().or(in_tag))
            }
        }
    }
}

/// Writes a version as `tag`, `digest` or `tag@digest`.
pub(crate) fn version_text((tag, digest): (Option<&str>, Option<&str>)) -> Option<String> {
    match (tag, digest) {
        (Some(tag), Some(digest)) => Some(format!("{tag}@{digest}")),
        (tag, digest) => tag.or(digest).map(str::to_owned),
    }
}
