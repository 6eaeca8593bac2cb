#!/usr/bin/env bash
# Measures the step that deploys, for each of the five systems, the usual way and
# with Towpath, and writes the figures into docs/comparison.md.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
cargo build --release --locked --package towpath
export MEASURE=$PWD/target/release/towpath
cargo nextest run --package towpath --locked -E 'test(systems::figures::measure)'
BLESS=1 cargo nextest run --package towpath --locked -E 'test(/^comparison::/)'
git diff --stat -- docs/comparison.md tests/systems/times.json
