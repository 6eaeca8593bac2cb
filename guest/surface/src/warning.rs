/// The warnings: code and meaning. A warning changes no exit code.
pub const WARNINGS: &[(&str, &str)] = &[
    (
        "digest-removed",
        "A tag was set where a digest was pinned; the digest would have kept the old image running",
    ),
    (
        "stale-digest",
        "A tag was set by its key next to a digest, which still decides which image runs",
    ),
    (
        "duplicate-entry",
        "A kustomization has several entries for one image, of which only the last counts",
    ),
    (
        "unused-entry",
        "An entry was added or changed for an image that no resource of the kustomization uses",
    ),
    (
        "overridden",
        "A manifest uses the image too, but every kustomization above it replaces it; the manifest was left alone",
    ),
    (
        "mentioned",
        "A variable or a `ConfigMap` names the image too, next to what runs it; it was left alone",
    ),
    (
        "stale-lock",
        "A version in `Chart.yaml` was set, and the lock file beside it still has the old one",
    ),
    (
        "older-build",
        "A newer build has set the same already, so that nothing was changed",
    ),
    (
        "file-skipped",
        "A file holds the name of the image but cannot be read as YAML, and was not named",
    ),
    (
        "no-force-string",
        "Helm would read the new value of a parameter as a number or another type",
    ),
    (
        "same-directory",
        "An environment was added whose directory is not in the revision that it runs; it deploys that of the other one",
    ),
    (
        "second-step",
        "The Application of a new environment was added in another repository; `towpath.yaml` does not declare it yet",
    ),
    (
        "pinned",
        "A rollback has left a pin, which `set` and `promote` respect until it ends",
    ),
    (
        "unpinned",
        "The build is newer than the one that a rollback took back, so that its pin ends",
    ),
    (
        "no-comparison",
        "The release before cannot be read, so that the tag does not tell what changed since",
    ),
    (
        "workflow-token",
        "No checks start for a request that the workflow's own token has opened",
    ),
    (
        "request",
        "Something about the request could not be done, such as a label that is not there",
    ),
    (
        "notify",
        "The change was made, and somebody who was to be told of it could not be",
    ),
];
