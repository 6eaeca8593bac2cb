//! What a request is about: the apps with their versions, taken from a plan.

use super::text::one_line;
use crate::plan::Plan;

/// One image, chart or key with its version before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    /// The whole name of the image, or else the key path.
    pub(super) name: String,
    /// Whether the name is a key path.
    is_key: bool,
    /// The version before.
    pub(super) old: Option<String>,
    /// The version after.
    pub(super) new: String,
}

impl Subject {
    /// Returns the short name.
    pub(super) fn app(&self) -> &str {
        match self.is_key {
            true => &self.name,
            false => self.name.rsplit('/').next().unwrap_or(&self.name),
        }
    }

    /// Says what happens to it.
    pub(super) fn phrase(&self) -> String {
        let old = self.old.as_deref().filter(|old| *old != self.new);
        match old {
            Some(old) => format!("{} {} → {}", self.app(), one_line(old), one_line(&self.new)),
            None => format!("{} → {}", self.app(), one_line(&self.new)),
        }
    }
}

/// Returns what a plan sets, each once, in order.
pub(super) fn subjects(plan: &Plan) -> Vec<Subject> {
    let mut subjects: Vec<Subject> = Vec::new();
    for change in &plan.changes {
        let Some(new) = &change.new else {
            continue;
        };
        let name = one_line(change.image.as_deref().unwrap_or(&change.key));
        if subjects.iter().all(|subject| subject.name != name) {
            subjects.push(Subject {
                name,
                is_key: change.image.is_none(),
                old: change.old.clone(),
                new: new.clone(),
            });
        }
    }
    subjects
}

/// Returns a number for the values that a plan brings, whatever is there before.
pub(super) fn version(plan: &Plan) -> String {
    let parts = plan.changes.iter().flat_map(|change| {
        let new = change.new.as_deref().unwrap_or("\u{0}");
        [change.at.path.as_str(), change.key.as_str(), new]
    });
    fingerprint(parts)
}

/// Returns a number for some texts: FNV-1a, which only has to be the same for
/// the same texts.
pub(super) fn fingerprint(texts: impl Iterator<Item = impl AsRef<str>>) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for text in texts {
        for byte in text.as_ref().bytes().chain([0xff]) {
            hash ^= u64::from(byte);
            hash = hash.wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
