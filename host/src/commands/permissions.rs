//! `towpath check --permissions`: finds out what the credentials may do, without
//! changing anything.

use crate::args::CheckArgs;
use crate::console::Console;
use crate::error::Error;
use crate::forge::Forge;
use crate::git;
use crate::settings::{self, Environment};
use serde_json::json;
use towpath_surface::Kind;
use towpath_surface::options::OutputForm;
use towpath_surface::plan::Problem;

/// Tries what a command would need, and says what is missing and where it is given.
///
/// # Errors
/// The first thing that is missing; what was found is printed before.
pub fn run(
    args: &CheckArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    console.verbose = args.run.verbose;
    console.quiet = args.run.quiet;
    let url = git::RepositoryUrl::parse(args.repository.only()?)?;
    let mut access = settings::access(&args.repository, environment, &url)?;
    let mut findings = Findings::default();
    let app = settings::app(&args.repository, environment, &url, &mut access);
    console.hide(access.secrets());
    match app {
        Ok(Some(_)) => {
            findings.note("GitHub App", Ok("it gives a token".to_owned()));
        }
        Ok(None) => {}
        Err(error) => findings.note("GitHub App", Err(error)),
    }
    let mut remote = git::open(&url, &access)?;
    let tip = remote.tip(args.repository.branch.as_deref());
    let base = tip.as_ref().map(|tip| tip.branch.clone()).ok();
    let read = tip.map(|tip| format!("branch \"{}\" is at {}", tip.branch, tip.commit));
    findings.note("read", read.map_err(Error::from));
    let push = remote.may_push();
    let push = push.map(|()| {
        "the repository takes pushes; a rule of the branch may still refuse one".to_owned()
    });
    findings.note("push", push.map_err(Error::from));
    if args.request.request || args.request.status.status || args.deployment.deployment {
        let forge = settings::forge(&args.repository, environment, &url, &access);
        on_forge(args, forge, base, &mut findings);
    }
    let warning = settings::workflow_warning(environment);
    let warning = warning.filter(|_| args.request.request);
    findings.tell(args.view.output, warning, console)
}

/// Tries what is asked of the API of the forge.
fn on_forge(
    args: &CheckArgs,
    forge: Result<Box<dyn Forge>, Error>,
    base: Option<String>,
    findings: &mut Findings,
) {
    let forge = match forge {
        Ok(forge) => forge,
        Err(error) => return findings.note("forge", Err(error)),
    };
    let name = forge.kind().name();
    if args.request.request {
        let request = forge.kind().request();
        let tried = match base {
            Some(base) => forge.may_open(&base).map_err(Error::from),
            None => Err(Error::new(
                Kind::NoSuchBranch,
                format!("no branch is known that a {request} could go to"),
            )),
        };
        findings.note(
            "request",
            tried.map(|()| format!("{name} takes {request}s")),
        );
    }
    if args.request.status.status {
        let tried = forge.may_set_status().map_err(Error::from);
        findings.note("status", tried.map(|()| format!("{name} takes statuses")));
    }
    if args.deployment.deployment {
        let tried = forge.may_deploy().map_err(Error::from);
        findings.note(
            "deployment",
            tried.map(|()| format!("{name} takes deployments")),
        );
    }
}

/// What was found out, in order.
#[derive(Default)]
struct Findings {
    found: Vec<Finding>,
    first: Option<Error>,
}

/// Something that a command would need.
struct Finding {
    what: &'static str,
    holds: bool,
    message: String,
    hint: Option<String>,
}

impl Findings {
    fn note(&mut self, what: &'static str, found: Result<String, Error>) {
        let (holds, message, hint) = match &found {
            Ok(found) => (true, found.clone(), None),
            Err(error) => {
                let problem = &error.problem;
                (false, problem.message.clone(), problem.hint.clone())
            }
        };
        self.found.push(Finding {
            what,
            holds,
            message,
            hint,
        });
        if let Err(error) = found {
            self.first.get_or_insert(error);
        }
    }

    fn tell(
        self,
        form: OutputForm,
        warning: Option<Problem>,
        console: &Console,
    ) -> Result<(), Error> {
        console.report_as(form, &self.report(form));
        if let Some(warning) = warning {
            console.late_warning(&warning);
        }
        match self.first {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn report(&self, form: OutputForm) -> String {
        if form == OutputForm::Json {
            let found = self.found.iter().map(|it| {
                json!({ "what": it.what, "holds": it.holds, "message": it.message, "hint": it.hint })
            });
            let found: Vec<_> = found.collect();
            return json!({ "schema": 1, "permissions": found }).to_string();
        }
        // A list in Markdown, too, is lines of text.
        let start = if form == OutputForm::Markdown {
            "- "
        } else {
            ""
        };
        let lines = self.found.iter().map(|it| {
            let answer = if it.holds { "yes" } else { "no" };
            let hint = it.hint.as_ref();
            let hint = hint
                .map(|hint| format!("\n  hint: {hint}"))
                .unwrap_or_default();
            format!("{start}{}: {answer}: {}{hint}", it.what, it.message)
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}
