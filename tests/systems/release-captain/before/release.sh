#!/usr/bin/env bash
# Cuts a release and points staging at it.
set -euo pipefail
version=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone "$K8S_REPO" "$work/k8s"
git -C "$work/k8s" tag "release/$version"
git -C "$work/k8s" push origin "release/$version"
git clone --depth 1 "$ARGOCD_REPO" "$work/argocd"
cd "$work/argocd"
sed -i "s#targetRevision: .*#targetRevision: release/$version#" applications/staging.yaml
git config user.name release-captain
git config user.email release-captain@example.com
git commit -am "staging runs $version"
git push origin HEAD
