//! From a version that is asked for to operations on a file.

use super::{Dependency, GIT_FIELDS, Update, Version, query};
use crate::error::{Failure, Kind};
use crate::image::{Digest, is_moving_revision};
use crate::request::Permits;
use crate::writer::{Applied, Writer};
use crate::yaml::NodeRef;
use crate::yaml::edit::{Operation, Place, Value};

/// Why a field of `ref` makes way for another one.
const TAKES_PLACE: &str = "another kind of revision takes its place";

/// Decides what a dependency becomes.
///
/// # Errors
/// When the place cannot hold what is asked, or that is not permitted.
pub(crate) fn apply(
    dependency: &Dependency<'_>,
    update: &Update,
    permits: Permits,
) -> Result<Applied, Failure> {
    let mut draft = Draft {
        dependency,
        update,
        permits,
        writer: Writer::new(dependency.document, None),
    };
    draft.writer.applied.new.clone_from(&update.version);
    match dependency.version {
        Version::Field { map, key, after } => draft.field(map, key, after)?,
        Version::Query(node) => draft.query(node)?,
        Version::Reference { spec, fields } => draft.reference(spec, fields)?,
    }
    Ok(draft.writer.applied)
}

struct Draft<'p, 'a> {
    dependency: &'p Dependency<'a>,
    update: &'p Update,
    permits: Permits,
    writer: Writer<'p, 'a>,
}

