//! What is said about a promotion: the commit, the request, the table.

use super::Promotion;
use crate::environment::Slot;
use crate::error::Failure;
use crate::message::{self, Commit, Move};
use crate::plan::{Change, FileChange, RequestDraft, Table};
use crate::report;
use crate::request::Source;
use crate::requests::About;

/// The longest subject, in characters.
const SUBJECT: usize = 72;

/// What is said about a promotion.
pub(super) struct Words<'w> {
    pub(super) promotion: &'w Promotion<'w>,
    /// The apps that get another version, sorted.
    pub(super) apps: Vec<&'w str>,
    pub(super) moves: &'w [Move],
    pub(super) rows: &'w [Row],
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    app: String,
    what: String,
    from: Option<String>,
    to: Option<String>,
    outcome: String,
}

impl Row {
    pub(super) fn of(
        slot: &Slot<'_>,
        from: Option<String>,
        to: Option<String>,
        outcome: &str,
    ) -> Self {
        let (_, what) = slot.what.parts();
        Self {
            app: slot.app.clone(),
            what: what.to_owned(),
            from,
            to,
            outcome: outcome.to_owned(),
        }
    }

    /// Returns a row for an app as a whole.
    pub(super) fn whole(app: &str, from: Option<String>, to: Option<String>) -> Self {
        let outcome = if from == to { "the same" } else { "promoted" };
        Self {
            app: app.to_owned(),
            what: String::new(),
            from,
            to,
            outcome: outcome.to_owned(),
        }
    }
}

impl Words<'_> {
    /// Writes the commit message; empty when nothing changes.
    pub(super) fn message(
        &self,
        changes: &[Change],
        files: &[FileChange],
    ) -> Result<String, Failure> {
        let subject = self.subject();
        let words = self.promotion.words;
        let source = Source {
            environment: Some(self.promotion.to.scope.name.to_owned()),
            ..words.source.clone()
        };
        let mut trailers = vec![("From", self.promotion.from.scope.name.to_owned())];
        trailers.extend(self.apps.iter().map(|app| ("App", (*app).to_owned())));
        let commit = Commit {
            words: &message::Words {
                wording: words.wording.clone(),
                source: &source,
            },
            moves: self.moves,
            changes,
            files,
            subject: Some(&subject),
            trailers: &trailers,
        };
        commit.message()
    }

    /// Writes the words of a request that would carry it.
    pub(super) fn draft(&self) -> RequestDraft {
        let about = About {
            what: "promote",
            environment: self.promotion.to.scope.name,
            apps: self.promotion.asked,
        };
        RequestDraft {
            from: Some(self.promotion.from.scope.name.to_owned()),
            body: report::at_a_glance(&self.table()),
            ..about.draft(&self.subject())
        }
    }

    /// Returns the table of apps: what is here, what is there, what happens.
    pub(super) fn table(&self) -> Table {
        let (from, to) = (self.promotion.from.scope.name, self.promotion.to.scope.name);
        let columns = ["app", "what", from, to, "outcome"];
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let rows = self.rows.iter().map(|row| {
            let (from, to) = (text(&row.from), text(&row.to));
            vec![
                row.app.clone(),
                row.what.clone(),
                from,
                to,
                row.outcome.clone(),
            ]
        });
        Table {
            columns: columns.map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }

    fn subject(&self) -> String {
        let to = self.promotion.to.scope.name;
        let from = self.promotion.from.scope.name;
        let version = |new: &Move| {
            let (_, what) = new.what.parts();
            let name = what.rsplit('/').next().unwrap_or(what);
            format!("{name} {}", new.new)
        };
        let list: Vec<_> = self.moves.iter().map(version).collect();
        let whole = format!("Promote {} from {from} to {to}", list.join(", "));
        if whole.chars().count() <= SUBJECT {
            return whole;
        }
        match self.apps[..] {
            [only] => format!("Promote {only} from {from} to {to}"),
            _ => format!("Promote {} apps from {from} to {to}", self.apps.len()),
        }
    }
}
