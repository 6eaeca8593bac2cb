//! The edits of a rollback: what `towpath set` does, file by file.

use super::Back;
use crate::environment::{self, Environment};
use crate::error::{Failure, Kind};
use crate::join::join;
use crate::message::{self, What, Words};
use crate::plan::Plan;
use crate::repository::Repository;
use crate::request::{Assignment, Permits, Request, RollbackRequest, SetRequest, Source, Wording};
use crate::set;
use std::collections::BTreeMap;

/// Plans the edits, with one message for all files.
pub(super) fn plan(
    (request, asked): (&RollbackRequest, &Request),
    environment: &Environment<'_>,
    backs: &[Back],
    repository: &dyn Repository,
) -> Result<Plan, Failure> {
    let source = Source {
        environment: Some(request.environment.clone()),
        ..asked.source.clone()
    };
    let own = asked.wording.subject.clone();
    let words = Words {
        wording: message::Wording::parse(&Wording {
            subject: Some(own.unwrap_or_else(|| subject(request, backs))),
            ..asked.wording.clone()
        })?,
        source: &source,
    };
    let view = environment.writing_view();
    let there = environment::at(view, repository)?;
    let mut whole = Plan::default();
    for (path, mut set) in requests(environment, backs)? {
        set.files = vec![path];
        let (plan, _) = set::unpinned(&set, &words, there.get())?;
        join(&mut whole, plan);
    }
    if !whole.message.is_empty() {
        let reason = request.reason.as_deref().unwrap_or("rolled back");
        whole
            .message
            .push_str(&format!("Towpath-Rollback: {}\n", one_line(reason)));
    }
    Ok(whole)
}

fn one_line(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ")
}

fn subject(request: &RollbackRequest, backs: &[Back]) -> String {
    let environment = &request.environment;
    match backs {
        [
            Back {
                app: Some(app), to, ..
            },
        ] => format!("Roll back {app} in {environment} to {to}"),
        [Back { app: None, to, .. }] => format!("Roll back {environment} to {to}"),
        many => format!("Roll back {} apps in {environment}", many.len()),
    }
}

/// Returns what is set in which file.
fn requests(
    environment: &Environment<'_>,
    backs: &[Back],
) -> Result<BTreeMap<String, SetRequest>, Failure> {
    let mut requests = BTreeMap::<String, SetRequest>::new();
    let mut add = |path: &str, what: &What, value: &str| {
        let set = requests
            .entry(path.to_owned())
            .or_insert_with(|| SetRequest {
                permits: Permits {
                    all: true,
                    moving_tags: true,
                    moving_revisions: true,
                    downgrade: true,
                    ..Permits::default()
                },
                ..SetRequest::default()
            });
        match what {
            What::Image(name) if value.starts_with("sha256:") => {
                push(&mut set.images, format!("{name}@{value}"))
            }
            What::Image(name) => push(&mut set.images, format!("{name}:{value}")),
            What::Chart(name) => push(&mut set.charts, format!("{name}:{value}")),
            What::Revision(address) => push(&mut set.revisions, format!("{address}={value}")),
            What::Key(key) => set.values.push(Assignment {
                key: key.clone(),
                value: value.to_owned(),
            }),
        }
    };
    let apps = environment.apps();
    for back in backs {
        let Some(name) = &back.app else {
            let pointer = environment.pointer.as_ref();
            let held = pointer.and_then(|pointer| Some((pointer, pointer.held()?)));
            if let Some((pointer, what)) = held {
                add(pointer.loaded.path(), &what, &back.to);
            }
            continue;
        };
        let own = apps.iter().filter(|app| app.name == *name);
        for version in own.flat_map(|app| &app.versions) {
            let (_, of) = version.what.parts();
            let Some((_, value)) = back.values.iter().find(|(what, _)| what == of) else {
                continue;
            };
            if value.contains(", ") {
                return Err(several(name, value));
            }
            if version.value.as_deref() != Some(value.as_str()) {
                add(&version.at.path, &version.what, value);
            }
        }
    }
    Ok(requests)
}

fn push(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

fn several(app: &str, value: &str) -> Failure {
    Failure::new(
        Kind::Ambiguous,
        format!("{app} had several versions at once: {value}"),
    )
    .hint("Set them one by one with `towpath set --file`.")
}
