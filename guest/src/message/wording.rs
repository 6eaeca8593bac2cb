//! What the user wants commit messages to say.

use crate::error::{Failure, Kind};
use crate::request;
use crate::template::{Template, Variables};
use towpath_surface::VARIABLES;

/// Templates for the parts of a commit message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wording {
    subject: Option<Template>,
    body: Option<Template>,
    trailers: Vec<(String, Template)>,
    /// Whether CI servers are asked to leave the commit alone.
    pub(super) skip_ci: bool,
}

impl Wording {
    /// Reads the templates, so that a wrong one is refused also when nothing is
    /// left to commit.
    pub(crate) fn parse(wording: &request::Wording) -> Result<Self, Failure> {
        let optional = |text: &Option<String>| text.as_deref().map(parse).transpose();
        let trailers = wording.trailers.iter().map(|text| trailer(text));
        Ok(Self {
            subject: optional(&wording.subject)?,
            body: optional(&wording.body)?,
            trailers: trailers.collect::<Result<_, _>>()?,
            skip_ci: wording.skip_ci,
        })
    }

    /// Whether the user wants another subject than the default one.
    pub(crate) fn has_subject(&self) -> bool {
        self.subject.is_some()
    }

    /// Returns the subject, if the user wants another than the default one.
    pub(super) fn subject(&self, variables: &Variables) -> Result<Option<String>, Failure> {
        let subject = self.subject.as_ref();
        subject.map(|text| text.render(variables)).transpose()
    }

    /// Returns the body, if the user wants another than the default one.
    pub(super) fn body(&self, variables: &Variables) -> Result<Option<String>, Failure> {
        let body = self.body.as_ref();
        body.map(|text| text.render(variables)).transpose()
    }

    /// Returns the user's own trailers.
    pub(super) fn trailers(&self, variables: &Variables) -> Result<Vec<(&str, String)>, Failure> {
        let trailers = self.trailers.iter();
        let rendered = trailers.map(|(name, text)| Ok((name.as_str(), text.render(variables)?)));
        rendered.collect()
    }
}

fn parse(text: &str) -> Result<Template, Failure> {
    let template = Template::parse(text)?;
    template.check(VARIABLES.iter().map(|(name, _)| *name))?;
    Ok(template)
}

fn trailer(text: &str) -> Result<(String, Template), Failure> {
    let wrong = |reason: &str, hint: &str| {
        Failure::new(Kind::Usage, format!("the trailer {text:?} {reason}")).hint(hint)
    };
    let form = "Write it as `KEY=VALUE`, such as `Reviewed-by=Jo Doe <jo@example.org>`.";
    let Some((name, value)) = text.split_once('=') else {
        return Err(wrong("has no `=`", form));
    };
    let name = name.trim();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(is_part) {
        return Err(wrong("has a key that is not one of a trailer", form));
    }
    // What the next run reads must have been written by this one.
    if name.to_ascii_lowercase().starts_with("towpath-") {
        return Err(wrong(
            "has a key of Towpath's own",
            "Choose a key that does not begin with `Towpath-`.",
        ));
    }
    if value.trim().is_empty() {
        return Err(wrong("has no value", form));
    }
    Ok((name.to_owned(), parse(value.trim())?))
}
