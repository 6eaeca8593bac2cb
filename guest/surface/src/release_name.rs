//! The name of a release that tells an app and its version, such as `web-1.4.2`.
//!
//! It is cut here, before anything is asked of the planner: the parts stand in
//! paths, too, and so may be nothing but letters, digits and a few signs.

/// How a name is read when nothing else is said.
pub const PATTERN: &str = "<app>-<version>";

const APP: &str = "<app>";
const VERSION: &str = "<version>";

/// An app and its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseName {
    /// The app, where the pattern has one.
    pub app: Option<String>,
    /// The version.
    pub version: String,
}

impl ReleaseName {
    /// Cuts a name. What separates app and version may be in both of them: the
    /// version is the first thing that looks like one with a dot, such as
    /// `1.4.2-rc.1`, and else the last that begins with a digit.
    ///
    /// # Errors
    /// A lower-case fragment, when the pattern is none or the name does not fit.
    pub fn parse(name: &str, pattern: &str) -> Result<Self, String> {
        let frame = Frame::parse(pattern)?;
        let found = frame.cut(name.trim());
        found.ok_or_else(|| {
            format!(
                "the release {name:?} is not of the form `{pattern}`, where the version begins \
                 with a digit, or with `v` and a digit"
            )
        })
    }

    /// Puts the parts where a text has `{{app}}` and `{{version}}`.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let (name, following) = after.split_once("}}").unwrap_or((after, ""));
            let is_closed = after.len() > name.len();
            match self.part(name.trim()).filter(|_| is_closed) {
                Some(part) => {
                    filled.push_str(part);
                    rest = following;
                }
                None => {
                    filled.push_str("{{");
                    rest = after;
                }
            }
        }
        filled + rest
    }

    fn part(&self, name: &str) -> Option<&str> {
        match name {
            "app" => self.app.as_deref(),
            "version" => Some(&self.version),
            _ => None,
        }
    }
}

/// Returns whether a text has a place for a part of the name of a release.
#[must_use]
pub fn has_place(text: &str) -> bool {
    let nothing = ReleaseName {
        app: Some(String::new()),
        version: String::new(),
    };
    nothing.fill(text) != text
}

/// A pattern, taken apart.
struct Frame<'p> {
    before: &'p str,
    /// What is between app and version, and whether the app comes first.
    between: Option<(&'p str, bool)>,
    after: &'p str,
}

impl<'p> Frame<'p> {
    fn parse(pattern: &'p str) -> Result<Self, String> {
        let wrong = |reason: &str| format!("the pattern {pattern:?} of releases {reason}");
        let (before, after) = pattern
            .split_once(VERSION)
            .ok_or_else(|| wrong("has no `<version>`"))?;
        let frame = match (before.split_once(APP), after.split_once(APP)) {
            (Some((before, between)), None) => Self {
                before,
                between: Some((between, true)),
                after,
            },
            (None, Some((between, after))) => Self {
                before,
                between: Some((between, false)),
                after,
            },
            (None, None) => Self {
                before,
                between: None,
                after,
            },
            (Some(_), Some(_)) => return Err(wrong("has `<app>` twice")),
        };
        let parts = [frame.before, frame.after];
        if parts.iter().any(|part| part.contains(['<', '>'])) {
            return Err(wrong("has more than `<app>` and `<version>`, once each"));
        }
        match frame.between {
            Some((between, _)) if between.is_empty() || between.contains(['<', '>']) => {
                Err(wrong("has nothing between `<app>` and `<version>`"))
            }
            _ => Ok(frame),
        }
    }

