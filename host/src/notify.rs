//! Tells others what was done, after the fact: a failure is a warning.

mod signature;
mod slack;
mod webhook;

use crate::git::{Access, Secret, agent, is_loopback};
use crate::sandbox::Report;
use serde_json::Value;
use ureq::http::{Request, Uri};

/// Who is told. The addresses are secrets: those who know them can post there.
#[derive(Clone, Debug, Default)]
pub struct Notify {
    /// The address that gets the report as JSON.
    pub webhook: Option<Secret>,
    /// The key of the signature on what the webhook gets.
    pub webhook_secret: Option<Secret>,
    /// An address that takes messages as Slack does.
    pub slack: Option<Secret>,
}

/// Tells what a run has done; returns what could not be told, without addresses.
#[must_use]
pub fn notify(notify: &Notify, command: &str, report: &Report, access: &Access) -> Vec<String> {
    let mut failures = Vec::new();
    if let Some(url) = &notify.webhook {
        let body = webhook::body(command, report);
        let signature = notify
            .webhook_secret
            .as_ref()
            .map(|key| signature::sign(key, body.to_string().as_bytes()));
        if let Err(reason) = post(url, &body, signature.as_deref(), access) {
            failures.push(format!("cannot notify the webhook: {reason}"));
        }
    }
    if let Some(url) = &notify.slack
        && let Err(reason) = post(url, &slack::body(report), None, access)
    {
        failures.push(format!("cannot notify Slack: {reason}"));
    }
    failures
}

/// Posts JSON. The reason of a failure never repeats the address.
fn post(
    url: &Secret,
    body: &Value,
    signature: Option<&str>,
    access: &Access,
) -> Result<(), &'static str> {
    let address: Uri = url
        .expose()
        .trim()
        .parse()
        .map_err(|_| "its address is not one")?;
    let host = address.host().ok_or("its address names no host")?;
    let is_tls = address.scheme_str() == Some("https");
    if !is_tls && !is_loopback(host) && !access.allow_insecure_http {
        return Err("its address is not of https");
    }
    let agent = agent(host, access).map_err(|_| "the connection cannot be made as asked")?;
    let mut request = Request::post(address.clone())
        .header("content-type", "application/json")
        .header("user-agent", concat!("towpath/", env!("CARGO_PKG_VERSION")));
    if let Some(signature) = signature {
        request = request.header("x-towpath-signature-256", signature);
    }
    let request = request
        .body(body.to_string())
        .map_err(|_| "its address is not one")?;
    let answer = agent.run(request).map_err(|error| match error {
        ureq::Error::HostNotFound => "its host is not known",
        ureq::Error::Timeout(_) => "it did not answer in time",
        _ => "it cannot be reached",
    })?;
    match answer.status().as_u16() {
        200..300 => Ok(()),
        401 | 403 | 404 | 410 => Err("it does not know this address"),
        429 => Err("it wants fewer messages"),
        _ => Err("it did not take the message"),
    }
}
