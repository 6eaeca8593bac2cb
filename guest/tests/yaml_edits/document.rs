//! Random YAML: every style of scalars and collections, anchors, aliases,
//! merges, comments, blank lines, line endings, indentation.

use proptest::prelude::*;

/// Returns texts of one or more YAML documents.
pub(crate) fn yaml() -> impl Strategy<Value = String> {
    (prop::collection::vec(root(), 1..3), layout())
        .prop_map(|(nodes, layout)| write(&nodes, layout))
}

/// How the file is written.
#[derive(Clone, Copy, Debug)]
struct Layout {
    indentation: usize,
    indented_lists: bool,
    crlf: bool,
    mark: bool,
    explicit: bool,
    final_newline: bool,
    spread_flow: bool,
}

fn layout() -> impl Strategy<Value = Layout> {
    let flags = (
        any::<bool>(),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.1),
        any::<bool>(),
    );
    let more = (prop::bool::weighted(0.9), prop::bool::weighted(0.3));
    (1..5_usize, flags, more).prop_map(|(indentation, flags, more)| Layout {
        indentation,
        indented_lists: flags.0,
        crlf: flags.1,
        mark: flags.2,
        explicit: flags.3,
        final_newline: more.0,
        spread_flow: more.1,
    })
}

#[derive(Clone, Debug)]
enum Node {
    /// Written as it is.
    Plain(&'static str),
    Single(String),
    Double(String),
    /// Lines after this header.
    Block(&'static str, Vec<&'static str>),
    Nothing,
    /// Of what was anchored before, if anything was.
    Alias,
    Sequence(Vec<Item>, bool),
    Mapping(Vec<(Key, Item)>, bool),
}

#[derive(Clone, Debug)]
struct Item {
    node: Node,
    properties: &'static str,
    anchored: bool,
    comment: &'static str,
    above: &'static str,
}

#[derive(Clone, Copy, Debug)]
enum Key {
    Named(&'static str),
    Merge,
    Explicit(&'static str),
}

const PLAIN: &[&str] = &[
    "v1.4.2",
    "1.9",
    "true",
    "~",
    "null",
    "app:v1",
    "r:5000/a@sha256:0a",
    "two words",
    "a#b",
    "3",
    "-x",
    "é日😀",
    "2024-01-02",
    "0x1F",
    "a'b\"c",
    "x  y",
];

const QUOTED: &[&str] = &[
    "",
    "v1",
    "it's",
    "a: b # c",
    "1.10",
    " x ",
    "{a, [b]}",
    "say \"x\"",
    "\\",
    "é",
];

const LINES: &[&str] = &[
    "text",
    "a: b",
    "# no comment",
    "",
    "  more",
    "- x",
    "\"quoted\"",
    "{{ x }}",
];

fn scalar() -> impl Strategy<Value = Node> {
    let quoted = || prop::sample::select(QUOTED).prop_map(str::to_owned);
    let header =
        prop::sample::select(&["|", "|-", "|+", ">", ">-", "| # header", ">- # header"][..]);
    let lines = prop::collection::vec(prop::sample::select(LINES), 1..4);
    prop_oneof![
        5 => prop::sample::select(PLAIN).prop_map(Node::Plain),
        2 => quoted().prop_map(Node::Single),
        2 => quoted().prop_map(Node::Double),
        2 => (header, lines).prop_map(|(header, lines)| Node::Block(header, lines)),
        1 => Just(Node::Nothing),
        1 => Just(Node::Alias),
    ]
}

fn node() -> impl Strategy<Value = Node> {
    scalar().prop_recursive(4, 40, 5, |inner| {
        let item = item(inner).boxed();
        let key = prop_oneof![
            8 => prop::sample::select(&["a", "b", "c", "image", "tag", "x.y", "'q k'", "\"d k\"", "8080"][..]).prop_map(Key::Named),
            1 => Just(Key::Merge),
            1 => prop::sample::select(&["e1", "e2"][..]).prop_map(Key::Explicit),
        ];
        let flow = || prop::bool::weighted(0.25);
        prop_oneof![
            1 => (prop::collection::vec(item.clone(), 0..4), flow()).prop_map(|(items, flow)| Node::Sequence(items, flow)),
            2 => (prop::collection::vec((key, item), 0..5), flow()).prop_map(|(entries, flow)| Node::Mapping(entries, flow)),
        ]
    })
}

fn root() -> impl Strategy<Value = Node> {
    let key = prop::sample::select(&["a", "b", "images", "spec", "x"][..]).prop_map(Key::Named);
    let entries = prop::collection::vec((key, item(node())), 1..5);
    prop_oneof![
        1 => node(),
        3 => entries.prop_map(|entries| Node::Mapping(entries, false)),
    ]
}

fn item(node: impl Strategy<Value = Node>) -> impl Strategy<Value = Item> {
    let properties = prop_oneof![9 => Just(""), 1 => Just("!!str "), 1 => Just("!local ")];
    let comment = prop_oneof![3 => Just(""), 1 => Just(" # comment"), 1 => Just("   #tight")];
    let above =
        prop_oneof![6 => Just(""), 1 => Just("# above"), 1 => Just("\n"), 1 => Just("\n# apart")];
    (node, properties, prop::bool::weighted(0.1), comment, above).prop_map(
        |(node, properties, anchored, comment, above)| Item {
            node,
            properties,
            anchored,
            comment,
            above,
        },
    )
}

struct Writer {
    text: String,
    layout: Layout,
    anchors: usize,
    /// The anchors that are complete, and whether each is of a mapping.
    usable: Vec<(usize, bool)>,
}

fn write(nodes: &[Node], layout: Layout) -> String {
    let mut writer = Writer {
        text: String::new(),
        layout,
        anchors: 0,
        usable: Vec::new(),
    };
    for (count, node) in nodes.iter().enumerate() {
        if layout.explicit || count > 0 {
            writer.text.push_str("---\n");
        }
        writer.usable.clear();
        writer.root(node);
    }
    let mut text = writer.text;
    if !layout.final_newline && text.ends_with('\n') {
        text.pop();
    }
    if layout.crlf {
        text = text.replace('\n', "\r\n");
    }
    if layout.mark {
        text.insert(0, '\u{feff}');
    }
    text
}

impl Writer {
    fn root(&mut self, node: &Node) {
        match node {
            Node::Mapping(entries, false) if !entries.is_empty() => self.mapping(entries, 0, false),
            Node::Sequence(items, false) if !items.is_empty() => self.sequence(items, 0, false),
            Node::Mapping(..)
            | Node::Sequence(..)
            | Node::Plain(_)
            | Node::Single(_)
            | Node::Double(_) => {
                self.flow(node, 2);
                self.text.push('\n');
            }
            // A root has no indicator that could announce the others.
            Node::Block(..) | Node::Nothing | Node::Alias => self.text.push_str("a: 1\n"),
        }
    }

    /// Writes entries at `column`; the first continues its line when `inline`.
    fn mapping(&mut self, entries: &[(Key, Item)], column: usize, inline: bool) {
        let mut used = Vec::new();
        for (key, item) in entries {
            let (name, explicit) = match key {
                Key::Named(name) => (*name, false),
                Key::Explicit(name) => (*name, true),
                Key::Merge => ("<<", false),
            };
            if used.contains(&name) {
                continue;
            }
            let first = used.is_empty() && inline;
            used.push(name);
            self.begin_line(item.above, column, first);
            if explicit {
                self.text.push_str(&format!("? {name}\n{:column$}:", ""));
            } else {
                self.text.push_str(&format!("{name}:"));
            }
            match (key, self.usable.iter().rev().find(|(_, mapping)| *mapping)) {
                (Key::Merge, Some((anchor, _))) => self.text.push_str(&format!(" *n{anchor}\n")),
                (Key::Merge, None) => self.text.push_str(" {m: 1}\n"),
                _ => self.value(item, column, false),
            }
        }
        if used.is_empty() {
            self.text.push_str("{}\n");
        }
    }

    fn sequence(&mut self, items: &[Item], column: usize, inline: bool) {
        for (count, item) in items.iter().enumerate() {
            self.begin_line(item.above, column, inline && count == 0);
            self.text.push('-');
            self.value(item, column, true);
        }
    }

    fn begin_line(&mut self, above: &str, column: usize, inline: bool) {
        if inline {
            return;
        }
        for line in above.split_inclusive('\n') {
            if line == "\n" {
                self.text.push('\n');
            } else {
                self.text.push_str(&format!("{:column$}{line}\n", ""));
            }
        }
        self.text.push_str(&" ".repeat(column));
    }

    /// Writes what follows a `:` or `-` at `column`, to the end of the line.
    fn value(&mut self, item: &Item, column: usize, in_list: bool) {
        let inner = column + self.layout.indentation;
        let anchor = self.properties(item);
        match &item.node {
            Node::Mapping(entries, false) if !entries.is_empty() => {
                let compact = in_list && anchor.is_none();
                if compact {
                    self.text
                        .push_str(&" ".repeat(self.layout.indentation.max(2) - 1));
                    self.mapping(entries, column + self.layout.indentation.max(2), true);
                } else {
                    self.end_line(item.comment);
                    self.mapping(entries, inner, false);
                }
            }
            Node::Sequence(items, false) if !items.is_empty() => {
                let dash = if in_list || self.layout.indented_lists {
                    inner
                } else {
                    column
                };
                self.end_line(item.comment);
                self.sequence(items, dash, false);
            }
            Node::Block(header, lines) => {
                self.text.push_str(&format!(" {header}\n"));
                self.lines(lines, inner);
            }
            Node::Nothing => self.end_line(item.comment),
            node => {
                self.text.push(' ');
                self.flow(node, inner);
                self.end_line(item.comment);
            }
        }
        if let Some(anchor) = anchor {
            self.usable
                .push((anchor, matches!(item.node, Node::Mapping(..))));
        }
    }

    /// Writes anchor and tag where they may be, and returns the anchor.
    fn properties(&mut self, item: &Item) -> Option<usize> {
        let scalar = !matches!(
            item.node,
            Node::Alias | Node::Mapping(..) | Node::Sequence(..)
        );
        let mut anchor = None;
        if item.anchored && !matches!(item.node, Node::Alias) {
            self.anchors += 1;
            anchor = Some(self.anchors);
            self.text.push_str(&format!(" &n{}", self.anchors));
        }
        if scalar && !item.properties.is_empty() {
            self.text
                .push_str(&format!(" {}", item.properties.trim_end()));
        }
        anchor
    }

    /// Writes the lines of a block scalar; the first with text is not indented.
    fn lines(&mut self, lines: &[&str], column: usize) {
        let mut begun = false;
        for line in lines {
            let line = if begun { line } else { line.trim_start() };
            begun |= !line.is_empty();
            if line.is_empty() {
                self.text.push('\n');
            } else {
                self.text.push_str(&format!("{:column$}{line}\n", ""));
            }
        }
    }

    fn end_line(&mut self, comment: &str) {
        self.text.push_str(comment);
        self.text.push('\n');
    }

    /// Writes a node on one line, or on several when the layout spreads.
    fn flow(&mut self, node: &Node, column: usize) {
        match node {
            Node::Plain(text) => self.text.push_str(text),
            Node::Single(text) => self
                .text
                .push_str(&format!("'{}'", text.replace('\'', "''"))),
            Node::Double(text) => {
                let text = text.replace('\\', "\\\\").replace('"', "\\\"");
                self.text.push_str(&format!("\"{text}\""));
            }
            Node::Block(_, lines) => self
                .text
                .push_str(&format!("'{}'", lines.join(" ").replace('\'', "''"))),
            Node::Nothing => {}
            Node::Alias => match self.usable.last() {
                Some((anchor, _)) => self.text.push_str(&format!("*n{anchor} ")),
                None => self.text.push_str("none"),
            },
            Node::Sequence(items, _) => {
                let items = items
                    .iter()
                    .filter(|item| !matches!(item.node, Node::Nothing));
                let items: Vec<_> = items.map(|item| (String::new(), item)).collect();
                self.flow_items('[', &items, column);
                self.text.push(']');
            }
            Node::Mapping(entries, _) => {
                let mut used = Vec::new();
                let mut items = Vec::new();
                for (key, item) in entries {
                    let name = match key {
                        Key::Named(name) | Key::Explicit(name) => *name,
                        Key::Merge => "m",
                    };
                    if !used.contains(&name) {
                        used.push(name);
                        items.push((format!("{name}: "), item));
                    }
                }
                self.flow_items('{', &items, column);
                self.text.push('}');
            }
        }
    }

    fn flow_items(&mut self, open: char, items: &[(String, &Item)], column: usize) {
        self.text.push(open);
        for (count, (key, item)) in items.iter().enumerate() {
            if count > 0 {
                self.text.push(',');
            }
            if self.layout.spread_flow {
                let comment = if count > 0 { item.comment } else { "" };
                self.text.push_str(&format!("{comment}\n{:column$}", ""));
            } else if count > 0 {
                self.text.push(' ');
            }
            self.text.push_str(key);
            let breaks =
                |text: &str| text.contains([',', '[', ']', '{', '}', '#']) || text.starts_with('-');
            match &item.node {
                Node::Plain(text) if breaks(text) => self.text.push_str("plain"),
                node => self.flow(node, column + 1),
            }
        }
        if self.layout.spread_flow && !items.is_empty() {
            self.text
                .push_str(&format!("\n{:1$}", "", column.saturating_sub(1)));
        }
    }
}
