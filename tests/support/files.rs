//! Trees of files, as values.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::{fs, str};

/// The files of a tree by path.
pub(crate) type Files = BTreeMap<String, File>;

/// One file.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// What kind of file it is, as git has it: `100644`, `100755` or `120000`.
    pub mode: String,
    /// Its contents, or where a symbolic link points to.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match str::from_utf8(&self.bytes) {
            Ok(text) => write!(f, "{} {text:?}", self.mode),
            Err(_) => write!(f, "{} {} bytes", self.mode, self.bytes.len()),
        }
    }
}

/// Returns regular files from their paths and contents.
pub(crate) fn files<const N: usize>(contents: [(&str, &str); N]) -> Files {
    let file = |(path, text): (&str, &str)| {
        let mode = "100644".to_owned();
        let bytes = text.as_bytes().to_owned();
        (path.to_owned(), File { mode, bytes })
    };
    contents.into_iter().map(file).collect()
}

/// Reads a directory, without its `.git`.
pub(crate) fn read(directory: &Path) -> Files {
    let mut files = Files::new();
    collect(directory, "", &mut files);
    files
}

fn collect(directory: &Path, prefix: &str, files: &mut Files) {
    let entries = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", directory.display()));
    for entry in entries {
        let entry = entry.expect("the directory stays");
        let name = entry.file_name().into_string().expect("names are UTF-8");
        if name == ".git" {
            continue;
        }
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().expect("the file stays");
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, read_file(&entry.path()));
        }
    }
}

fn read_file(path: &Path) -> File {
    let metadata = fs::symlink_metadata(path).expect("the file stays");
    if metadata.is_symlink() {
        let target = fs::read_link(path).expect("the link stays");
        return File {
            mode: "120000".to_owned(),
            bytes: target.into_os_string().into_encoded_bytes(),
        };
    }
    let executable = metadata.permissions().mode() & 0o100 != 0;
    File {
        mode: if executable { "100755" } else { "100644" }.to_owned(),
        bytes: fs::read(path).expect("the file stays"),
    }
}

/// Writes the files into a directory.
pub(crate) fn write(directory: &Path, files: &Files) {
    for (path, file) in files {
        let path = directory.join(path);
        let parent = path.parent().expect("a file has a directory");
        fs::create_dir_all(parent).expect("the directory is ours");
        if file.mode == "120000" {
            let target = str::from_utf8(&file.bytes).expect("targets are UTF-8");
            std::os::unix::fs::symlink(target, &path).expect("the directory is ours");
            continue;
        }
        fs::write(&path, &file.bytes).expect("the directory is ours");
        let mode = if file.mode == "100755" { 0o755 } else { 0o644 };
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(&path, permissions).expect("the file is ours");
    }
}
