//! Carrying versions from the files of one environment to those of another.

use super::pair::{Pair, Pairs, pairs};
use super::words::{Row, Words};
use super::{Promotion, is_newer};
use crate::config::meant;
use crate::dependency::{self, Followed, Update};
use crate::diff;
use crate::environment::{Holder, Slot};
use crate::error::{Failure, Kind};
use crate::image::{
    Digest, ImageName, ImageUpdate, Tag, TagChange, is_moving_revision, is_moving_tag,
};
use crate::message::{Move, What};
use crate::place::{self, Place};
use crate::plan::{Change, FileChange, Plan, Problem};
use crate::request::Permits;
use crate::set::operations_of_file;
use crate::writer::{Applied, Writer};
use crate::yaml::NodeId;
use crate::yaml::edit::{Operation, edit};
use std::collections::{BTreeMap, BTreeSet};

/// Plans a promotion between environments that have files of their own.
pub(super) fn plan(promotion: &Promotion<'_>) -> Result<(Plan, Vec<Move>), Failure> {
    expect_apps(promotion)?;
    let apps = &promotion.request.apps;
    let is_wanted = |app: &str| apps.is_empty() || apps.iter().any(|own| own == app);
    let found = pairs(&promotion.from, &promotion.to, is_wanted)?;
    let mut carried = Carried::default();
    carried.expect_complete(promotion, &found)?;
    for pair in &found.pairs {
        carried.pair(promotion, pair)?;
    }
    carried.plan(promotion)
}

/// Checks that the apps that were named are in both environments.
fn expect_apps(promotion: &Promotion<'_>) -> Result<(), Failure> {
    let (from, to) = (&promotion.from, &promotion.to);
    for app in &promotion.request.apps {
        for environment in [from, to] {
            let apps = environment.apps();
            if apps.iter().any(|own| own.name == *app) {
                continue;
            }
            let names: Vec<_> = apps.iter().map(|app| app.name.as_str()).collect();
            let message = format!("no app `{app}` in environment `{}`", environment.scope.name);
            return Err(Failure::new(Kind::NoSuchApp, message).hint(meant(app, &names)));
        }
    }
    Ok(())
}

/// What is carried, while it is planned.
#[derive(Default)]
struct Carried {
    operations: BTreeMap<usize, BTreeMap<Option<NodeId>, Vec<Operation>>>,
    changes: Vec<Change>,
    warnings: Vec<Problem>,
    moves: Vec<Move>,
    rows: Vec<Row>,
    apps: BTreeSet<String>,
}

impl Carried {
    /// Says what only one of the environments has; what the target lacks is
    /// left out only when that is permitted.
    fn expect_complete(
        &mut self,
        promotion: &Promotion<'_>,
        found: &Pairs<'_>,
    ) -> Result<(), Failure> {
        let (from, to) = (promotion.from.scope.name, promotion.to.scope.name);
        if !found.missing.is_empty() && !promotion.request.skip_missing {
            let list: Vec<_> = found.missing.iter().map(named).collect();
            let message = format!("`{to}` has no place for {} of `{from}`", list.join(", "));
            let failure = Failure::new(Kind::Incomplete, message)
                .hint("Add it to the files of the target, or leave it out with --skip-missing.");
            return Err(match found.missing.first() {
                Some(first) => failure.at(first.location()),
                None => failure,
            });
        }
        for slot in &found.missing {
            self.rows.push(Row::of(
                slot,
                slot.value(),
                None,
                "only in the source: left out",
            ));
        }
        for slot in &found.extra {
            self.rows.push(Row::of(
                slot,
                None,
                slot.value(),
                "only in the target: stays",
            ));
        }
        Ok(())
    }

    /// Plans one place.
    fn pair(&mut self, promotion: &Promotion<'_>, pair: &Pair<'_>) -> Result<(), Failure> {
        let (old, new) = (pair.to.value(), pair.from.value());
        let row = |what: &str| Row::of(&pair.to, new.clone(), old.clone(), what);
        let Some(version) = new.as_deref().filter(|text| !text.is_empty()) else {
            self.rows.push(row("the source says no version: stays"));
            return Ok(());
        };
        if old == new {
            self.rows.push(row("the same"));
            self.changes.push(unchanged(pair, version));
            return Ok(());
        }
        let followed = matches!(pair.from.holder, Holder::Dependency(_));
        if followed && is_moving_revision(version) {
            self.rows.push(row("the source follows what moves: stays"));
            return Ok(());
        }
        let permits = promotion.request.permits;
        refuse_moving(pair, version, permits)?;
        let is_back = old.as_deref().is_some_and(|old| is_newer(old, version));
        if is_back && !permits.downgrade {
            return Err(downgrade(promotion, pair, version));
        }
        let applied = apply(pair, version, permits)?;
        if applied.operations.is_empty() {
            self.rows.push(row("the same"));
            self.changes.push(unchanged(pair, version));
            return Ok(());
        }
        self.rows
            .push(row(if is_back { "goes back" } else { "promoted" }));
        self.add(
            &pair.to,
            applied,
            Move {
                what: pair.to.what.clone(),
                old,
                new: version.to_owned(),
            },
        );
        Ok(())
    }

