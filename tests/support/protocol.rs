//! Versions of the git protocol: what a client asks for, a server may not hear.

/// The version that a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// The one of today, when the client asks for it.
    Two,
    /// The oldest one that says its number.
    One,
    /// The one without a number.
    Zero,
}

impl Protocol {
    pub(crate) const ALL: [Self; 3] = [Self::Two, Self::One, Self::Zero];

    /// Returns what the server is told instead of the client's wish.
    pub(crate) fn forced(self) -> Option<&'static str> {
        match self {
            Self::Two => None,
            Self::One => Some("version=1"),
            Self::Zero => Some(""),
        }
    }

    /// Returns a line of shell that tells the server so.
    pub(crate) fn script(self) -> String {
        match self.forced() {
            None => String::new(),
            Some("") => "unset GIT_PROTOCOL".to_owned(),
            Some(version) => format!("export GIT_PROTOCOL={version}"),
        }
    }
}
