#!/usr/bin/env bash
# Builds the command component, and prints its path: the same bytes from the
# same commit, wherever the checkout is.
#
#   packaging/component.sh [TARGET-FOLDER [engine]]    builds the engine's module as well
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

readonly folder=${1:-target/command}
# What a caller is compiled with is not for the component.
for name in $(compgen -e CARGO_ || :) RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER; do
  case $name in
    CARGO_HOME | CARGO_TERM_* | CARGO_HTTP_* | CARGO_NET_* | CARGO_REGISTR*) ;;
    *) unset "$name" ;;
  esac
done
# Keeps this machine's paths out, as `host/build.rs` does for the engine.
CARGO_ENCODED_RUSTFLAGS=--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo$'\x1f'--remap-path-prefix=$PWD=/towpath
export CARGO_ENCODED_RUSTFLAGS
build=(cargo build --locked --quiet --package towpath-guest --profile guest --target-dir "$folder")
[ -z "${2:-}" ] || "${build[@]}" --lib --target wasm32-unknown-unknown >&2
"${build[@]}" --bin towpath-command --features command --target wasm32-wasip2 >&2
printf '%s\n' "$folder/wasm32-wasip2/guest/towpath-command.wasm"
