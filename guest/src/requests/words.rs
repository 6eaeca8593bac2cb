//! The words of a request for a change that is not of `towpath set`: what it is
//! about does not depend on which values differ now.

use super::text::{one_line, slug};
use crate::plan::{Plan, RequestDraft};

/// The longest list of apps in the name of a branch, in characters.
const APPS: usize = 60;

/// What a request is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'a> {
    /// What is done, in one word, as `promote`.
    pub(crate) what: &'a str,
    /// The environment; empty if it is none.
    pub(crate) environment: &'a str,
    /// The apps that were named; all of them if none.
    pub(crate) apps: &'a [String],
}

impl About<'_> {
    /// Returns the branch: the same for all that is about the same.
    pub(crate) fn head(&self) -> String {
        let mut apps: Vec<&str> = self.apps.iter().map(String::as_str).collect();
        apps.sort_unstable();
        apps.dedup();
        let all = slug(&apps.join("-"), false);
        let apps = match all.len() {
            0 => String::new(),
            1..=APPS => format!("-{all}"),
            _ => format!("-set-{}", super::subject::fingerprint(apps.iter())),
        };
        let environment = match slug(self.environment, true) {
            name if name.is_empty() => name,
            name => format!("{name}/"),
        };
        format!("towpath/{environment}{}{apps}", self.what)
    }

    /// Writes the words that a plan can be proposed with.
    pub(crate) fn draft(&self, title: &str) -> RequestDraft {
        RequestDraft {
            environment: self.environment.to_owned(),
            head: self.head(),
            title: one_line(title),
            ..RequestDraft::default()
        }
    }
}

/// Gives a plan the words that it can be proposed with: those of its commit.
pub(crate) fn proposed(mut plan: Plan, about: About<'_>) -> Plan {
    let subject = plan.message.lines().next().unwrap_or_default();
    plan.request = Some(about.draft(subject));
    plan
}

#[cfg(test)]
mod tests {
    use super::About;

    #[track_caller]
    fn check(environment: &str, apps: &[&str], expected: &str) {
        let apps: Vec<_> = apps.iter().map(|app| (*app).to_owned()).collect();
        let about = About {
            what: "promote",
            environment,
            apps: &apps,
        };
        assert_eq!(about.head(), expected);
    }

    #[test]
    fn a_branch_is_named_by_what_is_asked_for() {
        check("prod", &[], "towpath/prod/promote");
        check(
            "prod",
            &["web", "api", "web"],
            "towpath/prod/promote-api-web",
        );
        check("eu west", &["a/b"], "towpath/eu-west/promote-a-b");
        check("", &[], "towpath/promote");
        let many: Vec<_> = (0..40).map(|number| format!("app{number}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        check("prod", &many, "towpath/prod/promote-set-fba734cb74186fd7");
    }
}
