//! What a request says: branch, title, text and labels, by default or by templates.

use super::marker::Marker;
use super::subject::{Subject, fingerprint, subjects};
use crate::error::{Failure, Kind};
use crate::plan::{Plan, RequestDraft};
use crate::report::{code, escaped};
use crate::request::Source;
use crate::template::{Template, Variables};
use towpath_surface::requests::{Draft, Wishes};

/// The longest title, in characters.
const TITLE: usize = 120;

/// The largest number of rows in the table of changes.
const ROWS: usize = 100;

/// Writes the request for a plan.
///
/// # Errors
/// When a template cannot be read, or the branch could not have its name.
pub(super) fn draft(plan: &Plan, source: &Source, wishes: &Wishes) -> Result<Draft, Failure> {
    let subjects = subjects(plan);
    let place = place(plan, source);
    let words = plan.request.as_ref();
    let from = words.and_then(|words| words.from.as_deref());
    let variables = variables(&subjects, &place, source, wishes);
    let variables = variables.with("from", from.map(one_line).unwrap_or_default());
    let head = match (words, wishes.head.as_deref()) {
        (Some(words), None) if !words.head.is_empty() => words.head.clone(),
        (_, template) => head(template, &subjects, &place, &variables)?,
    };
    if head == wishes.base {
        return Err(Failure::new(
            Kind::Usage,
            format!("the branch of the request is the one that it goes to, \"{head}\""),
        )
        .hint("Give another one with --head."));
    }
    let title = match (words, &wishes.title) {
        (_, Some(title)) => one_line(&Template::parse(title)?.render(&variables)?),
        (Some(words), None) if !words.title.is_empty() => words.title.clone(),
        (_, None) => title(&subjects, &place),
    };
    let version = super::subject::version(plan);
    let key = match words {
        Some(words) if !words.head.is_empty() => format!(
            "{}:{}",
            slug(&place, false),
            fingerprint([&words.head].into_iter())
        ),
        _ => key(&place, &subjects),
    };
    let marker = Marker {
        key: key.clone(),
        version: version.clone(),
        build: source.build,
        gates: words.map(gates).unwrap_or_default(),
        is_retired: false,
    };
    let labels = wishes.labels.iter().map(|label| {
        let label = Template::parse(label)?.render(&variables)?;
        Ok(one_line(&label))
    });
    let text = text(plan, source, wishes, &variables)?;
    Ok(Draft {
        base: wishes.base.clone(),
        head,
        title: shortened(&title, TITLE),
        body: marker.enclose(&text),
        labels: labels.collect::<Result<_, Failure>>()?,
        key,
        version,
        build: source.build,
    })
}

/// The names of the variables, with what they hold.
pub const VARIABLES: &[(&str, &str)] = &[
    (
        "app",
        "The app, or the apps: the last part of the image's or chart's name",
    ),
    (
        "environment",
        "The environment, or the directory of the changed files",
    ),
    (
        "from",
        "The environment that versions come from, where they are promoted",
    ),
    ("image", "The whole name of the image, or what else is set"),
    ("old", "The version before"),
    ("new", "The version after"),
    ("base", "The branch that the request goes to"),
    ("build", "The number of the build"),
    (
        "source-repository",
        "The repository whose build made the image",
    ),
    ("source-revision", "The commit that was built"),
    ("run-url", "The page of the pipeline run"),
];

