//! What the tests stand on: repositories, servers, runners.
//!
//! Everything is real: git, web and SSH servers on free loopback ports, the
//! built launcher, the stock `wasmtime`. A tool that is missing fails the test
//! and names `tests/setup.sh`.

pub(crate) mod command;
pub(crate) mod component;
pub(crate) mod daemon;
pub(crate) mod files;
pub(crate) mod forge;
pub(crate) mod git;
pub(crate) mod http;
pub(crate) mod native;
pub(crate) mod protocol;
pub(crate) mod proxy;
pub(crate) mod release;
pub(crate) mod repository;
pub(crate) mod server;
pub(crate) mod ssh;
pub(crate) mod temp;
pub(crate) mod tools;
pub(crate) mod towpath;
pub(crate) mod web;
