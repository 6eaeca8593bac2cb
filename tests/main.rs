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
mod git_tags;
mod git_turns;
mod github_commits;
mod gitlab;
mod oracles;
mod proxy;
mod reference;
mod runners;
mod secrets;
mod servers;
mod set_remote;
mod signing;
mod support;
mod surface;
mod tidy;
