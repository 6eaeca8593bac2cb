#!/usr/bin/env bash
# Finds the launcher, and runs it. Every input is in the environment already,
# where the launcher reads it: nothing is passed on here.
set -euo pipefail

# Bash would run the file that this names before every script.
unset BASH_ENV

fail() {
  printf '::error title=towpath::%s\n' "$1" >&2
  exit 1
}

# Prints the path of the launcher, which is built once for each version.
launcher() {
  local version=${TOWPATH_ACTION_VERSION:-} source root
  if [ -n "$version" ]; then
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] ||
      fail 'the input "version" is not a version such as 1.2.3'
    source=(--git "${GITHUB_SERVER_URL:-https://github.com}/${GITHUB_ACTION_REPOSITORY:-towpath/towpath}" --tag "v$version" towpath)
  else
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$GITHUB_ACTION_PATH/Cargo.toml")
    source=(--path "$GITHUB_ACTION_PATH/host")
  fi
  root=${RUNNER_TOOL_CACHE:-$HOME/.cache}/towpath/$version/$(uname -m)
  if [ ! -x "$root/bin/towpath" ]; then
    command -v cargo >/dev/null || fail 'building Towpath needs Rust on the runner'
    # In the checkout, so that its rust-toolchain.toml says which Rust.
    (
      cd -- "$GITHUB_ACTION_PATH"
      rustup target add wasm32-unknown-unknown
      cargo install --locked --root "$root" "${source[@]}"
    ) >&2
  fi
  printf '%s\n' "$root/bin/towpath"
}

towpath=${TOWPATH_BIN:-$(launcher)}
[ -x "$towpath" ] || fail "there is no launcher at $towpath"
exec "$towpath" "${TOWPATH_ACTION_COMMAND:-set}"
