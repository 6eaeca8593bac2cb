//! Where the halves of a key go.

use crate::args::KeygenArgs;
use crate::console::Console;
use crate::error::Error;
use crate::forge::{DeployKey, KeyRing, Place};
use crate::git::RepositoryUrl;
use crate::settings::{self, Environment};
use std::fmt::Write as _;
use towpath_surface::Kind;

/// A repository on a forge, and its keys and secrets.
pub(super) struct Home {
    /// Where it is.
    pub(super) place: Place,
    /// Its keys and secrets; none when resources are written only.
    pub(super) ring: Option<KeyRing>,
}

/// The repositories that get a half of the key.
pub(super) struct Places {
    /// The one that is pushed to.
    pub(super) deploy: Option<Home>,
    /// Those whose pipelines push.
    pub(super) code: Vec<Home>,
}

impl Places {
    /// Finds the repositories.
    pub(super) fn find(
        args: &KeygenArgs,
        environment: &Environment,
        console: &mut Console,
    ) -> Result<Self, Error> {
        let options = &args.repository;
        let is_text_only = args.output == crate::args::KeyForm::Terraform;
        let mut home = |url: &str| {
            let url = RepositoryUrl::parse(url)?;
            let place = settings::place(options, environment, &url)?;
            if is_text_only {
                return Ok(Home { place, ring: None });
            }
            let access = settings::access(options, environment, &url)?;
            console.hide(access.secrets());
            let ring = Some(settings::keys(&place, environment, &url, &access)?);
            Ok::<_, Error>(Home { place, ring })
        };
        let deploy = match options.repo.is_empty() {
            true => None,
            false => Some(home(options.only()?)?),
        };
        let code = args.code_repo.iter().map(|url| home(url));
        let code = code.collect::<Result<Vec<_>, _>>()?;
        let places = Self { deploy, code };
        if !is_text_only {
            places.expect_one_forge()?;
        }
        Ok(places)
    }

    /// There is one token, and it is for one forge.
    fn expect_one_forge(&self) -> Result<(), Error> {
        let mut all = self.deploy.iter().chain(&self.code);
        let Some(first) = all.next() else {
            return Ok(());
        };
        match all.find(|home| home.place.api != first.place.api) {
            None => Ok(()),
            Some(other) => Err(Error::new(
                Kind::InvalidCredential,
                format!(
                    "the token would go to \"{}\" and to \"{}\"",
                    first.place.api, other.place.api
                ),
            )
            .hint("Register each half by a run of its own: `--repo URL --key-file FILE`, and the secret by hand.")),
        }
    }

    /// Returns the title without what tells one key from another.
    pub(super) fn title(&self, args: &KeygenArgs) -> String {
        if let Some(title) = &args.title {
            return title.clone();
        }
        match self.code.first() {
            Some(code) => format!("towpath {}", code.place.path),
            None => "towpath".to_owned(),
        }
    }

    /// Returns the deploy keys of the same title, if they may go.
    pub(super) fn old_keys(&self, args: &KeygenArgs) -> Result<Vec<DeployKey>, Error> {
        let Some(ring) = self.deploy.as_ref().and_then(|home| home.ring.as_ref()) else {
            return Ok(Vec::new());
        };
        let title = self.title(args);
        let mut keys = ring.deploy_keys()?;
        keys.retain(|key| is_of(&key.title, &title));
        match keys.first() {
            Some(key) if !args.replace => Err(Error::new(
                Kind::Usage,
                format!(
                    "the deployment repository has the deploy key \"{}\" already",
                    key.title
                ),
            )
            .hint("Give `--replace` to put a new one in its place, or another `--title`.")),
            _ => Ok(keys),
        }
    }

    /// Says what would be done.
    pub(super) fn intended(&self, args: &KeygenArgs, old: &[DeployKey]) -> String {
        let mut text = String::new();
        let mut line = |line: String| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{line}");
        };
        if let Some(deploy) = &self.deploy {
            line(format!(
                "Would register an ed25519 key on {}, with write access, as \"{}\".",
                deploy.place.path,
                self.title(args)
            ));
        }
        for code in &self.code {
            line(format!(
                "Would set {} of {}.",
                args.secret_name, code.place.path
            ));
        }
        if let Some(path) = &args.key_file {
            line(format!("Would write the private key to {path}."));
        }
        for key in old {
            line(format!("Would remove the deploy key \"{}\".", key.title));
        }
        text
    }
}

/// Returns whether a key has a title, with a fingerprint behind it or without.
fn is_of(found: &str, title: &str) -> bool {
    found.strip_prefix(title).is_some_and(|rest| {
        let fingerprint = rest.strip_prefix(" (SHA256:");
        rest.is_empty() || fingerprint.is_some_and(|rest| rest.ends_with(')'))
    })
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn a_key_is_known_by_its_title() {
        for (found, expected) in [
            ("towpath acme/web", true),
            ("towpath acme/web (SHA256:abc)", true),
            ("towpath acme/web-2 (SHA256:abc)", false),
            ("towpath acme/web 2", false),
            ("my towpath acme/web", false),
        ] {
            assert_eq!(is_of(found, "towpath acme/web"), expected, "{found}");
        }
    }
}
