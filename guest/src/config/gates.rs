//! The gates of an environment, as `towpath.yaml` declares them.

use super::List;
use crate::time::{Civil, Cron, Instant, Span, Zone};
use serde::Deserialize;

/// What has to hold before a version may enter an environment.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gates {
    /// Environments that must have run the version before. Those of `from`, when
    /// only `soak` is given.
    #[serde(default, rename = "ran-in")]
    pub ran_in: List,

    /// How long the version must have been in those environments, as `24h` or `2d`;
    /// counted anew when another version was there in between.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub soak: Option<Span>,

    /// Which version is promoted: the `current` one of the environment it comes
    /// from, or the `newest-soaked` one, which keeps a busy team moving.
    #[serde(default)]
    pub pick: Pick,

    /// Commit statuses and checks that must be green on the commit that brought the
    /// version into the environment it comes from.
    #[serde(default)]
    pub statuses: List,

    /// Commit statuses and checks that must be green on the commit that the
    /// version was built from.
    #[serde(default, rename = "source-statuses")]
    pub source_statuses: List,

    /// When versions may enter; at any time if none.
    #[serde(default)]
    pub windows: Vec<Window>,

    /// When nothing may enter, whatever the windows say.
    #[serde(default)]
    pub freezes: Vec<Freeze>,

    /// How many people must approve the request.
    #[serde(default)]
    pub approvals: u32,

    /// Commands and addresses that answer yes or no.
    #[serde(default)]
    pub probes: Vec<Probe>,
}

/// Which version is promoted.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Pick {
    /// The one that is in the environment it comes from.
    #[default]
    Current,
    /// The newest one that has soaked.
    NewestSoaked,
}

/// A time that comes again and again.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// When it begins, as cron writes it: minute, hour, day of month, month, day of week.
    #[cfg_attr(test, schemars(with = "String"))]
    pub cron: Cron,

    /// How long it lasts on the clock, as `8h`.
    #[serde(rename = "for")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub length: Span,

    /// The time zone of the clock, as `Europe/Berlin`; UTC if none.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub zone: Zone,
}

/// A time in which nothing may enter: once, from one date to another, or again
/// and again, as a window.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "FreezeFields")]
#[cfg_attr(test, schemars(with = "FreezeFields"))]
pub struct Freeze {
    /// When it is.
    pub time: FreezeTime,
    /// Why, for people.
    pub reason: Option<String>,
}

/// When a freeze is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FreezeTime {
    /// Again and again.
    Recurring(Window),
    /// Once.
    Once {
        /// The first moment of it.
        from: Instant,
        /// The first moment after it.
        until: Instant,
        /// The clock it was written by.
        zone: Zone,
    },
}

/// A freeze as it is written.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct FreezeFields {
    /// When it begins, once: `2026-12-18` or `2026-12-18 18:00`.
    #[serde(default)]
    from: Option<String>,
    /// When it ends: `2027-01-04` or `2027-01-04 08:00`.
    #[serde(default)]
    to: Option<String>,
    /// When it begins, again and again, as cron writes it.
    #[serde(default)]
    cron: Option<String>,
    /// How long it lasts each time, as `8h`.
    #[serde(default, rename = "for")]
    length: Option<String>,
    /// The time zone, as `Europe/Berlin`; UTC if none.
    #[serde(default)]
    zone: Option<String>,
    /// Why, for people.
    #[serde(default)]
    reason: Option<String>,
}

impl TryFrom<FreezeFields> for Freeze {
    type Error = String;

    fn try_from(fields: FreezeFields) -> Result<Self, String> {
        let zone = fields
            .zone
            .map_or_else(|| Ok(Zone::utc()), Zone::try_from)?;
        let time = match (fields.from, fields.to, fields.cron, fields.length) {
            (Some(from), Some(to), None, None) => once(&from, &to, zone)?,
            (None, None, Some(cron), Some(length)) => FreezeTime::Recurring(Window {
                cron: cron.try_into()?,
                length: length.try_into()?,
                zone,
            }),
            _ => return Err("a freeze has `from` and `to`, or `cron` and `for`".to_owned()),
        };
        let reason = fields.reason;
        Ok(Self { time, reason })
    }
}

