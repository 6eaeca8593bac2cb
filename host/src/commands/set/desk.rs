//! The same change in a clone, for people at a desk.

use super::{Delivered, Run, Stage, seconds_since_1970};
use crate::console::Console;
use crate::error::Error;
use crate::git::{Access, EditedFile, WorkingCopy};
use crate::repository::Repository as _;
use crate::settings::AfterSettings;
use std::path::Path;
use towpath_surface::Kind;
use towpath_surface::plan::{Delivery, FileState, Plan};
use towpath_surface::request::{Intent, Request};

/// Plans the change in a clone and makes it in its files.
///
/// # Errors
/// When the request cannot be met, or files have changes that would be lost.
pub(super) fn run(run: &Run<'_>, directory: &Path, console: &Console) -> Result<(), Error> {
    let mut copy = WorkingCopy::open(directory)?;
    let mut request = from_root(&run.settings.request, copy.prefix());
    request.facts.now = seconds_since_1970();
    let plan = run.sandbox.decide(&request, &mut copy)?;
    let dry_run = run.args.report.dry_run;
    let mut commit = copy.head().filter(|_| plan.is_empty());
    if !plan.is_empty() && !dry_run {
        let files = edited(&plan, &mut copy)?;
        let mut details = run.details(&plan, seconds_since_1970());
        if let Some(own) = copy.identity().filter(|_| run.args.commit.author.is_none()) {
            details.author = own.clone();
            if run.args.commit.committer.is_none() {
                details.committer = own;
            }
        }
        commit = copy.apply(&files, run.args.desk.make_commit.then_some(&details))?;
    }
    let delivery = Delivery {
        repository: copy.root().display().to_string(),
        branch: copy.branch().to_owned(),
        commit: commit.map(|id| id.to_string()),
        dry_run,
        request: None,
    };
    // Nobody can run or record what is not pushed.
    let after = AfterSettings {
        argocd: None,
        deployment: false,
        ..run.settings.after.clone()
    };
    let access = Access::default();
    let stage = Stage {
        after: &after,
        ..run.stage(&access, console)
    };
    run.publish(&[Ok(Delivered { plan, delivery })], None, &stage)
}

/// Returns the files of a plan with their new bytes.
fn edited(plan: &Plan, copy: &mut WorkingCopy) -> Result<Vec<EditedFile>, Error> {
    let paths: Vec<_> = plan.files.iter().map(|file| file.path.clone()).collect();
    let contents = copy.read(&paths);
    let files = plan.files.iter().zip(contents).map(|(file, content)| {
        let before = content.ok().filter(|_| file.state == FileState::Edited);
        let after = before.as_deref().and_then(|before| file.apply(before));
        match (before, after) {
            (Some(before), Some(after)) => Ok(EditedFile {
                path: file.path.clone(),
                before,
                after,
            }),
            _ => Err(Error::new(
                Kind::Internal,
                format!("the plan does not fit \"{}\"", file.path),
            )),
        }
    });
    files.collect()
}

/// Returns the request with paths from the root of the clone: the user names
/// them from the directory, and where none is named, the directory is meant.
fn from_root(request: &Request, prefix: &str) -> Request {
    let mut request = request.clone();
    if prefix.is_empty() {
        return request;
    }
    let Intent::Set(set) = &mut request.intent else {
        return request;
    };
    for path in set.files.iter_mut().chain(&mut set.directories) {
        *path = join(prefix, path);
    }
    if set.files.is_empty() && set.directories.is_empty() {
        set.directories.push(prefix.to_owned());
    }
    request
}

/// Follows a path from a directory; one that leaves the clone stays as it is,
/// to be refused by its name.
fn join(directory: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let mut names: Vec<&str> = directory.split('/').collect();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                if names.pop().is_none() {
                    return path.to_owned();
                }
            }
            name => names.push(name),
        }
    }
    match names.is_empty() {
        true => ".".to_owned(),
        false => names.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn a_path_is_followed_from_the_directory() {
        for (path, expected) in [
            ("web", "apps/team/web"),
            ("./web/", "apps/team/web"),
            ("../api/values.yaml", "apps/api/values.yaml"),
            ("../..", "."),
            ("../../..", "../../.."),
            (".", "apps/team"),
            ("/etc/passwd", "/etc/passwd"),
        ] {
            assert_eq!(join("apps/team", path), expected, "{path}");
        }
    }
}
