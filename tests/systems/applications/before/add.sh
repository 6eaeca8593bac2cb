#!/usr/bin/env bash
# Makes a new environment from one that is there.
set -euo pipefail
from=$1 to=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --depth 1 "$REPOSITORY" "$work/deploy"
cd "$work/deploy"
cp -r "manifests/$from" "manifests/$to"
sed -e "s/message-app-$from/message-app-$to/" \
  -e "s#path: manifests/$from#path: manifests/$to#" \
  -e "s/namespace: $from/namespace: $to/" \
  "applications/message-app-$from.yaml" >"applications/message-app-$to.yaml"
git config user.name deploy-bot
git config user.email deploy-bot@example.com
git add .
git commit -m "Add $to"
git push origin HEAD
