# Makes builds the same on every machine; sourced at the root of the checkout.
# shellcheck shell=bash

# What a caller is compiled with is not for what is released.
for name in $(compgen -e CARGO_ || :) RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER; do
  case $name in
    CARGO_HOME | CARGO_TERM_* | CARGO_HTTP_* | CARGO_NET_* | CARGO_REGISTR*) ;;
    *) unset "$name" ;;
  esac
done
# Keeps this machine's paths out, as `host/build.rs` does for the engine.
CARGO_ENCODED_RUSTFLAGS=--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo$'\x1f'--remap-path-prefix=$PWD=/towpath
export CARGO_ENCODED_RUSTFLAGS
