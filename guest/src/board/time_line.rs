//! What happened, day by day.

use super::{escaped, searched};
use crate::history::{app, what};
use crate::status::Status;
use crate::trail::{Event, Origin};
use crate::when;
use std::cmp::Reverse;

/// The largest number of changes that are shown.
const SHOWN: usize = 200;

/// Writes the newest changes of all environments.
pub(super) fn time_line(status: &Status) -> String {
    let apps: Vec<_> = status.rows.iter().map(|row| row.app.as_str()).collect();
    let trails = status.columns.iter().zip(&status.trails);
    let mut events: Vec<_> = trails
        .flat_map(|(column, trail)| {
            let events = trail.events.iter().take(SHOWN);
            events.map(|event| (column.name.as_str(), event))
        })
        .filter(|(_, event)| event.app.is_empty() || apps.contains(&event.app.as_str()))
        .collect();
    events.sort_by_key(|(_, event)| Reverse(event.origin.time));
    events.truncate(SHOWN);
    if events.is_empty() {
        return String::new();
    }
    let mut html = "<h2>What happened</h2>\n".to_owned();
    for day in events.chunk_by(|(_, one), (_, other)| date(one) == date(other)) {
        let date = day
            .first()
            .map(|(_, event)| date(event))
            .unwrap_or_default();
        html.push_str(&format!(
            "<section class=\"day\"><h3>{date}</h3>\n<ul class=\"line card\">\n"
        ));
        for (environment, event) in day {
            html.push_str(&item(environment, event));
        }
        html.push_str("</ul></section>\n");
    }
    html
}

fn date(event: &Event) -> String {
    let mut text = when::date_and_time(event.origin.time);
    text.truncate(10);
    text
}

fn item(environment: &str, event: &Event) -> String {
    let origin = &event.origin;
    let (before, after) = what(event);
    let text = searched([
        environment,
        app(event),
        &before,
        &after,
        &origin.author,
        &origin.subject,
        origin.short(),
    ]);
    let time = when::date_and_time(origin.time);
    let time = time.get(11..).unwrap_or_default();
    format!(
        "<li data-text=\"{text}\"><time datetime=\"{}\">{time}</time><div>\
         <div class=\"what\"><span class=\"where\">{}</span><b>{}</b> \
         <code>{}</code> → <code>{}</code></div>\
         <div class=\"by\">{} by {}{}, <code>{}</code></div></div></li>\n",
        when::iso(origin.time),
        escaped(environment),
        escaped(app(event)),
        escaped(&before),
        escaped(&after),
        escaped(&origin.subject),
        escaped(&origin.author),
        build(origin),
        escaped(origin.short()),
    )
}

/// Writes which build it was, with its page.
pub(super) fn build(origin: &Origin) -> String {
    match (origin.build, &origin.run) {
        (Some(build), Some(run)) => {
            format!(
                ", <a href=\"{}\" rel=\"noreferrer\">build {build}</a>",
                escaped(run)
            )
        }
        (Some(build), None) => format!(", build {build}"),
        (None, Some(run)) => {
            format!(", <a href=\"{}\" rel=\"noreferrer\">run</a>", escaped(run))
        }
        (None, None) => String::new(),
    }
}
