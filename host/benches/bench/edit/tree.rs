//! Directories of files that all use one image.

use crate::support::temp::TempDir;
use std::fmt::Write as _;
use std::fs;

/// The image of every file.
pub(crate) const IMAGE: &str = "registry.example.com/team/web";
/// The tag that is there before.
const OLD: &str = "v1.4.2";

/// A directory with an edit to make.
pub(crate) struct Tree {
    /// What the files are, in the plural.
    pub name: &'static str,
    /// The files.
    pub directory: TempDir,
    /// Their paths in the directory.
    pub paths: Vec<String>,
    /// What yq does to one of them; it has `$TAG`.
    pub yq: String,
    /// What sed does to one of them; it has `$TAG`.
    pub sed: String,
    /// The options of `towpath set` but the tag.
    pub options: Vec<String>,
    /// How the options go on with the tag.
    pub tag_option: &'static str,
}

impl Tree {
    /// Makes kustomizations, each in a directory of its own.
    pub(crate) fn kustomizations(count: usize) -> Self {
        let file = |number: usize| {
            let path = format!("apps/app-{number:05}/kustomization.yaml");
            (path, kustomization(number))
        };
        let expression = format!(r#"(.images[] | select(.name == "{IMAGE}")).newTag = env(TAG)"#);
        Self::images(
            "kustomizations",
            (0..count).map(file),
            expression,
            "s|newTag: .*|newTag: $TAG|",
        )
    }

    /// Makes Deployments of about two kilobytes.
    pub(crate) fn manifests(count: usize) -> Self {
        let file = |number: usize| {
            let path = format!("apps/app-{number:05}/deployment.yaml");
            (path, manifest(number))
        };
        let expression = format!(
            r#"(.spec.template.spec.containers[] | select(.image == "{IMAGE}:*")).image = "{IMAGE}:" + env(TAG)"#
        );
        let sed = format!("s|image: {IMAGE}:.*|image: {IMAGE}:$TAG|");
        Self::images("manifests", (0..count).map(file), expression, &sed)
    }

    fn images(
        name: &'static str,
        files: impl Iterator<Item = (String, String)>,
        yq: String,
        sed: &str,
    ) -> Self {
        let options = ["--path", "apps", "--all", "--image", IMAGE];
        Self {
            name,
            yq,
            sed: sed.to_owned(),
            options: options.map(str::to_owned).into(),
            tag_option: "--tag",
            ..Self::write(files)
        }
    }

    /// Makes one file of Helm values of five megabytes.
    pub(crate) fn values() -> Self {
        let mut text = String::from("# Values of everything\nservices:\n");
        let mut count = 0;
        while text.len() < 5_000_000 {
            count += 1;
            let _ = write!(
                text,
                "  service-{count:05}:\n    image:\n      repository: registry.example.com/team/service-{count:05}\n      \
                 tag: {OLD} # set by the pipeline\n    replicas: 2\n    env:\n      - name: LEVEL\n        \
                 value: \"{count}\"\n"
            );
        }
        let service = format!("services.service-{:05}.image.tag", count / 2);
        let line = text
            .lines()
            .position(|line| line == format!("  service-{:05}:", count / 2));
        let line = line.expect("the service was written") + 4;
        let options = ["--file", "values.yaml", "--key", &service];
        Self {
            name: "values",
            yq: format!(
                ".services[\"service-{:05}\"].image.tag = env(TAG)",
                count / 2
            ),
            sed: format!("{line}s|tag: [^ ]*|tag: $TAG|"),
            options: options.map(str::to_owned).into(),
            tag_option: "--value",
            ..Self::write([("values.yaml".to_owned(), text)].into_iter())
        }
    }

    fn write(files: impl Iterator<Item = (String, String)>) -> Self {
        let directory = TempDir::new();
        let paths = files.map(|(path, text)| {
            directory.write(&path, text);
            path
        });
        Self {
            name: "",
            paths: paths.collect(),
            directory,
            yq: String::new(),
            sed: String::new(),
            options: Vec::new(),
            tag_option: "",
        }
    }

    /// Panics unless one of the files has the tag; returns how many do.
    pub(crate) fn expect_tag(&self, tag: &str) -> usize {
        let has = |path: &&String| {
            let text = fs::read_to_string(self.directory.join(path));
            text.expect("the file stays").contains(tag)
        };
        let count = self.paths.iter().filter(has).count();
        assert!(count > 0, "nobody set {tag}");
        count
    }
}

fn kustomization(number: usize) -> String {
    let mut text = format!(
        "# App {number}\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n\
         namespace: shop\nresources:\n  - ../../base # shared\nlabels:\n  - pairs:\n      app: app-{number}\n\
         configMapGenerator:\n  - name: settings\n    literals:\n"
    );
    for line in 0..12 {
        let _ = writeln!(text, "      - SETTING_{line}=value-{number}-{line}");
    }
    let _ = write!(
        text,
        "images:\n  - name: {IMAGE}\n    newTag: {OLD} # set by the pipeline\n"
    );
    text
}

fn manifest(number: usize) -> String {
    let mut text = format!(
        "# App {number}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{number}\n  labels:\n    \
         app: app-{number}\nspec:\n  replicas: 2\n  selector:\n    matchLabels:\n      app: app-{number}\n  \
         template:\n    metadata:\n      labels:\n        app: app-{number}\n    spec:\n      containers:\n        \
         - name: web\n          image: {IMAGE}:{OLD} # set by the pipeline\n          ports:\n            \
         - containerPort: 8080\n          env:\n"
    );
    for line in 0..22 {
        let _ = write!(
            text,
            "            - name: SETTING_{line}\n              value: \"value-{number}-{line}\"\n"
        );
    }
    text
}
