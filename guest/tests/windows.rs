//! Time windows, compared with Python: its own time zones, and croniter.

#[path = "yaml_oracles/readers.rs"]
#[allow(dead_code, reason = "the readers of YAML are not needed here")]
mod readers;

use serde_json::{Value, json};
use std::process::Command;
use towpath_guest::config::{Gates, Window};
use towpath_guest::gates;
use towpath_guest::time::{Civil, Instant, Zone};

/// Schedules, lengths and zones with clocks that change in different ways.
const WINDOWS: [(&str, &str, &str); 12] = [
    ("0 9 * * mon-fri", "8h", "Europe/Berlin"),
    ("0 22 * * *", "8h", "Europe/Berlin"),
    ("30 2 * * *", "15m", "America/New_York"),
    ("15 1 * * sun", "90m", "America/New_York"),
    ("0 0 1 * *", "2d", "Australia/Lord_Howe"),
    ("45 23 28-31 * *", "30m", "Asia/Kathmandu"),
    ("0 0 13 * fri", "1d", "America/Santiago"),
    ("*/7 3 * 3,10 *", "3m", "Europe/London"),
    ("59 23 29 2 *", "2m", "Africa/Casablanca"),
    ("0 12 30 12 *", "1d", "Pacific/Apia"),
    ("0 */6 * * *", "5h59m", "Asia/Tehran"),
    ("5 0 * * 0", "6d", "UTC"),
];

/// The years whose changes of the clocks are looked at.
const YEARS: [i64; 3] = [2011, 2024, 2026];

#[test]
fn windows_open_and_close_when_python_says() {
    let mut questions = Vec::new();
    for (cron, length, zone) in WINDOWS {
        let yaml = format!("windows: [{{cron: '{cron}', for: {length}, zone: {zone}}}]");
        let gates: Gates = serde_yaml::from_str(&yaml).unwrap();
        let window = &gates.windows[0];
        for at in YEARS.into_iter().flat_map(|year| moments(zone, year)) {
            let (open, opens_at) = evaluate(window, at);
            questions.push(json!({
                "cron": cron, "length": window.length.0, "zone": zone,
                "at": at, "open": open, "opens_at": opens_at,
            }));
        }
    }
    assert!(questions.len() > 1000, "{}", questions.len());
    let input = Value::from(questions).to_string();
    let mut python = Command::new(readers::tool("python/bin/python"));
    python.args(["-c", include_str!("windows/windows.py")]);
    assert_eq!(readers::run(python, &input), "");
}

fn evaluate(window: &Window, at: Instant) -> (bool, Option<Instant>) {
    let outcomes = gates::windows(std::slice::from_ref(window), &[], at);
    (outcomes[0].open, outcomes[0].opens_at)
}

/// Moments at random, and some around each change of the clocks in a year.
fn moments(zone: &str, year: i64) -> Vec<Instant> {
    let zone = Zone::named(zone).expect("the zone is known");
    let january = Civil::parse(&format!("{year}-01-01"))
        .expect("it is a date")
        .0;
    let hours = (0..366 * 24).map(|hour| january + hour * 3600);
    let ahead = |at: Instant| zone.clock(at).0 - at;
    let changes = hours.filter(|at| ahead(*at) != ahead(at + 3600));
    let minutes = [
        -121, -61, -31, -1, 0, 1, 14, 29, 31, 44, 59, 61, 89, 121, 181,
    ];
    let around = changes.flat_map(|at| minutes.map(|minute| at + minute * 60));
    let random = (1..40).map(|n| january + (n * 7_919_993 + year * 104_729) % (365 * 86_400));
    around.chain(random).collect()
}
