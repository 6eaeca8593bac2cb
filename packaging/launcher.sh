#!/usr/bin/env bash
# Builds the launcher for a target: target/TARGET/release/towpath. The same
# bytes from the same commit, wherever the checkout is.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

readonly target=$1
. packaging/settle.sh
build=(build)
case $target in
  # Zig brings a C compiler and a C library of one version for both processors.
  *-linux-musl)
    tools=${TOWPATH_TOOLS:-$HOME/.cache/towpath/tools}/dist
    [ -x "$tools/bin/cargo-zigbuild" ] || {
      echo 'launcher: error: zig is missing; run: tests/setup.sh dist' >&2
      exit 1
    }
    PATH=$tools/bin:$PATH
    export PATH
    build=(zigbuild --features cross)
    ;;
esac
rustup target add "$target" >&2
cargo "${build[@]}" --locked --release --package towpath --bin towpath --target "$target"
