//! The command for `wasmtime run --dir . towpath.wasm`.
fn main() {}
