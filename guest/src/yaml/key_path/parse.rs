//! From the text of a user to the steps.

use super::{KeyPath, Step};
use crate::error::{Failure, Kind};
use std::iter::Peekable;
use std::str::{Chars, FromStr};

impl FromStr for KeyPath {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let mut parser = Parser {
            text,
            rest: text.chars().peekable(),
        };
        let mut steps = Vec::new();
        // A dot in front is what other tools write.
        parser.eat('.');
        loop {
            let step = match parser.rest.peek() {
                Some('[') => parser.bracket()?,
                Some(_) => Step::Key(parser.word(&['.', '['])?),
                None => return Err(parser.fault("ends where a key is expected")),
            };
            steps.push(step);
            match parser.rest.peek() {
                None => return Ok(Self { steps }),
                Some('[') => {}
                Some(_) => parser.dot()?,
            }
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: Peekable<Chars<'a>>,
}

impl Parser<'_> {
    /// Reads `[0]`, `['key']` or `[field=value]`.
    fn bracket(&mut self) -> Result<Step, Failure> {
        self.eat('[');
        let quoted = matches!(self.rest.peek(), Some('"' | '\''));
        let mut keys = vec![self.word(&['.', '=', ']'])?];
        while self.eat('.') {
            keys.push(self.word(&['.', '=', ']'])?);
        }
        if self.eat('=') {
            let value = match self.rest.peek() {
                Some(']') => String::new(),
                _ => self.word(&[']'])?,
            };
            self.close()?;
            return Ok(Step::Field(keys, value));
        }
        self.close()?;
        match <[String; 1]>::try_from(keys) {
            Ok([key]) if quoted => Ok(Step::Key(key)),
            Ok([key]) => key
                .parse()
                .map(Step::Index)
                .map_err(|_| self.fault("needs an index, a quoted key or field=value in [ ]")),
            Err(_) => Err(self.fault("needs = and a value after the field in [ ]")),
        }
    }

    /// Reads a key, up to one of `ends` unless it is quoted.
    fn word(&mut self, ends: &[char]) -> Result<String, Failure> {
        let mut word = String::new();
        if let Some(quote) = self.rest.next_if(|c| matches!(c, '"' | '\'')) {
            loop {
                match self.rest.next() {
                    Some(c) if c == quote => return Ok(word),
                    Some('\\') => word.extend(self.rest.next()),
                    Some(c) => word.push(c),
                    None => return Err(self.fault("has a quote without an end")),
                }
            }
        }
        while let Some(c) = self.rest.next_if(|c| !ends.contains(c)) {
            match c {
                '\\' => match self.rest.next() {
                    Some(escaped) => word.push(escaped),
                    None => return Err(self.fault("ends with a backslash")),
                },
                _ => word.push(c),
            }
        }
        if word.is_empty() {
            return Err(self.fault("has an empty key"));
        }
        Ok(word)
    }

    fn dot(&mut self) -> Result<(), Failure> {
        if self.eat('.') {
            Ok(())
        } else {
            Err(self.fault("needs a dot between keys"))
        }
    }

    fn close(&mut self) -> Result<(), Failure> {
        if self.eat(']') {
            Ok(())
        } else {
            Err(self.fault("has a [ without a ]"))
        }
    }

    fn eat(&mut self, c: char) -> bool {
        self.rest.next_if_eq(&c).is_some()
    }

    fn fault(&self, what: &str) -> Failure {
        let read = self.text.chars().count() - self.rest.clone().count();
        let message = format!(
            "the key path {:?} {what}, at character {}",
            self.text,
            read + 1
        );
        Failure::new(Kind::InvalidKey, message).hint(
            "Write it like services[name=web].image.tag, with quotes around keys that hold dots.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::KeyPath;

    #[track_caller]
    fn check(text: &str, canonical: &str) {
        let path: KeyPath = text.parse().unwrap();
        assert_eq!(path.to_string(), canonical);
        assert_eq!(canonical.parse::<KeyPath>().unwrap(), path);
    }

    #[track_caller]
    fn refuse(text: &str, what: &str) {
        let failure = text.parse::<KeyPath>().unwrap_err();
        assert!(failure.problem.message.contains(what), "{failure}");
    }

    #[test]
    fn keys_indexes_and_fields() {
        check("image.tag", "image.tag");
        check(".image.tag", "image.tag");
        check("images[0].newTag", "images[0].newTag");
        check("[1]", "[1]");
        check(
            "services[name=web].image.tag",
            "services[name=web].image.tag",
        );
        check("a[b.c=d.e]", "a[b.c=\"d.e\"]");
        check("a[name=x=y]", "a[name=\"x=y\"]");
        check("a[name=]", "a[name=\"\"]");
        check("a[0][1]", "a[0][1]");
        check("app.kubernetes/io-x_y", "app.kubernetes/io-x_y");
    }

    #[test]
    fn keys_with_dots() {
        check("a.\"b.c\".d", "a.\"b.c\".d");
        check("a['b.c'].d", "a.\"b.c\".d");
        check("a.b\\.c.d", "a.\"b.c\".d");
        check("a.\"x\\\"y\\\\\"", "a.\"x\\\"y\\\\\"");
        check("a['0']", "a.0");
        check("\"\"", "\"\"");
    }

    #[test]
    fn faults_are_named() {
        refuse("", "ends where a key is expected");
        refuse("a.", "ends where a key is expected");
        refuse("a..b", "empty key");
        refuse("a[", "empty key");
        refuse("a[0", "without a ]");
        refuse("a[b]", "index");
        refuse("a[b.c]", "value");
        refuse("a.\"b", "without an end");
        refuse("a\\", "backslash");
        refuse("a['b']c", "dot between");
        refuse("\"a\"b", "dot between");
    }
}