    fn add(&mut self, slot: &Slot<'_>, applied: Applied, new: Move) {
        let string = slot.document().outer.map(|(string, _)| string.id());
        let of_file = self.operations.entry(slot.file).or_default();
        of_file
            .entry(string)
            .or_default()
            .extend(applied.operations);
        self.changes.extend(applied.changes);
        self.warnings.extend(applied.warnings);
        self.apps.insert(slot.app.clone());
        if !self.moves.contains(&new) {
            self.moves.push(new);
        }
    }

    /// Makes the edits, proves them, and writes what is to be said.
    fn plan(mut self, promotion: &Promotion<'_>) -> Result<(Plan, Vec<Move>), Failure> {
        let mut files = Vec::new();
        let mut text = String::new();
        for (index, operations) in &self.operations {
            let Some(member) = promotion.to.files.get(*index) else {
                continue;
            };
            let loaded = &member.loaded;
            let operations = operations_of_file(loaded, operations)?;
            let change = FileChange {
                path: loaded.path().to_owned(),
                edits: edit(&loaded.file, &operations)?,
                ..FileChange::default()
            };
            if !change.edits.is_empty() {
                text.push_str(&diff::unified(&change, loaded.file.text().as_bytes()));
                files.push(change);
            }
        }
        self.changes.sort_by(|one, other| one.at.cmp(&other.at));
        self.changes.dedup();
        let words = Words {
            promotion,
            apps: self.apps.iter().map(String::as_str).collect(),
            moves: &self.moves,
            rows: &self.rows,
        };
        let message = words.message(&self.changes, &files)?;
        let plan = Plan {
            message,
            diff: text,
            request: Some(words.draft()),
            table: Some(words.table()),
            files,
            changes: self.changes,
            warnings: self.warnings,
            ..Plan::default()
        };
        Ok((plan, self.moves))
    }
}

/// Names a place for a list of them; a key may be the same for every app.
fn named(slot: &Slot<'_>) -> String {
    match &slot.what {
        What::Key(key) => format!("`{key}` (app `{}`)", slot.app),
        what => format!("`{}`", what.parts().1),
    }
}

fn unchanged(pair: &Pair<'_>, version: &str) -> Change {
    let image = match &pair.to.what {
        What::Image(name) => Some(name.clone()),
        _ => None,
    };
    Change {
        at: pair.to.location(),
        key: pair.to.key(),
        image,
        old: Some(version.to_owned()),
        new: Some(version.to_owned()),
        reason: String::new(),
    }
}

/// Refuses to promote a tag that moves: the two environments would not run the
/// same for long.
fn refuse_moving(pair: &Pair<'_>, version: &str, permits: Permits) -> Result<(), Failure> {
    let is_tag = matches!(pair.from.holder, Holder::Image(_));
    if !is_tag || permits.moving_tags || !is_moving_tag(version) {
        return Ok(());
    }
    let (_, what) = pair.from.what.parts();
    let message = format!("the tag `{version}` of `{what}` moves: it is not one version");
    Err(Failure::new(Kind::Moving, message)
        .at(pair.from.location())
        .hint("Deploy a tag that is given once, or pass --allow-moving-tags."))
}

fn downgrade(promotion: &Promotion<'_>, pair: &Pair<'_>, version: &str) -> Failure {
    let (_, what) = pair.to.what.parts();
    let message = format!(
        "`{}` has a newer `{what}` already: {} against {version} in `{}`",
        promotion.to.scope.name,
        pair.to.value().unwrap_or_default(),
        promotion.from.scope.name
    );
    Failure::new(Kind::Downgrade, message)
        .at(pair.to.location())
        .hint("Pass --allow-downgrade to go back to the older version.")
}

/// Decides what the place becomes.
fn apply(pair: &Pair<'_>, version: &str, permits: Permits) -> Result<Applied, Failure> {
    match (&pair.from.holder, &pair.to.holder) {
        (Holder::Image(from), Holder::Image(to)) => {
            let update = image_update(from, to)?;
            place::apply(
                to,
                &update,
                Permits {
                    create: true,
                    ..permits
                },
            )
        }
        (Holder::Dependency(_), Holder::Dependency(to)) => {
            let update = Update {
                followed: to.followed,
                name: to.names.first().cloned().unwrap_or_default(),
                version: version.to_owned(),
            };
            let create = to.followed == Followed::Chart;
            dependency::apply(to, &update, Permits { create, ..permits })
        }
        (_, Holder::Value(document, node)) => {
            let mut writer = Writer::new(*document, None);
            writer.set(*node, version, "");
            Ok(writer.applied)
        }
        _ => Ok(Applied::default()),
    }
}

/// Makes what is asked for an image out of what another place says. A digest
/// travels with its tag; one that stays behind would be stale.
fn image_update(from: &Place<'_>, to: &Place<'_>) -> Result<ImageUpdate, Failure> {
    let (tag, digest) = from.version();
    let at = |failure: Failure| failure.at(from.location());
    let tag = match tag {
        Some(tag) => TagChange::Set(Tag::parse(tag).map_err(at)?),
        None => TagChange::Remove,
    };
    let name = to.names.first().map_or("image", String::as_str);
    Ok(ImageUpdate {
        name: ImageName::parse_entry(name).or_else(|_| ImageName::parse("image"))?,
        new_name: None,
        tag,
        digest: digest.map(Digest::parse).transpose().map_err(at)?,
    })
}
