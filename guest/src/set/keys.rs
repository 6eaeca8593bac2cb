//! New values for keys.

use super::Context;
use super::asked::KeyValue;
use super::draft::{Draft, in_string};
use crate::error::{Failure, Kind};
use crate::files::Loaded;
use crate::formats::Document;
use crate::image::{is_moving_revision, is_moving_tag};
use crate::message::{Move, What};
use crate::place::Fields;
use crate::plan::{Change, Problem};
use crate::request::Permits;
use crate::select::one_each;
use crate::writer::{Applied, quoted};
use crate::yaml::edit::{Operation, Place as At, ScalarKind, Value};
use crate::yaml::{self, Gap, KeyPath, NodeRef, Step};

/// Plans every key of the request.
pub(super) fn set(context: &Context<'_>, draft: &mut Draft<'_>) -> Result<(), Failure> {
    for assignment in &context.asked.assignments {
        set_key(context, assignment, draft)?;
    }
    Ok(())
}

/// A value that a key path leads to.
struct Target<'a> {
    file: usize,
    document: Document<'a>,
    node: NodeRef<'a>,
}

fn set_key(
    context: &Context<'_>,
    assignment: &KeyValue<'_>,
    draft: &mut Draft<'_>,
) -> Result<(), Failure> {
    let mut targets = Vec::new();
    let mut gaps = Vec::new();
    for (file, loaded) in context.files.loaded.iter().enumerate() {
        // The path into a `List` begins at the list, unless an item is selected.
        let mut documents: Vec<_> = Document::roots(&loaded.file).collect();
        if context.asked.selector.selects_documents() {
            documents.extend(Document::all(&loaded.file));
            documents.sort_by_key(|document| document.root.id());
            documents.dedup_by_key(|document| document.root.id());
        }
        for document in documents {
            if !context.asked.selector.admits_document(document) {
                continue;
            }
            let found = assignment.path.find(document.root)?;
            let nodes = found.matches.into_iter();
            let nodes = nodes.filter(|node| context.asked.selector.admits_node(*node));
            targets.extend(nodes.map(|node| Target {
                file,
                document,
                node,
            }));
            gaps.extend(found.gaps.into_iter().map(|gap| (file, document, gap)));
        }
    }
    if targets.is_empty() {
        return insert_key(context, assignment, &gaps, draft);
    }
    if !context.request.permits.all {
        let found: Vec<_> = targets
            .iter()
            .map(|target| {
                (
                    target.file,
                    target.document.locate(target.node),
                    target.document.key(target.node),
                )
            })
            .collect();
        one_each(
            &format!("the key `{}`", assignment.key),
            &found,
            context.files_are_named(),
        )?;
    }
    for target in targets {
        let applied = match &assignment.inner {
            None => set_value(&target, assignment, context.request.permits)?,
            Some(inner) => set_inner(&target, inner, assignment)?,
        };
        remember(draft, assignment, &applied);
        draft.add(target.file, None, applied);
    }
    Ok(())
}

fn remember(draft: &mut Draft<'_>, assignment: &KeyValue<'_>, applied: &Applied) {
    draft.remember(Move {
        what: What::Key(assignment.key.to_owned()),
        old: applied.old.clone(),
        new: assignment.value.to_owned(),
    });
}

fn set_value(
    target: &Target<'_>,
    assignment: &KeyValue<'_>,
    permits: Permits,
) -> Result<Applied, Failure> {
    let Target { document, node, .. } = *target;
    let value = assignment.value;
    if !node.is_scalar() {
        let what = if node.is_mapping() {
            "a mapping"
        } else {
            "a list"
        };
        return Err(Failure::new(
            Kind::InvalidKey,
            format!("`{}` is {what}, not a single value", assignment.key),
        )
        .at(document.locate(node))
        .hint("Name a key further inside."));
    }
    let old = node.as_str().map(str::to_owned);
    if old.as_deref() != Some(value) {
        check_moving(document, node, value, permits)?;
    }
    Ok(Applied {
        warnings: stale_digest(document, node).into_iter().collect(),
        ..one_value(document, node, value)
    })
}

