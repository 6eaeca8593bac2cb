//! Approvals of people, recorded on the request.

use super::soak::short;
use super::{Gate, Outcome};
use std::collections::BTreeSet;
use towpath_surface::facts::Approval;

/// Evaluates the approvals of a request whose head is `head`; none of them counts
/// for another head, and nobody counts twice.
#[must_use]
pub fn approvals(needed: u32, head: Option<&str>, given: &[Approval]) -> Outcome {
    let Some(head) = head else {
        let reason = format!(
            "there is no request yet that {} could approve",
            people(needed)
        );
        return Outcome::closed(Gate::Approval, reason);
    };
    let counts = |approval: &&Approval| {
        approval
            .commit
            .as_deref()
            .is_none_or(|commit| commit == head)
    };
    let authors: BTreeSet<_> = given
        .iter()
        .filter(counts)
        .map(|one| one.by.as_str())
        .collect();
    let names = Vec::from_iter(authors.iter().copied()).join(", ");
    let head = short(head);
    if authors.len() >= needed as usize {
        return Outcome::open(Gate::Approval, format!("{head} is approved by {names}"));
    }
    let stale = given.iter().filter(|approval| !counts(approval)).count();
    let stale = match stale {
        0 => String::new(),
        _ => "; approvals of earlier commits do not count".to_owned(),
    };
    let so_far = match authors.is_empty() {
        true => "nobody approved it so far".to_owned(),
        false => format!("approved by {names} so far"),
    };
    let reason = format!(
        "{head} needs the approval of {}, {so_far}{stale}",
        people(needed)
    );
    Outcome::closed(Gate::Approval, reason)
}

fn people(count: u32) -> String {
    match count {
        1 => "1 person".to_owned(),
        count => format!("{count} people"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Approval, approvals};

    #[track_caller]
    fn check(needed: u32, given: &[(&str, Option<&str>)], open: bool, reason: &str) {
        let given = given.iter().map(|(author, commit)| Approval {
            by: (*author).to_owned(),
            commit: commit.map(str::to_owned),
            time: 0,
        });
        let outcome = approvals(needed, Some("abc"), &given.collect::<Vec<_>>());
        assert_eq!((outcome.open, outcome.reason.as_str()), (open, reason));
    }

    #[test]
    fn people_are_counted_once_and_for_this_head() {
        check(1, &[("ann", Some("abc"))], true, "abc is approved by ann");
        check(1, &[("ann", None)], true, "abc is approved by ann");
        check(
            2,
            &[("ann", Some("abc")), ("ann", Some("abc"))],
            false,
            "abc needs the approval of 2 people, approved by ann so far",
        );
        check(
            1,
            &[("ann", Some("old"))],
            false,
            "abc needs the approval of 1 person, nobody approved it so far; approvals of earlier commits do not count",
        );
    }

    #[test]
    fn without_a_request_nobody_can_approve() {
        let outcome = approvals(1, None, &[]);
        assert!(!outcome.open);
        assert_eq!(
            outcome.reason,
            "there is no request yet that 1 person could approve"
        );
    }
}
