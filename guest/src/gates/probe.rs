//! Commands and addresses that answer yes or no.

use super::{Gate, Outcome};
use towpath_surface::facts::ProbeResult;

/// Evaluates what a probe answered, or why it did not.
#[must_use]
pub fn probe(name: &str, answer: Result<&ProbeResult, &str>) -> Outcome {
    let result = match answer {
        Ok(result) => result,
        Err(why) => {
            return Outcome::unknown(Gate::Probe, format!("`{name}` has no answer: {why}"));
        }
    };
    let says = if result.passed { "yes" } else { "no" };
    let reason = match result.reason.trim() {
        "" => format!("`{name}` says {says}"),
        why => format!("`{name}` says {says}: {why}"),
    };
    match result.passed {
        true => Outcome::open(Gate::Probe, reason),
        false => Outcome::closed(Gate::Probe, reason),
    }
}

#[cfg(test)]
mod tests {
    use super::probe;
    use towpath_surface::facts::ProbeResult;

    #[track_caller]
    fn check(answer: Result<(bool, &str), &str>, open: bool, reason: &str) {
        let result = answer.map(|(passed, reason)| ProbeResult {
            passed,
            reason: reason.to_owned(),
        });
        let outcome = probe("smoke", result.as_ref().map_err(|why| *why));
        assert_eq!((outcome.open, outcome.reason.as_str()), (open, reason));
    }

    #[test]
    fn a_probe_says_yes_or_no_or_nothing() {
        check(Ok((true, "")), true, "`smoke` says yes");
        check(
            Ok((false, "3 errors\n")),
            false,
            "`smoke` says no: 3 errors",
        );
        check(
            Err("nobody asked"),
            false,
            "`smoke` has no answer: nobody asked",
        );
    }
}