fn variables(subjects: &[Subject], place: &str, source: &Source, wishes: &Wishes) -> Variables {
    let joined = |part: fn(&Subject) -> &str| {
        let mut parts: Vec<&str> = subjects.iter().map(part).collect();
        parts.dedup();
        parts.join(", ")
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let build = source.build.map(|build| build.to_string());
    Variables::default()
        .with("app", joined(|subject| subject.app()))
        .with("environment", place)
        .with("image", joined(|subject| &subject.name))
        .with(
            "old",
            joined(|subject| subject.old.as_deref().unwrap_or_default()),
        )
        .with("new", joined(|subject| &subject.new))
        .with("base", &wishes.base)
        .with("build", build.unwrap_or_default())
        .with("source-repository", text(&source.repository))
        .with("source-revision", text(&source.revision))
        .with("run-url", text(&source.run_url))
}

/// Returns how the gates stand that a request waits for, a letter for each.
fn gates(words: &RequestDraft) -> String {
    let notes = words.notes.iter();
    let open = notes.map(|note| if note.starts_with("- [x]") { 'x' } else { '-' });
    open.collect()
}

/// Returns the environment, or the directory that holds all changed places.
fn place(plan: &Plan, source: &Source) -> String {
    if let Some(words) = plan
        .request
        .as_ref()
        .filter(|words| !words.environment.is_empty())
    {
        return one_line(&words.environment);
    }
    if let Some(environment) = source.environment.as_deref().map(one_line)
        && !environment.is_empty()
    {
        return environment;
    }
    let directories = plan.changes.iter().map(|change| {
        let path = change.at.path.as_str();
        path.rsplit_once('/').map_or("", |(directory, _)| directory)
    });
    directories.reduce(common).map(one_line).unwrap_or_default()
}

fn common<'a>(one: &'a str, other: &str) -> &'a str {
    let mut end = 0;
    for (a, b) in one.split('/').zip(other.split('/')) {
        if a != b {
            break;
        }
        end += a.len() + usize::from(end > 0);
    }
    one.get(..end).unwrap_or_default()
}

fn head(
    template: Option<&str>,
    subjects: &[Subject],
    place: &str,
    variables: &Variables,
) -> Result<String, Failure> {
    let Some(template) = template else {
        let apps = apps(subjects);
        let place = if place.is_empty() { "root" } else { place };
        return Ok(format!(
            "towpath/{}/{}",
            slug(place, true),
            slug(&apps, false)
        ));
    };
    let fitted = variables.clone().fitted(|value| slug(value, true));
    let head = Template::parse(template)?.render(&fitted)?;
    if !is_branch(&head) {
        return Err(Failure::new(
            Kind::Usage,
            format!("\"{}\" cannot be the name of a branch", one_line(&head)),
        )
        .hint("Use letters, digits, `.`, `_`, `-` and `/`, and variables that have a value."));
    }
    Ok(head)
}

/// Returns the apps by name, or a number for them when there are many.
fn apps(subjects: &[Subject]) -> String {
    let mut names: Vec<&str> = subjects.iter().map(Subject::app).collect();
    names.sort_unstable();
    names.dedup();
    let all = names.join("-");
    match all.len() {
        0 => "values".to_owned(),
        1..=60 => all,
        _ => format!("set-{}", fingerprint(names.iter())),
    }
}

/// Returns what a request is about, as one word.
fn key(place: &str, subjects: &[Subject]) -> String {
    let mut names: Vec<&str> = subjects
        .iter()
        .map(|subject| subject.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let place = slug(place, false);
    format!("{place}:{}", fingerprint(names.iter()))
}

/// Makes a text fit for the name of a branch; a slash stays when `nested`.
pub(super) fn slug(text: &str, nested: bool) -> String {
    let mut slug = String::new();
    for char in text.chars() {
        let fits = char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
        match char {
            '/' if nested && !slug.ends_with('/') => slug.push('/'),
            '.' if slug.is_empty() || slug.ends_with(['.', '/']) => {}
            char if fits => slug.push(char),
            _ if slug.is_empty() || slug.ends_with(['-', '/']) => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_matches(['-', '/', '.']);
    slug.strip_suffix(".lock").unwrap_or(slug).to_owned()
}

fn is_branch(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '-'])
            && !part.ends_with(['.'])
            && !part.ends_with(".lock")
            && !part.contains("..")
    };
    let fits = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | '#' | '=' | '%')
    };
    name.chars().all(fits) && name.split('/').all(is_part)
}

fn title(subjects: &[Subject], place: &str) -> String {
    let moves: Vec<_> = subjects.iter().map(Subject::phrase).collect();
    let prefix = if place.is_empty() {
        String::new()
    } else {
        format!("{place}: ")
    };
    let whole = format!("{prefix}{}", moves.join(", "));
    if whole.chars().count() <= TITLE || subjects.len() < 2 {
        return whole;
    }
    format!("{prefix}{} values", subjects.len())
}

