use super::delta::around_change;
use super::{Flaw, NewObject, Object, Pack, Source, encode};
use crate::git::Limits;
use crate::git::objects::Objects;
use crate::git::testing::{Directory, git, git_line, git_with_input};
use gix::hash::{Kind as Hash, ObjectId};
use gix::objs::Kind;
use std::fmt::Write as _;
use std::fs;
use std::sync::mpsc as channel;
use std::thread;

const SHA1: Hash = Hash::Sha1;

/// Returns limits that take objects up to a size.
fn up_to(object: u64) -> Limits {
    Limits {
        object,
        ..Limits::default()
    }
}

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
    let mut objects = Objects::new(hash, up_to(1 << 20));
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

/// Returns a pack that comes in pieces of `size` bytes.
fn in_pieces(pack: &[u8], size: usize) -> Source {
    let (sender, coming) = channel::sync_channel(pack.len() / size + 2);
    for piece in pack.chunks(size) {
        sender.send(piece.to_vec()).unwrap();
    }
    Source::growing(Vec::new(), coming)
}

#[test]
fn a_pack_is_read_while_it_comes() {
    let (_directory, pack, expected) = packed("sha1");
    // Enough of them for a thread that inflates.
    let many: Vec<_> = (0..1000_u32)
        .map(|number| object(Kind::Blob, &number.to_be_bytes().repeat(100)))
        .chain(chain(300, 3000))
        .collect();
    let large = encode(&many, true, SHA1).unwrap();
    for size in [1, 7, 4096, 1 << 20] {
        let mut objects = Objects::new(SHA1, up_to(1 << 20));
        assert_eq!(objects.add_pack(in_pieces(&pack, size)), Ok(expected.len()));
        assert_eq!(objects.add_pack(in_pieces(&large, size)), Ok(many.len()));
        for (_, id, size) in &expected {
            assert_eq!(objects.get(id).unwrap().data.len() as u64, *size);
        }
        for object in &many {
            assert_eq!(*objects.get(&object.id).unwrap().data, object.data);
        }
        let without_end = large.len() - 1;
        let flaw = objects.add_pack(in_pieces(&large[..without_end], size));
        assert!(matches!(flaw, Err(Flaw::Damaged(_))), "{flaw:?}");
        let flaw = objects.add_pack(in_pieces(&large[..large.len() / 2], size));
        assert!(matches!(flaw, Err(Flaw::Damaged(_))), "{flaw:?}");
    }
}

#[test]
fn the_start_of_a_pack_is_taken_where_that_is_enough() {
    let many: Vec<_> = (0..1000_u32)
        .map(|number| object(Kind::Blob, &number.to_be_bytes().repeat(100)))
        .chain(chain(300, 3000))
        .collect();
    let pack = encode(&many, true, SHA1).unwrap();
    for part in [
        12,
        13,
        1000,
        pack.len() / 2,
        pack.len() - 21,
        pack.len() - 1,
        pack.len(),
    ] {
        let mut objects = Objects::new(SHA1, up_to(1 << 20));
        let source = in_pieces(&pack[..part], 4096).may_be_cut_off(true);
        let count = objects.add_pack(source).unwrap();
        assert!(
            count <= many.len() && count >= part * many.len() / pack.len() / 4,
            "{count}"
        );
        let found = many.iter().filter(|it| objects.contains(&it.id));
        assert_eq!(found.count(), count);
        for object in &many[..count] {
            assert_eq!(*objects.get(&object.id).unwrap().data, object.data);
        }
    }
    // What is damaged before that is no such start.
    let mut damaged = pack.clone();
    damaged[2000] ^= 0xff;
    damaged.truncate(pack.len() - 1);
    let source = in_pieces(&damaged, 4096);
    let flaw = Objects::new(SHA1, up_to(1 << 20)).add_pack(source);
    assert!(matches!(flaw, Err(Flaw::Damaged(_))), "{flaw:?}");
}

#[test]
fn whoever_sends_a_pack_is_let_go_when_it_is_refused() {
    let large: Vec<_> = (0..2000_u32)
        .map(|number| object(Kind::Blob, &number.to_be_bytes().repeat(100)))
        .collect();
    let pack = encode(&large, false, SHA1).unwrap();
    let limits = Limits {
        kept: 1000,
        ..Limits::default()
    };
    let (sender, coming) = channel::sync_channel(0);
    thread::scope(|scope| {
        let refused = scope.spawn(|| {
            let source = Source::growing(Vec::new(), coming);
            Objects::new(SHA1, limits).add_pack(source)
        });
        // All of it is wanted, for the checksum; then nothing more is.
        for piece in pack.chunks(1000) {
            sender.send(piece.to_vec()).unwrap();
        }
        drop(sender);
        let flaw = refused.join().unwrap();
        assert!(matches!(flaw, Err(Flaw::TooLarge { .. })), "{flaw:?}");
    });
}