impl<'a> Draft<'_, 'a> {
    fn field(&mut self, map: NodeRef<'a>, key: &str, after: &str) -> Result<(), Failure> {
        let Some(node) = own(map, key)? else {
            self.may_add(map)?;
            self.writer.insert(map, &[after], key, &self.update.version);
            return Ok(());
        };
        self.may_replace(node, node.as_str().unwrap_or_default())?;
        self.writer.applied.old = text(node);
        self.writer.set(node, &self.update.version, "");
        Ok(())
    }

    fn query(&mut self, node: NodeRef<'a>) -> Result<(), Failure> {
        let url = node.as_str().unwrap_or_default();
        let version = query::encoded(&self.update.version);
        let new = match query::revision(url) {
            Some((range, old)) => {
                self.may_replace(node, &old)?;
                let same = old == self.update.version;
                self.writer.applied.old = Some(old);
                let (before, after) = (url.get(..range.start), url.get(range.end..));
                match before.zip(after) {
                    Some((before, after)) if !same => format!("{before}{version}{after}"),
                    _ => url.to_owned(),
                }
            }
            None => {
                self.may_add(node)?;
                let separator = if url.contains('?') { '&' } else { '?' };
                format!("{url}{separator}ref={version}")
            }
        };
        self.writer.set(node, &new, "");
        Ok(())
    }

    fn reference(&mut self, spec: NodeRef<'a>, fields: &[&'static str]) -> Result<(), Failure> {
        let reference = own(spec, "ref")?;
        let Some(map) = reference.filter(|map| map.is_mapping() && !map.is_empty()) else {
            self.may_add(spec)?;
            return self.add_reference(spec, reference, fields);
        };
        let mut present = Vec::new();
        for field in fields {
            let node = own(map, field)?.filter(|node| text(*node).is_some());
            present.extend(node.map(|node| (*field, node)));
        }
        let effective = present.first().copied();
        let old = effective.and_then(|(_, node)| text(node));
        let (field, version) = self.target(effective.map(|(field, _)| field), fields);
        if let Some((effective, node)) = effective
            && (effective != field || old.as_deref() != Some(version.as_str()))
        {
            let moves = matches!(effective, "branch" | "semver");
            self.may_replace(
                node,
                if moves {
                    ""
                } else {
                    old.as_deref().unwrap_or_default()
                },
            )?;
        }
        self.writer.applied.old = old;
        self.write(map, &present, (field, &version), fields);
        Ok(())
    }

    /// Writes one field of `ref`, and lets those make way that would win over it.
    fn write(
        &mut self,
        map: NodeRef<'a>,
        present: &[(&'static str, NodeRef<'a>)],
        (field, version): (&str, &str),
        fields: &[&'static str],
    ) {
        let rank = |wanted: &str| fields.iter().position(|field| *field == wanted);
        let own = present.iter().find(|(name, _)| *name == field);
        let mut stronger: Vec<_> = present
            .iter()
            .filter(|(name, _)| rank(name) < rank(field))
            .collect();
        match (own, present.first()) {
            (Some((_, node)), _) => self.writer.set(*node, version, ""),
            // A commit may say which branch it is on.
            (None, Some(("branch", _))) if field == "commit" => {
                self.writer.insert(map, &["branch"], field, version);
            }
            (None, Some((name, node))) => {
                self.writer.replace(*node, field, version, TAKES_PLACE);
                stronger.retain(|(other, _)| other != name);
            }
            (None, None) => self.writer.insert(map, &[], field, version),
        }
        for (_, node) in stronger {
            self.writer.remove(map, *node, TAKES_PLACE);
        }
    }

    /// Decides which field the revision belongs to, and how it is written there.
    fn target(&self, effective: Option<&str>, fields: &[&'static str]) -> (&'static str, String) {
        let version = self.update.version.as_str();
        let plain = version.to_owned();
        if fields != GIT_FIELDS {
            return match Digest::parse(version) {
                Ok(_) => ("digest", plain),
                Err(_) if is_range(version) => ("semver", plain),
                Err(_) => ("tag", plain),
            };
        }
        let branch = version.strip_prefix("refs/heads/");
        let tag = version.strip_prefix("refs/tags/");
        if is_commit(version) {
            ("commit", plain)
        } else if effective == Some("name") {
            match version.starts_with("refs/") {
                true => ("name", plain),
                false if is_moving_revision(version) => ("name", format!("refs/heads/{version}")),
                false => ("name", format!("refs/tags/{version}")),
            }
        } else if is_range(version) {
            ("semver", plain)
        } else if let Some(branch) = branch {
            ("branch", branch.to_owned())
        } else if let Some(tag) = tag {
            ("tag", tag.to_owned())
        } else if version.starts_with("refs/") {
            ("name", plain)
        } else if is_moving_revision(version) {
            ("branch", plain)
        } else {
            ("tag", plain)
        }
    }

    fn add_reference(
        &mut self,
        spec: NodeRef<'a>,
        reference: Option<NodeRef<'a>>,
        fields: &[&'static str],
    ) -> Result<(), Failure> {
        let (field, version) = self.target(None, fields);
        if let Some(map) = reference {
            self.writer.insert(map, &[], field, &version);
            return Ok(());
        }
        let url = spec.entries().map(|(key, _)| key);
        let url = url.into_iter().find(|key| key.as_str() == Some("url"));
        self.writer.applied.operations.push(Operation::InsertEntry {
            mapping: spec.id(),
            place: url.map_or(Place::End, |key| Place::After(key.id())),
            key: "ref".to_owned(),
            value: Value::texts([(field, version.clone())]),
        });
        let path = self.writer.path(spec, &format!("ref.{field}"));
        self.writer
            .change(spec, path, (None, Some(version)), "added");
        Ok(())
    }

    /// Refuses to add a version where none is, unless that is permitted.
    fn may_add(&self, node: NodeRef<'a>) -> Result<(), Failure> {
        if self.permits.create {
            return Ok(());
        }
        let message = format!("{} has no version here", self.update.title());
        Err(Failure::new(Kind::NoSuchKey, message)
            .at(self.dependency.document.locate(node))
            .hint("It follows the newest one. Pass --create to add a version."))
    }

    /// Refuses to replace a version that moves, unless that is permitted.
    fn may_replace(&self, node: NodeRef<'a>, old: &str) -> Result<(), Failure> {
        let written = node.as_str().unwrap_or_default();
        if written.contains("{{") || written.contains("${") {
            let message = format!("{} has the version `{written}` here", self.update.title());
            return Err(Failure::new(Kind::Template, message)
                .at(self.dependency.document.locate(node))
                .hint("Another program completes it: set its source, or replace it with --key."));
        }
        let fixed = old == self.update.version || !is_moving_revision(old);
        if fixed || self.permits.moving_revisions {
            return Ok(());
        }
        let shown = if old.is_empty() { written } else { old };
        let message = format!("{} follows `{shown}`, which moves", self.update.title());
        Err(Failure::new(Kind::Moving, message)
            .at(self.dependency.document.locate(node))
            .hint("Pass --allow-moving-revisions to replace it."))
    }
}

/// Returns the value of a key that the mapping has itself.
///
/// # Errors
/// `SharedValue`, when it is merged in from elsewhere.
fn own<'a>(map: NodeRef<'a>, key: &str) -> Result<Option<NodeRef<'a>>, Failure> {
    match (map.own(key), map.get(key)) {
        (None, Some(merged)) => Err(merged.shared_failure(&merged.shared().unwrap_or_default())),
        (own, _) => Ok(own),
    }
}

fn text(node: NodeRef<'_>) -> Option<String> {
    let text = node
        .as_str()
        .filter(|text| !text.is_empty() && !node.is_null());
    text.map(str::to_owned)
}

/// Whether a revision is a whole commit of git.
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a version is a range of versions.
fn is_range(text: &str) -> bool {
    let wildcard = text.split('.').any(|part| matches!(part, "x" | "X" | "*"));
    wildcard || text.contains(['^', '~', '<', '>', '=', '|', ',', ' ', '*'])
}
