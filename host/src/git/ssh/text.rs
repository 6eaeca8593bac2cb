//! The text of a private key, whatever the way through variables, secrets and
//! clipboards did to it.

use super::super::{Secret, SecretBytes};
use russh::keys::ssh_encoding::base64::{Base64, Encoding as _};

/// A private key between its `-----BEGIN …-----` and `-----END …-----` lines.
pub(super) struct Armored {
    /// What the lines say, such as `OPENSSH PRIVATE KEY`.
    pub(super) label: String,
    /// The cipher, in the old formats that name it in a header.
    pub(super) cipher: Option<String>,
    /// The headers, one a line.
    headers: String,
    /// The base64, without white space.
    body: Secret,
}

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";
/// How every body in OpenSSH's own format begins, in base64.
const OPENSSH: &str = "b3BlbnNzaC1rZXktdjEA";

/// Finds the private key in a text.
///
/// Line ends of any kind, none at all, or written as `\n` do not matter, nor do
/// indentation, quotes, a byte order mark or text around the key. The whole may
/// be encoded in base64 once more.
///
/// # Errors
/// With what the text looks like instead, without repeating any of it.
pub(super) fn armored(text: &Secret) -> Result<Armored, &'static str> {
    let text = unescaped(text.expose());
    if let Some(found) = find(text.expose()) {
        return found;
    }
    let packed: Secret = without_blanks(text.expose());
    if packed.expose().starts_with(OPENSSH) {
        return Ok(Armored::new("OPENSSH PRIVATE KEY", packed));
    }
    if let Some(inner) = decoded(&packed)
        && let Some(found) = find(unescaped(inner.expose()).expose())
    {
        return found;
    }
    Err(looks_like(text.expose().trim()))
}

impl Armored {
    fn new(label: &str, body: Secret) -> Self {
        Self {
            label: label.to_owned(),
            cipher: None,
            headers: String::new(),
            body,
        }
    }

    /// Returns what the base64 holds.
    pub(super) fn bytes(&self) -> Option<SecretBytes> {
        let bytes = Base64::decode_vec(self.body.expose()).ok()?;
        Some(SecretBytes::new(bytes))
    }

    /// Returns the key as a tool would write it.
    pub(super) fn text(&self) -> Secret {
        // OpenSSH's own format has lines of 70 characters, the others of 64.
        let width = if self.label.starts_with("OPENSSH") {
            70
        } else {
            64
        };
        let body = self.body.expose();
        let mut text = String::with_capacity(body.len() + body.len() / 32 + 256);
        text.push_str(&format!("{BEGIN}{}{DASHES}\n{}", self.label, self.headers));
        for line in body.as_bytes().chunks(width) {
            text.extend(line.iter().copied().map(char::from));
            text.push('\n');
        }
        text.push_str(&format!("-----END {}{DASHES}\n", self.label));
        Secret::new(text)
    }
}

/// Finds the first block that holds a private key, past parameters or certificates.
fn find(text: &str) -> Option<Result<Armored, &'static str>> {
    let mut rest = text;
    while let Some(begin) = rest.find(BEGIN) {
        rest = &rest[begin + BEGIN.len()..];
        let (label, content) = rest.split_once(DASHES)?;
        if !label.ends_with("PRIVATE KEY") {
            continue;
        }
        let Some(end) = content.find("-----END") else {
            return Some(Err(
                "it is cut off: its \"-----END …-----\" line is missing",
            ));
        };
        return Some(block(label, &content[..end]));
    }
    None
}

fn block(label: &str, content: &str) -> Result<Armored, &'static str> {
    let mut armored = Armored::new(label, Secret::default());
    let mut body = String::with_capacity(content.len());
    let mut tokens = content.split_whitespace();
    while let Some(token) = tokens.next() {
        if token.ends_with(':') {
            let value = tokens.next().unwrap_or_default();
            if token == "DEK-Info:" {
                armored.cipher = value.split(',').next().map(str::to_owned);
            }
            armored.headers.push_str(&format!("{token} {value}\n"));
        } else {
            body.push_str(token);
        }
    }
    if !armored.headers.is_empty() {
        armored.headers.push('\n');
    }
    armored.body = Secret::new(body);
    let strange = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
    if armored.body.expose().contains(strange) {
        return Err("it is damaged: there are characters in it that no key has");
    }
    if armored.body.is_blank() {
        return Err("it is empty between its \"-----BEGIN …-----\" and \"-----END …-----\" lines");
    }
    Ok(armored)
}

/// Turns line ends that are written out into real ones. No key has a backslash.
pub(crate) fn unescaped(text: &str) -> Secret {
    let text = text.replace("\\r", "\n").replace("\\n", "\n");
    Secret::new(text)
}

/// Removes white space, quotes and a byte order mark.
pub(crate) fn without_blanks(text: &str) -> Secret {
    let quotes = ['"', '\'', '\u{feff}'];
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !quotes.contains(c))
        .collect();
    Secret::new(text)
}

/// Decodes base64 that holds text.
pub(crate) fn decoded(text: &Secret) -> Option<Secret> {
    let bytes = Base64::decode_vec(text.expose()).ok()?;
    String::from_utf8(bytes).ok().map(Secret::new)
}

/// Says what a text that holds no private key looks like.
fn looks_like(text: &str) -> &'static str {
    let text = text.trim_matches(['"', '\'', '\u{feff}']);
    let begins = |starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
    if text.is_empty() {
        "it is empty"
    } else if begins(&["PuTTY-User-Key-File-"]) {
        "it is a key of PuTTY; convert it with `puttygen KEY -O private-openssh -o NEW_KEY`"
    } else if begins(&["ssh-", "ecdsa-sha2-", "sk-", "---- BEGIN SSH2 PUBLIC"])
        || (text.contains(BEGIN) && text.contains("PUBLIC KEY-----"))
    {
        "it looks like a public key; the private one is needed, which is in the file without \".pub\""
    } else if text.contains("BEGIN CERTIFICATE") {
        "it looks like a certificate, not like a private key"
    } else if text.contains("BEGIN PGP") {
        "it looks like a key of PGP, not like one of SSH"
    } else if begins(&["SHA256:", "MD5:"]) {
        "it looks like a fingerprint, not like a private key"
    } else if begins(&["$", "${", "%"]) || text.contains("${{") {
        "it looks like a variable that was not replaced by its value"
    } else if begins(&["/", "~/", "./", "../"]) && !text.contains('\n') {
        "it looks like the path of a file; the text in the file is needed"
    } else if begins(&[
        "ghp_",
        "github_pat_",
        "ghs_",
        "gho_",
        "glpat-",
        "gldt-",
        "ATCTT",
    ]) {
        "it looks like a token, not like a private key"
    } else {
        "it is not a private key: it has no \"-----BEGIN … PRIVATE KEY-----\" line"
    }
}
