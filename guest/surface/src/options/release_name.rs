//! The options that take app and version from the name of a release.

use super::SetOptions;
use crate::release_name::{PATTERN, ReleaseName, has_place};
use clap::Args;

/// The options that take app and version from the name of a release.
#[derive(Args, Clone, Debug, Default)]
pub struct ReleaseNameOptions {
    /// Name of a release, such as `web-1.4.2`, whose parts stand for `{{app}}` and `{{version}}` in other options
    #[arg(long, value_name = "NAME")]
    pub release: Option<String>,

    /// How the name of the release is read; `<app>-<version>` if not given
    #[arg(long, value_name = "PATTERN")]
    pub release_pattern: Option<String>,
}

impl ReleaseNameOptions {
    /// Returns the parts of the name, if there is one.
    ///
    /// # Errors
    /// A lower-case fragment, when the name does not fit.
    pub fn name(&self) -> Result<Option<ReleaseName>, String> {
        let pattern = self.release_pattern.as_deref().unwrap_or(PATTERN);
        let name = self.release.as_deref();
        name.map(|name| ReleaseName::parse(name, pattern))
            .transpose()
    }
}

impl SetOptions {
    /// Returns the options with the parts of the release's name in their places.
    ///
    /// # Errors
    /// A lower-case fragment, when the name does not fit, or a path waits for
    /// one and there is none.
    pub(super) fn filled(&self) -> Result<Self, String> {
        let Some(name) = self.named.name()? else {
            return self.expect_no_place().map(|()| self.clone());
        };
        let mut filled = self.clone();
        let lists = [
            &mut filled.image,
            &mut filled.chart,
            &mut filled.revision,
            &mut filled.key,
            &mut filled.value,
            &mut filled.file,
            &mut filled.path,
            &mut filled.ignore,
            &mut filled.wording.trailer,
        ];
        let singles = [
            &mut filled.tag,
            &mut filled.document,
            &mut filled.container,
            &mut filled.marker,
            &mut filled.environment,
            &mut filled.wording.message,
            &mut filled.wording.message_body,
        ];
        let all = lists.into_iter().flatten();
        for text in all.chain(singles.into_iter().flatten()) {
            *text = name.fill(text);
        }
        Ok(filled)
    }

    /// A path that is waiting for a name would only be one that is not there.
    fn expect_no_place(&self) -> Result<(), String> {
        let mut paths = self.file.iter().chain(&self.path);
        match paths.find(|path| has_place(path)) {
            None => Ok(()),
            Some(path) => Err(format!(
                "the path {path:?} is of a release, and none was given; give its name with --release"
            )),
        }
    }
}
