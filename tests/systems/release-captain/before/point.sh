#!/usr/bin/env bash
# Points an environment at a release, forwards or backwards.
set -euo pipefail
environment=$1 version=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --depth 1 "$ARGOCD_REPO" "$work/argocd"
cd "$work/argocd"
sed -i "s#targetRevision: .*#targetRevision: release/$version#" "applications/$environment.yaml"
git config user.name release-captain
git config user.email release-captain@example.com
git commit -am "$environment runs $version"
git push origin HEAD
