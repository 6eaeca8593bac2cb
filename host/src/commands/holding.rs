//! The state of the gates as a commit status on the head of a request, so that
//! the forge can hold its merge until they are open.

mod told;

use super::answers::Asking;
use super::connect::{self, connect};
use super::seconds_since_1970;
use crate::args::{GateArgs, RepositoryOptions, RequestOptions};
use crate::ci;
use crate::console::Console;
use crate::error::Error;
use crate::forge::{self, Forge, Status, StatusState};
use crate::git::{Remote, RepositoryUrl};
use crate::sandbox::{Limits, Sandbox};
use crate::settings::{self, Environment};
use told::report;
use towpath_surface::Kind;
use towpath_surface::facts::{CommitStatus, Facts, StatusState as Seen};
use towpath_surface::preparation::Target;
use towpath_surface::request::{Carried, GateRequest, Intent, Request, Source, Wording};
use towpath_surface::requests::Known;

/// What it takes to write the state of the gates of an environment.
pub(super) struct Holding<'h> {
    /// The environment.
    pub(super) name: &'h str,
    pub(super) sandbox: &'h Sandbox,
    /// The forge that has the requests.
    pub(super) forge: &'h dyn Forge,
    /// Where the requests are.
    pub(super) target: &'h Target,
    /// Where the configuration is, and what questions are answered with.
    pub(super) asking: &'h Asking<'h>,
    pub(super) console: &'h Console,
}

/// Prepares to write the state of the gates, where that is asked for.
///
/// # Errors
/// When no environment was named whose gates they are.
pub(super) fn holding<'h>(
    (options, name): (&RequestOptions, Option<&'h str>),
    (sandbox, forge): (&'h Sandbox, &'h dyn Forge),
    (asking, target): (&'h Asking<'h>, &'h Target),
    console: &'h Console,
) -> Result<Option<Holding<'h>>, Error> {
    if !options.status.status {
        return Ok(None);
    }
    let Some(name) = name else {
        let message = "`--status` is of an environment, and none was named";
        return Err(Error::new(Kind::Usage, message).hint("Name it with `--environment`."));
    };
    Ok(Some(Holding {
        name,
        sandbox,
        forge,
        target,
        asking,
        console,
    }))
}

/// A request with the state that it is given.
pub(super) struct Held {
    /// The request.
    known: Known,
    /// The commit at its head.
    commit: String,
    /// The status of that commit.
    status: Status,
    /// Whether it is another one than before.
    is_new: bool,
}

/// Writes the state of the gates on all open requests of an environment.
///
/// # Errors
/// When the repository or the forge cannot be read, or no status be written.
pub(super) fn run(
    args: &GateArgs,
    environment: &Environment,
    console: &mut Console,
) -> Result<(), Error> {
    if args.wait.wait.is_some() {
        let message = "`--status` and `--wait` do not go together";
        return Err(Error::new(Kind::Usage, message)
            .hint("The status holds the request: run this again later, and wait for nothing."));
    }
    console.verbose = args.run.verbose;
    console.quiet = args.run.quiet;
    let sandbox = Sandbox::start(Limits::default());
    let options = &args.repository;
    let (mut home, access) = connect(options.only()?, options, environment, console)?;
    let name = &args.gate.environment;
    let target = target(&sandbox, name, &mut home, options)?;
    let url = match &target.repository {
        Some(address) => RepositoryUrl::parse(address)?,
        None => home.url().clone(),
    };
    let forge = settings::forge(options, environment, &url, &access)?;
    let base = base(&mut home, &target, options)?;
    let requests = forge.open_requests(&base)?;
    let own = sandbox.requests_of(name, &requests)?;
    let is_meant = |known: &&Known| match &args.gate.head {
        Some(head) => known.head == *head,
        None => own.contains(&known.number),
    };
    let asking = Asking {
        url: home.url().clone(),
        access: &access,
        options,
        environment,
        allow_probes: args.wait.allow_probes,
    };
    let holding = Holding {
        name,
        sandbox: &sandbox,
        forge: forge.as_ref(),
        target: &target,
        asking: &asking,
        console,
    };
    let mut held = Vec::new();
    for known in requests.iter().filter(is_meant) {
        held.extend(holding.write(&mut home, &base, known)?);
    }
    let report = report(name, &held);
    console.report_in(args.view.output, &report);
    ci::summarize(&settings::channels(&args.run, environment), &report)
}

