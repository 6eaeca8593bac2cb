use gix_packetline::PacketLineRef;
use gix_packetline::blocking_io::StreamingPeekableIter;

/// What a server says became of a push.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ReportStatus {
    /// Whether the pack was taken: nothing, or why not.
    pub(super) unpack: Option<Result<(), String>>,
    /// Refs with nothing, or why they were not moved.
    pub(super) refs: Vec<(String, Option<String>)>,
}

impl ReportStatus {
    /// Takes in one line of the report. Lines of other kinds, which later
    /// versions have, are passed over.
    pub(super) fn line(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\n');
        match line.split_once(' ') {
            Some(("unpack", "ok")) => self.unpack = Some(Ok(())),
            Some(("unpack", reason)) => self.unpack = Some(Err(reason.to_owned())),
            Some(("ok", name)) => self.refs.push((name.to_owned(), None)),
            Some(("ng", rest)) => {
                let (name, reason) = rest.split_once(' ').unwrap_or((rest, "refused"));
                self.refs.push((name.to_owned(), Some(reason.to_owned())));
            }
            _ => {}
        }
    }

    /// Reads the packet lines of a report.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut report = Self::default();
        let mut lines = StreamingPeekableIter::new(bytes, &[PacketLineRef::Flush], false);
        while let Some(Ok(Ok(line))) = lines.read_line() {
            if let Some(line) = line.as_slice() {
                report.line(line);
            }
        }
        report
    }

    /// Returns what became of each of `names`. Silence about one means that it
    /// was not moved.
    pub(super) fn refused<'a>(
        &self,
        names: impl Iterator<Item = &'a str>,
    ) -> Vec<(String, Option<String>)> {
        let refused = names.map(|name| {
            let status = self.refs.iter().find(|(known, _)| known == name);
            let reason = match (&self.unpack, status) {
                (Some(Err(reason)), _) => Some(format!("the pack was not taken: {reason}")),
                (_, Some((_, reason))) => reason.clone(),
                (_, None) => Some("the server does not say what became of it".to_owned()),
            };
            (name.to_owned(), reason)
        });
        refused.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::ReportStatus;

    fn packet_lines(lines: &[&str]) -> Vec<u8> {
        let lines = lines
            .iter()
            .map(|line| format!("{:04x}{line}\n", line.len() + 5));
        let mut bytes = lines.collect::<String>().into_bytes();
        bytes.extend_from_slice(b"0000");
        bytes
    }

    #[track_caller]
    fn check(lines: &[&str], expected: Option<&str>) {
        let report = ReportStatus::parse(&packet_lines(lines));
        let refused = report.refused(["refs/heads/main"].into_iter());
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].1.as_deref(), expected);
    }

    #[test]
    fn success_is_said_and_silence_is_not() {
        check(&["unpack ok", "ok refs/heads/main"], None);
        check(
            &[
                "unpack ok",
                "option refname refs/pull/1",
                "ok refs/heads/main",
            ],
            None,
        );
        check(
            &["unpack ok", "ok refs/heads/other"],
            Some("the server does not say what became of it"),
        );
        check(&[], Some("the server does not say what became of it"));
    }

    #[test]
    fn a_refusal_comes_with_its_reason() {
        check(
            &["unpack ok", "ng refs/heads/main failed to update ref"],
            Some("failed to update ref"),
        );
        check(&["unpack ok", "ng refs/heads/main"], Some("refused"));
        check(
            &[
                "unpack index-pack abnormal exit",
                "ng refs/heads/main unpacker error",
            ],
            Some("the pack was not taken: index-pack abnormal exit"),
        );
    }
}
