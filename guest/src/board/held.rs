//! What holds for environments and apps besides their versions: pins, gates and
//! open requests.

use super::{escaped, searched};
use crate::facts::RequestState;
use crate::status::{
    Column, Gate, Status, address, gate_text, headline, outcomes, pin_text, request_text,
    state_text,
};

/// Writes the marks of an app, or of an environment as a whole if none is named.
pub(super) fn marks(app: Option<&str>, column: &Column, now: i64) -> String {
    let around = &column.around;
    let mut marks = String::new();
    if let Some(pin) = around.pin(app) {
        marks.push_str(&format!(
            "<span class=\"mark pinned\" title=\"{}\">pinned</span>",
            escaped(&pin_text(pin))
        ));
    }
    for request in around.requests(app) {
        marks.push_str(&link(
            request,
            &format!("#{}", request.number),
            "mark request",
        ));
    }
    if let Some(gate) = around.gate(app) {
        let class = match gate {
            Gate::Open => "mark open",
            Gate::Closed(_) => "mark closed",
            Gate::Unknown => "mark unknown",
        };
        marks.push_str(&format!(
            "<span class=\"{class}\" title=\"{}\">{}</span>",
            escaped(&reasons(app, column)),
            escaped(&gate_text(gate, now))
        ));
    }
    marks
}

/// Says what is in the way.
fn reasons(app: Option<&str>, column: &Column) -> String {
    let outcomes = outcomes(column).into_iter();
    let is_about = |one: Option<&str>| one.is_none() || one == app;
    let own = outcomes.filter(|one| !one.open && is_about(one.app.as_deref()));
    let own: Vec<_> = own.map(ToString::to_string).collect();
    own.join("; ")
}

fn link(request: &RequestState, text: &str, class: &str) -> String {
    let title = escaped(&request_text(request));
    let text = escaped(text);
    match address(&request.url) {
        Some(url) => format!(
            "<a class=\"{class}\" href=\"{}\" title=\"{title}\" rel=\"noreferrer\">{text}</a>",
            escaped(url)
        ),
        None => format!("<span class=\"{class}\" title=\"{title}\">{text}</span>"),
    }
}

/// Writes what is pinned, asked for, and closed or open.
pub(super) fn held(status: &Status) -> String {
    let mut items = String::new();
    for column in &status.columns {
        items.push_str(&of_environment(column));
    }
    let mut html = String::new();
    if !items.is_empty() {
        html.push_str(&format!(
            "<h2>What is held or asked for</h2>\n<ul class=\"held card\">\n{items}</ul>\n"
        ));
    }
    for column in &status.columns {
        html.push_str(&gates(column, status.now));
    }
    html
}

fn of_environment(column: &Column) -> String {
    let mut items = String::new();
    let mut item = |class: &str, word: &str, text: &str, content: &str| {
        items.push_str(&format!(
            "<li data-text=\"{}\"><span class=\"mark {class}\">{word}</span> {content}</li>\n",
            searched([text, column.name.as_str()])
        ));
    };
    for pin in &column.around.pins {
        let text = pin_text(pin);
        item("pinned", "pinned", &text, &escaped(&text));
    }
    for open in &column.around.requests {
        let text = request_text(&open.request);
        let content = format!(
            "<span class=\"where\">{}</span>{}",
            escaped(&column.name),
            link(&open.request, &text, "")
        );
        item("request", "request", &text, &content);
    }
    items
}

/// Writes the gates of an environment, to be opened by who wants to know.
fn gates(column: &Column, now: i64) -> String {
    let Some(headline) = headline(column, now) else {
        return String::new();
    };
    let mut html = format!(
        "<details class=\"gates card\"><summary>{}</summary>\n<ul>\n",
        escaped(&headline)
    );
    for outcome in outcomes(column) {
        let state = state_text(outcome);
        html.push_str(&format!(
            "<li><span class=\"mark {state}\">{state}</span> {}</li>\n",
            escaped(&outcome.to_string())
        ));
    }
    html.push_str("</ul></details>\n");
    html
}
