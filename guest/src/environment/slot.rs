//! Places of versions in the files of an environment.

use super::{Environment, Member, app, loose};
use crate::config::Config;
use crate::dependency::{Dependency, Followed};
use crate::formats::Document;
use crate::message::What;
use crate::place::{Fields, Place, Style, version_text};
use crate::plan::Location;
use crate::select;
use crate::yaml::{KeyPath, NodeRef};
use std::collections::BTreeMap;

/// A place that says which version of something runs.
#[derive(Clone, Debug)]
pub(crate) struct Slot<'a> {
    /// The app that it belongs to.
    pub(crate) app: String,
    /// What the version is of.
    pub(crate) what: What,
    /// The index of the file.
    pub(crate) file: usize,
    /// Where the version stands.
    pub(crate) holder: Holder<'a>,
    /// Whether all environments share it.
    pub(crate) shared: bool,
}

/// Where a version stands.
#[derive(Clone, Debug)]
pub(crate) enum Holder<'a> {
    /// In the parts of an image.
    Image(Place<'a>),
    /// In what says which chart or repository is followed.
    Dependency(Dependency<'a>),
    /// In a value that the configuration names.
    Value(Document<'a>, NodeRef<'a>),
}

impl<'a> Holder<'a> {
    /// Returns every node that holds a part of the version.
    fn nodes(&self) -> Vec<NodeRef<'a>> {
        match self {
            Self::Image(place) => place.nodes(),
            Self::Dependency(dependency) => vec![dependency.node()],
            Self::Value(_, node) => vec![*node],
        }
    }
}

impl<'a> Slot<'a> {
    /// Returns the version; `None` when there is none.
    pub(crate) fn value(&self) -> Option<String> {
        match &self.holder {
            Holder::Image(place) => version_text(place.version()),
            Holder::Dependency(dependency) => dependency.value(),
            Holder::Value(_, node) => node.as_str().map(str::to_owned),
        }
    }

    /// Returns the document that it is in.
    pub(crate) fn document(&self) -> Document<'a> {
        match &self.holder {
            Holder::Image(place) => place.document,
            Holder::Dependency(dependency) => dependency.document,
            Holder::Value(document, _) => *document,
        }
    }

    /// Returns the node that stands for it in messages.
    pub(crate) fn node(&self) -> NodeRef<'a> {
        match &self.holder {
            Holder::Image(place) => place.node(),
            Holder::Dependency(dependency) => dependency.node(),
            Holder::Value(_, node) => *node,
        }
    }

    /// Returns where it is.
    pub(crate) fn location(&self) -> Location {
        self.document().locate(self.node())
    }

    /// Returns the key path of the version.
    pub(crate) fn key(&self) -> String {
        self.document().key(self.node())
    }

    /// Returns the number of the document in its file, from 0.
    pub(crate) fn number(&self) -> usize {
        self.document().outer_root().document_index()
    }

    /// Returns the names that it can be found by, the most telling first.
    pub(crate) fn names(&self) -> &[String] {
        match &self.holder {
            Holder::Image(place) => &place.names,
            Holder::Dependency(dependency) => &dependency.names,
            Holder::Value(..) => &[],
        }
    }

    /// Whether it is an entry of `images` for kustomize with a version, which
    /// counts for what manifests say.
    pub(super) fn overrides(&self) -> bool {
        let entry = matches!(
            &self.holder,
            Holder::Image(Place { fields: Fields::Apart(apart), .. }) if apart.style == Style::Kustomize
        );
        entry && self.value().is_some()
    }
}

impl Environment<'_> {
    /// Returns every place of a version that counts, in the order of files and
    /// of places in them.
    pub(crate) fn slots(&self) -> Vec<Slot<'_>> {
        counting(all(self))
    }
}

/// Returns every place of a version, also those that do not count.
pub(super) fn all<'a>(environment: &'a Environment<'_>) -> Vec<Slot<'a>> {
    let members = environment.files.iter().enumerate();
    let config = environment.scope.config;
    members
        .flat_map(|(index, member)| of_file(index, member, config))
        .collect()
}

