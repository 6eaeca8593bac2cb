//! GitHub Actions: output files and workflow commands.
//!
//! Follows "Workflow commands for GitHub Actions" of GitHub's documentation.

use towpath_surface::plan::Problem;

/// Writes outputs with a delimiter that no value holds.
pub(super) fn outputs(pairs: &[(&str, String)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        let delimiter = delimiter(value);
        text.push_str(&format!("{name}<<{delimiter}\n{value}\n{delimiter}\n"));
    }
    text
}

fn delimiter(value: &str) -> String {
    let mut delimiter = "TOWPATH_END".to_owned();
    while value.contains(&delimiter) {
        delimiter.push('_');
    }
    delimiter
}

/// Writes the command that shows a problem beside its line.
pub(super) fn annotation(level: &str, problem: &Problem) -> String {
    let mut properties = Vec::new();
    if let Some(at) = &problem.at {
        properties.push(format!("file={}", property(&at.path)));
        if at.line > 0 {
            properties.push(format!("line={}", at.line));
        }
        if at.column > 0 {
            properties.push(format!("col={}", at.column));
        }
    }
    properties.push(format!(
        "title={}",
        property(&format!("towpath: {}", problem.code))
    ));
    let mut message = problem.message.clone();
    if let Some(hint) = &problem.hint {
        message.push('\n');
        message.push_str(hint);
    }
    format!("::{level} {}::{}", properties.join(","), data(&message))
}

/// Writes the command that begins or ends a group of lines in the log.
pub(super) fn group(begins: bool) -> String {
    let command = if begins {
        "::group::Details of towpath"
    } else {
        "::endgroup::"
    };
    command.to_owned()
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{annotation, outputs};
    use towpath_surface::plan::{Location, Problem};

    #[test]
    fn a_value_cannot_end_itself() {
        let text = outputs(&[("new", "a\nTOWPATH_END\nchanged<<X".to_owned())]);
        assert_eq!(
            text,
            "new<<TOWPATH_END_\na\nTOWPATH_END\nchanged<<X\nTOWPATH_END_\n"
        );
    }

    #[test]
    fn an_annotation_is_one_line() {
        let problem = Problem {
            code: "invalid-file".to_owned(),
            message: "100% wrong\nreally".to_owned(),
            at: Some(Location {
                path: "a,b:c.yaml".to_owned(),
                line: 3,
                column: 7,
            }),
            hint: Some("Mend it.".to_owned()),
        };
        assert_eq!(
            annotation("error", &problem),
            "::error file=a%2Cb%3Ac.yaml,line=3,col=7,title=towpath%3A invalid-file::100%25 wrong%0Areally%0AMend it."
        );
    }
}
