#!/usr/bin/env bash
# Sets the message of an environment.
set -euo pipefail
environment=$1 message=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --depth 1 "$REPOSITORY" "$work/deploy"
cd "$work/deploy"
sed -i "s/MESSAGE: .*/MESSAGE: \"$message\"/" "manifests/$environment/configmap.yaml"
git config user.name deploy-bot
git config user.email deploy-bot@example.com
git commit -am "$environment: $message"
git push origin HEAD
