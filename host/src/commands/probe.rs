//! Asking the probes that `towpath.yaml` declares.

use crate::args::RepositoryOptions;
use crate::error::Error;
use crate::git::{self, Access, RepositoryUrl};
use crate::settings::{self, Environment};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use towpath_surface::Kind;
use towpath_surface::facts::{Answer, Probe, ProbeResult, ProbeTarget};

/// How long a probe may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much of what a probe says is told, in characters.
const TOLD: usize = 200;

/// What probes are asked with.
pub(super) struct Probing<'p> {
    /// Whether commands may be run.
    pub(super) allowed: bool,
    /// The certificates and the proxy.
    pub(super) repository: &'p RepositoryOptions,
    /// The variables of the run.
    pub(super) environment: &'p Environment,
}

impl Probing<'_> {
    /// Asks a probe.
    pub(super) fn ask(&self, probe: &Probe) -> Answer {
        match &probe.target {
            ProbeTarget::Command(_) if !self.allowed => {
                Answer::Unknown("commands of probes are run only with --allow-probes".to_owned())
            }
            ProbeTarget::Command(command) => run(command, &settings::secrets(self.environment)),
            ProbeTarget::Url(url) => self.get(url),
        }
    }

    fn get(&self, url: &str) -> Answer {
        match self.status(url) {
            Ok(status) => Answer::Probe(ProbeResult {
                passed: (200..300).contains(&status),
                reason: format!("HTTP {status}"),
            }),
            Err(error) => Answer::Unknown(error.problem.message.clone()),
        }
    }

    fn status(&self, url: &str) -> Result<u16, Error> {
        let address = RepositoryUrl::parse(url)?;
        let git::Place::Http { host, .. } = address.place() else {
            return Err(Error::new(
                Kind::Usage,
                format!("{address} is no web address"),
            ));
        };
        // No token goes there: the address is whoever's the configuration says.
        let access = Access {
            token: None,
            ..settings::access(self.repository, self.environment, &address)?
        };
        let agent = git::agent(host, &access)?;
        let answer = agent.get(url).call();
        answer
            .map(|answer| answer.status().as_u16())
            .map_err(|error| Error::new(Kind::Unreachable, error.to_string()))
    }
}

/// Runs a command in a shell: yes when it ends well. It does not get the
/// variables that hold a secret.
fn run(command: &str, secrets: &[String]) -> Answer {
    let mut shell = Command::new("sh");
    for (name, value) in std::env::vars_os() {
        if secrets.iter().any(|secret| value == secret.as_str()) {
            shell.env_remove(name);
        }
    }
    let child = shell
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => return Answer::Unknown(format!("cannot run it: {error}")),
    };
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(_)) => break,
            Ok(None) if started.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(20)),
            Ok(None) => {
                // It had its time; whether it can be ended changes nothing.
                let _ = child.kill();
                let _ = child.wait();
                return Answer::Unknown(format!("it took longer than {}s", PATIENCE.as_secs()));
            }
            Err(error) => return Answer::Unknown(format!("cannot wait for it: {error}")),
        }
    }
    match child.wait_with_output() {
        Ok(output) => Answer::Probe(ProbeResult {
            passed: output.status.success(),
            reason: said(&output.stderr),
        }),
        Err(error) => Answer::Unknown(format!("cannot hear it: {error}")),
    }
}

/// Returns the last line of what was said.
fn said(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let last = text.lines().rev().find(|line| !line.trim().is_empty());
    last.unwrap_or_default().trim().chars().take(TOLD).collect()
}

#[cfg(test)]
mod tests {
    use super::run;
    use towpath_surface::facts::{Answer, ProbeResult};

    #[track_caller]
    fn check(command: &str, passed: bool, reason: &str) {
        let expected = ProbeResult {
            passed,
            reason: reason.to_owned(),
        };
        assert_eq!(run(command, &[]), Answer::Probe(expected));
    }

    #[test]
    fn a_command_says_yes_by_its_exit_code() {
        check("true", true, "");
        check(
            "echo first >&2; echo 3 errors >&2; exit 4",
            false,
            "3 errors",
        );
    }
}
