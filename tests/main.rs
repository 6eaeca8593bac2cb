//! The launcher's one integration binary.

mod cases;
mod proxy;
mod reference;
mod servers;
mod support;
