//! From the steps to the places of a file.

use super::{KeyPath, Step};
use crate::error::{Failure, Kind};
use crate::yaml::{File, NodeRef};

/// Where a path leads.
#[derive(Clone, Debug, Default)]
pub struct Found<'a> {
    /// The values at its end, in the order of the file.
    pub matches: Vec<NodeRef<'a>>,
    /// Where the way ended too early.
    pub gaps: Vec<Gap<'a>>,
}

/// Where a way ended too early.
#[derive(Clone, Copy, Debug)]
pub struct Gap<'a> {
    /// The last node of the way.
    pub node: NodeRef<'a>,
    /// The index of the step that it does not have.
    pub step: usize,
}

impl KeyPath {
    /// Follows the path from the roots of all documents.
    ///
    /// # Errors
    /// `NoSuchKey`, with what is near, when it leads nowhere; `Contradiction`
    /// when a key on the way is there twice.
    pub fn resolve<'a>(&self, file: &'a File) -> Result<Vec<NodeRef<'a>>, Failure> {
        let mut found = Found::default();
        for root in file.documents() {
            let more = self.find(root)?;
            found.matches.extend(more.matches);
            found.gaps.extend(more.gaps);
        }
        self.require(found, file)
    }

    /// Follows the path from one node.
    ///
    /// # Errors
    /// Like [`KeyPath::resolve`].
    pub fn resolve_in<'a>(&self, root: NodeRef<'a>) -> Result<Vec<NodeRef<'a>>, Failure> {
        let found = self.find(root)?;
        self.require(found, root.file())
    }

    /// Follows the path from one node, and tells where it ends too early.
    ///
    /// # Errors
    /// `Contradiction` when a key on the way is there twice.
    pub fn find<'a>(&self, root: NodeRef<'a>) -> Result<Found<'a>, Failure> {
        let mut found = Found::default();
        let mut nodes = vec![root];
        for (step, wanted) in self.steps.iter().enumerate() {
            let mut next = Vec::new();
            for node in nodes {
                let before = next.len();
                follow(node, wanted, &mut next)?;
                if next.len() == before {
                    found.gaps.push(Gap { node, step });
                }
            }
            nodes = next;
        }
        found.matches = nodes;
        Ok(found)
    }

    fn require<'a>(&self, found: Found<'a>, file: &'a File) -> Result<Vec<NodeRef<'a>>, Failure> {
        if !found.matches.is_empty() {
            return Ok(found.matches);
        }
        // The way that got furthest tells most.
        let furthest = found.gaps.iter().rev().max_by_key(|gap| gap.step);
        Err(match furthest {
            Some(gap) => self.no_such_key(*gap),
            None => {
                let message = format!("{:?} is empty and has no key {self}", file.path());
                Failure::new(Kind::NoSuchKey, message).at(file.location(0))
            }
        })
    }
}

/// Adds the nodes to which a step leads.
fn follow<'a>(node: NodeRef<'a>, step: &Step, next: &mut Vec<NodeRef<'a>>) -> Result<(), Failure> {
    match step {
        Step::Key(key) if node.is_mapping() => {
            if let Some(duplicate) = node.duplicate(key) {
                return Err(duplicate.duplicate_failure());
            }
            next.extend(node.get(key));
        }
        // `images.0` is what other tools write.
        Step::Key(key) => next.extend(key.parse().ok().and_then(|index| node.items().nth(index))),
        Step::Index(index) => next.extend(node.items().nth(*index)),
        Step::Field(keys, value) => {
            for item in node.items() {
                let mut field = Some(item);
                for key in keys {
                    field = field.and_then(|field| field.get(key));
                }
                if let Some(field) = field.filter(|field| field.as_str() == Some(value)) {
                    if let Some(failure) = field.contradiction() {
                        return Err(failure);
                    }
                    next.push(item);
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::KeyPath;
    use crate::error::Kind;
    use crate::yaml::parse;

    const TEXT: &str = "\
services:
- name: web
  image: {tag: v1}
- name: api
  image:
    tag: v2
a.b: dotted
base: &base {tag: v3}
copy: *base
merged: {<<: *base, x: 1}
twice: 1
twice: 2
---
services: []
other: {a.b: 1, image: {tag: v4}}
";

    #[track_caller]
    fn check(path: &str, expected: &[&str]) {
        let file = parse("f.yaml", TEXT.as_bytes()).unwrap();
        let path: KeyPath = path.parse().unwrap();
        let found = path.resolve(&file).unwrap();
        let sources: Vec<_> = found.iter().map(|node| node.source()).collect();
        assert_eq!(sources, expected);
    }

    #[track_caller]
    fn refuse(path: &str, kind: Kind, hint: &str) {
        let file = parse("f.yaml", TEXT.as_bytes()).unwrap();
        let path: KeyPath = path.parse().unwrap();
        let failure = path.resolve(&file).unwrap_err();
        assert_eq!(failure.kind, kind, "{failure:?}");
        let said = failure.problem.hint.unwrap_or_default();
        assert!(said.contains(hint), "{} {said}", failure.problem.message);
    }

    #[test]
    fn a_path_leads_to_values() {
        check("services[name=web].image.tag", &["v1"]);
        check("services[image.tag=v2].name", &["api"]);
        check("services[1].name", &["api"]);
        check("services.1.name", &["api"]);
        check("\"a.b\"", &["dotted"]);
        check("copy.tag", &["v3"]);
        check("merged.tag", &["v3"]);
        check(
            "services",
            &[
                "- name: web\n  image: {tag: v1}\n- name: api\n  image:\n    tag: v2",
                "[]",
            ],
        );
    }

    #[test]
    fn a_path_that_leads_nowhere_names_what_is_near() {
        refuse("services[name=web].image.tga", Kind::NoSuchKey, "tag");
        refuse(
            "services[name=wbe].image.tag",
            Kind::NoSuchKey,
            "services[name=web]",
        );
        refuse("a.b", Kind::NoSuchKey, "\"a.b\"");
        refuse("image.tag", Kind::NoSuchKey, "other.image.tag");
        refuse("services[7]", Kind::NoSuchKey, "2");
        refuse("twice", Kind::Contradiction, "Remove one");
    }

    #[test]
    fn an_empty_file_has_no_key() {
        let file = parse("f.yaml", b"# nothing\n").unwrap();
        let failure = "a".parse::<KeyPath>().unwrap().resolve(&file).unwrap_err();
        assert_eq!(failure.kind, Kind::NoSuchKey);
    }
}
