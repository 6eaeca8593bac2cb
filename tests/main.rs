//! The launcher's one integration binary.

mod cases;
mod contract;
mod reference;
mod servers;
mod support;
mod surface;
mod tidy;
