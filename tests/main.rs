//! The launcher's one integration binary.

mod action;
mod cases;
mod contract;
mod corpus;
mod git_remote;
mod gitlab;
mod reference;
mod runners;
mod secrets;
mod servers;
mod set_remote;
mod support;
mod surface;
mod tidy;
