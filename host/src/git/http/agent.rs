use super::proxy::proxy;
use crate::git::wire::AGENT;
use crate::git::{Access, Error, Result};
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// Makes a web client for one host, with the proxy, the certificates and the
/// patience that were given.
pub(crate) fn agent(host: &str, access: &Access) -> Result<Agent> {
    let idle: Option<Duration> = Some(access.timeouts.idle);
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(format!("git/{AGENT}"))
        .accept("*/*")
        .proxy(proxy(
            host,
            access.proxy.as_ref(),
            access.no_proxy.as_deref(),
        )?)
        .tls_config(TlsConfig::builder().root_certs(roots(access)?).build())
        .timeout_connect(Some(access.timeouts.connect))
        .timeout_per_read(idle)
        .timeout_per_write(idle)
        .timeout_recv_response(idle)
        .timeout_recv_body(Some(access.timeouts.answer));
    Ok(config.build().new_agent())
}

/// Returns the certificates to trust: those that were given, or the usual ones.
fn roots(access: &Access) -> Result<RootCerts> {
    let Some(bundle) = &access.ca_bundle else {
        return Ok(RootCerts::WebPki);
    };
    let unusable = |reason: &str| Error::InvalidCredential {
        what: "certificate file",
        reason: reason.to_owned(),
    };
    let mut certificates: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(bundle.as_bytes()) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| unusable("it is not PEM"))? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err(unusable("no certificate is in it"));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}
