/// Why a pack is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It is damaged.
    Damaged(String),
    /// It holds more than is taken.
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How many bytes are taken.
        limit: u64,
    },
}

impl From<String> for Flaw {
    fn from(reason: String) -> Self {
        Self::Damaged(reason)
    }
}

impl From<&str> for Flaw {
    fn from(reason: &str) -> Self {
        Self::Damaged(reason.to_owned())
    }
}
