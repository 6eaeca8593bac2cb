//! The launcher's one integration binary.

mod cases;
mod servers;
mod support;
