//! The names of a list.

use proc_macro2::{TokenStream, TokenTree};
use syn::Lit;

use crate::attr::names::{is_punct, split};
use crate::error::nearest::same_word;

use super::{content, literals, without_brackets, words};

/// Words around events that are no events.
const AROUND: [&str; 5] = ["any", "or", "and", "of", "vec"];

/// The events of a list, with or without quotes, and separated by anything. All of them must be known.
pub(super) fn events_in(tokens: TokenStream, known: &[&str]) -> Option<String> {
    let is_around = |word: &String| word.starts_with("Event") || AROUND.contains(&word.as_str());
    let mut found: Vec<&str> = Vec::new();
    for word in split(without_brackets(tokens)).into_iter().flat_map(parts).filter(|word| !is_around(word)) {
        let event = known.iter().copied().find(|event| same_word(event, &word))?;
        if !found.contains(&event) {
            found.push(event);
        }
    }
    (!found.is_empty()).then(|| found.join(", "))
}

/// The crates of a list, with or without quotes, each of one word.
pub(super) fn crates_in(tokens: TokenStream) -> Option<String> {
    let list = tokens.clone().into_iter().find_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    let mut found: Vec<String> = Vec::new();
    for item in split(list.unwrap_or(tokens)) {
        let is_hyphen = |token: &TokenTree| is_punct(token, '-');
        let is_word = |token: &TokenTree| matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_));
        if !item.clone().into_iter().all(|token| is_word(&token) || is_hyphen(&token)) {
            return None;
        }
        let has_hyphen = item.clone().into_iter().any(|token| is_hyphen(&token));
        let names = if has_hyphen { vec![words(item).join("_")] } else { parts(item) };
        found.extend(names.into_iter().map(|name| name.replace('-', "_")));
    }
    found.dedup();
    let is_name = |name: &String| name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    (!found.is_empty() && found.iter().all(is_name)).then(|| found.join(", "))
}

/// The words of an item, also of a text with several.
fn parts(item: TokenStream) -> Vec<String> {
    let literals: Vec<Lit> = literals(item.clone());
    let written = if literals.is_empty() { words(item) } else { literals.iter().map(content).collect() };
    let separate = |text: String| text.split([',', '|', ' ']).map(str::to_owned).collect::<Vec<_>>();
    written.into_iter().flat_map(separate).filter(|word| !word.is_empty()).collect()
}