fn text(
    plan: &Plan,
    source: &Source,
    wishes: &Wishes,
    variables: &Variables,
) -> Result<String, Failure> {
    let mut text = String::new();
    if let Some(body) = &wishes.body {
        text.push_str(Template::parse(body)?.render(variables)?.trim());
        text.push_str("\n\n");
    }
    let words = plan.request.as_ref();
    match words
        .map(|words| words.body.trim())
        .filter(|body| !body.is_empty())
    {
        Some(body) => text.push_str(&format!(
            "{body}\n\n<details><summary>Files</summary>\n\n{}\n</details>\n",
            table(plan)
        )),
        None => text.push_str(&table(plan)),
    }
    let notes = words
        .map(|words| words.notes.as_slice())
        .unwrap_or_default();
    if !notes.is_empty() {
        text.push_str("\nGates:\n\n");
    } else if !wishes.notes.is_empty() {
        text.push('\n');
    }
    for note in notes.iter().chain(&wishes.notes) {
        text.push_str(&format!("{note}\n"));
    }
    text.push_str(&origin(plan, source));
    Ok(text)
}

fn table(plan: &Plan) -> String {
    let mut table = "| File | Value | Before | After |\n| --- | --- | --- | --- |\n".to_owned();
    let changed = plan
        .changes
        .iter()
        .filter(|change| change.old != change.new);
    let value = |value: &Option<String>| match value {
        Some(value) => code(value),
        None => "none".to_owned(),
    };
    for change in changed.clone().take(ROWS) {
        let what = change.image.as_deref().unwrap_or(&change.key);
        table.push_str(&format!(
            "| {} | {} | {} | {} |\n",
            code(&change.at.path),
            code(what),
            value(&change.old),
            value(&change.new),
        ));
    }
    let more = changed.count().saturating_sub(ROWS);
    if more > 0 {
        table.push_str(&format!("\nand {more} more\n"));
    }
    table
}

/// Says where the change came from: the repository, the commit, the run, the
/// comparison of the versions, and the trailers of the commit, which a squash
/// would drop.
fn origin(plan: &Plan, source: &Source) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| text.push_str(&format!("- {name}: {value}\n"));
    if let Some(repository) = &source.repository {
        line("Source", escaped(repository));
    }
    if let Some(revision) = &source.revision {
        line("Revision", code(revision));
    }
    match (&source.run_url, source.build) {
        (Some(url), Some(build)) => line("Build", format!("{build}, {}", link(url))),
        (Some(url), None) => line("Build", link(url)),
        (None, Some(build)) => line("Build", build.to_string()),
        (None, None) => {}
    }
    for subject in subjects(plan) {
        if let Some(url) = compare(&subject, source) {
            line(&escaped(subject.app()), format!("[compare]({url})"));
        }
    }
    if !text.is_empty() {
        text.insert(0, '\n');
    }
    let trailers = plan
        .message
        .lines()
        .filter(|line| line.starts_with("Towpath-"));
    let trailers: Vec<_> = trailers.map(|line| line.replace('`', "'")).collect();
    if !trailers.is_empty() {
        text.push_str("\n<details><summary>Trailers</summary>\n\n```\n");
        text.push_str(&trailers.join("\n"));
        text.push_str("\n```\n\n</details>\n");
    }
    text
}

fn link(url: &str) -> String {
    match is_address(url) {
        true => format!("<{url}>"),
        false => code(url),
    }
}

/// Returns whether a text is an address that ends where it seems to.
fn is_address(url: &str) -> bool {
    url.starts_with("https://")
        && url
            .chars()
            .all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '(' | ')' | '"' | '`'))
}

/// Returns the page that compares two versions, where both are likely to be
/// names in the source repository.
fn compare(subject: &Subject, source: &Source) -> Option<String> {
    let old = subject.old.as_deref().filter(|old| is_version(old))?;
    let new = Some(subject.new.as_str()).filter(|new| is_version(new) && *new != old)?;
    let repository = source.repository.as_deref()?;
    let run = source.run_url.as_deref().filter(|url| is_address(url))?;
    let end = run.find(&format!("/{repository}/"))? + 1 + repository.len();
    let dash = if run[end..].starts_with("/-/") {
        "/-"
    } else {
        ""
    };
    Some(format!("{}{dash}/compare/{old}...{new}", &run[..end]))
}

fn is_version(text: &str) -> bool {
    let number = text.strip_prefix('v').unwrap_or(text);
    let is_number = number.contains('.')
        && number.starts_with(|c: char| c.is_ascii_digit())
        && number
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let is_commit =
        text.len() >= 7 && text.len() <= 64 && text.chars().all(|c| c.is_ascii_hexdigit());
    is_number || is_commit
}

/// Makes one line of a text.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let kept = text.chars().take(limit.saturating_sub(1));
    kept.chain(['…']).collect()
}
