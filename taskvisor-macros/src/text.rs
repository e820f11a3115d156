//! Tokens of the user as readable text.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The tokens in one line with the usual spacing; the spacing of the compiler differs between versions.
pub(crate) fn text_of(tokens: TokenStream) -> String {
    let mut text = String::new();
    write_tokens(tokens, &mut text);
    text
}

fn write_tokens(tokens: TokenStream, text: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write_tokens(group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                ',' => text.push_str(", "),
                ';' => text.push_str("; "),
                '+' => text.push_str(" + "),
                '=' => text.push_str(" = "),
                '>' if text.ends_with('-') => {
                    text.pop();
                    text.push_str(" -> ");
                }
                other => text.push(other),
            },
            word => {
                if text.ends_with(|before: char| before.is_alphanumeric() || matches!(before, '_' | '>')) {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn types_read_as_people_write_them() {
        for written in [
            "u64",
            "std::collections::HashMap<String, Vec<u8>>",
            "&'static str",
            "[u8; 4]",
            "(u8, String)",
            "Box<dyn Fn(u8) -> u8 + Send + Sync>",
            "<Vec<u8> as IntoIterator>::Item",
            "*const u8",
            "Matrix<3, { 1 }>",
        ] {
            let tokens = TokenStream::from_str(written).expect("the test's source is Rust");
            assert_eq!(text_of(tokens), written.replace("{ 1 }", "{1}"));
        }
    }
}
