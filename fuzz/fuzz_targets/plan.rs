//! Whatever is asked of whatever file: an answer, the same each time, that can
//! be carried out and leaves nothing to do.
//!
//! An input is a byte for the name of the file, a byte of switches, a line for
//! each option, which begins with its letter, an empty line, and the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use towpath_guest::error::Kind;
use towpath_guest::facts::Facts;
use towpath_guest::plan;
use towpath_guest::plan::{Delivery, Plan};
use towpath_guest::report::report;
use towpath_guest::repository::{AccessError, Entry, EntryKind, Repository};
use towpath_guest::request::{Assignment, Intent, Permits, Request, SetRequest, Source, Wording};
use towpath_guest::yaml::parse;

const NAMES: [&str; 8] = [
    "a/kustomization.yaml",
    "a/values.yaml",
    "a/values.json",
    "a/app.yaml",
    "a/compose.yaml",
    "a/Chart.yaml",
    "a/.argocd-source.yaml",
    "a/kustomization.json",
];

fuzz_target!(|input: &[u8]| {
    let [name, switches, rest @ ..] = input else {
        return;
    };
    let Some(end) = rest.windows(2).position(|pair| pair == b"\n\n") else {
        return;
    };
    let Ok(options) = std::str::from_utf8(&rest[..end]) else {
        return;
    };
    let path = NAMES[usize::from(*name) % NAMES.len()];
    let (set, wording) = asked(path, *switches, options);
    let single = set.images.len() + set.values.len() + set.charts.len() + set.revisions.len() == 1
        && !set.images.iter().any(|image| image.contains('='));
    let request = Request {
        intent: Intent::Set(set),
        source: Source::default(),
        facts: Facts::default(),
        wording,
    };
    let before = OneFile(path, rest[end + 2..].to_vec());
    let planned = plan(&request, &before);
    assert_eq!(planned, plan(&request, &before), "another plan");
    let found = match planned {
        Ok(found) => found,
        Err(failure) => {
            assert_ne!(failure.kind, Kind::Internal, "{request:?} {failure:?}");
            return;
        }
    };
    let _ = report(&found, &Delivery::default());
    let after = OneFile(path, carried_out(&found, &before));
    // What is asked for once is there then.
    if single && let Ok(again) = plan(&request, &after) {
        assert_eq!(again.files, [], "{request:?} asks again");
    }
});

fn carried_out(plan: &Plan, before: &OneFile) -> Vec<u8> {
    let Some(change) = plan.files.first() else {
        return before.1.clone();
    };
    assert_eq!((plan.files.len(), &*change.path), (1, before.0));
    let after = change.apply(&before.1).expect("the plan is for the file");
    parse(before.0, &after).expect("the result is YAML");
    after
}

fn asked(path: &str, switches: u8, options: &str) -> (SetRequest, Wording) {
    let switch = |bit: u8| switches >> bit & 1 == 1;
    let mut set = SetRequest {
        permits: Permits {
            all: switch(0),
            create: switch(1),
            moving_tags: switch(2),
            moving_revisions: switch(3),
            docker_hub_names: switch(4),
            downgrade: false,
        },
        ..SetRequest::default()
    };
    let mut wording = Wording::default();
    if switch(5) {
        set.files.push(path.to_owned());
    }
    for line in options.split('\n') {
        let Some(letter) = line.chars().next() else {
            continue;
        };
        let text = line[letter.len_utf8()..].to_owned();
        match letter {
            'i' => set.images.push(text),
            't' => set.tag = Some(text),
            'd' => set.digest = Some(text),
            'c' => set.charts.push(text),
            'r' => set.revisions.push(text),
            'k' => set.values.push(Assignment {
                key: text,
                value: String::new(),
            }),
            'v' => {
                if let Some(last) = set.values.last_mut() {
                    last.value = text;
                }
            }
            'p' => set.directories.push(text),
            'g' => set.ignore.push(text),
            'D' => set.selection.document = Some(text),
            'C' => set.selection.container = Some(text),
            'M' => set.selection.marker = Some(text),
            'm' => wording.subject = Some(text),
            _ => {}
        }
    }
    (set, wording)
}

/// A repository with a single file.
struct OneFile(&'static str, Vec<u8>);

impl Repository for OneFile {
    fn list(&self, directory: &str) -> Result<Vec<Entry>, AccessError> {
        match directory {
            "" | "a" => Ok(vec![Entry {
                path: self.0.to_owned(),
                kind: EntryKind::File,
            }]),
            _ if directory == self.0 => Err(AccessError::NotAFile(AccessError::FILE.to_owned())),
            _ => Err(AccessError::NotFound),
        }
    }

    fn read(&self, paths: &[String]) -> Vec<Result<Vec<u8>, AccessError>> {
        let read = |path: &String| match path == self.0 {
            true => Ok(self.1.clone()),
            false => Err(AccessError::NotFound),
        };
        paths.iter().map(read).collect()
    }
}
