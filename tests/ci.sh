#!/usr/bin/env bash
# Runs the checks of CI, and says how long each took.
#
#   tests/ci.sh             everything
#   tests/ci.sh lint size   only these
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

# A launcher larger than this has a dependency too many; half of it is the engine.
readonly LARGEST_LAUNCHER=16000000

main() {
  local steps=("$@") step start
  [ "${#steps[@]}" != 0 ] || steps=(lint size doctests suite)
  for step in "${steps[@]}"; do
    printf '\n== %s\n' "$step"
    start=$SECONDS
    "$step"
    # The runner's own summary is to be the last thing that is printed.
    [ "$step" = suite ] || printf '== %s took %d s\n' "$step" "$((SECONDS - start))"
  done
}

lint() {
  cargo fmt --all --check
  cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
  RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked --quiet
}

# Builds the launcher as the action does, which proves that way too.
size() {
  local cache launcher bytes
  cache=$PWD/target/tool-cache
  rm -rf -- "$cache"
  GITHUB_ACTION_PATH=$PWD RUNNER_TOOL_CACHE=$cache CARGO_TARGET_DIR=$PWD/target \
    TOWPATH_ACTION_COMMAND=version TOWPATH_VERBOSE=true .github/action/run.sh
  launcher=$(find "$cache" -path '*/bin/towpath')
  bytes=$(stat -c %s -- "$launcher")
  printf 'the launcher has %d bytes\n' "$bytes"
  [ "$bytes" -lt "$LARGEST_LAUNCHER" ] || {
    printf 'error: that is more than %d bytes\n' "$LARGEST_LAUNCHER" >&2
    return 1
  }
}

doctests() {
  cargo test --workspace --locked --doc --quiet
}

suite() {
  cargo nextest run --workspace --locked --profile ci
}

main "$@"