#[test]
fn objects_of_a_pack_are_found_again_without_being_kept() {
    let (_directory, bytes, expected) = packed("sha1");
    let mut seen = 0;
    let take = |_| {
        seen += 1;
        Ok(())
    };
    let pack = Pack::unpack(bytes, (SHA1, up_to(1 << 20)), &|_| None, take).unwrap();
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
    let mut objects = Objects::new(SHA1, up_to(1000));
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
    let mut objects = Objects::new(SHA1, up_to(1 << 20));
    assert_eq!(objects.add_pack(pack.clone()).unwrap(), 1);
    // In one pack a delta may also come before its base.
    let both = encode(&[changed.clone(), base], true, SHA1).unwrap();
    assert_eq!(objects.add_pack(both).unwrap(), 2);
    assert_eq!(&*objects.get(&changed.id).unwrap().data, &new);
}

#[test]
fn a_damaged_pack_is_refused_and_nothing_panics() {
    let (_directory, pack, _) = packed("sha1");
    let error = |bytes: Vec<u8>| {
        let flaw = Objects::new(SHA1, up_to(1 << 20)).add_pack(bytes);
        match flaw.unwrap_err() {
            Flaw::Damaged(reason) => reason,
            other => panic!("{other:?}"),
        }
    };
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
        let _ = Objects::new(SHA1, up_to(1 << 20)).add_pack(damaged);
    }
}

#[track_caller]
fn refuses(pack: Vec<u8>, limits: Limits, what: &str) {
    match Objects::new(SHA1, limits).add_pack(pack) {
        Err(Flaw::TooLarge { what: found, .. }) => assert!(found.contains(what), "{found}"),
        other => panic!("{other:?}"),
    }
}

/// Returns objects that are each a delta on the one before.
fn chain(length: u32, size: usize) -> Vec<NewObject> {
    let mut objects = vec![object(Kind::Blob, &vec![0; size])];
    for number in 1..length {
        let old = objects.last().unwrap().clone();
        let mut new = old.data.clone();
        new[..4].copy_from_slice(&number.to_be_bytes());
        let instructions = around_change(&old.data, &new);
        objects.push(object(Kind::Blob, &new).based_on(old.id, size, &instructions));
    }
    objects
}

#[test]
fn a_small_pack_of_very_much_is_refused() {
    let bombs = (0..64_u8).map(|number| object(Kind::Blob, &vec![number; 1 << 20]));
    let pack = encode(&bombs.collect::<Vec<_>>(), false, SHA1).unwrap();
    assert!(pack.len() < 100_000);
    let kept = Limits {
        kept: 8 << 20,
        ..Limits::default()
    };
    refuses(pack.clone(), kept, "all packs together");
    let work = Limits {
        object: 1000,
        work: 8 << 20,
        ..Limits::default()
    };
    refuses(pack, work, "the content of a pack");
}

#[test]
fn a_long_chain_of_deltas_is_read_and_an_endless_one_is_not() {
    let objects = chain(60, 20_000);
    let mut pack = objects.clone();
    let read = |objects: &[NewObject], limits| {
        let pack = encode(objects, true, SHA1).unwrap();
        Objects::new(SHA1, limits).add_pack(pack)
    };
    assert_eq!(read(&pack, Limits::default()), Ok(60));
    // Every object behind the base that it needs: many rounds.
    pack.reverse();
    assert_eq!(read(&pack, Limits::default()), Ok(60));
    let little = Limits {
        work: 100_000,
        ..Limits::default()
    };
    refuses(
        encode(&pack, true, SHA1).unwrap(),
        little,
        "the content of a pack",
    );
    // One that goes on for longer than git's longest.
    let long = chain(5000, 64);
    let found = encode(&long, true, SHA1).unwrap();
    let pack = Pack::unpack(found, (SHA1, Limits::default()), &|_| None, |_| Ok(())).unwrap();
    assert!(pack.get(&long[4000].id, &|_| None).is_some());
    assert!(pack.get(&long[4999].id, &|_| None).is_none());
}

#[test]
fn a_chain_that_leads_in_a_circle_ends() {
    let objects = chain(2, 1000);
    let [first, second] = &objects[..] else {
        panic!("not two")
    };
    let back = object(Kind::Blob, &first.data).based_on(
        second.id,
        1000,
        &around_change(&second.data, &first.data),
    );
    let bytes = encode(&[second.clone(), back], true, SHA1).unwrap();
    let known = Object {
        kind: Kind::Blob,
        data: first.data.as_slice().into(),
    };
    let find = |id: &ObjectId| (*id == first.id).then(|| known.clone());
    let pack = Pack::unpack(bytes, (SHA1, Limits::default()), &find, |_| Ok(())).unwrap();
    assert!(pack.get(&first.id, &|_| None).is_none());
    assert!(pack.get(&second.id, &|_| None).is_none());
}

#[test]
fn an_object_that_says_it_is_huge_takes_no_room() {
    let huge = 1_u64 << 60;
    let mut pack = gix_pack::data::header::encode(gix_pack::data::Version::V2, 1).to_vec();
    let header = gix_pack::data::entry::Header::Blob;
    header.write_to(huge, &mut pack).unwrap();
    pack.extend_from_slice(&[0x78, 0x9c, 0x03, 0, 0, 0, 0, 1]);
    let mut hasher = gix::hash::hasher(SHA1);
    hasher.update(&pack);
    pack.extend_from_slice(hasher.try_finalize().unwrap().as_slice());
    let flaw = Objects::new(SHA1, Limits::default()).add_pack(pack);
    assert!(matches!(flaw, Err(Flaw::Damaged(_))), "{flaw:?}");
}
