use super::read;
use crate::config;
use crate::error::{Failure, Kind};
use crate::repository::{AccessError, Entry, EntryKind, Repository, View};
use std::collections::BTreeMap;

/// Files by where they stand and their path: `== [REPOSITORY][@REVISION] PATH`.
#[derive(Clone, Debug, Default)]
struct Memory {
    files: BTreeMap<(View, String), Vec<u8>>,
    here: View,
}

impl Memory {
    fn new(text: &str) -> Self {
        let mut files = BTreeMap::<_, Vec<u8>>::new();
        let mut file = (View::default(), config::FILE.to_owned());
        for line in text.split_inclusive('\n') {
            let Some(name) = line.strip_prefix("== ") else {
                files.entry(file.clone()).or_default().extend(line.bytes());
                continue;
            };
            let (place, path) = name.trim().rsplit_once(' ').unwrap_or(("", name.trim()));
            let (repository, revision) = place.rsplit_once('@').unwrap_or((place, ""));
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let view = View {
                repository: some(repository),
                revision: some(revision),
            };
            file = (view, path.to_owned());
            files.insert(file.clone(), Vec::new());
        }
        Self {
            files,
            here: View::default(),
        }
    }
}

impl Repository for Memory {
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        if self
            .files
            .contains_key(&(self.here.clone(), directory.to_owned()))
        {
            return Err(AccessError::NotAFile(AccessError::FILE.to_owned()));
        }
        let below = |path: &&String| {
            let rest = path.strip_prefix(directory);
            directory.is_empty() || rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let here = self.files.keys().filter(|(view, _)| *view == self.here);
        let paths = here.map(|(_, path)| path).filter(below);
        let entries: Vec<_> = paths
            .map(|path| Entry {
                path: path.clone(),
                kind: EntryKind::File,
            })
            .collect();
        match entries.is_empty() {
            true => Err(AccessError::NotFound),
            false => Ok(entries),
        }
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let file = |path: &String| self.files.get(&(self.here.clone(), path.clone())).cloned();
        let read = |path| file(path).ok_or(AccessError::NotFound);
        paths.iter().map(read).collect()
    }

    fn at(&self, view: &View) -> Result<Box<dyn Repository + '_>, AccessError> {
        Ok(Box::new(Self {
            here: view.clone(),
            ..self.clone()
        }))
    }
}

/// Reads an environment, and writes its apps as `APP: WHAT VERSION, …`.
fn apps(text: &str, environment: &str) -> Result<Vec<String>, Failure> {
    let memory = Memory::new(text);
    let declared = config::required(&memory)?;
    let environment = read(declared.scope(environment)?, &memory)?;
    let version = |version: &super::Version| {
        let (_, name) = version.what.parts();
        let shared = if version.shared { " (shared)" } else { "" };
        format!("{name} {}{shared}", version.value.as_deref().unwrap_or("-"))
    };
    let app = |app: &super::App| {
        let versions: Vec<_> = app.versions.iter().map(version).collect();
        format!("{}: {}", app.name, versions.join(", "))
    };
    Ok(environment.apps().iter().map(app).collect())
}

#[track_caller]
fn check(text: &str, environment: &str, expected: &[&str]) {
    let found =
        apps(text, environment).unwrap_or_else(|failure| panic!("{}", failure.explanation()));
    assert_eq!(found, expected);
}

#[track_caller]
fn refuse(text: &str, environment: &str, kind: Kind, says: &str) {
    let failure = apps(text, environment).unwrap_err();
    let explanation = failure.explanation();
    assert_eq!(failure.kind, kind, "{explanation}");
    assert!(explanation.contains(says), "{explanation}");
}

#[test]
fn a_directory_for_each_environment() {
    let text = "\
version: 1
files: environments/<environment>
environments: {dev: {}, prod: {from: dev}}
== environments/dev/kustomization.yaml
images: [{name: ghcr.io/acme/web, newTag: v2}, {name: redis, newTag: '7'}]
== environments/prod/kustomization.yaml
images: [{name: ghcr.io/acme/web, newName: eu.example/web, newTag: v1}]
== environments/prod/service.yaml
apiVersion: v1
kind: Service
";
    check(text, "dev", &["redis: redis 7", "web: ghcr.io/acme/web v2"]);
    check(text, "prod", &["web: ghcr.io/acme/web v1"]);
}

#[test]
fn a_version_that_is_named_by_key_as_well_counts_once() {
    let text = "\
version: 1
files: <environment>.yaml
apps: {front: {keys: [services.web.image.tag]}}
keys: [services.api.image.tag]
environments: {dev: {}}
== dev.yaml
services:
  web: {image: {repository: acme/web, tag: v1}}
  api: {image: {repository: acme/api, tag: v2}}
";
    check(text, "dev", &["api: acme/api v2", "front: acme/web v1"]);
}

#[test]
fn a_file_without_an_extension_for_each_app_and_environment() {
    let text = "\
version: 1
files: image-tags/<environment>/<app>
keys: [image_tag]
environments: {dev: {}, prod: {from: dev}}
== image-tags/dev/web
image_tag: v2
promote: true
== image-tags/dev/.hidden
image_tag: v3
== image-tags/dev/README
Every file has an image_tag, see below.
== image-tags/dev/notes.md
image_tag: v4
== image-tags/dev/lib/web
image_tag: v5
== image-tags/prod/web
image_tag: v1
";
    check(text, "dev", &["web: image_tag v2"]);
    check(text, "prod", &["web: image_tag v1"]);
}

