//! The launcher's one integration binary.
