//! Writes JSON.

use std::fmt;

/// A value of JSON.
///
/// `Display` writes a list or an object on one line if it fits, and otherwise each of its elements on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Boolean(bool),
    Number(u64),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(&'static str, Self)>),
}

/// The longest list or object that is written on one line.
const WIDTH: usize = 100;

impl Json {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn texts<'a>(texts: impl IntoIterator<Item = &'a String>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// `null` for `None`.
    pub(super) fn optional<T>(value: Option<T>, json: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Null, json)
    }

    /// The elements of a list, or those of an object with their keys.
    fn elements(&self) -> Vec<(Option<&'static str>, &Self)> {
        match self {
            Self::List(elements) => elements.iter().map(|element| (None, element)).collect(),
            Self::Object(entries) => entries.iter().map(|(key, value)| (Some(*key), value)).collect(),
            _ => Vec::new(),
        }
    }

    fn brackets(&self) -> (&'static str, &'static str) {
        if matches!(self, Self::List(_)) { ("[", "]") } else { ("{", "}") }
    }

    fn line(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => quoted(text),
            Self::List(_) | Self::Object(_) => {
                let elements: Vec<_> =
                    self.elements().into_iter().map(|(key, element)| entry(key, &element.line())).collect();
                let (open, close) = self.brackets();
                format!("{open}{}{close}", elements.join(", "))
            }
        }
    }

    fn indented(&self, depth: usize) -> String {
        let (line, elements) = (self.line(), self.elements());
        if elements.is_empty() || line.len() <= WIDTH {
            return line;
        }
        let indent = "  ".repeat(depth);
        let lines: Vec<_> = elements
            .into_iter()
            .map(|(key, element)| format!("{indent}  {}", entry(key, &element.indented(depth + 1))))
            .collect();
        let (open, close) = self.brackets();
        format!("{open}\n{}\n{indent}{close}", lines.join(",\n"))
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.indented(0))
    }
}

fn entry(key: Option<&str>, value: &str) -> String {
    key.map_or_else(|| value.to_owned(), |key| format!("{}: {value}", quoted(key)))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // JSON requires the escapes up to U+001F. A terminal could interpret the other control characters.
            control if control.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(all(test, not(taskvisor_loom)))]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_json_requires() {
        let text = Json::text("a \"b\" \\ c\n\r\t\u{0}\u{1b}\u{7f}\u{9b} grün 🦀 /");
        let expected = r#""a \"b\" \\ c\n\r\t\u0000\u001b\u007f\u009b grün 🦀 /""#;
        assert_eq!(text.to_string(), expected);
    }

    #[test]
    fn short_values_are_written_on_one_line() {
        let object = Json::Object(vec![
            ("none", Json::Null),
            ("yes", Json::Boolean(true)),
            ("count", Json::Number(u64::MAX)),
            ("list", Json::texts(&["a".to_owned(), "b".to_owned()])),
            ("empty", Json::List(Vec::new())),
        ]);
        let expected =
            r#"{"none": null, "yes": true, "count": 18446744073709551615, "list": ["a", "b"], "empty": []}"#;
        assert_eq!(object.to_string(), expected);
    }

    #[test]
    fn long_values_are_broken_and_indented() {
        let long = "x".repeat(60);
        let inner = Json::Object(vec![("a", Json::text(&long)), ("b", Json::text(&long))]);
        let outer = Json::List(vec![Json::Number(1), inner]);
        let expected = format!("[\n  1,\n  {{\n    \"a\": \"{long}\",\n    \"b\": \"{long}\"\n  }}\n]");
        assert_eq!(outer.to_string(), expected);
    }
}
