//! The launcher's one integration binary.

mod reference;
