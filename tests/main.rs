//! The launcher's one integration binary.

mod action;
mod cases;
mod contract;
mod corpus;
mod crowd;
mod faults;
mod git_errors;
mod git_proxy;
mod git_race;
mod git_refusals;
mod git_remote;
mod git_turns;
mod gitlab;
mod notify;
mod oracles;
mod permissions;
mod proxy;
mod reference;
mod requests;
mod runners;
mod secrets;
mod servers;
mod set_remote;
mod support;
mod surface;
mod tidy;