/// Returns those that count.
pub(super) fn counting(mut slots: Vec<Slot<'_>>) -> Vec<Slot<'_>> {
    name_loose(&mut slots);
    without_overridden(slots)
}

/// Returns the places of versions in one file.
pub(super) fn of_file<'a>(file: usize, member: &'a Member, config: &'a Config) -> Vec<Slot<'a>> {
    let mut slots = Vec::new();
    for document in select::documents(&member.loaded) {
        let places = document.places();
        let loose = loose::places(document, &places);
        let keyed = loose.iter().map(|place| place.document.key(place.node()));
        let keyed: Vec<_> = keyed.map(What::Key).collect();
        let images = places
            .into_iter()
            .map(|place| (What::Image(place.name().to_owned()), place));
        let images = images.chain(keyed.into_iter().zip(loose));
        slots.extend(images.map(|(what, place)| (what, Holder::Image(place))));
        slots.extend(document.dependencies().into_iter().map(|dependency| {
            let name = dependency.names.first().cloned().unwrap_or_default();
            let what = match dependency.followed {
                Followed::Chart => What::Chart(name),
                Followed::Repository => What::Revision(name),
            };
            (what, Holder::Dependency(dependency))
        }));
        // A value that is known by what it is needs no name.
        let known: Vec<_> = slots
            .iter()
            .flat_map(|(_, holder)| holder.nodes())
            .collect();
        let named = named_values(document, member, config).into_iter();
        slots.extend(named.filter(|(_, holder)| {
            let mut nodes = holder.nodes().into_iter();
            !nodes.any(|node| known.contains(&node))
        }));
    }
    let slot = |(what, holder)| {
        let mut slot = Slot {
            app: String::new(),
            what,
            file,
            holder,
            shared: member.shared,
        };
        slot.app = app::name(&slot, member, config);
        slot
    };
    slots.into_iter().map(slot).collect()
}

/// Returns the values that the configuration names as versions.
fn named_values<'a>(
    document: Document<'a>,
    member: &Member,
    config: &Config,
) -> Vec<(What, Holder<'a>)> {
    let own = member.app.as_deref().and_then(|app| config.apps.get(app));
    let others = config.apps.iter().map(|(_, app)| app);
    let of_apps: Vec<_> = match &member.app {
        Some(_) => own.into_iter().collect(),
        None => others.collect(),
    };
    let keys = of_apps.into_iter().flat_map(|app| app.keys.iter());
    let paths = config.keys.iter().chain(keys);
    let mut found = Vec::new();
    for path in paths.filter_map(|key| key.parse::<KeyPath>().ok()) {
        let Ok(matches) = path.find(document.root) else {
            continue;
        };
        let values = matches.matches.into_iter().filter(|node| node.is_scalar());
        found.extend(values.map(|node| {
            let key = document.key(node);
            (What::Key(key), Holder::Value(document, node))
        }));
    }
    found
}

/// Names the images of loose tags, where what all share has the name at the
/// same key path.
fn name_loose(slots: &mut [Slot<'_>]) {
    let shared: Vec<_> = slots.iter().filter(|slot| slot.shared).cloned().collect();
    for slot in slots.iter_mut() {
        let key = slot.key();
        let Holder::Image(place) = &mut slot.holder else {
            continue;
        };
        if !place.names.is_empty() {
            continue;
        }
        let whole = shared
            .iter()
            .find(|other| other.app == slot.app && !other.names().is_empty() && other.key() == key);
        if let Some(whole) = whole {
            place.names = whole.names().to_vec();
            slot.what = whole.what.clone();
        }
    }
}

/// Drops what does not count: manifests whose image a kustomization replaces,
/// and what all share where the environment says it itself.
fn without_overridden(slots: Vec<Slot<'_>>) -> Vec<Slot<'_>> {
    let mut of_app = BTreeMap::<&str, Vec<&Slot<'_>>>::new();
    for slot in &slots {
        of_app.entry(&slot.app).or_default().push(slot);
    }
    let counts = |slot: &Slot<'_>| {
        let same = |other: &&&Slot<'_>| {
            other.holder_kind() == slot.holder_kind()
                && (other.what == slot.what
                    || slot
                        .names()
                        .first()
                        .is_some_and(|name| other.names().contains(name)))
        };
        let mut others = of_app[slot.app.as_str()].iter().filter(same);
        !others.any(|other| {
            let said_here = slot.shared && !other.shared && other.value().is_some();
            let replaced = other.overrides() && !slot.overrides() && (slot.shared || !other.shared);
            said_here || replaced
        })
    };
    let counting: Vec<_> = slots.iter().map(counts).collect();
    drop(of_app);
    let kept = slots.into_iter().zip(counting);
    kept.filter_map(|(slot, counts)| counts.then_some(slot))
        .collect()
}

impl Slot<'_> {
    fn holder_kind(&self) -> u8 {
        match &self.holder {
            Holder::Image(_) => 0,
            Holder::Dependency(_) => 1,
            Holder::Value(..) => 2,
        }
    }
}
