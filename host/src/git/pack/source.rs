use std::sync::mpsc::Receiver;

/// The bytes of a pack, of which some may still be on their way.
pub(crate) struct Source {
    bytes: Vec<u8>,
    coming: Option<Receiver<Vec<u8>>>,
    may_be_cut_off: bool,
}

impl Source {
    /// Starts with the first bytes; the others come in pieces.
    pub(crate) fn growing(bytes: Vec<u8>, coming: Receiver<Vec<u8>>) -> Self {
        Self {
            bytes,
            coming: Some(coming),
            may_be_cut_off: false,
        }
    }

    /// Takes what is there of a pack that ends early.
    pub(crate) fn may_be_cut_off(self, may_be_cut_off: bool) -> Self {
        Self {
            may_be_cut_off,
            ..self
        }
    }

    /// Returns whether nothing more comes, and the rest of the pack may be missing.
    pub(super) fn is_cut_off(&self) -> bool {
        self.may_be_cut_off && self.coming.is_none()
    }

    /// Returns what has come.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Waits for the next piece; returns whether there was one.
    pub(super) fn wait(&mut self) -> bool {
        let piece = self.coming.as_ref().and_then(|coming| coming.recv().ok());
        match piece {
            Some(piece) => self.bytes.extend(piece),
            None => self.coming = None,
        }
        self.coming.is_some()
    }

    /// Waits until there are as many bytes, or no more come.
    pub(super) fn wait_for(&mut self, length: usize) {
        while self.bytes.len() < length && self.wait() {}
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            coming: None,
            may_be_cut_off: false,
        }
    }
}
