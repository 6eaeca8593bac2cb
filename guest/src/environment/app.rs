//! The apps of an environment, as plain data.

use super::{Environment, Member, Slot, slot};
use crate::config::{self, Config};
use crate::message::What;
use crate::plan::Location;
use std::collections::BTreeMap;

/// An app, with its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct App {
    /// Its name.
    pub(crate) name: String,
    /// Its versions, in the order of files and of places in them.
    pub(crate) versions: Vec<Version>,
}

/// A value that says which version of something runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// The app that it belongs to.
    pub(crate) app: String,
    /// What it is of.
    pub(crate) what: What,
    /// The version; `None` when there is a place for one, but nothing in it.
    pub(crate) value: Option<String>,
    /// Where it stands.
    pub(crate) at: Location,
    /// Its key path in the document.
    pub(crate) key: String,
    /// Whether all environments share it.
    pub(crate) shared: bool,
    /// Whether it counts for what manifests say, as an entry of a kustomization.
    pub(crate) overrides: bool,
}

impl Version {
    pub(super) fn of(slot: &Slot<'_>) -> Self {
        Self {
            app: slot.app.clone(),
            what: slot.what.clone(),
            value: slot.value(),
            at: slot.location(),
            key: slot.key(),
            shared: slot.shared,
            overrides: slot.overrides(),
        }
    }
}

impl App {
    /// Returns the version that stands for the app, where one can: that of its
    /// images, or else of whatever it has. Several are named together.
    pub(crate) fn version(&self) -> String {
        text(&self.versions)
    }
}

/// Returns the versions that stand for an app, as one text.
pub(crate) fn text(versions: &[Version]) -> String {
    let is_image = |version: &&Version| matches!(version.what, What::Image(_) | What::Key(_));
    let mut values: Vec<_> = versions.iter().filter(is_image).collect();
    if values.iter().all(|version| version.value.is_none()) {
        values = versions.iter().collect();
    }
    // In the order of the files, however a moment of the past was put together.
    let place = |version: &&Version| (version.at.path.clone(), version.at.line, version.at.column);
    values.sort_by_key(place);
    let mut texts: Vec<_> = values
        .iter()
        .filter_map(|one| one.value.as_deref())
        .collect();
    texts.dedup();
    texts.join(", ")
}

/// What the files of an environment say, as plain data.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Every version, also those that do not count.
    stated: Vec<Version>,
    /// The apps, sorted by name.
    apps: Vec<App>,
}

impl Environment<'_> {
    /// Returns every version that a file says, also those that do not count.
    pub(crate) fn stated(&self) -> Vec<Version> {
        self.told().stated.clone()
    }

    /// Returns the apps, sorted by name.
    pub(crate) fn apps(&self) -> Vec<App> {
        self.told().apps.clone()
    }

    fn told(&self) -> &Told {
        self.told.get_or_init(|| {
            let all = slot::all(self);
            let stated = all.iter().map(Version::of).collect();
            let mut apps = BTreeMap::<String, Vec<Version>>::new();
            for slot in slot::counting(all) {
                let version = Version::of(&slot);
                apps.entry(slot.app).or_default().push(version);
            }
            let apps = apps.into_iter();
            let apps = apps.map(|(name, versions)| App { name, versions });
            Told {
                stated,
                apps: apps.collect(),
            }
        })
    }
}

/// Returns the name of the app that a place belongs to: as its path tells, as
/// the configuration says, or else that of the image or chart itself.
pub(super) fn name(slot: &Slot<'_>, member: &Member, config: &Config) -> String {
    if let Some(app) = &member.app {
        return app.clone();
    }
    let declared = config.apps.iter().find(|(_, app)| is_of(app, slot));
    if let Some((name, _)) = declared {
        return name.to_owned();
    }
    let last = |text: &str| {
        let text = text.split("//").next().unwrap_or(text);
        text.rsplit('/').next().unwrap_or(text).to_owned()
    };
    match &slot.what {
        What::Image(name) | What::Chart(name) => last(name),
        What::Revision(address) => {
            let object = slot.document().metadata("name");
            object.map_or_else(|| last(address), str::to_owned)
        }
        What::Key(key) => of_key(slot, key).unwrap_or_else(|| of_path(member)),
    }
}

/// Whether the configuration says that a place belongs to an app.
fn is_of(app: &config::App, slot: &Slot<'_>) -> bool {
    let named = |list: &config::List| {
        let is_it = |wanted: &str| {
            let ends = |name: &String| {
                name.strip_suffix(wanted)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            };
            slot.names().iter().any(ends)
        };
        list.iter().any(is_it)
    };
    let is_keyed = |key: &str| app.keys.iter().any(|own| own == key);
    match &slot.what {
        What::Image(_) => named(&app.images) || is_keyed(&slot.key()),
        What::Chart(_) => named(&app.charts),
        What::Revision(_) => false,
        What::Key(key) => is_keyed(key),
    }
}

/// Returns what a key path says, apart from that it leads to a version:
/// `cantaloupe` for `cantaloupe.image.tag`.
fn of_key(slot: &Slot<'_>, key: &str) -> Option<String> {
    let above = slot.node().parent()?;
    let telling = |name: &str| {
        let lower = name.to_lowercase();
        !lower.contains("image")
            && !["global", "values", "spec", "services", "apps"].contains(&name)
    };
    let mut node = Some(above);
    while let Some(around) = node {
        let name = around.get("name").and_then(crate::yaml::NodeRef::as_str);
        let name = name
            .or_else(|| around.key()?.as_str())
            .filter(|name| telling(name));
        if let Some(name) = name {
            return Some(name.to_owned());
        }
        node = around.parent();
    }
    let own = key.rsplit('.').next()?;
    let stem = own
        .trim_end_matches("Tag")
        .trim_end_matches("Version")
        .trim_end_matches("Image");
    let is_telling = stem != own && !stem.is_empty() && telling(stem);
    is_telling.then(|| stem.to_owned())
}

/// Returns the name of the directory that a file is in, or else of the file.
fn of_path(member: &Member) -> String {
    let mut names = member.loaded.path().rsplit('/');
    let file = names.next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or(file);
    names.next().unwrap_or(stem).to_owned()
}
