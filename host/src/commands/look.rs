//! Commands that change nothing: they ask the planner for a look at the
//! repository, and print it.

use super::answers::Asking;
use super::connect::connect;
use super::seconds_since_1970;
use crate::args::{RepositoryOptions, RunOptions, WaitOptions};
use crate::ci;
use crate::console::Console;
use crate::error::Error;
use crate::sandbox::{Limits, Report, Sandbox};
use crate::settings::{self, Environment};
use std::fs;
use towpath_surface::Kind;
use towpath_surface::facts::Facts;
use towpath_surface::options::OutputForm;
use towpath_surface::request::{Intent, Request, Source, Wording};

/// A command that changes nothing.
pub struct Look<'a> {
    /// What is asked of the planner.
    pub intent: Intent,
    /// Which repository is looked at.
    pub repository: &'a RepositoryOptions,
    /// The form of the report.
    pub output: OutputForm,
    /// The file that gets the report for browsers.
    pub html: Option<&'a str>,
    /// What is left for later steps of a pipeline.
    pub run: &'a RunOptions,
    /// Whether probes may be run.
    pub wait: &'a WaitOptions,
}

impl Look<'_> {
    /// Looks, and reports what was seen.
    ///
    /// # Errors
    /// When the repository cannot be read, or what was seen is no success.
    pub fn run(self, environment: &Environment, console: &mut Console) -> Result<(), Error> {
        console.verbose = self.run.verbose;
        console.quiet = self.run.quiet;
        let channels = settings::channels(self.run, environment);
        let sandbox = Sandbox::start(Limits::default());
        let options = self.repository;
        let (mut remote, access) = connect(options.only()?, options, environment, console)?;
        let url = remote.url().clone();
        let mut snapshot = remote.snapshot(self.repository.branch.as_deref())?;
        console.detail(&format!("looking at {}", snapshot.tip().commit));
        let mut request = Request {
            intent: self.intent.clone(),
            source: Source::default(),
            wording: Wording::default(),
            facts: Facts {
                now: seconds_since_1970(),
                ..Facts::default()
            },
        };
        let prepared = sandbox
            .prepare(&request, &mut snapshot)
            .map_err(Error::from);
        let prepared = snapshot.explain(prepared)?;
        let asking = Asking {
            url,
            access: &access,
            options,
            environment,
            allow_probes: self.wait.allow_probes,
        };
        request.facts.answers = asking.answers(&prepared.questions, console);
        let seen = sandbox
            .inspect(&request, &mut snapshot)
            .map_err(Error::from);
        let seen = snapshot.explain(seen)?;
        self.publish(&seen.report, console)?;
        ci::summarize(&channels, &seen.report)?;
        seen.verdict.map_or(Ok(()), |verdict| Err(verdict.into()))
    }

    fn publish(&self, report: &Report, console: &Console) -> Result<(), Error> {
        if let Some(path) = self.html {
            let Some(html) = &report.html else {
                return Err(Error::new(
                    Kind::Usage,
                    "this report has no form for browsers",
                ));
            };
            fs::write(path, html).map_err(|error| {
                Error::new(Kind::Usage, format!("cannot write \"{path}\""))
                    .cause(error)
                    .hint("Name a file in a directory that is there and may be written to.")
            })?;
            console.detail(&format!("wrote \"{path}\""));
        }
        console.report_in(self.output, report);
        Ok(())
    }
}
