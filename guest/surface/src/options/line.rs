//! What can be said of a command line that is not understood.

use super::OutputForm;
use crate::Kind;
use crate::plan::Problem;
use clap::ValueEnum as _;
use clap::error::ErrorKind;
use std::ffi::OsStr;

/// Returns the form of the report that a command line asks for, also one that
/// has mistakes elsewhere.
#[must_use]
pub fn asked_form<A: AsRef<OsStr>>(arguments: &[A]) -> Option<OutputForm> {
    let words = arguments.iter().filter_map(|word| word.as_ref().to_str());
    let words: Vec<_> = words.take_while(|word| *word != "--").collect();
    let given = words.iter().enumerate().rev();
    let mut given = given.filter_map(|(index, word)| match word.strip_prefix("--output") {
        Some("") => words.get(index + 1).copied(),
        Some(value) => value.strip_prefix('='),
        None => None,
    });
    let form = given.next()?;
    OutputForm::from_str(form, false).ok()
}

/// Whether the user is to see the help, or the version.
#[must_use]
pub fn is_help(error: &clap::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// Returns what is wrong with a command line, as any other error.
#[must_use]
pub fn misunderstood(error: &clap::Error) -> Problem {
    let text = error.to_string();
    let mut parts = text.split("\n\n");
    let message = parts.next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let message: Vec<_> = message.split_whitespace().collect();
    let tip = parts.find_map(|part| part.trim().strip_prefix("tip: "));
    let hint = match tip.and_then(|tip| tip.lines().next()) {
        Some(tip) => sentence(tip.trim()),
        None => "`--help` lists the options.".to_owned(),
    };
    Problem {
        code: Kind::Usage.name().to_owned(),
        message: message.join(" "),
        at: None,
        hint: Some(hint),
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use super::{OutputForm, asked_form, misunderstood};
    use clap::{Arg, Command};

    #[track_caller]
    fn check(line: &str, expected: Option<OutputForm>) {
        let words: Vec<_> = line.split(' ').collect();
        assert_eq!(asked_form(&words), expected, "{line}");
    }

    #[test]
    fn the_form_is_known_whatever_else_is_wrong() {
        check("towpath set --output json --bogus", Some(OutputForm::Json));
        check("towpath set --output=json", Some(OutputForm::Json));
        check(
            "towpath set --output=json --output text",
            Some(OutputForm::Text),
        );
        check("towpath set --output html", None);
        check("towpath set --output", None);
        check("towpath set --output-file json", None);
        check("towpath promote -- --output json", None);
    }

    #[test]
    fn a_misunderstood_line_is_a_message_and_a_hint() {
        let command = Command::new("towpath").arg(Arg::new("image").long("image"));
        let told = |word: &str| {
            let error = command.clone().try_get_matches_from(["towpath", word]);
            misunderstood(&error.expect_err("it is unknown"))
        };
        let near = told("--imge");
        assert_eq!(near.message, "unexpected argument '--imge' found");
        assert_eq!(
            near.hint.as_deref(),
            Some("A similar argument exists: '--image'.")
        );
        let far = told("--x");
        assert_eq!(far.hint.as_deref(), Some("`--help` lists the options."));
    }
}
