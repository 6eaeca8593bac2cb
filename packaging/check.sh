#!/usr/bin/env bash
# Checks what packaging/dist.sh made: the checksums, the size of each artefact,
# and that the launcher of this machine's kind runs from its archive and from
# both images, in a bare root folder.
#
#   packaging/check.sh           what is in dist/
#   packaging/check.sh again     builds that launcher a second time, in another
#                                folder, and compares the bytes; takes minutes
#
# packaging/sizes.txt holds the sizes; BLESS=1 writes it.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
readonly version sizes=packaging/sizes.txt
# An artefact may differ from its size by this many percent.
readonly tolerance=10
# A launcher larger than this has a dependency too many; half of it is the engine.
readonly largest_launcher=16000000
work=$(mktemp -d)
readonly work
trap 'rm -rf -- "$work"' EXIT

main() {
  [ -e dist/checksums.txt ] || fail 'there is no dist/; run: make dist'
  (cd dist && sha256sum --check --quiet checksums.txt)
  compare_sizes
  local machine architecture archive target
  machine=$(uname -m)
  case $machine in
    x86_64) architecture=amd64 ;;
    aarch64) architecture=arm64 ;;
  esac
  for archive in "dist/towpath-$version-$machine-unknown-linux-"*.tar.gz; do
    target=${archive#"dist/towpath-$version-"}
    run_archive "${target%.tar.gz}"
  done
  target=$machine-unknown-linux-musl
  if [ -e "dist/towpath-$version-$target.tar.gz" ]; then
    run_images "dist/towpath-$version-$architecture.oci.tar"
    [ "${1:-}" != again ] || build_again "$target"
  else
    say "not checked: the images, which are made of $target"
  fi
  say 'everything is as it has to be'
}

say() { printf 'check: %s\n' "$*"; }

fail() {
  printf 'check: error: %s\n' "$*" >&2
  exit 1
}

compare_sizes() {
  local path name bytes known
  [ -z "${BLESS:-}" ] || : >>"$sizes"
  for path in dist/*.tar.gz dist/*.wasm dist/*.json dist/*.oci.tar; do
    name=$(basename -- "${path/"$version"/VERSION}")
    bytes=$(stat -c %s -- "$path")
    if [ -n "${BLESS:-}" ]; then
      sed -i "/ $name\$/d" "$sizes"
      printf '%9d %s\n' "$bytes" "$name" >>"$sizes"
      continue
    fi
    known=$(sed -n "s/^ *\([0-9]*\) $name\$/\1/p" "$sizes")
    case $known/$name in
      # Known when the workflow has built one, see RELEASE.md.
      /*-apple-* | /*-windows-*) say "$name has $bytes bytes; $sizes does not know it" && continue ;;
    esac
    [ -n "$known" ] || fail "$sizes does not know $name; run: BLESS=1 make dist"
    [ "$((100 * bytes))" -le "$(((100 + tolerance) * known))" ] &&
      [ "$((100 * bytes))" -ge "$(((100 - tolerance) * known))" ] ||
      fail "$name has $bytes bytes instead of $known; if that is meant, run: BLESS=1 make dist"
  done
  [ -z "${BLESS:-}" ] || sort -k 2 -o "$sizes" "$sizes"
}

run_archive() {
  [ -e "dist/towpath-$version-$1.tar.gz" ] || fail "nothing in dist/ is for $(uname -m)"
  tar -xzf "dist/towpath-$version-$1.tar.gz" -C "$work"
  local folder=$work/towpath-$version-$1 told bytes
  told=$("$folder/towpath" version)
  [ "$told" = "towpath $version" ] || fail "the launcher for $1 says: $told"
  for file in LICENSE-APACHE LICENSE-MIT man/towpath.1 completions/towpath.bash; do
    [ -s "$folder/$file" ] || fail "the archive for $1 has no $file"
  done
  bytes=$(stat -c %s -- "$folder/towpath")
  say "the launcher for $1 has $bytes bytes"
  [ "$bytes" -lt "$largest_launcher" ] || fail "that is more than $largest_launcher"
  ! grep -qaF -e "$PWD/" -e "${CARGO_HOME:-$HOME/.cargo}/" -- "$folder/towpath" ||
    fail "the launcher for $1 holds paths of this machine"
}

# Builds the sources of dist/ in another folder; the launcher has to be the same.
build_again() {
  local checkout=$work/another/folder
  mkdir -p -- "$checkout"
  git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
    xargs -0 sh -c 'for file; do [ -e "$file" ] && printf "%s\0" "$file"; done' sh |
    tar --create --null --files-from - | tar -x -C "$checkout"
  say "building the launcher for $1 again"
  "$checkout/packaging/launcher.sh" "$1"
  cmp -- "$work/towpath-$version-$1/towpath" "$checkout/target/$1/release/towpath" ||
    fail "the launcher for $1 is another in another folder"
  say "the launcher for $1 is the same in another folder"
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

# Runs a program with a folder as its root, without a network where that can be had.
in_root() {
  local bare=(env -i PATH=/usr/bin:/bin /usr/sbin/chroot "$@")
  if unshare --user --map-root-user --net true 2>/dev/null; then
    unshare --user --map-root-user --net "${bare[@]}"
  else
    "${bare[@]}"
  fi
}

main "$@"
