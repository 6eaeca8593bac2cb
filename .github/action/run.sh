#!/usr/bin/env bash
# Brings the launcher, and runs it. Every input is in the environment already,
# where the launcher reads it: nothing is passed on here.
set -euo pipefail

# Bash would run the file that this names before every script.
unset BASH_ENV

readonly checksums=$GITHUB_ACTION_PATH/.github/action/checksums.txt
readonly cache=${RUNNER_TOOL_CACHE:-$HOME/.cache}/towpath

main() {
  local towpath command
  # A launcher that is there already, such as one that an image has.
  towpath=${TOWPATH_BIN:-}
  if [ -z "$towpath" ]; then
    bring
  fi
  [ -x "$towpath" ] || fail "there is no launcher at $towpath"
  command=${TOWPATH_ACTION_COMMAND:-set}
  # Two words at most, such as `env add`, and nothing that is an option.
  [[ $command =~ ^[a-z]+(\ [a-z]+)?$ ]] || fail 'the input "command" is not a command'
  read -ra command <<<"$command"
  exec "$towpath" "${command[@]}"
}

fail() {
  printf '::error title=towpath::%s\n' "$1" >&2
  exit 1
}

# Sets `towpath` to the launcher of this version: that of the release, or where
# there is none, one that is built from this commit.
bring() {
  local version
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml")
  if grep -q "  towpath-$version-" "$checksums"; then
    released "$version"
  else
    built
  fi
}

# Downloads the archive of this machine's kind, once for each version.
released() {
  local target archive sum root work
  target=$(target)
  archive=towpath-$1-$target.tar.gz
  sum=$(sed -n "s/^\([0-9a-f]\{64\}\)  $archive\$/\1/p" "$checksums")
  [ -n "$sum" ] || fail "version $1 has no release for $target; build the launcher and name it in TOWPATH_BIN"
  root=$cache/$1/$sum
  towpath=$root/towpath
  case $target in *windows*) towpath=$towpath.exe ;; esac
  [ ! -x "$towpath" ] || return 0
  mkdir -p -- "$cache/$1"
  work=$(mktemp -d "$cache/$1/XXXXXXXX")
  # A mirror may be reached in any way: the checksum says what came.
  curl --proto '=https,http,file' --proto-redir '=https' --fail --silent --show-error --location \
    --retry 3 --connect-timeout 20 --output "$work/$archive" -- \
    "${TOWPATH_DOWNLOAD_BASE:-https://github.com/towpath/towpath/releases/download}/v$1/$archive" ||
    { rm -rf -- "$work" && fail "cannot download $archive; a mirror can be named in TOWPATH_DOWNLOAD_BASE"; }
  [ "$(sha256 <"$work/$archive")" = "$sum" ] ||
    { rm -rf -- "$work" && fail "$archive is not what was released: its SHA-256 is another; nothing was run"; }
  tar -xzf "$work/$archive" -C "$work" --strip-components 1
  rm -- "$work/$archive"
  # Another job may have been faster; both have the same.
  mv -- "$work" "$root" 2>/dev/null || rm -rf -- "$work"
}

# Prints what kind of machine this is, as the releases name it.
target() {
  case ${RUNNER_OS:-$(uname -s)}/${RUNNER_ARCH:-$(uname -m)} in
    Linux/X64 | Linux/x86_64) echo x86_64-unknown-linux-musl ;;
    Linux/ARM64 | Linux/aarch64) echo aarch64-unknown-linux-musl ;;
    macOS/X64 | Darwin/x86_64) echo x86_64-apple-darwin ;;
    macOS/ARM64 | Darwin/arm64) echo aarch64-apple-darwin ;;
    Windows/X64) echo x86_64-pc-windows-msvc ;;
    *) printf '%s on %s\n' "${RUNNER_OS:-$(uname -s)}" "${RUNNER_ARCH:-$(uname -m)}" ;;
  esac
}

sha256() {
  if command -v sha256sum >/dev/null; then
    sha256sum
  else
    shasum -a 256
  fi | cut -d ' ' -f 1
}

# Builds the launcher, once for each state of its sources.
built() {
  local sources root
  sources=$(cd -- "$GITHUB_ACTION_PATH" && find guest host Cargo.toml Cargo.lock -type f -print0 |
    LC_ALL=C sort -z | xargs -0 cat | sha256)
  root=$cache/source/$sources
  towpath=$root/bin/towpath
  [ ! -x "$towpath" ] || return 0
  command -v cargo >/dev/null ||
    fail 'this commit of Towpath has no release, and building it needs Rust; use a released version'
  # In the checkout, so that its rust-toolchain.toml says which Rust.
  (
    cd -- "$GITHUB_ACTION_PATH"
    rustup target add wasm32-unknown-unknown
    cargo install --locked --root "$root" --path host
  ) >&2
}

main
