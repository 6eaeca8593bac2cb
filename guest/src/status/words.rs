//! What reports for people say about pins, gates and requests.

use super::{Column, Gate};
use crate::facts::RequestState;
use crate::gate::moment;
use crate::gates::Outcome;
use crate::pin::Pin;
use crate::time::{Instant, Span};

/// Gates that are told one by one at most, of each environment.
pub(super) const TOLD: usize = 20;

/// Says what is pinned: `web in prod to v1 instead of v2, by Ann on …: too slow`.
pub(crate) fn pin(pin: &Pin) -> String {
    let mut words = pin.what();
    if !pin.version.is_empty() {
        words.push_str(&format!(" to {}", pin.version));
    }
    if let Some(over) = &pin.instead_of {
        words.push_str(&format!(" instead of {over}"));
    }
    match pin.why() {
        why if why.is_empty() => words,
        why => format!("{words}, {why}"),
    }
}

/// Says which request it is: `#12 Promote web`.
pub(crate) fn request(request: &RequestState) -> String {
    match request.title.as_str() {
        "" => format!("#{}", request.number),
        title => format!("#{} {title}", request.number),
    }
}

/// Returns an address that may become a link.
pub(crate) fn address(url: &str) -> Option<&str> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_plain = |char: char| char.is_ascii_graphic() && !"<>()[]\"'\\`".contains(char);
    Some(url).filter(|url| is_web && url.chars().all(is_plain))
}

/// Says in a few words whether something may enter.
pub(crate) fn gate(gate: Gate, now: Instant) -> String {
    match gate {
        Gate::Open => "gate open".to_owned(),
        Gate::Closed(None) => "gate closed".to_owned(),
        Gate::Closed(Some(at)) => format!("gate closed for {}", Span(at - now)),
        Gate::Unknown => "gate not known".to_owned(),
    }
}

/// Says whether an environment may be entered, and when it may.
pub(crate) fn headline(column: &Column, now: Instant) -> Option<String> {
    let words = match column.around.gate(None)? {
        Gate::Open => "open".to_owned(),
        Gate::Closed(None) => "closed".to_owned(),
        Gate::Closed(Some(at)) => format!("closed, opens {}", moment(at, now)),
        Gate::Unknown => "not known".to_owned(),
    };
    Some(format!("gates of {}: {words}", column.name))
}

/// Returns the gates of an environment, what is in the way first.
pub(crate) fn outcomes(column: &Column) -> Vec<&Outcome> {
    let gates = column.around.gates.as_ref();
    let all = gates.map_or(&[][..], |gates| &gates.report.outcomes);
    let mut outcomes: Vec<_> = all.iter().collect();
    outcomes.sort_by_key(|one| (one.open, !one.known));
    outcomes
}

/// Returns how a gate stands, in one word.
pub(crate) fn state(outcome: &Outcome) -> &'static str {
    match (outcome.open, outcome.known) {
        (true, _) => "open",
        (false, true) => "closed",
        (false, false) => "unknown",
    }
}

/// Returns what there is to say beside a version, each in a few words.
pub(super) fn marks(app: &str, column: &Column, now: Instant) -> Vec<String> {
    let around = &column.around;
    let mut marks = Vec::new();
    if around.pin(Some(app)).or_else(|| around.pin(None)).is_some() {
        marks.push("pinned".to_owned());
    }
    marks.extend(
        around
            .requests(Some(app))
            .map(|one| format!("#{} open", one.number)),
    );
    marks.extend(around.gate(Some(app)).map(|found| gate(found, now)));
    marks
}
