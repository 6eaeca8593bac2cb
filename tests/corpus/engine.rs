//! The engine in its sandbox, compared with the library at every step.

use std::sync::atomic::{AtomicUsize, Ordering};
use towpath_guest::error::Failure;
use towpath_guest::plan::{Delivery, Plan};
use towpath_guest::report::report;
use towpath_guest::repository::{AccessError, Commit, Entry, Log, Repository};
use towpath_guest::request::Request;
use towpath_host::repository::Repository as HostRepository;
use towpath_host::sandbox::{Limits, Refusal, Sandbox};
use towpath_surface::Kind;

/// The library and the engine.
pub(crate) struct BothPlanners {
    sandbox: Sandbox,
    plans: AtomicUsize,
}

impl BothPlanners {
    /// Loads the engine.
    pub(crate) fn new() -> Self {
        Self {
            sandbox: Sandbox::start(Limits::default()),
            plans: AtomicUsize::new(0),
        }
    }

    /// Returns what both say: the same plan, or the same failure.
    pub(crate) fn plan(
        &self,
        request: &Request,
        repository: &dyn Repository,
    ) -> Result<Plan, Failure> {
        let native = towpath_guest::plan(request, repository);
        let sandboxed = self.sandbox.decide(request, &mut Shown(repository));
        let sandboxed = sandboxed.map_err(failure);
        assert_eq!(sandboxed, native, "{request:#?}");
        if let Ok(plan) = &native {
            self.describe(plan);
            self.plans.fetch_add(1, Ordering::Relaxed);
        }
        native
    }

    /// Compares what both report.
    fn describe(&self, plan: &Plan) {
        let delivery = Delivery::default();
        let native = report(plan, &delivery);
        let sandboxed = self.sandbox.describe(plan, &delivery);
        let sandboxed = sandboxed.expect("what was planned can be described");
        assert_eq!(sandboxed.text, native.text);
        assert_eq!(sandboxed.markdown, native.markdown);
        assert_eq!(sandboxed.json, native.json);
    }

    /// Panics unless most of the cases led to a plan.
    pub(crate) fn expect_work(&self, cases: usize) {
        let plans = self.plans.load(Ordering::Relaxed);
        assert!(plans * 10 >= cases * 8, "{plans} plans of {cases} cases");
    }
}

fn failure(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Failure(verdict) => Failure {
            kind: Kind::from_name(&verdict.kind)
                .unwrap_or_else(|| panic!("there is no kind `{}`", verdict.kind)),
            problem: verdict.problem,
            retry_at: verdict.retry_at,
        },
        Refusal::Sandbox(error) => panic!("the engine gave no answer: {error}"),
    }
}

/// A repository of the library, shown to the sandbox.
struct Shown<'r>(&'r dyn Repository);

impl HostRepository for Shown<'_> {
    fn list(&mut self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        self.0.list(directory)
    }

    fn read(&mut self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        self.0.read(paths)
    }

    fn log(&mut self, log: &Log) -> Result<Vec<Commit>, AccessError> {
        self.0.log(log)
    }
}