fn once(from: &str, to: &str, zone: Zone) -> Result<FreezeTime, String> {
    let read = |text: &str| {
        let civil = Civil::parse(text);
        civil.map(|civil| zone.moment(civil).at).ok_or_else(|| {
            format!("`{text}` is no date: write it as `2026-12-18` or `2026-12-18 18:00`")
        })
    };
    let (from_at, until) = (read(from)?, read(to)?);
    if until <= from_at {
        return Err(format!(
            "a freeze from {from} to {to} ends before it begins"
        ));
    }
    Ok(FreezeTime::Once {
        from: from_at,
        until,
        zone,
    })
}

/// Something that answers yes or no: a command or an address.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "ProbeFields")]
#[cfg_attr(test, schemars(with = "ProbeFields"))]
pub struct Probe {
    /// Its name, for people.
    pub name: String,
    /// What is asked.
    pub asks: Asks,
}

/// What a probe asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// A command of the runner: yes when it ends well.
    Command(String),
    /// An address: yes when it answers with 200 to 299.
    Url(String),
}

/// A probe as it is written.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct ProbeFields {
    /// Its name, for people.
    name: String,
    /// A command, which the launcher runs with `--allow-probes` only: yes when it
    /// ends well.
    #[serde(default)]
    command: Option<String>,
    /// An http or https address: yes when it answers with 200 to 299.
    #[serde(default)]
    url: Option<String>,
}

impl TryFrom<ProbeFields> for Probe {
    type Error = String;

    fn try_from(fields: ProbeFields) -> Result<Self, String> {
        let asks = match (fields.command, fields.url) {
            (Some(command), None) if !command.trim().is_empty() => Asks::Command(command),
            (None, Some(url)) if url.starts_with("https://") || url.starts_with("http://") => {
                Asks::Url(url)
            }
            (None, Some(url)) => return Err(format!("`{url}` is no http or https address")),
            _ => return Err("a probe has a `command` or a `url`".to_owned()),
        };
        let name = fields.name;
        Ok(Self { name, asks })
    }
}

impl Gates {
    /// Whether everything may enter at any time.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::Gates;

    #[track_caller]
    fn check(yaml: &str, expected: Result<(), &str>) {
        let read: Result<Gates, _> = serde_yaml::from_str(yaml);
        match (read, expected) {
            (Ok(_), Ok(())) => {}
            (Err(error), Err(part)) => {
                let error = error.to_string();
                assert!(error.contains(part), "{error}");
            }
            (read, _) => panic!("{read:?}"),
        }
    }

    #[test]
    fn gates_are_read() {
        check(
            "ran-in: staging\nsoak: 24h\npick: newest-soaked\nstatuses: [ci/e2e]\nsource-statuses: build\n\
             windows:\n- {cron: 0 9 * * mon-fri, for: 8h, zone: Europe/Berlin}\n\
             freezes:\n- {from: 2026-12-18, to: 2027-01-04 08:00, reason: end of the year}\n\
             - {cron: 0 18 * * fri, for: 2d14h}\n\
             approvals: 1\nprobes:\n- {name: smoke, command: ./smoke.sh}\n- {name: slo, url: 'https://slo'}\n",
            Ok(()),
        );
        check("{}", Ok(()));
    }

    #[test]
    fn mistakes_are_explained() {
        check("soak: 1 day", Err("no duration"));
        check(
            "windows: [{cron: 0 9 * *, for: 8h}]",
            Err("4 fields instead of 5"),
        );
        check("windows: [{cron: 0 9 * * *}]", Err("missing field `for`"));
        check(
            "windows: [{cron: 0 9 * * *, for: 1h, zone: Europe/Berln}]",
            Err("did you mean `Europe/Berlin`"),
        );
        check("freezes: [{from: 2026-12-18}]", Err("`from` and `to`"));
        check(
            "freezes: [{from: 2026-12-18, to: 2026-12-18}]",
            Err("ends before it begins"),
        );
        check(
            "freezes: [{from: 2026-02-30, to: 2026-12-18}]",
            Err("no date"),
        );
        check("probes: [{name: x}]", Err("a `command` or a `url`"));
        check(
            "probes: [{name: x, url: 'file:///etc/passwd'}]",
            Err("no http or https address"),
        );
        check("soaking: 1d", Err("unknown field"));
        check("pick: best", Err("unknown variant"));
    }
}
