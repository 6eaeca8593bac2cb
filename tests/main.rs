//! The launcher's one integration binary.

mod reference;
mod servers;
mod support;