#[test]
fn a_directory_for_each_app_and_environment() {
    let text = "\
version: 1
files: [apps/<app>/overlays/<environment>, 'argocd/<app>-<environment>.yaml']
environments: {dev: {}, prod: {from: dev}}
== apps/web/overlays/prod/kustomization.yaml
images: [{name: acme/web, newTag: v1}, {name: acme/worker, newTag: v3}]
== apps/web/overlays/prod/patch.yaml
apiVersion: apps/v1
kind: Deployment
spec: {template: {spec: {containers: [{name: web, image: acme/web:ignored}]}}}
== argocd/api-prod.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: api-prod}
spec: {source: {repoURL: https://charts.example/shop, chart: api, targetRevision: 0.7.3}}
";
    check(
        text,
        "prod",
        &["api: api 0.7.3", "web: acme/web v1, acme/worker v3"],
    );
}

#[test]
fn a_values_file_for_each_environment() {
    let text = "\
version: 1
base: charts/<app>/values.yaml
files: charts/<app>/values.<environment>.yaml
environments: {stag: {}, prod: {from: stag}}
== charts/web/values.yaml
image: {repository: acme/web, tag: dev}
proxy: {image: {repository: envoy, tag: v1.30.0}}
== charts/web/values.stag.yaml
replicas: 1
image:
  tag: abc1234
== charts/web/templates/x.yaml
image: {{ x }}
";
    check(
        text,
        "stag",
        &["web: acme/web abc1234, envoy v1.30.0 (shared)"],
    );
}

#[test]
fn a_branch_for_each_environment() {
    let text = "\
version: 1
environments:
  dev: {branch: dev}
  prod: {branch: production, from: dev}
== @dev web/kustomization.yaml
images: [{name: acme/web, newTag: v2}]
== @production web/kustomization.yaml
images: [{name: acme/web, newTag: v1}]
";
    check(text, "dev", &["web: acme/web v2"]);
    check(text, "prod", &["web: acme/web v1"]);
}

#[test]
fn a_revision_for_each_environment_in_another_repository() {
    let text = "\
version: 1
base: base
revision: {file: 'clusters/<environment>.yaml', repository: https://git.example/config}
environments: {develop: {}, staging: {from: develop}}
== base/web/kustomization.yaml
images: [{name: acme/web, newTag: v3}]
== overlays/develop/kustomization.yaml
resources: [../../base/web]
== @main base/web/kustomization.yaml
images: [{name: acme/web, newTag: v3}]
== @main overlays/develop/kustomization.yaml
resources: [../../base/web]
== @release/2.7.0 base/web/kustomization.yaml
images: [{name: acme/web, newTag: v2}]
== @release/2.7.0 overlays/staging/kustomization.yaml
resources: [../../base/web]
== https://git.example/config clusters/develop.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
spec: {source: {repoURL: https://git.example/deploy, targetRevision: main, path: overlays/develop}}
== https://git.example/config clusters/staging.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
spec: {source: {repoURL: https://git.example/deploy, targetRevision: release/2.7.0, path: ./overlays/staging}}
";
    check(text, "develop", &["web: acme/web v3 (shared)"]);
    check(text, "staging", &["web: acme/web v2 (shared)"]);
}

#[test]
fn apps_are_named_by_the_configuration_where_paths_do_not() {
    let text = "\
version: 1
files: '<environment>'
keys: [release]
apps:
  shop: {images: [web, acme/worker], keys: [shop.build]}
environments: {dev: {}}
== dev/values.yaml
front: {image: ghcr.io/acme/web:v1}
back: {image: acme/worker:v2}
other: {image: acme/other:v3}
shop: {build: 17}
release: 2.7.0
catalogue: {image: {tag: v9}}
searchImageTag: v8
";
    check(
        text,
        "dev",
        &[
            "catalogue: catalogue.image.tag v9",
            "dev: release 2.7.0",
            "other: acme/other v3",
            "search: searchImageTag v8",
            "shop: ghcr.io/acme/web v1, acme/worker v2, shop.build 17",
        ],
    );
}

#[test]
fn an_environment_without_files_is_refused() {
    let text = "\
version: 1
environments: {dev: {files: environments/dev}, prod: {files: 'apps/<app>/prod', from: dev}}
== apps/web/dev/values.yaml
image: web:v1
";
    refuse(
        text,
        "dev",
        Kind::NoSuchFile,
        "environment `dev` has no files at \"environments/dev\"",
    );
    refuse(
        text,
        "prod",
        Kind::NoSuchFile,
        "environment `prod` has no files",
    );
    refuse(text, "prd", Kind::NoSuchEnvironment, "Did you mean `prod`?");
}

#[test]
fn a_revision_that_is_not_one_is_refused() {
    let text = "\
version: 1
revision: {file: '<environment>.yaml'}
environments: {dev: {}, two: {}, none: {}}
== two.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
spec:
  sources:
    - {repoURL: https://git.example/a, targetRevision: v1}
    - {repoURL: https://git.example/b, targetRevision: v1}
== none.yaml
a: b
";
    refuse(
        text,
        "dev",
        Kind::NoSuchFile,
        "that environment `dev` has its revision there",
    );
    refuse(text, "two", Kind::Ambiguous, "follows several repositories");
    refuse(text, "none", Kind::NoSuchSource, "says of no revision");
}
