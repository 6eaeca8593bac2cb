#!/usr/bin/env bash
# The clone is there: the workflow's checkout made it in the folder `config`.
set -euo pipefail
cd config
branch=release/${APP}_${VERSION}
sed -i.bak "s/tag: \".*\"/tag: \"$VERSION\"/" "$APP/values.yaml"
rm "$APP/values.yaml.bak"
git config user.name release-bot
git config user.email release-bot@example.com
git checkout -b "$branch"
git add "$APP/values.yaml"
git commit -m "release: $APP $VERSION"
git push origin "$branch"
