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

#[cfg(test)]
mod tests {
    use super::dotenv;

    #[test]
    fn a_value_stays_on_its_line() {
        let text = dotenv(&[
            ("new", "a\nPATH=/evil".to_owned()),
            ("request-url", "x,y".to_owned()),
        ]);
        assert_eq!(text, "TOWPATH_NEW=a PATH=/evil\nTOWPATH_REQUEST_URL=x,y\n");
    }
}
