use super::authenticate::Credential;
use super::channel::{Channel, Status};
use super::connection::Connection;
use super::trust::Trust;
use super::{SshAccess, SshError, Target};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A connection to a server on which commands can be run.
///
/// It ends when the session and all of its channels are dropped.
pub(crate) struct Session {
    connection: Arc<Connection>,
    commands: Mutex<Vec<Status>>,
}

/// Connects to a server and logs in.
///
/// # Errors
/// When a credential cannot be used, which is found out before anything is sent,
/// when the server cannot be reached or trusted, or when it does not let the
/// user in.
pub(crate) fn connect(target: &Target, access: &SshAccess) -> Result<Session, SshError> {
    let trust = Trust::new(target, access)?;
    let credential = Credential::new(access)?;
    let connection = Connection::open(target, trust, credential, access.timeouts)?;
    Ok(Session {
        connection: Arc::new(connection),
        commands: Mutex::default(),
    })
}

/// Finds out whether what was given can be used, without sending anything.
///
/// # Errors
/// When a credential cannot be used.
pub(super) fn check(target: &Target, access: &SshAccess) -> Result<(), SshError> {
    Trust::new(target, access)?;
    Credential::new(access).map(drop)
}

impl Session {
    /// Runs a command on the server, with some variables set if the server lets them.
    ///
    /// It does not wait for the server, so that several commands start in one
    /// round trip; a refusal is an error of the first read.
    ///
    /// # Errors
    /// When the connection is no more.
    pub(crate) fn exec(&self, command: &str, env: &[(&str, &str)]) -> Result<Channel, SshError> {
        if let Some(reason) = self.connection.end.reason() {
            return Err(SshError::Broken { reason });
        }
        let channel = Channel::open(&self.connection, command, env);
        let mut commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
        commands.push(channel.status());
        Ok(channel)
    }

    /// Waits until all commands have ended, at most for a while.
    ///
    /// Hanging up earlier can end a hook of the server that runs after the push.
    /// Returns whether all have ended.
    pub(crate) fn drain(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let commands = self
            .commands
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        commands.iter().all(|status| {
            let left = deadline.saturating_duration_since(Instant::now());
            status.wait(left)
        })
    }
}
