//! Advice about a renamed option, with the user's value in place of the example's.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Lit, Token, token};

use crate::attr::corrected::{rate_in, tasks_in};
use crate::attr::duration;
use crate::attr::grammar::{Form, Grammar};
use crate::attr::limits;
use crate::attr::rare::MAX;
use crate::attr::schedule::is_cron;
use crate::attr::value::up_to_comma;

/// The advice for a number of attempts, of which the first is no retry.
const COUNTS_RETRIES: &str = "which counts the retries after the first attempt";

/// The tasks in the examples of the table.
const TASKS: &str = "[connect]";

/// The value behind an option that does not exist, also in parentheses. Nothing is consumed.
pub(super) fn value_ahead(input: ParseStream<'_>) -> Option<TokenStream> {
    let ahead = input.fork();
    if !ahead.peek(token::Paren) {
        ahead.parse::<Token![=]>().ok()?;
    }
    Some(up_to_comma(&ahead))
}

impl Grammar {
    /// The advice with this value, if its first code is a single option that can have it: for `retries = 7` it is
    /// `max_retries = 7`.
    pub(super) fn with_value(&self, advice: &str, value: &TokenStream) -> Option<String> {
        let (before, rest) = advice.split_once('`')?;
        let (code, after) = rest.split_once('`')?;
        let (option, _) = code.split_once(" = ")?;
        let (form, _) = self.option(option)?;
        if form == Form::Tasks {
            return Some(advice.replace(TASKS, &format!("[{}]", tasks_in(value.clone())?)));
        }
        if code.contains(", ") {
            return None;
        }
        let value = match (form, syn::parse2::<Lit>(value.clone()).ok()?) {
            (Form::Count, Lit::Int(count)) => {
                let count: u32 = count.base10_parse().ok()?;
                let count = if after.contains(COUNTS_RETRIES) { count.checked_sub(1)? } else { count };
                (count > 0).then(|| count.to_string())?
            }
            (Form::Duration, Lit::Str(text)) => {
                quoted(duration::parse(&text.value()).is_ok(), &text.value())?
            }
            (Form::MaxFailures, Lit::Int(failures)) => {
                let failures: u32 = failures.base10_parse().ok()?;
                (1..=MAX).contains(&failures).then(|| format!("\"{failures} in 10m\""))?
            }
            (Form::RateLimit, Lit::Int(attempts)) => {
                let attempts: u32 = attempts.base10_parse().ok()?;
                let (_, period) = code.split_once('/')?;
                (attempts > 0).then(|| format!("\"{attempts}/{period}"))?
            }
            (Form::RateLimit, Lit::Str(text)) => match limits::parse(&text.value()) {
                Ok(_) => format!("{:?}", text.value()),
                Err(_) => format!("{:?}", rate_in(text.to_token_stream())?),
            },
            (Form::Keyword(words, _), Lit::Str(text)) => {
                quoted(words.contains(&text.value().as_str()), &text.value())?
            }
            (Form::Cron, Lit::Str(text)) => quoted(is_cron(&text.value()), &text.value())?,
            (Form::Zone, Lit::Str(text)) => quoted(!text.value().trim().is_empty(), &text.value())?,
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
