//! The launcher's one integration binary.

mod cases;
mod reference;
mod servers;
mod support;
