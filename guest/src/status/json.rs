//! The status for machines; `docs/status.md` describes it.

use super::{Column, Gate, Row, Standing, Status, words};
use crate::facts::RequestState;
use crate::pin::Pin;
use crate::trail::{Event, Origin};
use crate::when;
use serde::Serialize;

/// The version of the report; fields may be added without a new one.
pub(crate) const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct JsonStatus<'a> {
    schema: u32,
    time: Option<String>,
    commit: Option<&'a str>,
    environments: Vec<JsonEnvironment<'a>>,
    apps: Vec<JsonApp<'a>>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct JsonEnvironment<'a> {
    name: &'a str,
    from: &'a [String],
    delivery: &'static str,
    revision: Option<&'a str>,
    pin: Option<JsonPin<'a>>,
    requests: Vec<JsonRequest<'a>>,
    gate: Option<JsonGates<'a>>,
}

#[derive(Serialize)]
struct JsonPin<'a> {
    version: &'a str,
    instead_of: Option<&'a str>,
    reason: &'a str,
    author: &'a str,
    since: &'a str,
}

#[derive(Serialize)]
struct JsonRequest<'a> {
    number: u64,
    url: &'a str,
    title: &'a str,
    approvals: usize,
}

#[derive(Serialize)]
struct JsonGate {
    state: &'static str,
    opens_at: Option<String>,
}

#[derive(Serialize)]
struct JsonGates<'a> {
    #[serde(flatten)]
    whole: JsonGate,
    gates: Vec<JsonOutcome<'a>>,
}

#[derive(Serialize)]
struct JsonOutcome<'a> {
    gate: &'static str,
    app: Option<&'a str>,
    state: &'static str,
    reason: &'a str,
    opens_at: Option<String>,
}

#[derive(Serialize)]
struct JsonApp<'a> {
    name: &'a str,
    environments: Vec<JsonCell<'a>>,
}

#[derive(Serialize)]
struct JsonCell<'a> {
    environment: &'a str,
    version: &'a str,
    standing: &'static str,
    changes: Option<usize>,
    places: Vec<JsonPlace<'a>>,
    since: Option<JsonOrigin<'a>>,
    pin: Option<JsonPin<'a>>,
    requests: Vec<JsonRequest<'a>>,
    gate: Option<JsonGate>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    path: &'a str,
    line: u32,
}

/// The commit of a change, for machines.
#[derive(Serialize)]
pub(crate) struct JsonOrigin<'a> {
    commit: &'a str,
    time: String,
    author: &'a str,
    subject: &'a str,
    build: Option<u64>,
    source_repository: Option<&'a str>,
    source_revision: Option<&'a str>,
    run: Option<&'a str>,
}

/// A change of an app, for machines.
#[derive(Serialize)]
pub(crate) struct JsonEvent<'a> {
    environment: &'a str,
    app: Option<&'a str>,
    before: &'a str,
    after: &'a str,
    moves: Vec<JsonMove<'a>>,
    #[serde(flatten)]
    origin: JsonOrigin<'a>,
}

#[derive(Serialize)]
struct JsonMove<'a> {
    what: &'a str,
    old: Option<&'a str>,
    new: Option<&'a str>,
}

/// Writes the status for machines.
pub(super) fn json(status: &Status) -> String {
    let apps = status.rows.iter().map(|row| JsonApp {
        name: &row.app,
        environments: cells(row, status),
    });
    line(&JsonStatus {
        schema: SCHEMA,
        time: (status.now != 0).then(|| when::iso(status.now)),
        commit: status.commit.as_deref(),
        environments: status.columns.iter().map(environment).collect(),
        apps: apps.collect(),
        warnings: &status.warnings,
    })
}

