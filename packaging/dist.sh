#!/usr/bin/env bash
# Makes what a release consists of, in dist/: for each target an archive with
# the launcher, the components, the WIT, the bill of materials, the container
# image, and the checksums of it all. The same commit gives the same bytes.
#
#   packaging/dist.sh                   every target that can be built on Linux
#   packaging/dist.sh TARGET...         only these
#
# PREBUILT=DIR takes launchers that were built elsewhere, from DIR/TARGET/.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
readonly version
tools=${TOWPATH_TOOLS:-$HOME/.cache/towpath/tools}
readonly tools
# The moment of the commit, for every file of an archive.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -c safe.directory='*' log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

main() {
  local targets=("$@") target
  [ "${#targets[@]}" != 0 ] || mapfile -t targets < <(grep linux packaging/targets.txt)
  for target in "${targets[@]}"; do
    feasible "$target"
  done
  rm -rf -- dist
  mkdir -p -- dist
  pages
  components
  for target in "${targets[@]}"; do
    archive "$target"
  done
  bill
  image "${targets[@]}"
  (cd dist && sha256sum -- *.tar.gz *.wasm *.json *.oci.tar >checksums.txt && cat checksums.txt)
  while read -r target; do
    [ -e "dist/towpath-$version-$target.tar.gz" ] || say "not made: $target"
  done <packaging/targets.txt
}

say() { printf 'dist: %s\n' "$*"; }

# Says at once what would be found out after minutes.
feasible() {
  [ -z "${PREBUILT:-}" ] || return 0
  case $1/$(uname -s) in
    *-apple-*/Darwin | *-linux-*/Linux) return 0 ;;
    *-apple-*) say "cannot build for $1 here: it needs a Mac; the workflow \"Release\" has one" ;;
    *-windows-*) say "cannot build for $1 here: it needs Windows; the workflow \"Release\" has one" ;;
    *) say "cannot build for $1 on $(uname -s)" ;;
  esac >&2
  exit 1
}

# What the launcher says of itself: the man page, the completions, the engine.
pages() {
  say 'writing the man page and the completions'
  # With the same features as the tests, so that nothing is compiled twice.
  cargo build --workspace --locked --quiet --example pages
  "${CARGO_TARGET_DIR:-target}/debug/examples/pages" dist/pages
}

components() {
  say 'building the components'
  cp -- "$(packaging/component.sh)" "dist/towpath-$version.wasm"
  mv -- dist/pages/engine.wasm "dist/towpath-engine-$version.wasm"
  pack "dist/towpath-wit-$version.tar.gz" guest wit
}

# Packs a launcher with its licences, the man page and the completions.
archive() {
  local name=towpath-$version-$1 root
  root=$(mktemp -d)
  mkdir -p -- "$root/$name"
  launcher "$1" "$root/$name"
  cp -r -- LICENSE-APACHE LICENSE-MIT README.md CHANGELOG.md dist/pages/man dist/pages/completions "$root/$name/"
  pack "dist/$name.tar.gz" "$root" "$name"
  rm -rf -- "$root"
}

# Builds the launcher for a target into a folder, or takes it from PREBUILT.
launcher() {
  local suffix=
  case $1 in *windows*) suffix=.exe ;; esac
  if [ -n "${PREBUILT:-}" ]; then
    cp -- "$PREBUILT/$1/towpath$suffix" "$2/"
  else
    say "building the launcher for $1"
    packaging/launcher.sh "$1"
    cp -- "target/$1/release/towpath$suffix" "$2/"
  fi
  chmod 755 "$2/towpath$suffix"
}

# Packs PATH of FOLDER, without what differs from machine to machine.
pack() {
  tar --create --directory "$2" --sort name --owner 0 --group 0 --numeric-owner \
    --mode 'u+rwX,go+rX,go-w' --mtime "@$SOURCE_DATE_EPOCH" --format ustar -- "$3" |
    gzip --no-name --best >"$1"
}

# The bill of materials: what the launcher is made of.
bill() {
  say 'writing the bill of materials'
  "$tools/dist/bin/python" packaging/bill.py >"dist/towpath-$version.cdx.json"
}

# The container images of the Linux targets, as OCI archives.
image() {
  local target
  for target in "$@"; do
    case $target in
      *-linux-musl) packaging/image.sh "$target" ;;
    esac
  done
}

main "$@"
