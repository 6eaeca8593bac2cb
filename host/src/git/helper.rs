//! Tokens from git's credential helpers, when the user asks for that.

use super::{Error, Place, RepositoryUrl, Result, Secret};
use gix_protocol::credentials::helper::{Action, invoke};
use gix_protocol::credentials::protocol::Context;
use gix_protocol::credentials::{Program, program};

/// Stands for all the helpers that git is configured with.
const GIT: &str = "git";

/// Asks a helper for the user and the token of a server.
///
/// `helper` is what git's `credential.helper` may be: a name, a path or
/// `!command`; or `git` for those that git itself is configured with.
///
/// # Errors
/// When it cannot be run, or has no token for the server.
pub fn ask_helper(
    helper: &str,
    url: &RepositoryUrl,
    user: Option<&str>,
) -> Result<(String, Secret)> {
    let unusable = |reason: String| Error::InvalidCredential { what: WHAT, reason };
    let Some(mut context) = context(url) else {
        return Err(unusable(format!("\"{url}\" is reached without a token")));
    };
    context.username = user.map(str::to_owned);
    let mut program = if helper == GIT {
        context.path = Some(url.path().trim_start_matches('/').into());
        Program::from_kind(program::Kind::Builtin)
    } else {
        let program = Program::from_custom_definition(helper);
        program.map_err(|error| unusable(error.to_string()))?
    };
    // What a helper says besides could repeat a secret.
    let outcome = invoke(&mut program, &Action::Get(context));
    let outcome =
        outcome.map_err(|_| unusable(format!("\"{helper}\" failed, or cannot be run")))?;
    let identity = outcome.and_then(|mut outcome| outcome.consume_identity());
    match identity {
        Some(identity) if !identity.password.is_empty() => {
            Ok((identity.username, Secret::new(identity.password)))
        }
        _ => Err(unusable(format!("\"{helper}\" has no token for \"{url}\""))),
    }
}

/// The name of the credential in errors.
pub(crate) const WHAT: &str = "credential helper";

/// Returns what git tells to helpers of a server.
fn context(url: &RepositoryUrl) -> Option<Context> {
    let (protocol, host, port) = match url.place() {
        Place::Http {
            tls: true,
            host,
            port,
            ..
        } => ("https", host, *port),
        Place::Http { host, port, .. } => ("http", host, *port),
        Place::Ssh { host, .. } => ("https", host, None),
        Place::Local(_) | Place::Daemon { .. } => return None,
    };
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Some(Context {
        protocol: Some(protocol.to_owned()),
        host: Some(format!("{host}{port}")),
        ..Context::default()
    })
}
