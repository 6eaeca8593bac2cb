#!/usr/bin/env bash
# Checks what packaging/dist.sh made: the checksums, the size of each artefact,
# and that the launcher of this machine's kind runs from its archive and from
# both images, in a bare root folder.
#
# packaging/sizes.txt holds the sizes; BLESS=1 writes it.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
readonly version sizes=packaging/sizes.txt
# An artefact may differ from its size by this many percent.
readonly tolerance=10
work=$(mktemp -d)
readonly work
trap 'rm -rf -- "$work"' EXIT

main() {
  (cd dist && sha256sum --check --quiet checksums.txt)
  compare_sizes
  local machine architecture
  machine=$(uname -m)
  case $machine in
    x86_64) architecture=amd64 ;;
    aarch64) architecture=arm64 ;;
  esac
  run_archive "$machine-unknown-linux-musl"
  run_images "dist/towpath-$version-$architecture.oci.tar"
  say 'everything is as it has to be'
}

say() { printf 'check: %s\n' "$*"; }

fail() {
  printf 'check: error: %s\n' "$*" >&2
  exit 1
}

compare_sizes() {
  local path name bytes known
  for path in dist/*.tar.gz dist/*.wasm dist/*.json dist/*.oci.tar; do
    name=$(basename -- "${path/"$version"/VERSION}")
    bytes=$(stat -c %s -- "$path")
    if [ -n "${BLESS:-}" ]; then
      sed -i "/ $name\$/d" "$sizes"
      printf '%9d %s\n' "$bytes" "$name" >>"$sizes"
      continue
    fi
    known=$(sed -n "s/^ *\([0-9]*\) $name\$/\1/p" "$sizes")
    [ -n "$known" ] || fail "$sizes does not know $name; run: BLESS=1 make dist"
    [ "$((100 * bytes))" -le "$(((100 + tolerance) * known))" ] &&
      [ "$((100 * bytes))" -ge "$(((100 - tolerance) * known))" ] ||
      fail "$name has $bytes bytes instead of $known; if that is meant, run: BLESS=1 make dist"
  done
  [ -z "${BLESS:-}" ] || sort -k 2 -o "$sizes" "$sizes"
}

run_archive() {
  tar -xzf "dist/towpath-$version-$1.tar.gz" -C "$work"
  local folder=$work/towpath-$version-$1 told
  told=$("$folder/towpath" version)
  [ "$told" = "towpath $version" ] || fail "the launcher says: $told"
  for file in LICENSE-APACHE LICENSE-MIT man/towpath.1 completions/towpath.bash; do
    [ -s "$folder/$file" ] || fail "the archive has no $file"
  done
}

# Runs the images with nothing around them: no engine, no other file.
run_images() {
  local flavour root told
  mkdir -- "$work/layout"
  tar -xf "$1" -C "$work/layout"
  for flavour in "$version" "$version-shell"; do
    skopeo inspect "oci:$work/layout:$flavour" >/dev/null
    root=$work/root-$flavour
    umoci unpack --rootless --image "$work/layout:$flavour" "$root" 2>/dev/null
    told=$(in_root "$root/rootfs" /usr/bin/towpath version --verbose)
    grep -q "^towpath $version" <<<"$told" || fail "the image $flavour says: $told"
  done
  told=$(in_root "$root/rootfs" /bin/sh -c 'command -v towpath && towpath version')
  grep -q "^towpath $version" <<<"$told" || fail "the shell of the image says: $told"
}

# Runs a program with a folder as its root, without a network.
in_root() {
  unshare --user --map-root-user --net env -i PATH=/usr/bin:/bin /usr/sbin/chroot "$@"
}

main
