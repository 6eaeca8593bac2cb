//! Whether a version was in another environment before.

use super::soak::short;
use super::{Gate, Outcome};
use crate::timeline::Timeline;

/// Evaluates whether `version` was where `timeline` was recorded; the commit that
/// brought it there is the proof.
#[must_use]
pub fn ran_in(timeline: &Timeline, version: &str) -> Outcome {
    let place = &timeline.environment;
    let mut stays = timeline.stays.iter();
    match stays.find(|stay| stay.version == version) {
        Some(stay) => {
            let proof = match stay.commit.as_deref() {
                Some(commit) => format!("brought by commit {}", short(commit)),
                None => "there since before the known history".to_owned(),
            };
            Outcome::open(Gate::RanIn, format!("{version} was in {place}, {proof}"))
        }
        None => Outcome::closed(Gate::RanIn, format!("{version} was never in {place}")),
    }
}

#[cfg(test)]
mod tests {
    use super::ran_in;
    use crate::timeline::testing::timeline;

    #[test]
    fn the_commit_is_the_proof() {
        let staging = timeline(&[("v1", 0), ("v2", 10)]);
        let found = ran_in(&staging, "v1");
        assert!(found.open);
        assert_eq!(found.reason, "v1 was in staging, brought by commit c0");
        let never = ran_in(&staging, "v3");
        assert!(!never.open);
        assert_eq!(never.reason, "v3 was never in staging");
    }
}
