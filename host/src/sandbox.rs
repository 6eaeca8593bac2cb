//! Runs the engine: the only file that sees wasmtime and its bindings.
//!
//! The engine is a component without any authority but reading one revision of
//! one repository. It is stopped by whichever limit it meets first: work (the
//! same on every machine), memory, stack or time.

mod bridge;
#[expect(
    unsafe_code,
    reason = "nothing but the assembler puts a file among the code of an executable"
)]
mod code;
mod convert;
mod requests;

use crate::repository::{
    AccessError, Commit, Entry, EntryKind, Log, PathChange, Ref, Repository, View,
};
use std::sync::{Arc, LazyLock, mpsc};
use std::thread;
use std::time::Duration;
use towpath_surface::plan::{Delivery, Plan};
use towpath_surface::preparation::{Inspection, Preparation, Verdict};
use towpath_surface::request::Request;

pub use towpath_surface::preparation::Report;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Engine, Store, StoreLimits, StoreLimitsBuilder, Trap};

mod bindings {
    wasmtime::component::bindgen!({ world: "promotion-engine", path: "../guest/wit" });
}

use bindings::PromotionEngine;
use bindings::exports::towpath::promotion::planner as wit;
use bindings::towpath::promotion::repository as wit_repository;
use bridge::Asker;

include!("sandbox/config.rs");

/// The engine as a portable component.
pub static ENGINE_COMPONENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/engine.wasm"));

/// How far the engine may go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Units of work, about one a machine instruction.
    pub work: u64,
    /// Bytes of memory.
    pub memory: usize,
    /// Bytes of stack.
    pub stack: usize,
    /// Time for one call.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            work: 200_000_000_000,
            memory: 512 << 20,
            stack: 1 << 20,
            time: Duration::from_mins(2),
        }
    }
}

/// Why the engine gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A limit was reached.
    #[error("the planner reached its limit of {limit}")]
    Limit {
        /// The limit with its size, for example `512 MiB of memory`.
        limit: String,
    },
    /// The engine could not be loaded or broke off.
    #[error("the planner failed: {0}")]
    Broken(String),
}

/// Why there is no plan.
#[derive(Debug)]
pub enum Refusal {
    /// The engine answered that the request cannot be met.
    Failure(Box<Verdict>),
    /// The engine gave no answer.
    Sandbox(Error),
}

/// The engine, ready to be called; each call gets a fresh instance.
pub struct Sandbox {
    loading: Loading,
    limits: Limits,
}

/// The engine, which the first call waits for.
type Loading = LazyLock<Result<Loaded, Error>, Box<dyn FnOnce() -> Result<Loaded, Error> + Send>>;

/// The engine in memory.
struct Loaded {
    engine: Engine,
    component: Component,
    linker: Linker<State>,
}

impl Loaded {
    fn load(limits: Limits) -> Result<Self, Error> {
        let mut config = engine_config();
        config.max_wasm_stack(limits.stack);
        let is_free = code::is_free();
        if is_free {
            config.with_custom_code_memory(Some(Arc::new(code::Resident)));
        }
        let engine = Engine::new(&config).map_err(broken)?;
        #[expect(
            unsafe_code,
            reason = "the bytes are the output of this crate's own build script, in this executable"
        )]
        // SAFETY: the code was made by `Engine::precompile_component` of the same wasmtime in the
        // build script, and is a part of this executable that nothing writes to.
        let component = unsafe {
            match is_free {
                true => Component::deserialize_raw(&engine, code::engine_code()),
                false => Component::deserialize(&engine, code::engine_bytes()),
            }
        };
        let component = component.map_err(broken)?;
        let mut linker = Linker::new(&engine);
        PromotionEngine::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)
            .map_err(broken)?;
        Ok(Self {
            engine,
            component,
            linker,
        })
    }
}

