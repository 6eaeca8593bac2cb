//! Asking the probes that `towpath.yaml` declares.

use crate::args::RepositoryOptions;
use crate::error::Error;
use crate::git::{self, Access, RepositoryUrl};
use crate::settings::{self, Environment};
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
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
            ProbeTarget::Command(command) => {
                run(command, &settings::secrets(self.environment), PATIENCE)
            }
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
fn run(command: &str, secrets: &[String], patience: Duration) -> Answer {
    let mut shell = Command::new("sh");
    for (name, value) in std::env::vars_os() {
        if secrets.iter().any(|secret| value == secret.as_str()) {
            shell.env_remove(name);
        }
    }
    shell
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    // Then it can be ended with all that it has started.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut shell, 0);
    let mut child = match shell.spawn() {
        Ok(child) => child,
        Err(error) => return Answer::Unknown(format!("cannot run it: {error}")),
    };
    let heard = child.stderr.take().map(Heard::listen);
    let started = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() < patience => thread::sleep(Duration::from_millis(20)),
            Ok(None) => {
                end(&mut child);
                return Answer::Unknown(format!("it took longer than {}s", patience.as_secs()));
            }
            Err(error) => return Answer::Unknown(format!("cannot wait for it: {error}")),
        }
    };
    let text = heard.map(Heard::text).unwrap_or_default();
    Answer::Probe(ProbeResult {
        passed: status.success(),
        reason: said(&text),
    })
}

/// Ends a command with all that it has started. It had its time: whether it can
/// be ended changes nothing.
fn end(child: &mut Child) {
    let group = format!("kill -9 -- -{}", child.id());
    let _ = Command::new("sh")
        .args(["-c", &group])
        .stderr(Stdio::null())
        .status();
    let _ = child.kill();
    let _ = child.wait();
}

/// What a command says while it runs. Somebody listens all the time, so that it
/// never has to wait before it can go on.
struct Heard {
    end: Arc<Mutex<Vec<u8>>>,
    done: Receiver<()>,
}

impl Heard {
    /// Bytes that are kept of all that is said: the last ones.
    const KEPT: usize = 4096;

    /// How long is waited for what comes after the command has ended: what it
    /// has left running may hold the line for ever.
    const AFTER: Duration = Duration::from_millis(500);

    fn listen(mut stream: impl Read + Send + 'static) -> Self {
        let end = Arc::new(Mutex::new(Vec::new()));
        let (tell, done) = mpsc::channel();
        let kept = Arc::clone(&end);
        thread::spawn(move || {
            let mut piece = [0; 8192];
            while let Ok(count @ 1..) = stream.read(&mut piece) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend(piece.iter().take(count));
                let surplus = kept.len().saturating_sub(Self::KEPT);
                kept.drain(..surplus);
            }
            drop(tell);
        });
        Self { end, done }
    }

    /// Returns the last of it.
    fn text(self) -> Vec<u8> {
        let _ = self.done.recv_timeout(Self::AFTER);
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.clone()
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
    use super::{PATIENCE, run};
    use std::time::{Duration, Instant};
    use towpath_surface::facts::{Answer, ProbeResult};

    #[track_caller]
    fn check(command: &str, passed: bool, reason: &str) {
        let expected = ProbeResult {
            passed,
            reason: reason.to_owned(),
        };
        let started = Instant::now();
        assert_eq!(run(command, &[], PATIENCE), Answer::Probe(expected));
        assert!(started.elapsed() < PATIENCE / 4, "{command}");
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

    #[test]
    fn a_command_may_say_more_than_a_pipe_holds() {
        let much = "i=0; while [ $i -lt 5000 ]; do echo \"line $i of a long story about it\"; \
                    i=$((i+1)); done";
        check(
            &format!("{much} >&2; echo 7 errors >&2; exit 1"),
            false,
            "7 errors",
        );
        check(much, true, "");
    }

    #[test]
    fn what_a_command_leaves_running_does_not_hold_it() {
        check("sleep 4 & echo gone >&2; exit 1", false, "gone");
    }

    #[test]
    fn a_command_that_does_not_end_is_ended() {
        let answer = run("echo wait >&2; sleep 30; true", &[], Duration::from_secs(1));
        let expected = "it took longer than 1s".to_owned();
        assert_eq!(answer, Answer::Unknown(expected));
    }
}
