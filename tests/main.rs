//! The launcher's one integration binary.

mod cases;
mod contract;
mod reference;
mod servers;
mod set_remote;
mod support;
mod surface;
mod tidy;
