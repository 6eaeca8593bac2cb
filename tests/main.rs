//! The launcher's one integration binary.

mod servers;
mod support;