    fn cut(&self, name: &str) -> Option<ReleaseName> {
        let inner = name.strip_prefix(self.before)?.strip_suffix(self.after)?;
        let Some((between, app_first)) = self.between else {
            return begins_as_version(inner).then(|| ReleaseName {
                app: None,
                version: inner.to_owned(),
            });
        };
        let pairs = inner.match_indices(between).map(|(at, _)| {
            let (left, right) = (&inner[..at], &inner[at + between.len()..]);
            if app_first {
                (left, right)
            } else {
                (right, left)
            }
        });
        let pairs: Vec<_> = pairs.filter(|(app, _)| is_app(app)).collect();
        let dotted = pairs.iter().find(|(_, version)| is_dotted(version));
        let pair = dotted.or_else(|| {
            let mut last = pairs.iter().rev();
            last.find(|(_, version)| begins_as_version(version))
        });
        pair.map(|(app, version)| ReleaseName {
            app: Some((*app).to_owned()),
            version: (*version).to_owned(),
        })
    }
}

/// An app is one component of a path.
fn is_app(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    !text.is_empty() && text.chars().all(fits) && !text.starts_with(['.', '-'])
}

fn begins_as_version(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let number = text.strip_prefix('v').unwrap_or(text);
    number.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(fits)
}

/// Whether a text is numbers with dots, and what may follow them.
fn is_dotted(text: &str) -> bool {
    let number = text.strip_prefix('v').unwrap_or(text);
    let core = number.split(['-', '+']).next().unwrap_or_default();
    let mut parts = core.split('.');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    begins_as_version(text) && core.contains('.') && parts.all(is_number)
}

#[cfg(test)]
mod tests {
    use super::{PATTERN, ReleaseName, has_place};

    #[track_caller]
    fn check(name: &str, pattern: &str, app: &str, version: &str) {
        let found = ReleaseName::parse(name, pattern).unwrap();
        let app = Some(app.to_owned()).filter(|app| !app.is_empty());
        assert_eq!((found.app, found.version.as_str()), (app, version));
    }

    #[test]
    fn an_app_may_have_hyphens() {
        check(
            "album-app-frontend-1.4.2",
            PATTERN,
            "album-app-frontend",
            "1.4.2",
        );
        check("web-v1.4.2-rc.1", PATTERN, "web", "v1.4.2-rc.1");
        check("api-2-1.0.0", PATTERN, "api-2", "1.0.0");
        check("api-2-17", PATTERN, "api-2", "17");
        check("web-1.4.2+b-7.1", PATTERN, "web", "1.4.2+b-7.1");
    }

    #[test]
    fn a_pattern_says_what_is_where() {
        check(
            "release/web/1.4.2",
            "release/<app>/<version>",
            "web",
            "1.4.2",
        );
        check("web@1.4.2", "<app>@<version>", "web", "1.4.2");
        check("1.4.2_web", "<version>_<app>", "web", "1.4.2");
        check("v1.4.2", "v<version>", "", "1.4.2");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (name, pattern, part) in [
            ("album-app", PATTERN, "not of the form"),
            ("1.4.2", PATTERN, "not of the form"),
            ("../web-1.4.2", PATTERN, "not of the form"),
            ("web-1.4.2/x", PATTERN, "not of the form"),
            ("web-{{app}}-1.4.2", PATTERN, "not of the form"),
            ("web-1.4.2", "<app>", "has no `<version>`"),
            ("web-1.4.2", "<app><version>", "has nothing between"),
            ("web-1.4.2", "<app>-<version>-<app>", "has `<app>` twice"),
            ("web-1.4.2", "<version>-<version>", "once each"),
        ] {
            let error = ReleaseName::parse(name, pattern).unwrap_err();
            assert!(error.contains(part), "{name} by {pattern}: {error}");
        }
    }

    #[test]
    fn the_parts_are_filled_in_and_nothing_else() {
        let name = ReleaseName::parse("web-1.4.2", PATTERN).unwrap();
        let filled = name.fill("release/{{app}}_{{ version }}/{{new}}/{{");
        assert_eq!(filled, "release/web_1.4.2/{{new}}/{{");
        let only = ReleaseName::parse("v1.4.2", "v<version>").unwrap();
        assert_eq!(only.fill("{{app}} {{version}}"), "{{app}} 1.4.2");
        assert!(has_place("{{app}}/values.yaml") && !has_place("{{new}}/values.yaml"));
    }
}
