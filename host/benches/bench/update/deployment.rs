//! Deployment repositories of any size, made once and kept below the target folder.

use crate::progress;
use crate::support::command::{DATE, expect_success, run_with};
use crate::support::git::{command_for, git};
use crate::support::repository::BareRepository;
use std::cell::Cell;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// How many files an app has.
const FILES_OF_APP: usize = 10;
/// The environments of an app.
pub(crate) const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "prod"];
/// The version of the layout; a cached repository of another one is not used.
const LAYOUT: u32 = 1;

/// One place to update: an app in an environment.
#[derive(Clone, Debug)]
pub(crate) struct App {
    number: usize,
    environment: &'static str,
}

impl App {
    /// Returns the name of the image, without a tag.
    pub(crate) fn image(&self) -> String {
        image(self.number)
    }

    /// Returns the directory of the environment.
    pub(crate) fn directory(&self) -> String {
        format!("{}/overlays/{}", directory(self.number), self.environment)
    }

    /// Returns the file that holds the tag.
    pub(crate) fn file(&self) -> String {
        format!("{}/kustomization.yaml", self.directory())
    }
}

/// A repository with a number of files.
pub(crate) struct Deployment {
    /// How many files there are.
    pub files: usize,
    /// The repository, as a server has it.
    pub repository: BareRepository,
    start: String,
    tags: Cell<u32>,
}

impl Deployment {
    /// Opens a copy of a repository, which is made if it is not there yet.
    pub(crate) fn open(files: usize) -> Self {
        let cache = cached(files);
        let repository = BareRepository::empty(&[]);
        let objects = repository.path().join("objects/pack");
        fs::create_dir_all(&objects).expect("the repository is ours");
        for entry in fs::read_dir(cache.join("objects/pack")).expect("it was packed") {
            let entry = entry.expect("the cache stays");
            fs::copy(entry.path(), objects.join(entry.file_name())).expect("there is room");
        }
        let start = git(&cache, &["rev-parse", "refs/heads/main"]);
        repository.git(&["update-ref", "refs/heads/main", &start]);
        Self {
            files,
            repository,
            start,
            tags: Cell::new(0),
        }
    }

    /// Returns an app in the middle.
    pub(crate) fn any_app(&self) -> App {
        self.app(self.files / FILES_OF_APP / 2, 2)
    }

    /// Returns different apps, or environments of them.
    pub(crate) fn apps(&self, count: usize) -> Vec<App> {
        let apps = self.files / FILES_OF_APP;
        (0..count).map(|n| self.app(n % apps, n / apps)).collect()
    }

    fn app(&self, number: usize, environment: usize) -> App {
        App {
            number,
            environment: ENVIRONMENTS[environment],
        }
    }

    /// Returns a tag that was not used before.
    pub(crate) fn next_tag(&self) -> String {
        self.tags.set(self.tags.get() + 1);
        format!("v2.0.{}-{}", self.tags.get(), process::id())
    }

    /// Puts the branch back to the first commit.
    pub(crate) fn rewind(&self) {
        let reference = ["update-ref", "refs/heads/main", &self.start];
        self.repository.git(&reference);
    }

    /// Lets clients filter by depth, or only as GitHub does.
    pub(crate) fn permit_trees(&self, permitted: bool) {
        let key = "uploadpackfilter.tree.maxDepth";
        let value = if permitted { "100" } else { "0" };
        self.repository.git(&["config", key, value]);
    }

    /// Panics unless the branch has one commit more, that sets the tag.
    #[track_caller]
    pub(crate) fn expect_update(&self, app: &App, tag: &str) {
        let range = format!("{}..refs/heads/main", self.start);
        let commits = self.repository.git(&["rev-list", "--count", &range]);
        assert_eq!(commits, "1", "one update is one commit");
        self.expect_tag(app, tag);
    }

