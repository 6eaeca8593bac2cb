//! The file of a pin.

use super::Pin;
use crate::error::{Failure, Kind};
use crate::plan::{Edit, FileChange, FileState, Location};

/// Where the pins are.
pub(crate) const DIRECTORY: &str = ".towpath/pins";

/// The largest file of a pin, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// The name of a file of an environment as a whole, where it is pinned.
const WHOLE: &str = "@all";

/// Returns the path of the file of a pin.
pub(crate) fn path(environment: &str, app: Option<&str>) -> String {
    let environment = safe(environment);
    let app = app.map_or_else(|| WHOLE.to_owned(), safe);
    format!("{DIRECTORY}/{environment}/{app}.yaml")
}

/// Writes a name so that it is one on every file system.
fn safe(name: &str) -> String {
    let mut safe = String::new();
    for (index, char) in name.chars().enumerate() {
        let plain =
            char.is_ascii_alphanumeric() || "_-".contains(char) || (char == '.' && index > 0);
        if plain {
            safe.push(char);
        } else {
            let mut bytes = [0; 4];
            for byte in char.encode_utf8(&mut bytes).bytes() {
                safe.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    safe
}

/// Reads the file of a pin.
pub(super) fn parse(path: &str, bytes: &[u8]) -> Result<Pin, Failure> {
    let failure = |why: String| {
        Failure::new(Kind::InvalidConfig, format!("{path:?} is no pin: {why}"))
            .hint("Mend the file, or remove it to end the pin.")
    };
    if bytes.len() > MAX_BYTES {
        return Err(failure(format!("it has more than {MAX_BYTES} bytes")));
    }
    // Our own reader refuses what is nested too deeply, before serde sees it.
    let file = crate::yaml::parse(path, bytes)?;
    serde_yaml::from_str(file.text()).map_err(|error| {
        let at = error.location().map(|at| Location {
            path: path.to_owned(),
            line: u32::try_from(at.line()).unwrap_or(0),
            column: u32::try_from(at.column()).unwrap_or(0),
        });
        let failure = failure(error.to_string());
        match at {
            Some(at) => failure.at(at),
            None => failure,
        }
    })
}

impl Pin {
    /// Returns the path of its file.
    pub(crate) fn path(&self) -> String {
        path(&self.environment, self.app.as_deref())
    }

    /// Writes its file.
    ///
    /// # Errors
    /// None is known; a text always has a form in YAML.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        let yaml = serde_yaml::to_string(self).map_err(|error| {
            Failure::new(Kind::Internal, format!("cannot write a pin: {error}"))
        })?;
        Ok(format!("# `{}` removes this file.\n{yaml}", self.unpin()))
    }

    /// Returns the change that writes its file, over `before` if it is there.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub(crate) fn written(&self, before: Option<&[u8]>) -> Result<FileChange, Failure> {
        let old = before.unwrap_or_default().to_vec();
        Ok(FileChange {
            path: self.path(),
            state: match before {
                Some(_) => FileState::Edited,
                None => FileState::Added,
            },
            edits: vec![Edit {
                start: 0,
                end: old.len(),
                old,
                replacement: self.text()?.into_bytes(),
            }],
        })
    }
}

/// Returns the change that removes the file of a pin.
pub(crate) fn removed(path: &str) -> FileChange {
    FileChange {
        path: path.to_owned(),
        state: FileState::Removed,
        edits: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, path};
    use crate::pin::Pin;

    #[test]
    fn a_pin_is_read_as_it_is_written() {
        let pin = Pin {
            environment: "production".to_owned(),
            app: Some("web".to_owned()),
            version: "1.10".to_owned(),
            instead_of: Some("1.11".to_owned()),
            build: Some(118),
            reason: "errors: \"500\"\non the front page".to_owned(),
            author: "Ann <ann@example.com>".to_owned(),
            files: vec!["apps/web.yaml".to_owned()],
            of: vec!["ghcr.io/acme/web".to_owned()],
            ..Pin::default()
        };
        let text = pin.text().unwrap();
        assert!(
            text.starts_with("# `towpath unpin --environment production web`"),
            "{text}"
        );
        assert_eq!(parse("p", text.as_bytes()).unwrap(), pin);
        let whole = Pin {
            environment: "production".to_owned(),
            ..Pin::default()
        };
        let text = whole.text().unwrap();
        assert!(
            text.starts_with("# `towpath unpin --environment production` removes"),
            "{text}"
        );
    }

    #[test]
    fn names_of_files_are_safe() {
        assert_eq!(
            path("prod", Some("web.v2")),
            ".towpath/pins/prod/web.v2.yaml"
        );
        assert_eq!(
            path("prod", Some("../a b")),
            ".towpath/pins/prod/%2E.%2Fa%20b.yaml"
        );
        assert_eq!(path("prod", None), ".towpath/pins/prod/@all.yaml");
    }

    #[test]
    fn what_is_no_pin_says_where() {
        let failure = parse("p.yaml", b"environment: a\nwhy: b\n").unwrap_err();
        assert_eq!(failure.problem.at.map(|at| at.line), Some(2));
        assert!(failure.problem.message.contains("unknown field"));
    }
}
