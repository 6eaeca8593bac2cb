#!/usr/bin/env bash
# Writes the tag of a new image into the base of its service.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone --depth 1 "$K8S_REPO" "$work/k8s"
cd "$work/k8s/base/$IMAGE_REPO_NAME"
kustomize edit set image "$REPOSITORY_URI=$REPOSITORY_URI:$TAG"
git config user.name CodeBuild
git config user.email noreply@codebuild.codepipeline
git commit -am "updated image $IMAGE_REPO_NAME with tag $TAG"
git push origin HEAD:main
