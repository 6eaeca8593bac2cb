//! A case, as the corpus describes it.

use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A case.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) file: String,
    #[serde(default)]
    pub(crate) class: String,
    pub(crate) op: String,
    pub(crate) mode: String,
    #[serde(default)]
    pub(crate) intent: Value,
    #[serde(default)]
    pub(crate) targets: Vec<Target>,
    #[serde(default)]
    pub(crate) expect_sha256: Hashes,
    /// The path in its repository, where the corpus records it.
    #[serde(default)]
    path: Option<Value>,
    /// The file that a promotion takes versions from.
    #[serde(default)]
    pub(crate) source_file: Option<String>,
    /// Its path in the repository, where the corpus records it.
    #[serde(default)]
    source_path: Option<String>,
}

/// A value that changes.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) path: Vec<Value>,
    #[serde(default)]
    pub(crate) new: String,
}

/// One hash or several.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
pub(crate) enum Hashes {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl Hashes {
    pub(crate) fn contains(&self, hash: &str) -> bool {
        match self {
            Self::None => false,
            Self::One(one) => one == hash,
            Self::Many(many) => many.iter().any(|one| one == hash),
        }
    }
}

/// Returns the corpus that is in every clone.
pub(crate) fn of_the_clone() -> PathBuf {
    guest().join("tests/corpus")
}

/// Returns the larger corpus of the same form, if one is at hand.
pub(crate) fn larger() -> Option<PathBuf> {
    let beside = guest().join("../../shared/corpus/public");
    let named = std::env::var_os("TOWPATH_CORPUS").map(PathBuf::from);
    named.or_else(|| beside.is_dir().then_some(beside))
}

/// Returns the folder of the guest; the host includes this file, too.
pub(crate) fn guest() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest")
}

impl Case {
    /// Reads all cases of a corpus, in order.
    pub(crate) fn all(corpus: &Path) -> Vec<Self> {
        let mut files: Vec<_> = fs::read_dir(corpus.join("cases"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "jsonl")
            })
            .collect();
        files.sort();
        let parse = |line: &str| serde_json::from_str(line).unwrap();
        files
            .iter()
            .flat_map(|file| {
                fs::read_to_string(file)
                    .unwrap()
                    .lines()
                    .map(parse)
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// Returns the path that the file is given.
    pub(crate) fn tree_path(&self) -> String {
        let parts: Vec<_> = self.file.split('/').collect();
        if let Some(Value::String(path)) = &self.path {
            path.clone()
        } else if parts[0] == "files" {
            parts[3..].join("/")
        } else if parts[0] == "synthetic" && self.class == "kustomization" {
            "kustomization.yaml".to_owned()
        } else {
            parts[parts.len() - 1].to_owned()
        }
    }

    /// Returns the path that the source of a promotion is given.
    pub(crate) fn source_path(&self) -> Option<String> {
        let file = self.source_file.as_deref()?;
        let below = || file.splitn(4, '/').nth(3).unwrap_or(file).to_owned();
        Some(self.source_path.clone().unwrap_or_else(below))
    }

    /// Returns a text of the intent.
    pub(crate) fn asked(&self, key: &str) -> Option<&str> {
        self.intent.get(key)?.as_str()
    }

    /// Whether the intent alone leads to one place.
    pub(crate) fn is_unique(&self) -> bool {
        let candidates = self.intent.get("candidates_with_same_intent");
        candidates
            .and_then(Value::as_u64)
            .is_none_or(|count| count <= 1)
    }
}
