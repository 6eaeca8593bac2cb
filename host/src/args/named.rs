//! Options of the launcher with the parts of a release's name in their places.

use super::SetArgs;
use crate::error::Error;
use towpath_surface::Kind;

impl SetArgs {
    /// Puts app and version of the release where the options of the request and
    /// of Argo CD have `{{app}}` and `{{version}}`. What the planner reads is
    /// filled with the rest of what it is asked.
    ///
    /// # Errors
    /// When the name of the release does not fit.
    pub fn filled(mut self) -> Result<Self, Error> {
        let name = self.set.named.name();
        let name = name.map_err(|message| {
            Error::new(Kind::Usage, message)
                .hint("`--release-pattern` says how releases are named, such as `<app>-<version>`.")
        });
        let Some(name) = name? else {
            return Ok(self);
        };
        let request = &mut self.request;
        let singles = [&mut request.head, &mut request.title, &mut request.body];
        let lists = [&mut request.label, &mut self.after.argocd.argocd_app];
        let singles = singles.into_iter().flatten();
        for text in singles.chain(lists.into_iter().flatten()) {
            *text = name.fill(text);
        }
        Ok(self)
    }
}
