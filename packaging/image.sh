#!/usr/bin/env bash
# Assembles the container images without an engine: dist/towpath-VERSION-ARCH.oci.tar,
# an OCI layout with two images. `VERSION` has the launcher and nothing else, as
# the Containerfile says; `VERSION-shell` has a shell as well, for runners that
# start their jobs with one (GitLab, Woodpecker).
#
#   packaging/image.sh TARGET    takes the launcher from dist/
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

readonly target=$1
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
readonly version
readonly tools=${TOWPATH_TOOLS:-$HOME/.cache/towpath/tools}
readonly epoch=${SOURCE_DATE_EPOCH:?}
work=$(mktemp -d)
readonly work layout=$work/towpath
trap 'rm -rf -- "$work"' EXIT

main() {
  local architecture created
  case $target in
    x86_64-*) architecture=amd64 ;;
    aarch64-*) architecture=arm64 ;;
    *) echo "image: error: no image for $target" >&2 && exit 1 ;;
  esac
  created=$(date --utc --date "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
  readonly architecture created
  mkdir -p -- "$work/root/usr/bin"
  tar -xzf "dist/towpath-$version-$target.tar.gz" -C "$work"
  install -m 755 -- "$work/towpath-$version-$target/towpath" "$work/root/usr/bin/towpath"
  # Where the Containerfile looks.
  install -D -m 755 -- "$work/root/usr/bin/towpath" "dist/linux-$architecture/towpath"
  settle
  umoci init --layout "$layout"
  image "$version" /usr
  # A shell of the same architecture; Debian's is static.
  mkdir -p -- "$work/shell/bin"
  install -m 755 -- "$tools/busybox-static-$architecture/bin/busybox" "$work/shell/bin/busybox"
  for name in $("$tools/busybox-static-amd64/bin/busybox" --list | grep -vx busybox); do
    ln -s -- busybox "$work/shell/bin/$name"
  done
  settle
  umoci tag --image "$layout:$version" "$version-shell"
  umoci insert --image "$layout:$version-shell" --history.created "$created" "$work/shell/bin" /bin
  umoci config --image "$layout:$version-shell" --no-history --created "$created" \
    --clear config.entrypoint --config.cmd /bin/sh
  umoci gc --layout "$layout"
  tar --create --directory "$layout" --sort name --owner 0 --group 0 --numeric-owner \
    --mode 'u+rwX,go+rX,go-w' --mtime "@$epoch" --format ustar -- . >"dist/towpath-$version-$architecture.oci.tar"
}

# Gives every file the moment of the commit.
settle() { find "$work" -exec touch --no-dereference --date "@$epoch" -- {} +; }

image() {
  local of=(--image "$layout:$1")
  umoci new "${of[@]}"
  umoci insert "${of[@]}" --history.created "$created" "$work/root$2" "$2"
  umoci config "${of[@]}" --no-history --created "$created" \
    --os linux --architecture "$architecture" --author 'The Towpath authors' \
    --config.entrypoint /usr/bin/towpath --config.env PATH=/usr/bin:/bin \
    --config.label org.opencontainers.image.title=towpath \
    --config.label "org.opencontainers.image.version=$version" \
    --config.label org.opencontainers.image.source=https://github.com/towpath/towpath \
    --config.label 'org.opencontainers.image.licenses=MIT OR Apache-2.0'
}

main
