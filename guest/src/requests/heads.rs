//! Which branches hold the changes of requests, and what they are about.

use super::text::slug;

/// What the names of branches of an environment begin with.
pub(crate) fn heads_of(environment: &str) -> String {
    format!("refs/heads/towpath/{}/", slug(environment, true))
}

/// Returns the apps that a branch is about, by its name after [`heads_of`]; none
/// where it does not say it, as of a whole environment.
pub(crate) fn apps_of(name: &str, apps: &[String]) -> Vec<String> {
    let slugs = apps.iter().map(|app| (slug(app, false), app));
    let slugs: Vec<_> = slugs.filter(|(slug, _)| !slug.is_empty()).collect();
    let verbs = ["", "promote-", "rollback-", "pin-", "unpin-"];
    let mut named = verbs.iter().filter_map(|verb| name.strip_prefix(verb));
    let found = named.find_map(|rest| split(rest, &slugs));
    found.unwrap_or_default()
}

/// Takes names apart that were joined by hyphens, which they may have themselves.
fn split(text: &str, slugs: &[(String, &String)]) -> Option<Vec<String>> {
    slugs.iter().find_map(|(slug, app)| {
        let rest = text.strip_prefix(slug.as_str())?;
        let mut found = match rest.strip_prefix('-') {
            Some(rest) => split(rest, slugs)?,
            None if rest.is_empty() => Vec::new(),
            None => return None,
        };
        found.insert(0, (*app).clone());
        Some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::{apps_of, heads_of};

    #[track_caller]
    fn check(name: &str, expected: &[&str]) {
        let apps = ["web", "web-api", "api", "Shop"].map(str::to_owned);
        assert_eq!(apps_of(name, &apps), expected);
    }

    #[test]
    fn the_name_of_a_branch_tells_the_apps() {
        assert_eq!(heads_of("eu/prod"), "refs/heads/towpath/eu/prod/");
        check("promote", &[]);
        check("promote-web", &["web"]);
        check("promote-web-api", &["web", "api"]);
        check("rollback-Shop-web", &["Shop", "web"]);
        check("web", &["web"]);
        check("promote-other", &[]);
        check("set-0123456789abcdef", &[]);
    }
}
