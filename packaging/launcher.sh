#!/usr/bin/env bash
# Builds the launcher for a target: target/TARGET/release/towpath.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

readonly target=$1
# Keeps this machine's paths out: same commit, same bytes.
RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$PWD=/towpath"
export RUSTFLAGS
build=(build)
case $target in
  # Zig brings a C compiler and a C library of one version for both.
  *-linux-musl)
    tools=${TOWPATH_TOOLS:-$HOME/.cache/towpath/tools}/dist
    PATH=$tools/bin:$PATH
    export PATH
    build=(zigbuild)
    ;;
esac
rustup target add "$target" >&2
cargo "${build[@]}" --locked --release --package towpath --bin towpath --target "$target"
