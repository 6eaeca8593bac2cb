//! Who makes a commit, and how it is signed.

use super::{Environment, key_file};
use crate::args::{CommitOptions, Way};
use crate::error::Error;
use crate::git::{Identity, Secret, Signer};
use towpath_surface::Kind;
use towpath_surface::variable::{SIGNING_KEY, SIGNING_KEY_PASSPHRASE};

/// What is known of a commit before there is a plan.
#[derive(Clone, Debug)]
pub struct CommitSettings {
    /// Who wrote it.
    pub author: Identity,
    /// Who made it.
    pub committer: Identity,
    /// The key that signs it, if one does.
    pub signer: Option<Signer>,
    /// How it gets to the repository.
    pub through: Way,
    /// Options for the server's hooks.
    pub push_options: Vec<String>,
}

impl CommitSettings {
    /// Resolves the options of a commit.
    ///
    /// # Errors
    /// When a name is not of the form `NAME <EMAIL>`, or the key cannot be used.
    pub fn resolve(options: &CommitOptions, environment: &Environment) -> Result<Self, Error> {
        let author = author(options, environment)?;
        let committer = identity("committer", options.committer.as_deref(), environment)?;
        let signer = signer(options, environment)?;
        if options.commit_through == Way::GitHubApi {
            refuse_own_details(options, signer.is_some())?;
        }
        Ok(Self {
            committer: committer.unwrap_or_else(|| author.clone()),
            author,
            signer,
            through: options.commit_through,
            push_options: push_options(options)?,
        })
    }
}

/// Refuses what GitHub would not take over into a commit of its own.
fn refuse_own_details(options: &CommitOptions, is_signed: bool) -> Result<(), Error> {
    let given = [
        ("--author", options.author.is_some()),
        ("--committer", options.committer.is_some()),
        ("a signing key", is_signed),
        ("--push-option", !options.push_option.is_empty()),
    ];
    match given.into_iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((what, _)) => Err(Error::new(
            Kind::Usage,
            format!("{what} is given, and a commit through the API of GitHub takes none"),
        )
        .hint("GitHub names the owner of the token as author, and signs with its own key.")),
    }
}

/// Resolves the author of a commit.
///
/// # Errors
/// When it is not of the form `NAME <EMAIL>`.
pub fn author(options: &CommitOptions, environment: &Environment) -> Result<Identity, Error> {
    let author = identity("author", options.author.as_deref(), environment)?;
    Ok(author.unwrap_or_else(|| Identity {
        name: "Towpath".to_owned(),
        email: "towpath@localhost".to_owned(),
    }))
}

/// Resolves the author or the committer: what was given, else what git's
/// variables say.
fn identity(
    role: &str,
    given: Option<&str>,
    environment: &Environment,
) -> Result<Option<Identity>, Error> {
    if let Some(text) = given {
        return parse_identity(role, text).map(Some);
    }
    let variable = |part| environment.get(&format!("GIT_{}_{part}", role.to_uppercase()));
    Ok(match (variable("NAME"), variable("EMAIL")) {
        (Some(name), Some(email)) => Some(Identity { name, email }),
        _ => None,
    })
}

fn parse_identity(role: &str, text: &str) -> Result<Identity, Error> {
    let parts = text
        .strip_suffix('>')
        .and_then(|text| text.split_once('<'))
        .map(|(name, email)| (name.trim(), email.trim()));
    match parts {
        Some((name, email))
            if !name.is_empty()
                && !email.is_empty()
                && !text.contains(['\n', '\r', '\0'])
                && !email.contains(['<', '>']) =>
        {
            Ok(Identity {
                name: name.to_owned(),
                email: email.to_owned(),
            })
        }
        _ => Err(Error::new(
            Kind::Usage,
            format!("{role} `{text}` is not `NAME <EMAIL>`"),
        )
        .hint("Write it as in git: `Jo Doe <jo@example.org>`.")),
    }
}

fn signer(options: &CommitOptions, environment: &Environment) -> Result<Option<Signer>, Error> {
    let key = match &options.signing_key_file {
        Some(path) => Some(key_file(path)?),
        None => environment.get(SIGNING_KEY),
    };
    let Some(key) = key.map(Secret::new) else {
        return Ok(None);
    };
    let passphrase = environment.get(SIGNING_KEY_PASSPHRASE).map(Secret::new);
    Ok(Some(Signer::new(&key, passphrase.as_ref())?))
}

fn push_options(options: &CommitOptions) -> Result<Vec<String>, Error> {
    let wrong = |option: &&String| option.is_empty() || option.contains(char::is_control);
    match options.push_option.iter().find(wrong) {
        None => Ok(options.push_option.clone()),
        Some(option) => Err(Error::new(
            Kind::Usage,
            format!("the push option {option:?} is not one line of text"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Environment;
    use super::{CommitSettings, Identity, parse_identity};
    use crate::args::{CommitOptions, Way};

    fn options() -> CommitOptions {
        CommitOptions {
            author: None,
            committer: None,
            signing_key_file: None,
            commit_through: Way::Push,
            push_option: Vec::new(),
        }
    }

    fn names(options: &CommitOptions, environment: &Environment) -> (String, String) {
        let settings = CommitSettings::resolve(options, environment).unwrap();
        (settings.author.name, settings.committer.name)
    }

    #[test]
    fn the_committer_is_the_author_unless_another_is_given() {
        let plain = Environment::from([]);
        let names = |options: &_, environment: &_| names(options, environment);
        assert_eq!(
            names(&options(), &plain),
            ("Towpath".into(), "Towpath".into())
        );
        let jo = CommitOptions {
            author: Some("Jo <jo@example.org>".to_owned()),
            ..options()
        };
        assert_eq!(names(&jo, &plain), ("Jo".into(), "Jo".into()));
        let git = Environment::from([
            ("GIT_AUTHOR_NAME", "A"),
            ("GIT_AUTHOR_EMAIL", "a@example.org"),
            ("GIT_COMMITTER_NAME", "C"),
            ("GIT_COMMITTER_EMAIL", "c@example.org"),
        ]);
        assert_eq!(names(&jo, &git), ("Jo".into(), "C".into()));
        let both = CommitOptions {
            committer: Some("Bot <bot@example.org>".to_owned()),
            ..options()
        };
        assert_eq!(names(&both, &git), ("A".into(), "Bot".into()));
    }

    #[test]
    fn an_author_is_a_name_and_an_address() {
        assert_eq!(
            parse_identity("author", "Jo Doe <jo@example.org>").unwrap(),
            Identity {
                name: "Jo Doe".to_owned(),
                email: "jo@example.org".to_owned()
            }
        );
        for wrong in ["Jo", "<jo@x>", "Jo <>", "Jo <a>b>", "Jo\n <a@b>"] {
            assert!(parse_identity("author", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_push_option_is_one_line() {
        for wrong in ["", "a\nb"] {
            let options = CommitOptions {
                push_option: vec![wrong.to_owned()],
                ..options()
            };
            assert!(CommitSettings::resolve(&options, &Environment::from([])).is_err());
        }
    }
}
