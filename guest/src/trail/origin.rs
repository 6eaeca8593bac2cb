//! Where a change comes from, as far as its commit tells.

use crate::repository::Commit;

/// The commit of a change, and the build that it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The name of the commit.
    pub(crate) commit: String,
    /// When it was made, in seconds since 1970-01-01 UTC.
    pub(crate) time: i64,
    /// Who made it, without the address.
    pub(crate) author: String,
    /// The first line of its message.
    pub(crate) subject: String,
    /// The number of the build.
    pub(crate) build: Option<u64>,
    /// The repository that was built.
    pub(crate) source: Option<String>,
    /// The commit that was built.
    pub(crate) revision: Option<String>,
    /// The page of the pipeline run.
    pub(crate) run: Option<String>,
}

impl Origin {
    /// Reads a commit. Trailers count wherever they stand: a forge that squashes
    /// a request indents them, or puts more text behind them.
    pub(crate) fn of(commit: &Commit) -> Self {
        let trailer = |name: &str| {
            let mut lines = commit.message.lines().rev();
            lines.find_map(|line| {
                let (key, value) = line.trim().strip_prefix("Towpath-")?.split_once(": ")?;
                (key == name).then(|| value.trim().to_owned())
            })
        };
        let author = commit.author.split(" <").next().unwrap_or_default();
        Self {
            commit: commit.id.clone(),
            time: commit.time,
            author: author.trim().to_owned(),
            subject: commit.message.lines().next().unwrap_or_default().to_owned(),
            build: trailer("Build").and_then(|build| build.parse().ok()),
            source: trailer("Source-Repository"),
            revision: trailer("Source-Revision"),
            run: trailer("Run")
                .filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        }
    }

    /// Returns the beginning of the commit's name, as people write it.
    pub(crate) fn short(&self) -> &str {
        self.commit.get(..7).unwrap_or(&self.commit)
    }
}
