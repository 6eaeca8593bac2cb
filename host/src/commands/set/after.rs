//! What follows a change: others are told, and Argo CD runs it.

use super::Run;
use crate::argocd;
use crate::console::Console;
use crate::error::Error;
use crate::git::{Access, SystemClock};
use crate::notify;
use towpath_surface::plan::{Delivery, Problem};

impl Run<'_> {
    /// Lets Argo CD run the commit, and waits for it as far as the user wants.
    pub(super) fn sync(
        &self,
        delivery: &Delivery,
        access: &Access,
        console: &Console,
    ) -> Result<(), Error> {
        let (Some(argocd), Some(commit)) = (&self.settings.argocd, &delivery.commit) else {
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

    /// Tells others; that they could not be told changes nothing.
    pub(super) fn notify(
        &self,
        report: &crate::sandbox::Report,
        access: &Access,
        console: &Console,
    ) {
        for message in notify::notify(&self.settings.notify, "set", report, access) {
            console.late_warning(&Problem {
                code: "notify".to_owned(),
                message,
                at: None,
                hint: None,
            });
        }
    }
}
