//! What is checked against OpenSSH itself.

mod channels;
mod hosts;
mod keys;
mod live;
mod refusals;
mod server;
