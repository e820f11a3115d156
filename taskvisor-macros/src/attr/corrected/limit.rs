//! The limit of failures within a time.

use proc_macro2::{TokenStream, TokenTree};
use syn::Lit;

use crate::attr::duration;

use super::{NUMBER_WORDS, content};

/// Words between the number and the time, and around them.
const WORDS: [&str; 16] = [
    "in", "per", "within", "every", "each", "over", "during", "for", "failure", "failures", "error",
    "errors", "times", "a", "an", "the",
];

/// The limit as it should be written, of another notation: `5 per 10m`, `5/10m`, `(5, "10m")`, `five in 10m`.
pub(super) fn limit_in(tokens: TokenStream) -> Option<String> {
    let written = text_in(tokens).to_lowercase();
    let words = written.split(|letter: char| !letter.is_alphanumeric() && letter != '.');
    let mut words = words.filter(|word| !word.is_empty() && !WORDS.contains(word));
    let failures = count_of(words.next()?)?;
    let time = words.collect::<Vec<_>>().join(" ");
    let is_time = |text: &String| duration::parse(text).is_ok_and(|time| !time.is_zero());
    // `5 per minute` has no number before its unit.
    let within = [time.clone(), format!("1{time}")].into_iter().find(is_time)?;
    Some(format!("{failures} in {within}"))
}

fn count_of(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('x');
    let spelled = NUMBER_WORDS.iter().position(|number| *number == word);
    let count = spelled.and_then(|count| u32::try_from(count).ok()).or_else(|| word.parse().ok())?;
    (1..=crate::attr::rare::MAX).contains(&count).then_some(count)
}

/// The words, and the texts of the literals, in their order.
pub(super) fn text_in(tokens: TokenStream) -> String {
    let part = |token| match token {
        TokenTree::Group(group) => text_in(group.stream()),
        TokenTree::Literal(literal) => content(&Lit::new(literal)),
        other => other.to_string(),
    };
    tokens.into_iter().map(part).collect::<Vec<_>>().join(" ")
}
