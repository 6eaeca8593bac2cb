//! What a user asks for a chart or a repository.

use super::Address;
use crate::error::{Failure, Kind};
use crate::image::is_moving_revision;
use crate::message::What;
use crate::request::Permits;

/// What is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Followed {
    /// A chart of Helm.
    Chart,
    /// A repository: of git, or in a registry.
    Repository,
}

/// What a user asks for one chart or repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Update {
    pub(crate) followed: Followed,
    /// The name that places are found by; an address without scheme and user.
    pub(crate) name: String,
    /// The version or revision to set.
    pub(crate) version: String,
}

impl Update {
    /// Parses `NAME:VERSION` of a chart.
    pub(crate) fn chart(text: &str) -> Result<Self, Failure> {
        let parts = text
            .rsplit_once(':')
            .filter(|(_, version)| !version.contains('/'));
        let Some((name, version)) = parts else {
            return Err(
                Failure::new(Kind::Usage, format!("chart {text:?} has no version"))
                    .hint("Write `NAME:VERSION`, as `redis:19.6.4`."),
            );
        };
        Self::new(Followed::Chart, name, version)
    }

    /// Parses `REPOSITORY=REVISION`.
    pub(crate) fn revision(text: &str) -> Result<Self, Failure> {
        let Some((name, revision)) = text.split_once('=') else {
            return Err(
                Failure::new(Kind::Usage, format!("repository {text:?} has no revision")).hint(
                    "Write `REPOSITORY=REVISION`, as `https://github.com/acme/config=v1.2.0`.",
                ),
            );
        };
        Self::new(Followed::Repository, name, revision)
    }

    fn new(followed: Followed, name: &str, version: &str) -> Result<Self, Failure> {
        let what = match followed {
            Followed::Chart => "chart",
            Followed::Repository => "repository",
        };
        let bad = |text: &str| text.trim().is_empty() || text.chars().any(char::is_control);
        if bad(name) || bad(version) || version.trim() != version || version.starts_with('-') {
            let message = format!("invalid {what} `{name}` or version `{version}`");
            return Err(Failure::new(Kind::Usage, message)
                .hint("Neither may be empty or hold control characters."));
        }
        let name = name.trim();
        // The path inside of a repository is apart from its address.
        let scheme = name.find("://").map_or(0, |at| at + 3);
        let inside = name.get(scheme..).and_then(|rest| rest.find("//"));
        let (address, inside) = match inside {
            Some(at) => name.split_at(scheme + at),
            None => (name, ""),
        };
        let address = Address::parse(address)
            .map_or_else(|| address.to_owned(), |address| address.to_string());
        Ok(Self {
            followed,
            name: format!("{address}{}", inside.trim_end_matches('/')),
            version: version.to_owned(),
        })
    }

    /// Returns what the commit message says that it is about.
    pub(crate) fn what(&self) -> What {
        match self.followed {
            Followed::Chart => What::Chart(self.name.clone()),
            Followed::Repository => What::Revision(self.name.clone()),
        }
    }

    /// Returns how messages speak of it.
    pub(crate) fn title(&self) -> String {
        match self.followed {
            Followed::Chart => format!("chart `{}`", self.name),
            Followed::Repository => format!("repository `{}`", self.name),
        }
    }

    /// Returns a text that is in every file that follows it.
    pub(crate) fn text(&self) -> String {
        let address = self.name.split("//").next().unwrap_or_default();
        let last = address.rsplit('/').next().unwrap_or_default();
        last.to_owned()
    }

    /// Refuses to set what moves, unless that is permitted.
    pub(crate) fn refuse_moving(&self, permits: Permits) -> Result<(), Failure> {
        if permits.moving_revisions || !is_moving_revision(&self.version) {
            return Ok(());
        }
        let message = format!(
            "`{}` moves: what is deployed could change without a commit",
            self.version
        );
        Err(Failure::new(Kind::Moving, message)
            .hint("Use a version that is given once, or pass --allow-moving-revisions."))
    }
}
