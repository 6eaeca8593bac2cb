#!/usr/bin/env bash
# Takes back the last commit that changed an environment.
set -euo pipefail
environment=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone "$REPOSITORY" "$work/deploy"
cd "$work/deploy"
git config user.name deploy-bot
git config user.email deploy-bot@example.com
git revert --no-edit "$(git log -1 --format=%H -- "manifests/$environment")"
git push origin HEAD