/// Asks where the changes of an environment go.
fn target(
    sandbox: &Sandbox,
    name: &str,
    home: &mut Remote,
    options: &RepositoryOptions,
) -> Result<Target, Error> {
    let mut snapshot = home.snapshot(options.branch.as_deref())?;
    let prepared = sandbox.prepare(&question(name, None, None), &mut snapshot);
    Ok(snapshot.explain(prepared.map_err(Error::from))?.target)
}

/// Returns the branch that the requests go to.
fn base(home: &mut Remote, target: &Target, options: &RepositoryOptions) -> Result<String, Error> {
    let is_here = target.repository.is_none();
    let given = options.branch.as_deref().filter(|_| is_here);
    let named = target.branch.as_deref().or(given);
    Ok(there(home, target)?.tip(named)?.branch)
}

/// Returns the repository that the requests are in.
fn there<'r>(home: &'r mut Remote, target: &Target) -> Result<&'r mut Remote, Error> {
    let Some(address) = &target.repository else {
        return Ok(home);
    };
    let found = home.other(address);
    found.map_err(|error| {
        let message = format!("cannot reach \"{}\"", crate::git::redact(address));
        Error::new(Kind::Unsupported, message).cause(format!("{error:?}"))
    })
}

/// Asks for the state of the gates.
fn question(name: &str, head: Option<&str>, carried: Option<Carried>) -> Request {
    Request {
        intent: Intent::Gate(GateRequest {
            environment: name.to_owned(),
            head: head.map(str::to_owned),
            carried,
            ..GateRequest::default()
        }),
        source: Source::default(),
        wording: Wording::default(),
        facts: Facts {
            now: seconds_since_1970(),
            ..Facts::default()
        },
    }
}

impl Holding<'_> {
    /// Opens the repository of the configuration, where the requests are in another
    /// one.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub(super) fn home(&self) -> Result<Option<Remote>, Error> {
        if self.target.repository.is_none() {
            return Ok(None);
        }
        let Asking {
            url,
            access,
            options,
            environment,
            ..
        } = self.asking;
        connect::open(url, access, options, environment).map(Some)
    }

    /// Writes the state of the gates on the head of a request to `base`; there is
    /// none when the branch of the request is gone.
    ///
    /// # Errors
    /// When something cannot be read, or the forge refuses the status.
    pub(super) fn write(
        &self,
        home: &mut Remote,
        base: &str,
        known: &Known,
    ) -> Result<Option<Held>, Error> {
        let remote = there(home, self.target)?;
        let (Some(base), Some(head)) = remote.both(base, &known.head)? else {
            return Ok(None);
        };
        let own = remote.apart(base.commit, head.commit)?;
        let fork = own
            .last()
            .and_then(|oldest| oldest.parents.first().copied());
        let commit = head.commit.to_string();
        let carried = Carried {
            fork: fork.unwrap_or(head.commit).to_string(),
            commit: commit.clone(),
        };
        let Some(status) = self.state(home, &known.head, carried)? else {
            return Ok(None);
        };
        let statuses = self.forge.statuses(&commit)?;
        let is_new = !statuses.iter().any(|before| {
            (&before.context, before.state) == (&status.context, status.state)
                && before.description == status.description
        });
        if is_new {
            self.forge.set_status(&commit, &status)?;
        }
        Ok(Some(Held {
            known: known.clone(),
            commit,
            status,
            is_new,
        }))
    }

    /// Evaluates the gates for the commits of a request.
    fn state(
        &self,
        home: &mut Remote,
        head: &str,
        carried: Carried,
    ) -> Result<Option<Status>, Error> {
        let branch = self.asking.options.branch.as_deref();
        let mut snapshot = home.snapshot(branch)?;
        let mut request = question(self.name, Some(head), Some(carried));
        let prepared = self.sandbox.prepare(&request, &mut snapshot);
        let prepared = snapshot.explain(prepared.map_err(Error::from))?;
        request.facts.answers = self.asking.answers(&prepared.questions, self.console);
        let seen = self.sandbox.inspect(&request, &mut snapshot);
        let seen = snapshot.explain(seen.map_err(Error::from))?;
        Ok(seen.status.map(|status| self.fitting(status)))
    }

    /// Makes a status one that the forge takes.
    fn fitting(&self, status: CommitStatus) -> Status {
        let longest = self.forge.kind().longest_description();
        Status {
            context: status.context,
            state: match status.state {
                Seen::Success => StatusState::Success,
                Seen::Pending => StatusState::Pending,
                Seen::Failure => StatusState::Failure,
                Seen::Neutral => StatusState::Neutral,
                Seen::Skipped => StatusState::Skipped,
            },
            description: forge::shortened(&status.description, longest),
            url: settings::run_url(self.asking.environment),
        }
    }
}
