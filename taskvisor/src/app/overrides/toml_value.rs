//! Converts what the TOML parser returns into the values of options.

use toml::de::{DeTable, DeValue};

use crate::policy::options::OptionValue;

/// Converts a value. Fails with the reason if no option accepts such a value: a date, or a number that is too large.
pub(super) fn convert(value: &DeValue<'_>) -> Result<OptionValue, String> {
    Ok(match value {
        DeValue::String(text) => OptionValue::Text(text.to_string()),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(integer) => OptionValue::Integer(integer),
            Err(_) => return Err(format!("the integer `{integer}` is too large; write one below 2^63")),
        },
        DeValue::Float(float) => match float.as_str().parse() {
            Ok(float) => OptionValue::Float(float),
            Err(_) => return Err(format!("`{float}` is not a number")),
        },
        DeValue::Boolean(boolean) => OptionValue::Bool(*boolean),
        DeValue::Datetime(date) => {
            return Err(format!("`{date}` is a date, and no option has one; put a text in quotes"));
        }
        DeValue::Array(elements) => OptionValue::List(
            elements.iter().map(|element| convert(element.get_ref())).collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => OptionValue::Table(convert_table(table)?),
    })
}

fn convert_table(table: &DeTable<'_>) -> Result<Vec<(String, OptionValue)>, String> {
    let entry = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
        let key: &std::borrow::Cow<'_, str> = key.get_ref();
        Ok((key.to_string(), convert(value.get_ref())?))
    };
    table.iter().map(entry).collect()
}

/// The value of a variable: text, or what begins like a table or a list of TOML.
pub(super) fn value_of_text(text: &str) -> Result<OptionValue, String> {
    if !text.trim_start().starts_with(['{', '[']) {
        return Ok(OptionValue::Text(text.to_owned()));
    }
    match DeValue::parse(text.trim()) {
        Ok(value) => convert(value.get_ref()),
        Err(error) => Err(format!("`{text}` is not a value of TOML: {}", error.message())),
    }
}

#[cfg(test)]
mod tests {
    use super::OptionValue::{Bool, Float, Integer, List, Table, Text};
    use super::*;

    #[test]
    fn each_type_is_converted() {
        let text = r#"{ a = "x", b = 0x1f, c = 1_000, d = 0.5, e = true, f = [1, "y"], g.h = 1 }"#;
        let entry = |key: &str, value| (key.to_owned(), value);
        let expected = Table(vec![
            entry("a", Text("x".to_owned())),
            entry("b", Integer(31)),
            entry("c", Integer(1000)),
            entry("d", Float(0.5)),
            entry("e", Bool(true)),
            entry("f", List(vec![Integer(1), Text("y".to_owned())])),
            entry("g", Table(vec![entry("h", Integer(1))])),
        ]);
        assert_eq!(value_of_text(text), Ok(expected));
    }

    #[test]
    fn text_without_a_bracket_stays_text() {
        for text in ["2s", "4", "", " exp ", "\"quoted\"", "a = {"] {
            assert_eq!(value_of_text(text), Ok(Text(text.to_owned())));
        }
    }

    #[test]
    fn values_that_no_option_has_are_refused() {
        for (text, expected) in [
            ("[9223372036854775808]", "the integer `9223372036854775808` is too large; write one below 2^63"),
            ("[1979-05-27]", "`1979-05-27` is a date, and no option has one; put a text in quotes"),
        ] {
            assert_eq!(value_of_text(text), Err(expected.to_owned()));
        }
        for text in ["{", "[1", "{ kind = exp }", "{ a = 1, a = 2 }", "[] []", "{}}"] {
            let error = value_of_text(text).expect_err(text);
            assert!(error.starts_with(&format!("`{text}` is not a value of TOML: ")), "{error}");
        }
    }

    #[test]
    fn a_value_nested_too_deeply_is_an_error() {
        assert!(value_of_text(&"[".repeat(100_000)).is_err());
        assert!(value_of_text(&format!("{}{}", "[".repeat(1000), "]".repeat(1000))).is_err());
    }
}
