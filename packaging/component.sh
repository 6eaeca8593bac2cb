#!/usr/bin/env bash
# Builds the command component, and prints its path: the same bytes from the
# same commit, wherever the checkout is.
#
#   packaging/component.sh [TARGET-FOLDER [engine]]    builds the engine's module as well
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

readonly folder=${1:-target/command}
. packaging/settle.sh
build=(cargo build --locked --quiet --package towpath-guest --profile guest --target-dir "$folder")
[ -z "${2:-}" ] || "${build[@]}" --lib --target wasm32-unknown-unknown >&2
"${build[@]}" --bin towpath-command --features command --target wasm32-wasip2 >&2
printf '%s\n' "$folder/wasm32-wasip2/guest/towpath-command.wasm"
