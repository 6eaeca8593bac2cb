use crate::git::{Error, Result, Secret};
use std::net::IpAddr;

/// Returns the proxy for a host, unless it is to be reached without.
pub(super) fn proxy(
    host: &str,
    proxy: Option<&Secret>,
    exceptions: Option<&str>,
) -> Result<Option<ureq::Proxy>> {
    let Some(proxy) = proxy.filter(|proxy| !proxy.is_blank()) else {
        return Ok(None);
    };
    if is_excepted(host, exceptions.unwrap_or_default()) {
        return Ok(None);
    }
    // The reason could repeat the password.
    let unusable = |_| Error::InvalidCredential {
        what: "proxy",
        reason: "it is not of the form http://[user:password@]host:port".to_owned(),
    };
    ureq::Proxy::new(proxy.expose().trim())
        .map(Some)
        .map_err(unusable)
}

/// Returns whether a host is in a list as in `NO_PROXY`: names with everything
/// below them, addresses, or `*`.
fn is_excepted(host: &str, exceptions: &str) -> bool {
    let is_address = host.parse::<IpAddr>().is_ok();
    let mut exceptions = exceptions
        .split([',', ' '])
        .map(str::trim)
        .filter(|name| !name.is_empty());
    exceptions.any(|exception| {
        let name = exception.trim_start_matches("*.").trim_start_matches('.');
        let below = host
            .strip_suffix(name)
            .is_some_and(|rest| rest.ends_with('.'));
        exception == "*" || host.eq_ignore_ascii_case(name) || (below && !is_address)
    })
}

/// Returns whether a host is this machine, so that nobody listens on the way.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{is_excepted, is_loopback};

    #[test]
    fn exceptions_are_names_with_everything_below() {
        for (host, exceptions, expected) in [
            ("git.example.org", "example.org", true),
            ("git.example.org", ".example.org", true),
            ("git.example.org", "*.example.org", true),
            ("example.org", "other, EXAMPLE.org", true),
            ("badexample.org", "example.org", false),
            ("example.org", "", false),
            ("example.org", "*", true),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "0.1", false),
        ] {
            assert_eq!(
                is_excepted(host, exceptions),
                expected,
                "{host} {exceptions}"
            );
        }
    }

    #[test]
    fn this_machine_is_known() {
        assert!(is_loopback("localhost") && is_loopback("127.0.0.1") && is_loopback("::1"));
        assert!(!is_loopback("localhost.example.org") && !is_loopback("10.0.0.1"));
    }
}
