#!/usr/bin/env bash
# Writes the checksums of a release into the action and the component: the one
# difference between a released commit and the commit that it was built from.
#
#   packaging/seal.sh dist/checksums.txt [CHECKOUT]
set -euo pipefail

checksums=$(realpath -- "$1")
readonly checksums
cd -- "${2:-$(dirname -- "${BASH_SOURCE[0]}")/..}"

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
readonly version
grep "  towpath-$version-.*\.tar\.gz$" "$checksums" | grep -v -e '-wit-' >.github/action/checksums.txt
while read -r sum archive; do
  target=${archive#"towpath-$version-"}
  target=${target%.tar.gz}
  # Only the targets that the component runs on are in its templates.
  sed -i "s/target=$target sum=.*/target=$target sum=$sum ;;/" gitlab-component/templates/*.yml
done <.github/action/checksums.txt