/// Makes the operation and the change for one value.
fn one_value(document: Document<'_>, node: NodeRef<'_>, value: &str) -> Applied {
    let old = node.as_str().map(str::to_owned);
    let mut operations = Vec::new();
    let mut reason = None;
    if old.as_deref() != Some(value) {
        let kind = kind_for(node.key().and_then(NodeRef::as_str).unwrap_or_default());
        reason = quoted(node, value, kind);
        operations.push(Operation::SetScalar {
            node: node.id(),
            value: value.to_owned(),
            kind,
        });
    }
    Applied {
        operations,
        changes: vec![Change {
            at: document.locate(node),
            key: document.key(node),
            image: None,
            old: old.clone(),
            new: Some(value.to_owned()),
            reason: reason.unwrap_or_default(),
        }],
        warnings: Vec::new(),
        old,
        new: value.to_owned(),
    }
}

/// Sets a value in YAML that stands in a string.
fn set_inner(
    target: &Target<'_>,
    inner: &KeyPath,
    assignment: &KeyValue<'_>,
) -> Result<Applied, Failure> {
    let text = target.node.as_str().unwrap_or_default();
    let file = yaml::parse(target.document.path(), text.as_bytes())?;
    let found = inner.resolve(&file)?;
    let [node] = found[..] else {
        let message = format!("the key `{}` is at {} places", assignment.key, found.len());
        return Err(Failure::new(Kind::Ambiguous, message).at(target.document.locate(target.node)));
    };
    let document = Document {
        root: node,
        outer: Some((target.node, target.document.root)),
    };
    let applied = one_value(document, node, assignment.value);
    Ok(Applied {
        operations: in_string(target.node.id(), &file, &applied.operations)?,
        ..applied
    })
}

/// Adds a key where only the last step is missing.
fn insert_key(
    context: &Context<'_>,
    assignment: &KeyValue<'_>,
    gaps: &[(usize, Document<'_>, Gap<'_>)],
    draft: &mut Draft<'_>,
) -> Result<(), Failure> {
    let steps = assignment.path.steps();
    let fits = |gap: &Gap<'_>| {
        (gap.node.is_mapping() || gap.node.is_null())
            && steps
                .get(gap.step..)
                .is_some_and(|rest| rest.iter().all(|step| matches!(step, Step::Key(_))))
    };
    let furthest = gaps.iter().map(|(_, _, gap)| gap.step).max();
    let candidates = gaps
        .iter()
        .filter(|(_, _, gap)| Some(gap.step) == furthest && fits(gap));
    let candidates: Vec<_> = candidates.collect();
    let marked = context.asked.selector.marker.is_some();
    match candidates[..] {
        [(file, document, gap)]
            if context.request.permits.create && !marked && assignment.inner.is_none() =>
        {
            let applied = inserted(*document, gap, assignment);
            remember(draft, assignment, &applied);
            draft.add(*file, None, applied);
            Ok(())
        }
        _ => Err(no_such_key(context, assignment)),
    }
}

fn inserted(document: Document<'_>, gap: &Gap<'_>, assignment: &KeyValue<'_>) -> Applied {
    let steps = assignment.path.steps().get(gap.step..).unwrap_or_default();
    let keys: Vec<_> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Key(key) => Some(key.clone()),
            Step::Index(_) | Step::Field(..) => None,
        })
        .collect();
    let last = keys.last().map_or("", String::as_str);
    let scalar = Value::Scalar(assignment.value.to_owned(), kind_for(last));
    let inner = keys.iter().skip(1).rev();
    let value = inner.fold(scalar, |value, key| {
        Value::Mapping(vec![(key.clone(), value)])
    });
    Applied {
        operations: vec![Operation::InsertEntry {
            mapping: gap.node.id(),
            place: At::End,
            key: keys.first().cloned().unwrap_or_default(),
            value,
        }],
        changes: vec![Change {
            at: document.locate(gap.node),
            key: assignment.path.to_string(),
            image: None,
            old: None,
            new: Some(assignment.value.to_owned()),
            reason: "added".to_owned(),
        }],
        warnings: Vec::new(),
        old: None,
        new: assignment.value.to_owned(),
    }
}

