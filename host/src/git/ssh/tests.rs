//! What is checked against OpenSSH itself.

mod hosts;
mod keys;
mod live;
mod refusals;
mod server;
