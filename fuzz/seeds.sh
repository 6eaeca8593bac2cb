#!/usr/bin/env bash
# Makes the first inputs of the fuzz targets from the files of the test corpus.
#
#   fuzz/seeds.sh && cargo +nightly fuzz run edit
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly files=$here/../guest/tests/corpus/files
mkdir -p -- "$here/corpus/parse" "$here/corpus/key_path" "$here/corpus/edit"

count=0
while IFS= read -r -d '' file; do
  count=$((count + 1))
  # Long files only slow the search down.
  [ "$(wc -c <"$file")" -le 4000 ] || continue
  cp -- "$file" "$here/corpus/parse/seed-$count"
  { printf 'image.tag\n' && cat -- "$file"; } >"$here/corpus/key_path/seed-$count"
  # One byte for the operation, two for the place, and a line for the value.
  head=$(printf '\\x%02x\\x00\\x%02x' $((count % 7)) $((count % 40)))
  { printf '%b1.10\n' "$head" && cat -- "$file"; } >"$here/corpus/edit/seed-$count"
done < <(find "$files" -type f -print0 | sort -z)
printf 'made seeds of %s files\n' "$count"
