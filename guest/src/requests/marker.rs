//! What Towpath writes for itself into the text of a request: its own part is
//! between two comments, and the rest of the text is other people's.

/// The first line of Towpath's part.
const BEGIN: &str = "<!-- towpath: from here to the next mark this text is written by Towpath -->";
/// What the last line of Towpath's part begins with.
const END: &str = "<!-- towpath:request ";
/// What the last line of Towpath's part ends with.
const CLOSE: &str = " -->";

/// What a request says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marker {
    /// What the request is about.
    pub(super) key: String,
    /// Which values it brings.
    pub(super) version: String,
    /// The number of the build.
    pub(super) build: Option<u64>,
    /// How the gates stand: an `x` for each that is open, a `-` for each that is not.
    pub(super) gates: String,
    /// Whether Towpath closed it.
    pub(super) is_retired: bool,
}

impl Marker {
    /// Finds the mark in the text of a request.
    pub(super) fn read(body: &str) -> Option<Self> {
        let (start, end) = mark(body)?;
        let mut marker = Self::default();
        for word in body[start..end].split(' ') {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            match name {
                "key" => value.clone_into(&mut marker.key),
                "version" => value.clone_into(&mut marker.version),
                "build" => marker.build = value.parse().ok(),
                "gates" => value.clone_into(&mut marker.gates),
                "closed" => marker.is_retired = true,
                _ => {}
            }
        }
        Some(marker)
    }

    /// Writes the mark.
    fn line(&self) -> String {
        let build = self
            .build
            .map(|build| format!(" build={build}"))
            .unwrap_or_default();
        let gates = match self.gates.as_str() {
            "" => String::new(),
            gates => format!(" gates={gates}"),
        };
        let closed = if self.is_retired { " closed" } else { "" };
        format!(
            "{END}key={} version={}{build}{gates}{closed}{CLOSE}",
            self.key, self.version
        )
    }

    /// Writes Towpath's part of a text.
    pub(super) fn enclose(&self, text: &str) -> String {
        format!("{BEGIN}\n{}\n\n{}", text.trim(), self.line())
    }
}

/// Puts Towpath's part into a text, in the place of the one that is there.
pub(super) fn merge(body: &str, part: &str) -> String {
    match (body.find(BEGIN), mark(body)) {
        (Some(start), Some((_, end))) if start < end => {
            let after = &body[end + CLOSE.len()..];
            format!("{}{part}{after}", &body[..start])
        }
        _ if body.trim().is_empty() => part.to_owned(),
        _ => format!("{}\n\n{part}", body.trim_end()),
    }
}

/// Notes in a text that Towpath closed the request.
pub(super) fn retire(body: &str) -> String {
    let Some(marker) = Marker::read(body) else {
        let marker = Marker {
            is_retired: true,
            ..Marker::default()
        };
        return format!("{}\n\n{}", body.trim_end(), marker.line());
    };
    let Some((start, end)) = mark(body) else {
        return body.to_owned();
    };
    let line = Marker {
        is_retired: true,
        ..marker
    }
    .line();
    let before = &body[..start - END.len()];
    format!("{before}{line}{}", &body[end + CLOSE.len()..])
}

/// Returns the bytes between the ends of the last mark.
fn mark(body: &str) -> Option<(usize, usize)> {
    let start = body.rfind(END)? + END.len();
    let end = start + body[start..].find(CLOSE)?;
    Some((start, end))
}
