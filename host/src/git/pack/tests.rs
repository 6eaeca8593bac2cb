use super::delta::around_change;
use super::{NewObject, Pack, encode};
use crate::git::objects::Objects;
use crate::git::testing::{Directory, git, git_line, git_with_input};
use gix::hash::{Kind as Hash, ObjectId};
use gix::objs::Kind;
use std::fmt::Write as _;
use std::fs;

const SHA1: Hash = Hash::Sha1;

fn object(kind: Kind, data: &[u8]) -> NewObject {
    NewObject::new(kind, data.to_vec(), SHA1).unwrap()
}

#[test]
fn git_reads_what_is_encoded() {
    let directory = Directory::new();
    git(directory.path(), &["init", "--quiet"]);
    let old = "tag: 1\n".repeat(1000);
    let base = object(Kind::Blob, old.as_bytes());
    let new = old.replacen("1\n", "2\n", 1);
    let changed = object(Kind::Blob, new.as_bytes()).based_on(
        base.id,
        old.len(),
        &around_change(old.as_bytes(), new.as_bytes()),
    );
    assert!(changed.delta.is_some());
    let empty = object(Kind::Blob, b"");
    let first = encode(&[base, empty.clone()], true, SHA1).unwrap();
    git_with_input(
        directory.path(),
        &["index-pack", "--stdin", "--strict"],
        &first,
    );
    let second = encode(std::slice::from_ref(&changed), true, SHA1).unwrap();
    assert!(second.len() < 100, "{}", second.len());
    git_with_input(
        directory.path(),
        &["index-pack", "--stdin", "--fix-thin"],
        &second,
    );
    assert_eq!(
        git(
            directory.path(),
            &["cat-file", "blob", &changed.id.to_string()]
        ),
        new.as_bytes()
    );
    assert_eq!(
        git(
            directory.path(),
            &["cat-file", "blob", &empty.id.to_string()]
        ),
        b""
    );
    let whole = encode(&[changed], false, SHA1).unwrap();
    git_with_input(
        directory.path(),
        &["index-pack", "--stdin", "--strict"],
        &whole,
    );
}

/// A repository whose pack has long chains of deltas.
fn packed(hash: &str) -> (Directory, Vec<u8>, Vec<(String, ObjectId, u64)>) {
    let directory = Directory::new();
    let path = directory.path();
    git(
        path,
        &["init", "--quiet", &format!("--object-format={hash}")],
    );
    let mut text = String::new();
    for number in 0..400 {
        writeln!(text, "key{number}: {}", number * 7919).unwrap();
    }
    for round in 0..30 {
        writeln!(text, "round{round}: {}", round * 104_729).unwrap();
        fs::create_dir_all(path.join(format!("d{}", round % 7))).unwrap();
        fs::write(path.join(format!("d{}/values.yaml", round % 7)), &text).unwrap();
        fs::write(path.join("empty"), "").unwrap();
        git(path, &["add", "."]);
        git(
            path,
            &["commit", "--quiet", "-m", &format!("round {round}")],
        );
    }
    git(path, &["tag", "-a", "v1", "-m", "one"]);
    let list = git_line(path, &["cat-file", "--batch-all-objects", "--batch-check"]);
    let objects = list.lines().map(|line| {
        let mut words = line.split(' ');
        let id = ObjectId::from_hex(words.next().unwrap().as_bytes()).unwrap();
        (
            words.next().unwrap().to_owned(),
            id,
            words.next().unwrap().parse().unwrap(),
        )
    });
    let objects: Vec<_> = objects.collect();
    let mut names = String::new();
    for (_, id, _) in &objects {
        writeln!(names, "{id}").unwrap();
    }
    let pack = git_with_input(
        path,
        &["pack-objects", "--stdout", "--delta-base-offset", "--quiet"],
        names.as_bytes(),
    );
    (directory, pack, objects)
}

#[track_caller]
fn reads_what_git_packed(hash_name: &str, hash: Hash) {
    let (_directory, pack, expected) = packed(hash_name);
    let mut objects = Objects::new(hash, 1 << 20);
    assert_eq!(objects.add_pack(pack).unwrap(), expected.len());
    for (kind, id, size) in &expected {
        let object = objects.get(id).unwrap();
        assert_eq!(object.kind.to_string(), *kind);
        assert_eq!(object.data.len() as u64, *size);
    }
}

#[test]
fn what_git_packed_is_read() {
    reads_what_git_packed("sha1", SHA1);
}

#[test]
fn what_git_packed_with_sha256_is_read() {
    reads_what_git_packed("sha256", Hash::Sha256);
}

#[test]
fn objects_of_a_pack_are_found_again_without_being_kept() {
    let (_directory, bytes, expected) = packed("sha1");
    let mut seen = 0;
    let pack = Pack::unpack(bytes, (SHA1, 1 << 20), &|_| None, |_| seen += 1).unwrap();
    assert_eq!(seen, expected.len());
    for (kind, id, size) in &expected {
        let object = pack.get(id, &|_| None).unwrap();
        assert_eq!(object.kind.to_string(), *kind);
        assert_eq!(object.data.len() as u64, *size);
    }
}

#[test]
fn a_large_object_is_named_and_not_taken() {
    let large = object(Kind::Blob, &[7; 100_000]);
    let small = object(Kind::Blob, b"small");
    let pack = encode(&[large.clone(), small.clone()], false, SHA1).unwrap();
    let mut objects = Objects::new(SHA1, 1000);
    objects.add_pack(pack).unwrap();
    assert!(objects.get(&small.id).is_some());
    assert!(matches!(
        objects.look_up(&large.id),
        crate::git::objects::Lookup::TooLarge(100_000)
    ));
}

#[test]
fn a_delta_on_an_unknown_base_is_left_out() {
    let old = [1; 1000];
    let mut new = old;
    new[500] = 2;
    let base = object(Kind::Blob, &old);
    let changed = object(Kind::Blob, &new).based_on(base.id, 1000, &around_change(&old, &new));
    let other = object(Kind::Blob, b"other");
    let pack = encode(&[changed.clone(), other], true, SHA1).unwrap();
    let mut objects = Objects::new(SHA1, 1 << 20);
    assert_eq!(objects.add_pack(pack.clone()).unwrap(), 1);
    // In one pack a delta may also come before its base.
    let both = encode(&[changed.clone(), base], true, SHA1).unwrap();
    assert_eq!(objects.add_pack(both).unwrap(), 2);
    assert_eq!(&*objects.get(&changed.id).unwrap().data, &new);
}

#[test]
fn a_damaged_pack_is_refused_and_nothing_panics() {
    let (_directory, pack, _) = packed("sha1");
    let error = |bytes: Vec<u8>| Objects::new(SHA1, 1 << 20).add_pack(bytes).unwrap_err();
    assert!(error(b"PACK".to_vec()).contains("ends early"));
    let mut damaged = pack.clone();
    damaged[pack.len() / 2] ^= 0x55;
    assert!(error(damaged).contains("checksum"));
    // With a right checksum, damage has to be noticed further in.
    for position in (12..pack.len() - 20).step_by(97) {
        let mut damaged = pack[..pack.len() - 20].to_vec();
        damaged[position] ^= 0xff;
        let mut hasher = gix::hash::hasher(SHA1);
        hasher.update(&damaged);
        damaged.extend_from_slice(hasher.try_finalize().unwrap().as_slice());
        let _ = Objects::new(SHA1, 1 << 20).add_pack(damaged);
    }
}
