//! Versions of the git protocol: what a client asks for, a server may not hear.

/// The version that a server speaks. The one between is spoken only with
/// clients that ask for it, and ours does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// The one of today, when the client asks for it.
    Two,
    /// The one without a number.
    Zero,
}

impl Protocol {
    pub(crate) const ALL: [Self; 2] = [Self::Two, Self::Zero];

    /// Returns what the server is told instead of the client's wish.
    pub(crate) fn forced(self) -> Option<&'static str> {
        match self {
            Self::Two => None,
            Self::Zero => Some(""),
        }
    }

    /// Returns a line of shell that tells the server so.
    pub(crate) fn script(self) -> &'static str {
        match self {
            Self::Two => "",
            Self::Zero => "unset GIT_PROTOCOL",
        }
    }
}
