//! Places where a chart or a repository is followed, and how they are changed.

mod address;
mod apply;
mod query;
mod update;

pub(crate) use address::Address;
pub(crate) use apply::apply;
pub(crate) use query::remote_base;
pub(crate) use update::{Followed, Update};

use crate::formats::Document;
use crate::plan::Location;
use crate::yaml::NodeRef;

/// The fields of `ref` of a `GitRepository`: the first that is there counts.
pub(crate) const GIT_FIELDS: &[&str] = &["commit", "name", "semver", "tag", "branch"];

/// The fields of `ref` of an `OCIRepository`: the first that is there counts.
pub(crate) const OCI_FIELDS: &[&str] = &["digest", "semver", "tag"];

/// A place where a chart or a repository is followed at a version.
#[derive(Clone, Debug)]
pub(crate) struct Dependency<'a> {
    /// The document that it is in.
    pub(crate) document: Document<'a>,
    /// What is followed.
    pub(crate) followed: Followed,
    /// The names that it is found by, the most telling first.
    pub(crate) names: Vec<String>,
    /// Where the version stands.
    pub(crate) version: Version<'a>,
}

/// Where the version of a dependency stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Version<'a> {
    /// At a key of a mapping, which may be missing.
    Field {
        map: NodeRef<'a>,
        key: &'static str,
        /// The key that a missing one is added after.
        after: &'static str,
    },
    /// In the query of an address.
    Query(NodeRef<'a>),
    /// In `ref` of a source of Flux, in one of several fields.
    Reference {
        spec: NodeRef<'a>,
        /// The fields, of which the first that is there counts.
        fields: &'static [&'static str],
    },
}

impl<'a> Dependency<'a> {
    /// Returns the dependency that is a version at a key of a mapping.
    pub(crate) fn field(
        document: Document<'a>,
        (followed, names): (Followed, Vec<String>),
        map: NodeRef<'a>,
        (key, after): (&'static str, &'static str),
    ) -> Self {
        Self {
            document,
            followed,
            names,
            version: Version::Field { map, key, after },
        }
    }

    /// Whether it is what an update is for.
    pub(crate) fn is(&self, update: &Update) -> bool {
        self.followed == update.followed && self.names.contains(&update.name)
    }

    /// Returns the node that stands for the place in messages.
    pub(crate) fn node(&self) -> NodeRef<'a> {
        match self.version {
            Version::Field { map, key, .. } => map.get(key).unwrap_or(map),
            Version::Query(node) => node,
            Version::Reference { spec, fields } => {
                let reference = spec.get("ref").unwrap_or(spec);
                let mut present = fields.iter().filter_map(|field| reference.get(field));
                present.next().unwrap_or(reference)
            }
        }
    }

    /// Returns the version; `None` when there is none.
    pub(crate) fn value(&self) -> Option<String> {
        let node = self.node();
        if let Version::Query(node) = self.version {
            return query::revision(node.as_str()?).map(|(_, revision)| revision);
        }
        let text = node.as_str().filter(|text| !text.is_empty());
        text.map(str::to_owned)
    }

    /// Returns where the place is.
    pub(crate) fn location(&self) -> Location {
        self.document.locate(self.node())
    }
}

/// Returns the names of a chart: with its repository, when that is known, and alone.
pub(crate) fn chart_names(repository: Option<&str>, name: &str) -> Vec<String> {
    let own = Address::parse(name).map_or_else(|| name.to_owned(), |own| own.to_string());
    let full = repository
        .filter(|repository| !repository.is_empty())
        .map(|repository| match Address::parse(repository) {
            Some(address) => format!("{address}/{name}"),
            None => format!("{}/{name}", repository.trim_end_matches('/')),
        });
    [own].into_iter().chain(full).collect()
}

/// Returns the names of a repository: its address, and that with a path in it.
pub(crate) fn repository_names(url: &str, path: Option<&str>) -> Vec<String> {
    let address = Address::parse(url).map_or_else(|| url.to_owned(), |own| own.to_string());
    let path = path.map(|path| path.trim_start_matches("./").trim_matches('/'));
    let full = path
        .filter(|path| !path.is_empty() && *path != ".")
        .map(|path| format!("{address}//{path}"));
    [address].into_iter().chain(full).collect()
}

#[cfg(test)]
mod tests;
