//! What the user asks for, parsed.

use crate::dependency::Update;
use crate::error::{Failure, Kind};
use crate::image::{Digest, ImageUpdate, Tag};
use crate::request::SetRequest;
use crate::select::Selector;
use crate::yaml::{KeyPath, Step};

/// What separates a key path from one inside of the string that it leads to.
const INNER: &str = " > ";

/// What the user asks for, parsed.
pub(super) struct Asked<'r> {
    /// The images, each once.
    pub(super) updates: Vec<ImageUpdate>,
    /// The version for whatever the marker marks.
    pub(super) version: Option<Version>,
    /// The charts and repositories, each once.
    pub(super) dependencies: Vec<Update>,
    /// The keys, each once.
    pub(super) assignments: Vec<KeyValue<'r>>,
    /// What narrows the places.
    pub(super) selector: Selector<'r>,
}

/// A tag and a digest for images that are not named.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) tag: Option<Tag>,
    pub(super) digest: Option<Digest>,
}

/// A value to set.
#[derive(Clone, Debug)]
pub(super) struct KeyValue<'r> {
    /// The key path as the user wrote it.
    pub(super) key: &'r str,
    pub(super) path: KeyPath,
    /// The way inside of the string that `path` leads to.
    pub(super) inner: Option<KeyPath>,
    pub(super) value: &'r str,
}

impl<'r> Asked<'r> {
    pub(super) fn parse(request: &'r SetRequest) -> Result<Self, Failure> {
        let selector = Selector::parse(&request.selection)?;
        let version = Version {
            tag: request.tag.as_deref().map(Tag::parse).transpose()?,
            digest: request.digest.as_deref().map(Digest::parse).transpose()?,
        };
        let updates = updates(request, &version)?;
        let dependencies = dependencies(request)?;
        let assignments = request
            .values
            .iter()
            .map(|value| KeyValue::parse(&value.key, &value.value));
        let assignments = assignments.collect::<Result<Vec<_>, _>>()?;
        each_once(assignments.iter().map(|value| value.key))?;
        let has_version = version.tag.is_some() || version.digest.is_some();
        let by_marker = updates.is_empty() && has_version && selector.marker.is_some();
        if updates.is_empty() && has_version && !by_marker {
            return Err(
                Failure::new(Kind::Usage, "a version is given, but no image").hint(
                    "Pass --image NAME with --tag, or --marker to choose lines by their comment.",
                ),
            );
        }
        let nothing = updates.is_empty() && dependencies.is_empty() && assignments.is_empty();
        if nothing && !by_marker {
            return Err(Failure::new(Kind::Usage, "nothing to set")
                .hint("Pass --image NAME:TAG, --chart NAME:VERSION, --revision REPOSITORY=REVISION, or --key KEY with --value VALUE."));
        }
        let asked = Self {
            updates,
            version: by_marker.then_some(version),
            dependencies,
            assignments,
            selector,
        };
        asked.refuse_moving_tags(request)?;
        Ok(asked)
    }

    /// Returns texts of which one is in every file that matters.
    pub(super) fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        if let Some(marker) = self.selector.marker {
            texts.push(marker.text().to_owned());
        } else {
            let last = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
            texts.extend(self.updates.iter().map(|update| last(update.name.as_str())));
            texts.extend(self.dependencies.iter().map(Update::text));
        }
        texts.extend(self.assignments.iter().map(KeyValue::text));
        texts
    }

    fn refuse_moving_tags(&self, request: &SetRequest) -> Result<(), Failure> {
        let tags = self.updates.iter().filter(|update| update.digest.is_none());
        let tags = tags.filter_map(ImageUpdate::new_tag);
        let version = self
            .version
            .iter()
            .filter(|version| version.digest.is_none());
        let moving = tags
            .chain(version.filter_map(|version| version.tag.as_ref()))
            .find(|tag| tag.is_moving());
        match moving {
            Some(tag) if !request.permits.moving_tags => Err(Failure::new(
                Kind::Moving,
                format!("the tag `{tag}` moves: a restart could run another version"),
            )
            .hint("Use a tag that is given once, or pass --allow-moving-tags.")),
            _ => Ok(()),
        }
    }
}

impl<'r> KeyValue<'r> {
    fn parse(key: &'r str, value: &'r str) -> Result<Self, Failure> {
        let (path, inner) = match key.split_once(INNER) {
            Some((path, inner)) => (path, Some(inner.parse()?)),
            None => (key, None),
        };
        Ok(Self {
            key,
            path: path.parse()?,
            inner,
            value,
        })
    }

    /// Returns a text that is in every file with this key.
    fn text(&self) -> String {
        let named = |step: &Step| match step {
            Step::Key(key) => Some(key.clone()),
            Step::Field(_, value) => Some(value.clone()),
            Step::Index(_) => None,
        };
        self.path
            .steps()
            .iter()
            .rev()
            .find_map(named)
            .unwrap_or_default()
    }
}

impl Version {
    /// Returns what is asked for an image of this name.
    pub(super) fn update(&self, name: &str) -> Result<ImageUpdate, Failure> {
        ImageUpdate::parse(name, self.tag.as_ref(), self.digest.as_ref())
    }
}

fn updates(request: &SetRequest, version: &Version) -> Result<Vec<ImageUpdate>, Failure> {
    let parse =
        |text: &String| ImageUpdate::parse(text, version.tag.as_ref(), version.digest.as_ref());
    let updates = request
        .images
        .iter()
        .map(parse)
        .collect::<Result<Vec<_>, _>>()?;
    let shares_digest =
        |update: &&ImageUpdate| version.digest.is_some() && update.digest == version.digest;
    if updates.iter().filter(shares_digest).count() > 1 {
        return Err(
            Failure::new(Kind::Usage, "one digest is given for several images")
                .hint("Write `NAME:TAG@DIGEST` for each image."),
        );
    }
    if version.tag.is_some()
        && updates.len() == 1
        && updates
            .iter()
            .all(|update| update.new_tag() != version.tag.as_ref())
        && !request.images.is_empty()
    {
        return Err(
            Failure::new(Kind::Usage, "two versions are given for one image")
                .hint("Leave out --tag, or the tag in --image."),
        );
    }
    each_once(updates.iter().map(|update| update.name.as_str()))?;
    Ok(updates)
}

fn dependencies(request: &SetRequest) -> Result<Vec<Update>, Failure> {
    let charts = request.charts.iter().map(|text| Update::chart(text));
    let revisions = request.revisions.iter().map(|text| Update::revision(text));
    let updates = charts.chain(revisions).collect::<Result<Vec<_>, _>>()?;
    let titles: Vec<_> = updates.iter().map(Update::title).collect();
    each_once(titles.iter().map(String::as_str))?;
    for update in &updates {
        update.refuse_moving(request.permits)?;
    }
    Ok(updates)
}

/// Checks that nothing is asked for twice.
fn each_once<'n>(names: impl Iterator<Item = &'n str>) -> Result<(), Failure> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Failure::new(
            Kind::Usage,
            format!("`{}` is given twice", pair[0]),
        )),
        None => Ok(()),
    }
}
