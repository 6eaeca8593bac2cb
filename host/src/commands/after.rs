//! What follows a change: others are told, and Argo CD runs it.

use crate::argocd::{self, ArgoCd};
use crate::console::Console;
use crate::error::Error;
use crate::git::{Access, SystemClock};
use crate::notify::{self, Notify};
use crate::sandbox::Report;
use towpath_surface::plan::{Delivery, Problem};

/// Lets Argo CD run a commit, and waits for it as far as the user wants.
///
/// # Errors
/// When it does not; the change stands all the same.
pub(super) fn sync(
    argocd: Option<&ArgoCd>,
    delivery: &Delivery,
    access: &Access,
    console: &Console,
) -> Result<(), Error> {
    let (Some(argocd), Some(commit)) = (argocd, &delivery.commit) else {
        return Ok(());
    };
    if delivery.dry_run {
        return Ok(());
    }
    let synced = argocd::sync(argocd, commit, access, &SystemClock::start());
    let lines = synced.map_err(|mut error| {
        error.unchanged = false;
        error
    })?;
    for line in lines {
        console.detail(&line);
    }
    Ok(())
}

/// Tells others what a command has changed; that they could not be told changes
/// nothing.
pub(super) fn notify(
    others: &Notify,
    command: &str,
    report: &Report,
    (access, console): (&Access, &Console),
) {
    for message in notify::notify(others, command, report, access) {
        console.late_warning(&Problem {
            code: "notify".to_owned(),
            message,
            at: None,
            hint: None,
        });
    }
}
