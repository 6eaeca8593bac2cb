#!/usr/bin/env bash
# Publishes dist/: the commit with the checksums, its tag, the moving major tag,
# the release with its files, the images, and the component's own project.
# What is there already is an error before anything is published.
#
#   GH_TOKEN=... REPOSITORY=OWNER/NAME packaging/publish.sh
#
# COMPONENT_REPOSITORY is the ssh URL of the component's project; none: no mirror.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
readonly version tag=v$version major=v${version%%.*}
remote=${REMOTE:-https://github.com/${REPOSITORY:?}.git}
readonly remote
export GIT_TERMINAL_PROMPT=0

main() {
  [ -z "$(git ls-remote "$remote" "refs/tags/$tag")" ] || fail "$tag is released already"
  grep -q "^## $version" CHANGELOG.md || fail "CHANGELOG.md has no section $version"
  (cd dist && sha256sum --check --quiet checksums.txt)
  seal
  push
  release
  images
  mirror
}

fail() {
  printf 'publish: error: %s\n' "$1" >&2
  exit 1
}

# Makes the commit that is released: what was built, and its checksums.
seal() {
  packaging/seal.sh dist/checksums.txt
  git add -- .github/action/checksums.txt gitlab-component
  git -c user.name=Towpath -c user.email=towpath@localhost commit --quiet --message "Release $version" \
    --message "Built from $(git rev-parse HEAD)."
  git -c user.name=Towpath -c user.email=towpath@localhost tag --annotate --message "Towpath $version" "$tag"
}

# Both tags at once: a major tag that lags behind would be a release half made.
push() {
  git -c "credential.helper=!f() { echo username=x-access-token; echo \"password=\$GH_TOKEN\"; }; f" \
    push --atomic "$remote" "refs/tags/$tag" "+HEAD:refs/tags/$major"
}

release() {
  local notes
  notes=$(sed -n "/^## $version/,/^## /{/^## /!p}" CHANGELOG.md)
  gh release create "$tag" --repo "$REPOSITORY" --verify-tag --title "$version" --notes "$notes" \
    dist/*.tar.gz dist/*.wasm dist/*.json dist/*.oci.tar dist/checksums.txt
}

# Pushes the images of all architectures, and one name for them together.
images() {
  local registry=ghcr.io/$REPOSITORY flavour architecture names
  printf '%s' "$GH_TOKEN" | skopeo login --username x-access-token --password-stdin ghcr.io
  printf '%s' "$GH_TOKEN" | docker login --username x-access-token --password-stdin ghcr.io
  for flavour in "$version" "$version-shell"; do
    names=()
    for architecture in amd64 arm64; do
      skopeo copy "oci-archive:dist/towpath-$version-$architecture.oci.tar:$flavour" "docker://$registry:$flavour-$architecture"
      names+=("$registry:$flavour-$architecture")
    done
    docker buildx imagetools create --tag "$registry:$flavour" "${names[@]}"
  done
}

# Pushes the folder of the component as the root of its own project, with tags.
mirror() {
  [ -n "${COMPONENT_REPOSITORY:-}" ] || return 0
  local keys commit
  keys=$(mktemp -d)
  (umask 077 && printf '%s\n' "${COMPONENT_DEPLOY_KEY:-}" >"$keys/key")
  printf '%s\n' "${COMPONENT_KNOWN_HOSTS:-}" >"$keys/known_hosts"
  export GIT_SSH_COMMAND="ssh -i $keys/key -o IdentitiesOnly=yes -o UserKnownHostsFile=$keys/known_hosts"
  git fetch --quiet "$COMPONENT_REPOSITORY" main
  commit=$(git -c user.name=Towpath -c user.email=towpath@localhost \
    commit-tree 'HEAD:gitlab-component' -p FETCH_HEAD -m "Release $version")
  git push --atomic "$COMPONENT_REPOSITORY" "$commit:refs/heads/main" "$commit:refs/tags/$version"
  rm -rf -- "$keys"
}

main