/// Describes a key that is nowhere, with what is near in the only file.
fn no_such_key(context: &Context<'_>, assignment: &KeyValue<'_>) -> Failure {
    let missing = |loaded: &Loaded| assignment.path.resolve(&loaded.file).err();
    match &context.files.loaded[..] {
        [only] => missing(only),
        _ => None,
    }
    .unwrap_or_else(|| nowhere(context, assignment))
}

fn nowhere(context: &Context<'_>, assignment: &KeyValue<'_>) -> Failure {
    let key = assignment.key;
    let selector = &context.asked.selector;
    if selector.selects_documents() || selector.marker.is_some() {
        let message = format!("no key `{key}` where --document or --marker chooses");
        let found = context.files.loaded.iter().find_map(|loaded| {
            let found = assignment.path.resolve(&loaded.file).ok()?;
            found.first().map(|node| node.location())
        });
        let failure = Failure::new(Kind::NoSuchKey, message);
        return match found {
            Some(at) => failure.hint(format!("It is at {}:{}.", at.path, at.line)),
            None => failure.hint("Leave the option out to see what is near."),
        };
    }
    let message = format!("no key `{key}` in {} files", context.files.seen.len());
    Failure::new(Kind::NoSuchKey, message).hint("Name the file with --file to see what is near.")
}

/// Versions are text, whatever they look like: `1.10` is no number.
fn kind_for(key: &str) -> ScalarKind {
    let key = key.to_lowercase();
    let endings = [
        "tag", "version", "revision", "digest", "image", "name", "sha", "commit", "ref",
    ];
    if endings.iter().any(|ending| key.ends_with(ending)) {
        ScalarKind::Text
    } else {
        ScalarKind::AsGiven
    }
}

/// Refuses tags and revisions that move, where they are known to be such.
fn check_moving(
    document: Document<'_>,
    node: NodeRef<'_>,
    value: &str,
    permits: Permits,
) -> Result<(), Failure> {
    let old = node.as_str().unwrap_or_default();
    if document.is_revision(node) && !permits.moving_revisions {
        let moving = [old, value]
            .into_iter()
            .find(|revision| is_moving_revision(revision));
        if let Some(moving) = moving {
            let verb = if moving == old {
                "would be replaced"
            } else {
                "was asked for"
            };
            return Err(Failure::new(
                Kind::Moving,
                format!("the revision `{moving}`, which moves, {verb}"),
            )
            .at(document.locate(node))
            .hint("Pass --allow-moving-revisions when that is meant."));
        }
    }
    let is_tag = || {
        document.places().iter().any(|place| match &place.fields {
            Fields::Apart(apart) => apart.tag.node == Some(node),
            Fields::Reference(_) | Fields::Argument(_) => false,
        })
    };
    if !permits.moving_tags && is_moving_tag(value) && is_tag() {
        return Err(Failure::new(
            Kind::Moving,
            format!("the tag `{value}` moves: a restart could run another version"),
        )
        .at(document.locate(node))
        .hint("Use a tag that is given once, or pass --allow-moving-tags."));
    }
    Ok(())
}

/// Warns when a tag is set next to a digest, which is what counts.
fn stale_digest(document: Document<'_>, node: NodeRef<'_>) -> Option<Problem> {
    let places = document.places();
    let stale = places.iter().find_map(|place| match &place.fields {
        Fields::Apart(apart) if apart.tag.node == Some(node) && apart.digest.text().is_some() => {
            apart.digest.node
        }
        _ => None,
    })?;
    Some(Problem {
        code: "stale-digest".to_owned(),
        message: "the digest next to the tag still decides which image runs".to_owned(),
        at: Some(document.locate(stale)),
        hint: Some("Set the digest too, or set the image by its name with --image.".to_owned()),
    })
}
