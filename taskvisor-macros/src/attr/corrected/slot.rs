//! The text of a slot.

use proc_macro2::{TokenStream, TokenTree};
use syn::Lit;

use crate::attr::names::is_punct;
use crate::text::text_of;

use super::{content, literals, name_in, words};

/// The text with the arguments in it: `"t-{}", tenant` and `"t-" + tenant` are `t-{tenant}`.
pub(super) fn slot_in(tokens: TokenStream, arguments: &[String]) -> Option<String> {
    let is_sum = tokens.clone().into_iter().any(|token| is_punct(&token, '+'));
    let text = if is_sum { joined(tokens, arguments) } else { filled(tokens, arguments)? };
    Some(text).filter(|text| !text.trim().is_empty())
}

/// The texts and the arguments in their order.
fn joined(tokens: TokenStream, arguments: &[String]) -> String {
    let part = |token| match token {
        TokenTree::Literal(literal) => match Lit::new(literal) {
            text @ Lit::Str(_) => content(&text),
            _ => String::new(),
        },
        TokenTree::Ident(word) if arguments.iter().any(|name| word == name) => format!("{{{word}}}"),
        TokenTree::Group(group) => joined(group.stream(), arguments),
        _ => String::new(),
    };
    tokens.into_iter().map(part).collect()
}

fn filled(tokens: TokenStream, arguments: &[String]) -> Option<String> {
    let text = literals(tokens.clone()).into_iter().find(|literal| matches!(literal, Lit::Str(_)));
    let mut named = words(tokens.clone()).into_iter().filter(|word| arguments.contains(word));
    let Some(text) = text else {
        return without_quotes(&text_of(tokens.clone()), arguments).or_else(|| {
            let all: Vec<String> = named.map(|word| format!("{{{word}}}")).collect();
            if all.is_empty() { name_in(tokens) } else { Some(all.join("-")) }
        });
    };
    let mut filled = content(&text);
    while let Some(start) = filled.find("{}") {
        filled.replace_range(start..start + 2, &format!("{{{}}}", named.next()?));
    }
    Some(filled)
}

/// A text whose quotes are missing: `t-{tenant}`, or `t-tenant`.
fn without_quotes(written: &str, arguments: &[String]) -> Option<String> {
    let is_text = |letter: char| letter.is_alphanumeric() || "_-{}".contains(letter);
    if !written.contains('-') || !written.chars().all(is_text) {
        return None;
    }
    if written.contains('{') {
        return Some(written.to_owned());
    }
    let part = |part: &str| match arguments.iter().any(|name| name == part) {
        true => format!("{{{part}}}"),
        false => part.to_owned(),
    };
    Some(written.split('-').map(part).collect::<Vec<_>>().join("-"))
}
