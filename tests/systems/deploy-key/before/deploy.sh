#!/usr/bin/env bash
# Sets the tag of an image in a deployment repository, over ssh with a deploy key.
set -euo pipefail

fail() {
  echo "error: $*" >&2
  exit 1
}

[ -n "${DEPLOY_REPOSITORY:-}" ] || fail 'DEPLOY_REPOSITORY is not set'
[ -n "${DEPLOY_SSH_PRIVATE_KEY:-}" ] || fail 'DEPLOY_SSH_PRIVATE_KEY is not set'
[ -f "$DEPLOY_SSH_PRIVATE_KEY" ] || fail 'DEPLOY_SSH_PRIVATE_KEY is not a file variable'
[ -n "$(tail -c 1 "$DEPLOY_SSH_PRIVATE_KEY")" ] && fail 'DEPLOY_SSH_PRIVATE_KEY needs a newline at its end'
[ -n "${DEPLOY_PATH:-}" ] || fail 'DEPLOY_PATH is not set'
[ -n "${IMAGE:-}" ] || fail 'IMAGE is not set'
[ -n "${TAG:-}" ] || fail 'TAG is not set'
[ "$TAG" != latest ] || fail 'the tag latest is not allowed'
for tool in git ssh kustomize; do
  command -v "$tool" >/dev/null || fail "$tool is not installed"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$DEPLOY_SSH_PRIVATE_KEY" "$work/key"
chmod 600 "$work/key"
export GIT_SSH_COMMAND="ssh -i $work/key -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
git clone --depth 1 "$DEPLOY_REPOSITORY" "$work/deployment" || fail "cannot clone $DEPLOY_REPOSITORY"
cd "$work/deployment"
[ -d "$DEPLOY_PATH" ] || fail "there is no directory $DEPLOY_PATH"
[ -f "$DEPLOY_PATH/kustomization.yaml" ] || fail "there is no kustomization.yaml in $DEPLOY_PATH"

cd "$DEPLOY_PATH"
kustomize edit set image "$IMAGE=$IMAGE:$TAG"
git config user.name deploy-bot
git config user.email deploy-bot@example.com
git add kustomization.yaml
if git diff --cached --quiet; then
  echo 'nothing to change'
  exit 0
fi
git commit -m "$IMAGE $TAG"
git push origin HEAD || fail "cannot push to $DEPLOY_REPOSITORY"
