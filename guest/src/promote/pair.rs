//! Which place of one environment is which of the other.

use crate::environment::{Environment, Holder, Slot};
use crate::error::{Failure, Kind};
use crate::message::What;
use crate::names;

/// A place in the target, with the place that its version comes from.
pub(super) struct Pair<'a> {
    pub(super) from: Slot<'a>,
    pub(super) to: Slot<'a>,
}

/// How the places of two environments belong together.
#[derive(Default)]
pub(super) struct Pairs<'a> {
    pub(super) pairs: Vec<Pair<'a>>,
    /// What only the source has.
    pub(super) missing: Vec<Slot<'a>>,
    /// What only the target has.
    pub(super) extra: Vec<Slot<'a>>,
}

/// Finds the places that belong together.
///
/// # Errors
/// `Ambiguous`, when one place of the target could get two versions.
pub(super) fn pairs<'a>(
    from: &'a Environment<'_>,
    to: &'a Environment<'_>,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Pairs<'a>, Failure> {
    let wanted = |slots: Vec<Slot<'a>>| {
        let slots = slots.into_iter().filter(|slot| is_wanted(&slot.app));
        slots.collect::<Vec<_>>()
    };
    let (ours, theirs) = (wanted(from.slots()), wanted(to.slots()));
    let side = Sides { from, to };
    let mut used = vec![false; ours.len()];
    let mut found = Pairs::default();
    for target in theirs.iter().filter(|slot| !slot.shared) {
        let candidates = side.candidates(&ours, target);
        for index in &candidates {
            used[*index] = true;
        }
        let candidates: Vec<_> = candidates.iter().map(|index| &ours[*index]).collect();
        match side.choose(&candidates, target)? {
            Some(source) => found.pairs.push(Pair {
                from: source.clone(),
                to: target.clone(),
            }),
            None => found.extra.push(target.clone()),
        }
    }
    for (source, used) in ours.into_iter().zip(used) {
        // What both take from the same base is the same in both.
        let is_common = source.shared && from.view == to.view;
        if !used && !is_common && source.value().is_some() {
            found.missing.push(source);
        }
    }
    Ok(found)
}

struct Sides<'a, 'c> {
    from: &'a Environment<'c>,
    to: &'a Environment<'c>,
}

impl Sides<'_, '_> {
    /// Returns the places that a version can come from: of the best sort that
    /// there is any of.
    fn candidates(&self, ours: &[Slot<'_>], target: &Slot<'_>) -> Vec<usize> {
        let of_app = |slot: &Slot<'_>| slot.app == target.app && is_alike(slot, target);
        let sorts: [&dyn Fn(&Slot<'_>) -> bool; 4] = [
            &|slot| slot.what == target.what && (is_named(slot) || self.same_place(slot, target)),
            &|slot| {
                slot.names()
                    .iter()
                    .any(|name| target.names().contains(name))
            },
            &|slot| is_same_elsewhere(slot, target),
            &|slot| self.same_place(slot, target) && (!is_named(slot) || !is_named(target)),
        ];
        let mut found = sorts.iter().map(|is_it| {
            let slots = ours.iter().enumerate();
            let matching = slots.filter(|(_, slot)| of_app(slot) && is_it(slot));
            matching.map(|(index, _)| index).collect::<Vec<_>>()
        });
        found.find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// Chooses the place of several by where it stands.
    fn choose<'s, 'a>(
        &self,
        candidates: &[&'s Slot<'a>],
        target: &Slot<'_>,
    ) -> Result<Option<&'s Slot<'a>>, Failure> {
        let own = candidates.iter().filter(|slot| !slot.shared);
        let own: Vec<_> = own.copied().collect();
        let candidates = if own.is_empty() { candidates } else { &own };
        let Some(first) = candidates.first() else {
            return Ok(None);
        };
        let exact = candidates.iter().find(|slot| self.same_place(slot, target));
        let same = candidates.iter().find(|slot| slot.key() == target.key());
        // What is called after its environment is called otherwise in another one.
        let (here, there) = (self.from.scope.name, self.to.scope.name);
        let counterpart = names::replaced(&target.key(), there, here);
        let called_alike = candidates.iter().find(|slot| slot.key() == counterpart);
        let same = same.or(called_alike);
        if let Some(slot) = exact.or(same.filter(|_| candidates.len() > 1)) {
            return Ok(Some(*slot));
        }
        let is_called_after = |slot: &&&Slot<'_>| {
            let key = slot.key();
            names::replaced(&key, here, there) != key
        };
        let all_are = candidates.iter().all(|slot| is_called_after(&slot));
        match candidates.iter().find(|slot| slot.value() != first.value()) {
            None => Ok(Some(*first)),
            // It has a name of its own in its environment, and there is none in the other.
            Some(_) if all_are && counterpart != target.key() => Ok(None),
            Some(second) => {
                let (_, what) = target.what.parts();
                let message = format!(
                    "`{what}` has two versions in `{}`: {} and {}",
                    self.from.scope.name,
                    first.value().unwrap_or_default(),
                    second.value().unwrap_or_default()
                );
                Err(Failure::new(Kind::Ambiguous, message)
                    .at(second.location())
                    .hint("Give the files of both environments the same form, or tell them apart with `<app>` in `towpath.yaml`."))
            }
        }
    }

    /// Whether two places are at the same key of the same file, as files are
    /// called within their environments.
    fn same_place(&self, slot: &Slot<'_>, target: &Slot<'_>) -> bool {
        let ours = self.from.files.get(slot.file).map(|member| &member.role);
        let theirs = self.to.files.get(target.file).map(|member| &member.role);
        ours == theirs && slot.key() == target.key() && slot.number() == target.number()
    }
}

fn is_alike(one: &Slot<'_>, other: &Slot<'_>) -> bool {
    matches!(
        (&one.what, &other.what),
        (What::Image(_) | What::Key(_), What::Image(_) | What::Key(_))
            | (What::Chart(_), What::Chart(_))
            | (What::Revision(_), What::Revision(_))
    ) && matches!(
        (&one.holder, &other.holder),
        (Holder::Image(_), Holder::Image(_))
            | (Holder::Dependency(_), Holder::Dependency(_))
            | (Holder::Value(..), Holder::Value(..))
    )
}

/// Whether it has a name that tells it from others.
fn is_named(slot: &Slot<'_>) -> bool {
    !slot.names().is_empty()
}

/// Whether two images are the same in two registries: the last parts of their
/// names are.
fn is_same_elsewhere(one: &Slot<'_>, other: &Slot<'_>) -> bool {
    let is_image = |slot: &Slot<'_>| matches!(slot.holder, Holder::Image(_));
    let last = |name: &String| name.rsplit('/').next().unwrap_or(name).to_owned();
    let mut ours = one.names().iter().map(last);
    is_image(one) && ours.any(|own| other.names().iter().map(last).any(|name| name == own))
}
