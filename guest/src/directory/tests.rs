use super::Directory;
use crate::plan::{Edit, FileChange, FileState};
use crate::repository::{AccessError, EntryKind, Repository as _};
use std::fs;
use std::path::PathBuf;

/// A directory that is removed in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("towpath-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn change(path: &str, old: &str, new: &str) -> FileChange {
    FileChange {
        path: path.to_owned(),
        state: FileState::Edited,
        edits: vec![Edit {
            start: 0,
            end: old.len(),
            old: old.as_bytes().to_vec(),
            replacement: new.as_bytes().to_vec(),
        }],
    }
}

#[test]
fn files_are_listed_in_order_of_bytes() {
    let scratch = Scratch::new("list");
    for path in [
        "b/x.yaml",
        "b.yaml",
        "a.yaml",
        ".git/config",
        "sub/.git",
        "sub/y.yaml",
    ] {
        scratch.write(path, "a: 1\n");
    }
    let entries = Directory::new(&scratch.0).list("").unwrap();
    let found: Vec<_> = entries
        .iter()
        .map(|entry| (entry.path.as_str(), entry.kind))
        .collect();
    assert_eq!(
        found,
        [
            ("a.yaml", EntryKind::File),
            ("b.yaml", EntryKind::File),
            ("b/x.yaml", EntryKind::File),
            ("sub", EntryKind::Submodule),
        ]
    );
}

#[test]
fn what_is_no_file_is_not_read() {
    let scratch = Scratch::new("read");
    scratch.write("d/a.yaml", "a: 1\n");
    let paths = [
        "d/a.yaml",
        "d",
        "none",
        "../x",
        "d/../d/a.yaml",
        "/etc/hostname",
    ];
    let paths: Vec<_> = paths.iter().map(|path| (*path).to_owned()).collect();
    let read = Directory::new(&scratch.0).read(&paths);
    assert_eq!(read[0].as_deref(), Ok(b"a: 1\n".as_slice()));
    assert_eq!(
        read[1],
        Err(AccessError::NotAFile("a directory".to_owned()))
    );
    assert_eq!(read[2], Err(AccessError::NotFound));
    for outside in &read[3..] {
        assert!(
            matches!(outside, Err(AccessError::Denied(_))),
            "{outside:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let scratch = Scratch::new("links");
    scratch.write("d/a.yaml", "a: 1\n");
    std::os::unix::fs::symlink("d", scratch.0.join("l")).unwrap();
    let directory = Directory::new(&scratch.0);
    assert_eq!(directory.list("").unwrap()[1].kind, EntryKind::Symlink);
    let link = Err(AccessError::NotAFile("a symbolic link".to_owned()));
    assert_eq!(directory.read(&["l/a.yaml".to_owned()]), [link]);
    directory
        .apply(&[change("l/a.yaml", "a: 1\n", "a: 2\n")])
        .unwrap_err();
}

#[test]
fn all_files_are_written_or_none() {
    let scratch = Scratch::new("write");
    scratch.write("a.yaml", "a: 1\n");
    scratch.write("b.yaml", "b: 1\n");
    let directory = Directory::new(&scratch.0);
    let good = change("a.yaml", "a: 1\n", "a: 2\n");
    directory
        .apply(&[good.clone(), change("b.yaml", "x", "y")])
        .unwrap_err();
    assert_eq!(
        fs::read_to_string(scratch.0.join("a.yaml")).unwrap(),
        "a: 1\n"
    );
    directory.apply(&[good]).unwrap();
    assert_eq!(
        fs::read_to_string(scratch.0.join("a.yaml")).unwrap(),
        "a: 2\n"
    );
    assert_eq!(directory.list("").unwrap().len(), 2);
}
