//! The value of an option, as a file or a variable gives it.

use std::borrow::Cow;
use std::fmt;

/// A value from a TOML file or from an environment variable.
///
/// A variable holds text. The accessors therefore accept text for every type: the text `4` is an integer, too. Their errors
/// say what was expected and what was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OptionValue {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    List(Vec<OptionValue>),
    /// Keys and values, ordered by key. No key occurs twice.
    Table(Vec<(String, OptionValue)>),
}

impl OptionValue {
    /// The type in words, with its article.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Bool(_) => "a boolean",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// The error for a value of a wrong type. `what` names the expected values with an article, such as `an integer`.
    pub(crate) fn expected(&self, what: &str) -> String {
        match self {
            Self::Text(text) if text.trim().is_empty() => format!("expected {what}, found an empty text"),
            Self::Text(_) | Self::Integer(_) | Self::Float(_) | Self::Bool(_) => {
                format!("expected {what}, found `{self}`")
            }
            Self::List(_) | Self::Table(_) => format!("expected {what}, found {}", self.type_name()),
        }
    }

    /// The text, without the white space around it. `what` names the expected values.
    pub(crate) fn text(&self, what: &str) -> Result<&str, String> {
        match self {
            Self::Text(text) => Ok(text.trim()),
            _ => Err(self.expected(what)),
        }
    }

    pub(crate) fn integer(&self) -> Result<i64, String> {
        let integer = match self {
            Self::Integer(integer) => Some(*integer),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        integer.ok_or_else(|| self.expected("an integer"))
    }

    /// A float or an integer. Never infinite, never NaN.
    pub(crate) fn float(&self) -> Result<f64, String> {
        let float = match self {
            // Options with a decimal point are small factors: the loss of digits above 2^53 has no effect.
            #[allow(clippy::cast_precision_loss)]
            Self::Integer(integer) => Some(*integer as f64),
            Self::Float(float) => Some(*float),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        float.filter(|float| float.is_finite()).ok_or_else(|| self.expected("a number"))
    }

    pub(crate) fn boolean(&self) -> Result<bool, String> {
        let boolean = match self {
            Self::Bool(boolean) => Some(*boolean),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        boolean.ok_or_else(|| self.expected("`true` or `false`"))
    }

    /// The elements of a list. Any text is a list of one element.
    pub(crate) fn list(&self) -> Result<Cow<'_, [OptionValue]>, String> {
        match self {
            Self::List(elements) => Ok(Cow::Borrowed(elements)),
            Self::Text(_) => Ok(Cow::Owned(vec![self.clone()])),
            _ => Err(self.expected("a list")),
        }
    }
}

/// As TOML writes it, except that text on its own has no quotes.
impl fmt::Display for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(integer) => integer.fmt(f),
            // `{:?}` keeps the point of `1.0`.
            Self::Float(float) => write!(f, "{float:?}"),
            Self::Bool(boolean) => boolean.fmt(f),
            Self::List(elements) => {
                let elements: Vec<_> = elements.iter().map(Self::quoted).collect();
                write!(f, "[{}]", elements.join(", "))
            }
            Self::Table(entries) => {
                let entry = |(key, value): &(String, Self)| format!("{key} = {}", value.quoted());
                let entries: Vec<_> = entries.iter().map(entry).collect();
                write!(f, "{{ {} }}", entries.join(", "))
            }
        }
    }
}

impl OptionValue {
    fn quoted(&self) -> String {
        match self {
            Self::Text(text) => format!("{text:?}"),
            _ => self.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OptionValue::{Bool, Float, Integer, List, Table, Text};
    use super::*;

    fn text(text: &str) -> OptionValue {
        Text(text.to_owned())
    }

    #[test]
    fn text_is_a_value_of_every_simple_type() {
        assert_eq!(text(" 4 ").integer(), Ok(4));
        assert_eq!(text("-0.5").float(), Ok(-0.5));
        assert_eq!(text("true").boolean(), Ok(true));
        assert_eq!(text(" exp ").text("a kind"), Ok("exp"));
        assert_eq!(text("db").list(), Ok(Cow::Owned(vec![text("db")])));
    }

    #[test]
    fn typed_values_are_read_as_they_are() {
        assert_eq!(Integer(4).integer(), Ok(4));
        assert_eq!(Integer(4).float(), Ok(4.0));
        assert_eq!(Float(0.5).float(), Ok(0.5));
        assert_eq!(Bool(false).boolean(), Ok(false));
        assert_eq!(List(vec![Integer(1)]).list().as_deref(), Ok(&[Integer(1)][..]));
    }

    #[test]
    fn errors_say_what_was_expected_and_found() {
        let errors = [
            (Float(1.0).integer().map(drop), "expected an integer, found `1.0`"),
            (text("four").integer().map(drop), "expected an integer, found `four`"),
            (text(" ").integer().map(drop), "expected an integer, found an empty text"),
            (Float(f64::NAN).float().map(drop), "expected a number, found `NaN`"),
            (text("inf").float().map(drop), "expected a number, found `inf`"),
            (text("yes").boolean().map(drop), "expected `true` or `false`, found `yes`"),
            (Integer(1).boolean().map(drop), "expected `true` or `false`, found `1`"),
            (Bool(true).text("a name").map(drop), "expected a name, found `true`"),
            (Bool(true).list().map(drop), "expected a list, found `true`"),
            (Table(Vec::new()).integer().map(drop), "expected an integer, found a table"),
        ];
        for (error, expected) in errors {
            assert_eq!(error, Err(expected.to_owned()));
        }
    }

    #[test]
    fn a_value_is_displayed_as_toml_writes_it() {
        let entries = vec![("kind".to_owned(), text("exp")), ("factor".to_owned(), Float(2.0))];
        assert_eq!(Table(entries).to_string(), r#"{ kind = "exp", factor = 2.0 }"#);
        assert_eq!(List(vec![Integer(1), Bool(true)]).to_string(), "[1, true]");
        assert_eq!(text("10s").to_string(), "10s");
    }
}
