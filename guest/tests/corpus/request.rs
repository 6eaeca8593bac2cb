//! The requests that a user would make for a case.

use super::case::{Case, Target};
use serde_json::Value;
use std::collections::BTreeSet;
use towpath_guest::error::Kind;
use towpath_guest::facts::Facts;
use towpath_guest::request::{
    Assignment, Intent, Permits, Request, Selection, SetRequest, Source, Wording,
};
use towpath_guest::yaml::{self, KeyPath, Step};

/// Returns the requests of a case, to be made one after the other.
pub(crate) fn requests(case: &Case, path: &str, before: &[u8]) -> Vec<Request> {
    if let Some(image) = by_image(case, before) {
        return vec![request(path, image)];
    }
    if case.targets.is_empty() {
        let key = case.intent.get("path").and_then(Value::as_array);
        let key = key.map_or_else(|| "any.key".to_owned(), |key| key_path(&key[1..]));
        return vec![request(path, values(vec![(key, "v9".to_owned())], None))];
    }
    by_key(case, path, before)
}

/// Returns what is asked by the name of an image, where that is what a user knows.
fn by_image(case: &Case, before: &[u8]) -> Option<SetRequest> {
    let new = case.targets.first().map(|target| target.new.as_str());
    let op = case.op.strip_prefix("synthetic/").unwrap_or(&case.op);
    if let (Some(policy), Some(name), Some(tag)) =
        (case.asked("policy"), case.asked("name"), case.asked("tag"))
    {
        return Some(SetRequest {
            images: vec![format!("{name}:{tag}")],
            selection: Selection {
                marker: Some(policy.to_owned()),
                ..Selection::default()
            },
            ..SetRequest::default()
        });
    }
    let image = case.asked("image")?;
    if let Some(argument) = case.asked("kustomize_arg") {
        return (!keeps_its_digest(case, before)).then(|| images(argument));
    }
    let versioned = match op {
        "set-image" | "set-kustomize-image" | "set-image-everywhere" => new?.to_owned(),
        "set-tag" | "set-embedded" => format!("{image}:{}", new?),
        "set-digest" => format!("{image}@{}", new?),
        _ => synthetic(case, image),
    };
    let all = op == "w-init-and-app" || (op == "set-image-everywhere" && has_one_version(case));
    let is_alone =
        case.is_unique() && !keeps_its_digest(case, before) && op != "set-image-everywhere";
    let mut request = images(&versioned);
    request.permits.all = all;
    request.selection.document = all.then(|| common_kind(case, before)).flatten();
    request.permits.create = op.starts_with("add-");
    (is_alone || all).then_some(request)
}

/// Returns the requests that a user makes who was told that the first was not
/// exact enough; none when it was refused for another reason.
pub(crate) fn more_exact(case: &Case, path: &str, before: &[u8], kind: Kind) -> Vec<Request> {
    let mut requests = match kind {
        // `~` and `+1` are no tags, but they are values.
        Kind::Ambiguous | Kind::InvalidImage | Kind::SharedValue => by_key(case, path, before),
        _ => Vec::new(),
    };
    for request in &mut requests {
        let Intent::Set(set) = &mut request.intent else {
            panic!("not set")
        };
        set.permits.all = kind == Kind::SharedValue;
    }
    requests
}

/// Returns the kind of the documents with targets, when others are in the file
/// and they have one kind in common.
fn common_kind(case: &Case, before: &[u8]) -> Option<String> {
    let file = yaml::parse("before.yaml", before).ok()?;
    let kind = |target: &Target| {
        let root = file.document(usize::try_from(target.path[0].as_u64()?).ok()?)?;
        Some(root.get("kind")?.as_str()?.to_owned())
    };
    let kinds: BTreeSet<_> = case.targets.iter().map(kind).collect();
    let mut kinds = kinds.into_iter();
    let only = kinds.next().flatten();
    only.filter(|_| kinds.next().is_none() && file.documents().len() > 1)
}

/// Whether every place gets the same version, so that one request can ask for it.
fn has_one_version(case: &Case) -> bool {
    case.targets
        .iter()
        .all(|target| target.new == case.targets[0].new)
}

/// Returns the image of a hand-made case.
fn synthetic(case: &Case, image: &str) -> String {
    let Some(target) = case.targets.last() else {
        return format!("{image}:{}", case.asked("tag").unwrap_or("v1.5.0"));
    };
    match target.path.last().and_then(Value::as_str) {
        Some("image") => target.new.clone(),
        _ => format!("{image}:{}", target.new),
    }
}

/// Whether the case sets a tag and leaves the digest next to it, which by name
/// Towpath does not: the old image would keep running.
fn keeps_its_digest(case: &Case, before: &[u8]) -> bool {
    let digest = |target: &Target| {
        let file = yaml::parse("before.yaml", before).ok()?;
        let root = file.document(usize::try_from(target.path[0].as_u64()?).ok()?)?;
        let steps = steps(&target.path[1..target.path.len() - 1]);
        let found = KeyPath::new(steps).find(root).ok()?;
        let digest = found.matches.first()?.get("digest")?;
        Some(digest.as_str().is_some_and(|digest| !digest.is_empty()))
    };
    let sets_tag = matches!(case.op.as_str(), "set-tag" | "set-name-and-tag");
    sets_tag && case.targets.first().and_then(digest).unwrap_or(false)
}

/// Returns a request by key path for each document that changes.
fn by_key(case: &Case, path: &str, before: &[u8]) -> Vec<Request> {
    let several = yaml::parse(path, before).is_ok_and(|file| file.documents().len() > 1);
    let mut requests = Vec::new();
    for target in &case.targets {
        let document = target.path[0].as_u64().unwrap();
        let document = several.then(|| format!("#{}", document + 1));
        let key = key_path(&target.path[1..]);
        requests.push(request(
            path,
            values(vec![(key, target.new.clone())], document),
        ));
    }
    requests
}

fn request(path: &str, mut set: SetRequest) -> Request {
    set.files = vec![path.to_owned()];
    set.permits.moving_tags = true;
    set.permits.moving_revisions = true;
    Request {
        intent: Intent::Set(set),
        source: Source::default(),
        facts: Facts::default(),
        wording: Wording::default(),
    }
}

fn images(image: &str) -> SetRequest {
    SetRequest {
        images: vec![image.to_owned()],
        ..SetRequest::default()
    }
}

fn values(values: Vec<(String, String)>, document: Option<String>) -> SetRequest {
    SetRequest {
        values: values
            .into_iter()
            .map(|(key, value)| Assignment { key, value })
            .collect(),
        selection: Selection {
            document,
            ..Selection::default()
        },
        permits: Permits::default(),
        ..SetRequest::default()
    }
}

fn key_path(path: &[Value]) -> String {
    KeyPath::new(steps(path)).to_string()
}

fn steps(path: &[Value]) -> Vec<Step> {
    path.iter()
        .map(|step| match step {
            Value::String(key) => Step::Key(key.clone()),
            index => Step::Index(usize::try_from(index.as_u64().unwrap()).unwrap()),
        })
        .collect()
}