    /// Panics unless the branch has the tag.
    #[track_caller]
    pub(crate) fn expect_tag(&self, app: &App, tag: &str) {
        let text = self.repository.read("main", &app.file());
        let line = format!("newTag: {tag}");
        assert!(text.contains(&line), "{}: {text}", app.file());
    }

    /// Returns how many commits were made.
    pub(crate) fn commits(&self) -> usize {
        let range = format!("{}..refs/heads/main", self.start);
        let count = self.repository.git(&["rev-list", "--count", &range]);
        count.parse().expect("git counts")
    }
}

fn cached(files: usize) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench");
    let cache = folder.join(format!("repository-{files}-v{LAYOUT}.git"));
    if cache.exists() {
        return cache;
    }
    progress(&format!("making a repository of {files} files, once"));
    let draft = folder.join(format!("draft-{}.git", process::id()));
    fs::create_dir_all(&draft).expect("the target folder is ours");
    git(&draft, &["init", "--quiet", "--bare", "-b", "main", "."]);
    let mut import = command_for(&draft, &["fast-import", "--quiet"]);
    let output = run_with(&mut import, stream(files).as_bytes());
    expect_success(&import, &output);
    git(&draft, &["repack", "-adq", "--write-bitmap-index"]);
    fs::rename(draft, &cache).expect("the target folder is ours");
    cache
}

/// Returns the first commit, for `git fast-import`.
fn stream(files: usize) -> String {
    let mut text = String::from("commit refs/heads/main\n");
    let _ = writeln!(text, "committer A Tester <tester@example.com> {DATE}");
    data(&mut text, "Start");
    for number in 0..files / FILES_OF_APP {
        for (path, contents) in app_files(number) {
            let _ = writeln!(text, "M 100644 inline {}/{path}", directory(number));
            data(&mut text, &contents);
        }
    }
    text
}

fn data(stream: &mut String, contents: &str) {
    let _ = writeln!(stream, "data {}\n{contents}", contents.len());
}

fn directory(number: usize) -> String {
    format!("apps/app-{number:05}")
}

fn image(number: usize) -> String {
    format!("registry.example.com/team/app-{number:05}")
}

/// Returns the files of an app: six directories, as kustomize has them.
fn app_files(number: usize) -> Vec<(String, String)> {
    let image = image(number);
    let mut files = vec![
        ("README.md".to_owned(), format!("# App {number}\n")),
        (
            "base/deployment.yaml".to_owned(),
            deployment(number, &image),
        ),
        (
            "base/service.yaml".to_owned(),
            format!(
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: app-{number}\nspec:\n  \
                 selector: {{app: app-{number}}}\n  ports: [{{port: 80, targetPort: 8080}}]\n"
            ),
        ),
        (
            "base/kustomization.yaml".to_owned(),
            "resources:\n- deployment.yaml\n- service.yaml\n".to_owned(),
        ),
    ];
    for environment in ENVIRONMENTS {
        files.push((
            format!("overlays/{environment}/kustomization.yaml"),
            kustomization(number, environment, &image),
        ));
        files.push((
            format!("overlays/{environment}/settings.yaml"),
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-{number}\ndata:\n  level: {environment}\n"),
        ));
    }
    files
}

fn kustomization(number: usize, environment: &str, image: &str) -> String {
    format!(
        "# {environment} of app {number}\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n\
         namespace: {environment}\nresources:\n- ../../base\n- settings.yaml\nimages:\n\
         - name: {image}\n  newTag: v1.0.{number} # set by the pipeline\n"
    )
}

fn deployment(number: usize, image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{number}\nspec:\n  replicas: 2\n  \
         selector:\n    matchLabels: {{app: app-{number}}}\n  template:\n    metadata:\n      \
         labels: {{app: app-{number}}}\n    spec:\n      containers:\n      - name: app\n        \
         image: {image}\n        ports:\n        - containerPort: 8080\n        resources:\n          \
         requests: {{cpu: 100m, memory: 64Mi}}\n"
    )
}
