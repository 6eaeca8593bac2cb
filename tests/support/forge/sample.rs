//! Answers in the shape of the published API: the smallest value that a schema
//! takes, with what the fake has to say laid over it.

use serde_json::{Map, Value, json};

/// The published API of a forge.
pub(crate) struct Published(Value);

impl Published {
    /// Reads a file of `tests/openapi/`.
    pub(crate) fn read(name: &str) -> Self {
        let path = crate::support::tools::project()
            .join("tests/openapi")
            .join(name);
        let text = std::fs::read_to_string(path).expect("it is part of the project");
        Self(serde_json::from_str(&text).expect("it is JSON"))
    }

    /// Makes a value of a named schema that holds `said`.
    pub(crate) fn value(&self, schema: &str, said: Value) -> Value {
        let named = ["/components/schemas/", "/definitions/"];
        let found = named
            .iter()
            .find_map(|place| self.0.pointer(&format!("{place}{schema}")));
        let found = found.unwrap_or_else(|| panic!("no schema {schema}"));
        let mut value = self.least(found, 0);
        lay(&mut value, said);
        value
    }

    /// Makes the smallest value that a schema takes.
    fn least(&self, schema: &Value, depth: usize) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let place = reference.trim_start_matches('#');
            return self.least(self.0.pointer(place).expect("it is there"), depth);
        }
        if schema["nullable"] == true {
            return Value::Null;
        }
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let mut whole = Value::Object(Map::new());
            for part in parts {
                lay(&mut whole, self.least(part, depth));
            }
            return whole;
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(first) = schema[choice].get(0) {
                return self.least(first, depth);
            }
        }
        match schema["type"].as_str() {
            Some("string") => json!(match schema["format"].as_str() {
                Some("date-time") => "2026-01-02T03:04:05Z",
                Some("uri" | "url") => "https://forge.example/x",
                _ => "x",
            }),
            Some("integer" | "number") => json!(1),
            Some("boolean") => json!(false),
            Some("array") => json!([]),
            _ => self.object(schema, depth),
        }
    }

    /// Makes an object with the fields that it must have.
    fn object(&self, schema: &Value, depth: usize) -> Value {
        let required = schema["required"].as_array().into_iter().flatten();
        let fields = required.filter_map(Value::as_str).filter(|_| depth < 8);
        let fields = fields.map(|name| {
            let value = self.least(&schema["properties"][name], depth + 1);
            (name.to_owned(), value)
        });
        Value::Object(fields.collect())
    }
}

/// Lays one value over another, field by field.
fn lay(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                lay(under.entry(name).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}
