use super::{Instant, is_open, opening, windows};
use crate::config::Gates;
use crate::time::{Civil, Zone};

fn gates(yaml: &str) -> Gates {
    serde_yaml::from_str(yaml).unwrap()
}

fn berlin(clock: &str) -> Instant {
    let zone = Zone::named("Europe/Berlin").unwrap();
    zone.moment(Civil::parse(clock).unwrap()).at
}

/// Checks whether it is open at a time in Berlin, and when it opens if not.
#[track_caller]
fn check(yaml: &str, now: &str, opens: Option<&str>) {
    let (gates, now) = (gates(yaml), berlin(now));
    let found = (!is_open(&gates.windows, &gates.freezes, now))
        .then(|| opening(&gates.windows, &gates.freezes, now))
        .map(|at| at.map(|at| Zone::named("Europe/Berlin").unwrap().write(at)));
    assert_eq!(found, opens.map(|at| Some(at.to_owned())));
}

const OFFICE: &str = "windows: [{cron: 0 9 * * mon-fri, for: 8h, zone: Europe/Berlin}]";
const NIGHT: &str = "windows: [{cron: 0 22 * * *, for: 8h, zone: Europe/Berlin}]";

#[test]
fn a_window_opens_and_closes_by_the_clock() {
    check(OFFICE, "2026-11-27 08:59:59", Some("2026-11-27 09:00 CET"));
    check(OFFICE, "2026-11-27 09:00", None);
    check(OFFICE, "2026-11-27 16:59:59", None);
    check(OFFICE, "2026-11-27 17:00", Some("2026-11-30 09:00 CET"));
}

#[test]
fn a_window_goes_over_midnight_and_over_changes_of_the_clocks() {
    check(NIGHT, "2026-11-28 00:30", None);
    check(NIGHT, "2026-11-28 06:00", Some("2026-11-28 22:00 CET"));
    // The clocks were put forward, and back: it ends when they show six.
    check(NIGHT, "2026-03-29 05:59", None);
    check(NIGHT, "2026-03-29 06:00", Some("2026-03-29 22:00 CEST"));
    check(NIGHT, "2026-10-25 05:59", None);
    check(NIGHT, "2026-10-25 06:00", Some("2026-10-25 22:00 CET"));
}

#[test]
fn a_window_that_the_clocks_leave_out_comes_later() {
    let early = "windows: [{cron: 30 2 * * *, for: 15m, zone: Europe/Berlin}]";
    check(early, "2026-03-29 01:59", Some("2026-03-29 03:30 CEST"));
    check(early, "2026-03-29 03:44", None);
    check(early, "2026-03-29 03:45", Some("2026-03-30 02:30 CEST"));
}

#[test]
fn a_freeze_wins_over_a_window() {
    let gates = format!(
        "{OFFICE}\nfreezes: [{{from: 2026-12-18, to: 2027-01-04 10:00, zone: Europe/Berlin}}]"
    );
    check(&gates, "2026-12-17 10:00", None);
    check(&gates, "2026-12-17 18:00", Some("2027-01-04 10:00 CET"));
    check(&gates, "2026-12-18 10:00", Some("2027-01-04 10:00 CET"));
    let weekends = "freezes: [{cron: 0 15 * * fri, for: 2d18h, zone: Europe/Berlin}]";
    check(weekends, "2026-11-27 14:59", None);
    check(weekends, "2026-11-28 12:00", Some("2026-11-30 09:00 CET"));
    // The weekend in which the clocks change ends at nine, too.
    check(weekends, "2026-10-24 12:00", Some("2026-10-26 09:00 CET"));
}

#[test]
fn freezes_one_after_the_other_are_one() {
    let gates = "freezes: [{from: 2026-12-18, to: 2026-12-24}, {from: 2026-12-24, to: 2027-01-02}]";
    check(gates, "2026-12-20", Some("2027-01-02 01:00 CET"));
}

#[test]
fn what_never_opens_says_so() {
    let gates =
        gates("windows: [{cron: 0 9 * * *, for: 1h}]\nfreezes: [{cron: 0 0 * * *, for: 1d}]");
    let outcomes = windows(&gates.windows, &gates.freezes, 0);
    let closed: Vec<_> = outcomes
        .iter()
        .map(|one| (one.open, one.opens_at))
        .collect();
    assert_eq!(closed, [(false, None), (false, None)]);
}

#[test]
fn reasons_say_until_when_and_why() {
    let gates = gates(&format!(
        "{OFFICE}\nfreezes: [{{from: 2026-12-18, to: 2027-01-04 08:00, zone: Europe/Berlin, reason: end of the year}}]"
    ));
    let reasons = |now| {
        let outcomes = windows(&gates.windows, &gates.freezes, berlin(now));
        outcomes.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        reasons("2026-12-19 10:00"),
        [
            "window: outside of all windows; the next one opens at 2027-01-04 09:00 CET (in 15d 23h)",
            "freeze: frozen until 2027-01-04 08:00 CET (in 15d 22h) (end of the year)",
        ]
    );
    assert_eq!(
        reasons("2026-11-27 16:00"),
        [
            "window: the window is open until 2026-11-27 17:00 CET (in 1h)",
            "freeze: nothing is frozen"
        ]
    );
}
