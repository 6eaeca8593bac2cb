#!/usr/bin/env bash
# Runs every fuzz target, each for its share of the seconds (default: an hour).
#
#   fuzz/run.sh [SECONDS [CORPUS...]]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

readonly TARGETS=(plan edit parse key_path image)
readonly FUZZ=0.13.1
tools=${TOWPATH_TOOLS:-${HOME:?}/.cache/towpath/tools}/cargo-fuzz-$FUZZ
seconds=${1:-3600}
shift || true

[ -x "$tools/bin/cargo-fuzz" ] || (cd / && cargo install --quiet --locked \
  cargo-fuzz --version "$FUZZ" --root "$tools")
export PATH=$tools/bin:$PATH
./seeds.py "$@"
failed=()
for target in "${TARGETS[@]}"; do
  printf '\n== %s\n' "$target"
  cargo +nightly fuzz run --fuzz-dir . "$target" -- -dict=yaml.dict -max_len=8192 -timeout=60 \
    -max_total_time="$((seconds / ${#TARGETS[@]}))" -print_final_stats=1 || failed+=("$target")
done
# A finding of one target takes nothing from the time of the others.
[ "${#failed[@]}" = 0 ] || { printf 'error: see what was found by: %s\n' "${failed[*]}" >&2 && exit 1; }
