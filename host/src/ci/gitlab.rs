//! GitLab CI: the dotenv report.
//!
//! Follows "artifacts:reports:dotenv" of GitLab's documentation: one
//! `NAME=VALUE` a line, no multi-line values, nothing is unquoted.

/// Writes outputs as variables; a line break in a value becomes a space.
pub(super) fn dotenv(pairs: &[(&str, String)]) -> String {
    pairs
        .iter()
        .map(|(name, value)| {
            let value = value.replace(['\r', '\n'], " ");
            format!(
                "TOWPATH_{}={value}\n",
                name.to_uppercase().replace('-', "_")
            )
        })
        .collect()
}

/// Writes the marker that begins or ends a section of the log; follows
/// "Custom collapsible sections" of GitLab's documentation.
pub(super) fn section(begins: bool, now: u64) -> String {
    if begins {
        format!("\x1b[0Ksection_start:{now}:towpath[collapsed=true]\r\x1b[0KDetails of towpath")
    } else {
        format!("\x1b[0Ksection_end:{now}:towpath\r\x1b[0K")
    }
}

#[cfg(test)]
mod tests {
    use super::{dotenv, section};

    #[test]
    fn a_section_ends_as_it_began() {
        assert_eq!(
            section(true, 7),
            "\x1b[0Ksection_start:7:towpath[collapsed=true]\r\x1b[0KDetails of towpath"
        );
        assert_eq!(section(false, 9), "\x1b[0Ksection_end:9:towpath\r\x1b[0K");
    }

    #[test]
    fn a_value_stays_on_its_line() {
        let text = dotenv(&[
            ("new", "a\nPATH=/evil".to_owned()),
            ("request-url", "x,y".to_owned()),
        ]);
        assert_eq!(text, "TOWPATH_NEW=a PATH=/evil\nTOWPATH_REQUEST_URL=x,y\n");
    }
}