fn environment(column: &Column) -> JsonEnvironment<'_> {
    let around = &column.around;
    let outcomes = words::outcomes(column).into_iter();
    let outcomes = outcomes.map(|one| JsonOutcome {
        gate: one.gate.name(),
        app: one.app.as_deref(),
        state: words::state(one),
        reason: &one.reason,
        opens_at: one.opens_at.map(when::iso),
    });
    JsonEnvironment {
        name: &column.name,
        from: &column.from,
        delivery: if column.by_request { "request" } else { "push" },
        revision: column.revision.as_deref(),
        pin: around.pin(None).map(JsonPin::of),
        requests: around.requests(None).map(JsonRequest::of).collect(),
        gate: around.gate(None).map(|gate| JsonGates {
            whole: JsonGate::of(gate),
            gates: outcomes.collect(),
        }),
    }
}

fn cells<'a>(row: &'a Row, status: &'a Status) -> Vec<JsonCell<'a>> {
    let cells = row.cells.iter().zip(&status.columns);
    let cells = cells.filter_map(|(cell, column)| {
        let cell = cell.as_ref()?;
        let (standing, changes) = standing(&cell.standing);
        let around = &column.around;
        let app = Some(row.app.as_str());
        let places = cell.places.iter().map(|at| JsonPlace {
            path: &at.path,
            line: at.line,
        });
        Some(JsonCell {
            environment: &column.name,
            version: &cell.version,
            standing,
            changes,
            places: places.collect(),
            since: cell.since.as_deref().map(JsonOrigin::of),
            pin: around.pin(app).map(JsonPin::of),
            requests: around.requests(app).map(JsonRequest::of).collect(),
            gate: around.gate(app).map(JsonGate::of),
        })
    });
    cells.collect()
}

impl<'a> JsonPin<'a> {
    fn of(pin: &'a Pin) -> Self {
        Self {
            version: &pin.version,
            instead_of: pin.instead_of.as_deref(),
            reason: &pin.reason,
            author: &pin.author,
            since: &pin.since,
        }
    }
}

impl<'a> JsonRequest<'a> {
    fn of(request: &'a RequestState) -> Self {
        Self {
            number: request.number,
            url: &request.url,
            title: &request.title,
            approvals: request.approvals.len(),
        }
    }
}

impl JsonGate {
    fn of(gate: Gate) -> Self {
        Self {
            state: gate.name(),
            opens_at: gate.opens_at().map(when::iso),
        }
    }
}

/// Writes a report as one line.
pub(crate) fn line(report: &impl Serialize) -> String {
    let mut json = serde_json::to_string(report).expect("strings, numbers and lists are JSON");
    json.push('\n');
    json
}

/// Returns the name of a standing, and by how many changes.
pub(crate) fn standing(standing: &Standing) -> (&'static str, Option<usize>) {
    match standing {
        Standing::First => ("first", None),
        Standing::Same => ("same", None),
        Standing::Behind(count) => ("behind", Some(*count)),
        Standing::Ahead(count) => ("ahead", Some(*count)),
        Standing::Differs => ("differs", None),
        Standing::Alone => ("alone", None),
    }
}

impl<'a> JsonOrigin<'a> {
    /// Returns a commit as machines read it.
    pub(crate) fn of(origin: &'a Origin) -> Self {
        Self {
            commit: &origin.commit,
            time: when::iso(origin.time),
            author: &origin.author,
            subject: &origin.subject,
            build: origin.build,
            source_repository: origin.source.as_deref(),
            source_revision: origin.revision.as_deref(),
            run: origin.run.as_deref(),
        }
    }
}

impl<'a> JsonEvent<'a> {
    /// Returns a change as machines read it.
    pub(crate) fn of(environment: &'a str, event: &'a Event) -> Self {
        let moves = event.moves.iter().map(|moved| JsonMove {
            what: &moved.what,
            old: moved.old.as_deref(),
            new: moved.new.as_deref(),
        });
        Self {
            environment,
            app: (!event.app.is_empty()).then_some(event.app.as_str()),
            before: &event.before,
            after: &event.after,
            moves: moves.collect(),
            origin: JsonOrigin::of(&event.origin),
        }
    }
}
