//! The YAML parser: a text as a list of events that know their bytes.
//!
//! The only file that sees `granit-parser`.

use super::MAX_DEPTH;
use super::tree::{ScalarStyle, Span};
use granit_parser::{ErrorKind, Event as Parsed, Parser, StrInput, StructureStyle};
use std::borrow::Cow;

/// What the parser found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event<'a> {
    /// A document begins, with or without `---`.
    DocumentStart { explicit: bool },
    /// The current document ends.
    DocumentEnd,
    /// A scalar; the text is without quotes, escapes and folds.
    Scalar {
        text: Cow<'a, str>,
        style: ScalarStyle,
    },
    /// A sequence begins.
    SequenceStart { flow: bool },
    /// A mapping begins.
    MappingStart { flow: bool },
    /// The current sequence or mapping ends.
    End,
    /// A node that stands for the anchored node of this number.
    Alias { anchor: usize },
    /// The node before this event has this anchor; the span is that of `&name`.
    Anchor { anchor: usize },
    /// A comment, from its `#` to the end of its line.
    Comment,
}

/// An event and its place.
#[derive(Clone, Debug)]
pub(super) struct Scanned<'a> {
    /// What was found.
    pub(super) event: Event<'a>,
    /// Where it is, without anchor and tag.
    pub(super) span: Span,
    /// Where its tag is, if it has one.
    pub(super) tag: Option<Span>,
}

/// Why a text is not YAML.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// The place.
    pub(super) offset: usize,
    /// What is wrong, as the parser puts it.
    pub(super) message: String,
    /// A limit was reached; the text may be YAML.
    pub(super) limit: bool,
}

/// Reads `text`, event by event.
pub(super) fn scan(text: &str) -> impl Iterator<Item = Result<Scanned<'_>, Fault>> {
    let options = granit_parser::options! {
        emit_anchor_events: true,
        emit_comments: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    Events {
        parser: Parser::new_from_str_with_options(text, options),
        over: false,
    }
}

struct Events<'a> {
    parser: Parser<'a, StrInput<'a>>,
    over: bool,
}

impl<'a> Iterator for Events<'a> {
    type Item = Result<Scanned<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            match self.parser.next_event() {
                None => self.over = true,
                Some(Err(error)) => {
                    self.over = true;
                    return Some(Err(fault(&error)));
                }
                Some(Ok((parsed, span))) => {
                    if let Some(event) = event(parsed) {
                        let tag = span.tag_span().map(bytes);
                        return Some(Ok(Scanned {
                            event,
                            span: bytes(span),
                            tag,
                        }));
                    }
                }
            }
        }
        None
    }
}

fn event(parsed: Parsed<'_>) -> Option<Event<'_>> {
    Some(match parsed {
        Parsed::DocumentStart(explicit, _) => Event::DocumentStart { explicit },
        Parsed::DocumentEnd => Event::DocumentEnd,
        Parsed::Scalar(text, style, ..) => Event::Scalar {
            text,
            style: scalar_style(style),
        },
        Parsed::SequenceStart(style, ..) => Event::SequenceStart {
            flow: is_flow(style),
        },
        Parsed::MappingStart(style, ..) => Event::MappingStart {
            flow: is_flow(style),
        },
        Parsed::SequenceEnd | Parsed::MappingEnd => Event::End,
        Parsed::Alias(anchor) => Event::Alias { anchor },
        Parsed::Anchor(anchor, _) => Event::Anchor { anchor },
        Parsed::Comment(..) => Event::Comment,
        // The ends of the stream. Unresolved aliases are errors as long as the
        // option for them is off.
        _ => return None,
    })
}

fn scalar_style(style: granit_parser::ScalarStyle) -> ScalarStyle {
    match style {
        granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
        granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
        granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
        granit_parser::ScalarStyle::Literal => ScalarStyle::Literal,
        granit_parser::ScalarStyle::Folded => ScalarStyle::Folded,
    }
}

fn is_flow(style: StructureStyle) -> bool {
    style == StructureStyle::Flow
}

fn bytes(span: granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    Span::new(range.start, range.end)
}

fn fault(error: &granit_parser::ScanError) -> Fault {
    let limit = matches!(
        error.kind(),
        ErrorKind::RecursionLimitExceeded
            | ErrorKind::TooManyComments
            | ErrorKind::AnchorCountOverflow
            | ErrorKind::DirectiveByteLimitExceeded { .. }
    );
    Fault {
        offset: error.marker().byte_offset().unwrap_or(0),
        message: error.kind().to_string(),
        limit,
    }
}
