//! Advice about a renamed option, with the user's value in place of the example's.

use syn::parse::ParseStream;
use syn::{Lit, Token};

use crate::attr::duration;
use crate::attr::grammar::{Form, Grammar};

/// The advice for a number of attempts, of which the first is no retry.
const COUNTS_RETRIES: &str = "which counts the retries after the first attempt";

/// The literal behind an option that does not exist. Nothing is consumed.
pub(super) fn value_ahead(input: ParseStream<'_>) -> Option<Lit> {
    let ahead = input.fork();
    ahead.parse::<Token![=]>().ok()?;
    let value = ahead.parse().ok()?;
    (ahead.is_empty() || ahead.peek(Token![,])).then_some(value)
}

impl Grammar {
    /// The advice with this value, if its first code is a single option that can have it: for `retries = 7` it is
    /// `max_retries = 7`.
    pub(super) fn with_value(&self, advice: &str, value: &Lit) -> Option<String> {
        let (before, rest) = advice.split_once('`')?;
        let (code, after) = rest.split_once('`')?;
        let (option, _) = code.split_once(" = ")?;
        let (form, _) = self.option(option)?;
        if code.contains(", ") {
            return None;
        }
        let value = match (form, value) {
            (Form::Count, Lit::Int(count)) => {
                let count: u32 = count.base10_parse().ok()?;
                let count = if after.contains(COUNTS_RETRIES) { count.checked_sub(1)? } else { count };
                (count > 0).then(|| count.to_string())?
            }
            (Form::Duration, Lit::Str(text)) => {
                quoted(duration::parse(&text.value()).is_ok(), &text.value())?
            }
            (Form::Keyword(words, _), Lit::Str(text)) => {
                quoted(words.contains(&text.value().as_str()), &text.value())?
            }
            (Form::Slot, Lit::Str(text)) => quoted(text.value().contains('{'), &text.value())?,
            (Form::Name, Lit::Str(text)) => quoted(!text.value().trim().is_empty(), &text.value())?,
            _ => return None,
        };
        Some(format!("{before}`{option} = {value}`{after}"))
    }
}

fn quoted(is_valid: bool, text: &str) -> Option<String> {
    is_valid.then(|| format!("{text:?}"))
}
