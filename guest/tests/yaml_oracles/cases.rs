//! Values in places: what is set, and the document that comes of it.

use towpath_guest::plan::{FileChange, FileState};
use towpath_guest::yaml::{KeyPath, Operation, ScalarKind, edit, parse};

/// Places for a value, with `@` where the old one is.
const CONTEXTS: &[&str] = &[
    "k: @\n",
    "k: '@' # comment\n",
    "k: \"@\"\r\n",
    "{k: @, l: 1}\n",
    "{k: '@'}\n",
    "{\"k\": \"@\"}",
    "? k\n: @\n",
    "k:\n  @\n",
    "k: &anchor @\n",
    "k: !!str @\n",
    "k: # comment\n",
    "k: 1.9\n",
    "k: ~\n",
    "k: >-\n  @\nl: 1\n",
    "k: |-\n    @\n",
    "k: @\n  folded\n",
];

/// Values that some reader takes for something other than text, and some that
/// only look so.
const VALUES: &[&str] = &[
    "1.10",
    "007",
    "0755",
    "0o17",
    "0x1F",
    "0b11",
    "1_000",
    "1:30",
    "190:20:30",
    ".5",
    "1.",
    "+1",
    "1e5",
    "12e3",
    "0e1234",
    "706798e8",
    "0123e4567",
    "1e1000",
    ".inf",
    ".nan",
    "-.inf",
    "+.inf",
    "true",
    "yes",
    "on",
    "y",
    "n",
    "off",
    "no",
    "null",
    "~",
    "True",
    "YES",
    "Off",
    "NULL",
    "2024-01-02",
    "2024-01-02T10:00:00Z",
    "2024-1-2",
    "<<",
    "=",
    "",
    "1234567890123456789012345678901234567890",
    "-v1",
    ".v1",
    "-",
    ".",
    "---",
    "...",
    "- x",
    " v1",
    "v1 ",
    "v 1",
    "v1 #2",
    "#v1",
    "a: b",
    "a:",
    "a:b",
    "r:5000/x:v1",
    "v1@sha256:0a",
    "a,b",
    "[a]",
    "{a}",
    "]",
    "}",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "'",
    "\"",
    "it's",
    "say \"x\"",
    "a\\b",
    "%a",
    "@a",
    "`a",
    "?",
    "? a",
    ":",
    ": a",
    "a\tb",
    "a\nb",
    "a\n\nb\n",
    "\ta",
    "a\r\nb",
    "é",
    "日本語",
    "😀",
    "a\u{85}b",
    "a\u{2028}b",
    "a\u{a0}b",
    "\u{feff}a",
    "a\u{7f}b",
    "a\u{1b}b",
    "\u{0}",
    "0_1",
    "1__0",
    "1_0e3",
    "0x_",
    "0b_",
    "1e+3",
    "1E-3",
    "0X1F",
    "+0x1f",
    "0o8",
    "08",
    "1.2.3",
    "1.2.3-rc.1",
    "10:90",
    "1a2b3c4",
    "1e",
    "e5",
    "0x",
    "v1.10",
    "{{ x }}",
    "${X}",
    "$a",
    "a - b",
    "null ",
    "nULL",
    "inf",
    "nan",
    "Infinity",
    "0.",
    "00",
    "-0",
    "+",
    "_1",
    "1_",
];

/// A document whose `k` was set to a value.
pub(crate) struct Case {
    pub(crate) document: String,
    pub(crate) value: String,
}

/// Every value in every context, and generated tags in changing ones.
pub(crate) fn cases() -> Vec<Case> {
    let listed = VALUES.iter().flat_map(|value| in_any_case(value));
    let listed = listed.flat_map(|value| {
        CONTEXTS
            .iter()
            .map(move |context| (*context, value.clone()))
    });
    let mut random = Random(20_260_729);
    let generated = (0..2000).map(|count| (CONTEXTS[count % CONTEXTS.len()], random.tag()));
    let generated: Vec<_> = generated.collect();
    listed
        .chain(generated)
        .filter_map(|(context, value)| case(context, value))
        .collect()
}

/// Returns a value, and it with other letters where that makes a difference.
fn in_any_case(value: &str) -> Vec<String> {
    let mut letters = value.chars();
    let capital = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect());
    let all = [
        Some(value.to_owned()),
        Some(value.to_lowercase()),
        Some(value.to_uppercase()),
        capital,
    ];
    let mut all: Vec<String> = all.into_iter().flatten().collect();
    all.sort();
    all.dedup();
    all
}

/// Sets a value; `None` when a block scalar cannot hold it, and says so.
fn case(context: &str, value: String) -> Option<Case> {
    let before = context.replace('@', "v1.4.2");
    let file = parse("f.yaml", before.as_bytes()).expect("the context is YAML");
    let path: KeyPath = "k".parse().expect("k is a key path");
    let node = path.resolve(&file).expect("k is there")[0].id();
    let set = Operation::SetScalar {
        node,
        value: value.clone(),
        kind: ScalarKind::Text,
    };
    let edits = match edit(&file, &[set]) {
        Ok(edits) => edits,
        Err(failure) => {
            assert!(
                context.contains("-\n"),
                "{value:?} in {context:?}: {failure:?}"
            );
            assert_eq!(
                failure.kind.name(),
                "invalid-key",
                "{value:?} in {context:?}"
            );
            return None;
        }
    };
    let change = FileChange {
        path: "f.yaml".to_owned(),
        state: FileState::Edited,
        edits,
    };
    let after = change
        .apply(before.as_bytes())
        .expect("the edits are for the file");
    Some(Case {
        document: String::from_utf8(after).expect("YAML is UTF-8"),
        value,
    })
}

/// SplitMix64: the same tags on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).expect("a small number fits")
    }

    /// Returns a tag, more often than not like a number or a commit.
    fn tag(&mut self) -> String {
        let alphabets = [
            "0123456789",
            "01_xXbBoO",
            "0123456789.eE+-_",
            "0123456789abcdef",
            "0:59._-",
            "vV0.-_aZ",
        ];
        let alphabet = alphabets[self.below(alphabets.len())].as_bytes();
        let length = 1 + self.below(12);
        let tag = (0..length).map(|_| char::from(alphabet[self.below(alphabet.len())]));
        tag.collect()
    }
}
