#!/usr/bin/env bash
# Runs the checks of CI, and says how long each took and what is left of the disk.
#
#   tests/ci.sh               lint, doctests, suite
#   tests/ci.sh lint suite    only these
#
#   lint      formatting, lints, documentation, whether the fuzz targets fit
#   doctests  the examples in it
#   suite     the tests, with the archives of `dist` where it was run before
#   from_source  the launcher, built as the action builds a commit without a
#             release, and its size; a job of its own in the workflow "CI"
#   dist      the release for this machine, packed and checked; the workflow
#             "Release" runs it
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

# What all steps together leave in target/, at most, in MB.
readonly NEEDED=5000

# A launcher larger than this has a dependency too many; half of it is the engine.
readonly LARGEST_LAUNCHER=16000000

# The command component is a program too, for its tests.
readonly all=(--workspace --locked --features towpath-guest/command)

main() {
  local steps=("$@") step start
  [ "${#steps[@]}" != 0 ] || steps=(lint doctests suite)
  expect_room "${steps[@]}"
  for step in "${steps[@]}"; do
    printf '\n== %s\n' "$step"
    start=$SECONDS
    "$step"
    # The runner's own summary is to be the last thing that is printed.
    [ "$step" = suite ] ||
      printf '== %s took %d s; %d MB of the disk are free\n' "$step" "$((SECONDS - start))" "$(free)"
  done
}

# Returns how many MB the disk has left for target/.
free() { df --output=avail -BM -- . | tr -dc '[:digit:]'; }

# A disk that is full in the end says so in a hundred ways.
expect_room() {
  local there=0
  [ ! -d target ] || there=$(du -sm target | cut -f 1)
  printf '%d MB of the disk are free, target/ has %d MB\n' "$(free)" "$there"
  if [ "$*" = lint ] || [ "$(($(free) + there))" -ge "$NEEDED" ]; then
    return
  fi
  printf 'error: the checks need %d MB for target/; make room, or see what is in it\n' "$NEEDED" >&2
  return 1
}

lint() {
  cargo fmt --all --check
  # A workspace of its own; its C++ is not needed to see whether it fits.
  CUSTOM_LIBFUZZER_PATH=/dev/null cargo check --locked --quiet --target-dir target/fuzz \
    --manifest-path fuzz/Cargo.toml
  rm -rf -- target/fuzz
  cargo clippy "${all[@]}" --all-targets --quiet -- -D warnings
  RUSTDOCFLAGS='-D warnings' cargo doc "${all[@]}" --no-deps --quiet
  rm -rf -- target/doc
}

doctests() {
  cargo test "${all[@]}" --doc --quiet
}

# Makes what `make dist` makes, of this kind of machine only. What it was built
# from takes as much room as everything else, and is not needed again.
dist() {
  local target
  target=$(uname -m)-unknown-linux-musl
  packaging/dist.sh "$target"
  packaging/check.sh
  rm -rf -- target/release "target/$target"
  export TOWPATH_DIST=$PWD/dist
}

from_source() {
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
  rm -rf -- target/release
}

suite() {
  cargo nextest run "${all[@]}" --profile ci
}

main "$@"