impl Sandbox {
    /// Starts to load the engine. It is ready before the first answer of a
    /// server, so that nobody waits for it there.
    #[must_use]
    pub fn start(limits: Limits) -> Self {
        let thread = thread::Builder::new().name("engine".to_owned());
        let loading: Loading = match thread.spawn(move || Loaded::load(limits)) {
            Ok(thread) => LazyLock::new(Box::new(|| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err(Error::Broken("its thread panicked".to_owned())))
            })),
            Err(_) => LazyLock::new(Box::new(move || Loaded::load(limits))),
        };
        Self { loading, limits }
    }

    /// Waits for the engine.
    fn loaded(&self) -> Result<&Loaded, Error> {
        LazyLock::force(&self.loading)
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Asks what has to be done before a plan is made.
    ///
    /// # Errors
    /// When the request cannot be met, or a limit is reached.
    pub fn prepare(
        &self,
        request: &Request,
        repository: &mut dyn Repository,
    ) -> Result<Preparation, Refusal> {
        let request = request.clone();
        let answer = self.call(repository, |engine, store| {
            engine
                .towpath_promotion_planner()
                .call_prepare(store, &request.into())
        });
        answered(answer)
    }

    /// Asks for a look at `repository`.
    ///
    /// # Errors
    /// When the request cannot be answered, or a limit is reached.
    pub fn inspect(
        &self,
        request: &Request,
        repository: &mut dyn Repository,
    ) -> Result<Inspection, Refusal> {
        let request = request.clone();
        let answer = self.call(repository, |engine, store| {
            engine
                .towpath_promotion_planner()
                .call_inspect(store, &request.into())
        });
        answered(answer)
    }

    /// Asks for a plan on `repository`.
    ///
    /// # Errors
    /// When the request cannot be met, or a limit is reached.
    pub fn decide(
        &self,
        request: &Request,
        repository: &mut dyn Repository,
    ) -> Result<Plan, Refusal> {
        let request = request.clone();
        let answer = self.call(repository, |engine, store| {
            engine
                .towpath_promotion_planner()
                .call_decide(store, &request.into())
        });
        answered(answer)
    }

    /// Describes what became of a plan.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn describe(&self, plan: &Plan, delivery: &Delivery) -> Result<Report, Error> {
        let (plan, delivery) = (plan.clone().into(), delivery.clone().into());
        let report = self.call(&mut Nothing, |engine, store| {
            engine
                .towpath_promotion_planner()
                .call_describe(store, &plan, &delivery)
        })?;
        Ok(report.into())
    }

    /// Returns the names of the engine's imports: all that it can reach.
    ///
    /// # Errors
    /// When the embedded code does not fit this machine.
    pub fn imports(&self) -> Result<Vec<String>, Error> {
        let Loaded {
            engine, component, ..
        } = self.loaded()?;
        let imports = component.component_type();
        let names = imports.imports(engine).map(|(name, _)| name.to_owned());
        Ok(names.collect())
    }

    /// Makes one call on a fresh instance, with the limits in force.
    fn call<T: Send>(
        &self,
        repository: &mut dyn Repository,
        call: impl FnOnce(&PromotionEngine, &mut Store<State>) -> wasmtime::Result<T> + Send,
    ) -> Result<T, Error> {
        let loaded = self.loaded()?;
        let (questions, asked) = mpsc::channel();
        thread::scope(|scope| {
            let engine = thread::Builder::new()
                .name("planner".to_owned())
                // Room for the launcher's own frames beside the engine's.
                .stack_size(self.limits.stack + (1 << 20))
                .spawn_scoped(scope, || self.run(loaded, Asker(questions), call))
                .map_err(|error| Error::Broken(format!("cannot start a thread: {error}")))?;
            bridge::serve(&asked, repository, self.limits.time, || {
                loaded.engine.increment_epoch();
            });
            match engine.join() {
                Ok(answer) => answer.map_err(|error| self.explain(&error)),
                Err(_) => Err(Error::Broken("its thread panicked".to_owned())),
            }
        })
    }

    /// Instantiates the engine and calls it, on the current thread.
    fn run<T>(
        &self,
        loaded: &Loaded,
        asker: Asker,
        call: impl FnOnce(&PromotionEngine, &mut Store<State>) -> wasmtime::Result<T>,
    ) -> wasmtime::Result<T> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(self.limits.memory)
            .trap_on_grow_failure(true)
            .build();
        let mut store = Store::new(&loaded.engine, State { asker, limits });
        store.limiter(|state| &mut state.limits);
        store.set_epoch_deadline(1);
        store.set_fuel(self.limits.work)?;
        let engine = PromotionEngine::instantiate(&mut store, &loaded.component, &loaded.linker)?;
        call(&engine, &mut store)
    }

    /// Names the limit that stopped the engine, if one did.
    fn explain(&self, error: &wasmtime::Error) -> Error {
        let limit = match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => format!("{} units of work", self.limits.work),
            Some(Trap::Interrupt) => format!("{} s", self.limits.time.as_secs_f64()),
            Some(Trap::StackOverflow) => format!("{} KiB of stack", self.limits.stack >> 10),
            _ if format!("{error:#}").contains("growing memory") => {
                format!("{} MiB of memory", self.limits.memory >> 20)
            }
            _ => return Error::Broken(format!("{error:#}")),
        };
        Error::Limit { limit }
    }
}

/// Turns an answer of the engine into plain values.
fn answered<W, T: From<W>>(answer: Result<Result<W, wit::Failure>, Error>) -> Result<T, Refusal> {
    match answer.map_err(Refusal::Sandbox)? {
        Ok(value) => Ok(value.into()),
        Err(failure) => Err(Refusal::Failure(Box::new(failure.into()))),
    }
}

fn broken(error: wasmtime::Error) -> Error {
    Error::Broken(format!("{error:#}"))
}

/// What the store holds while the engine runs.
struct State {
    asker: Asker,
    limits: StoreLimits,
}

/// The repository of a call that reads nothing.
struct Nothing;

impl Repository for Nothing {
    fn list(&mut self, _directory: &str) -> Result<Vec<Entry>, AccessError> {
        Err(AccessError::NotFound)
    }

    fn read(&mut self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        paths.iter().map(|_| Err(AccessError::NotFound)).collect()
    }
}

impl wit_repository::Host for State {
    fn list(
        &mut self,
        at: wit_repository::View,
        directory: String,
    ) -> Result<Vec<wit_repository::Entry>, wit_repository::AccessError> {
        convert::all(self.asker.list(at.into(), directory))
    }

    fn read(
        &mut self,
        at: wit_repository::View,
        paths: Vec<String>,
    ) -> Vec<Result<Vec<u8>, wit_repository::AccessError>> {
        convert::each(self.asker.read(at.into(), paths))
    }

    fn log(
        &mut self,
        at: wit_repository::View,
        query: wit_repository::LogQuery,
    ) -> Result<Vec<wit_repository::Commit>, wit_repository::AccessError> {
        convert::all(self.asker.log(at.into(), query.into()))
    }

    fn blobs(
        &mut self,
        at: wit_repository::View,
        ids: Vec<String>,
    ) -> Vec<Result<Vec<u8>, wit_repository::AccessError>> {
        convert::each(self.asker.blobs(at.into(), ids))
    }

    fn refs(
        &mut self,
        at: wit_repository::View,
        prefix: String,
    ) -> Result<Vec<wit_repository::Reference>, wit_repository::AccessError> {
        convert::all(self.asker.refs(at.into(), prefix))
    }

    fn revision(
        &mut self,
        at: wit_repository::View,
    ) -> Result<Option<String>, wit_repository::AccessError> {
        self.asker.commit(at.into()).map_err(Into::into)
    }
}
