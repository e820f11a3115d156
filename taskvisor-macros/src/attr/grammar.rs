//! The options of an attribute, and what their values look like.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::error::advice::{Advice, OptionsOf};
use crate::error::nearest::{alternatives, begins_like, resembling, same_word};
use crate::error::rule::Rule;

/// The options of one attribute.
pub(crate) struct Grammar {
    /// The attribute; it selects the advice for other words.
    pub(crate) of: OptionsOf,
    /// Each option with the form of its value and an example.
    pub(crate) options: &'static [(&'static str, Form, &'static str)],
}

/// The form of an option's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Name,
    Duration,
    Count,
    Factor,
    /// A number of failures in a time.
    MaxFailures,
    /// A number of attempts in a period.
    RateLimit,
    /// `true` or `false`, or no value.
    Flag,
    /// The path of a function that decides about an error.
    Predicate,
    /// One of these words, and the type of their constants.
    Keyword(&'static [&'static str], &'static str),
    Slot,
    /// A cron expression.
    Cron,
    /// The name of a time zone.
    Zone,
    /// A list of these words.
    Events(&'static [&'static str]),
    Crates,
    /// A list of paths of tasks.
    Tasks,
    Path,
}

impl Grammar {
    /// The form and an example of an option.
    pub(super) fn option(&self, name: &str) -> Option<(Form, &'static str)> {
        self.options.iter().find(|(option, ..)| *option == name).map(|(_, form, example)| (*form, *example))
    }

    /// The error of an option that does not exist, at `tokens`; `value` is the value behind it.
    pub(super) fn unknown(
        &self,
        tokens: impl ToTokens,
        written: &str,
        value: Option<&TokenStream>,
    ) -> syn::Error {
        let unknown = match self.of {
            OptionsOf::Backoff => Rule::UnknownBackoffPart,
            _ => Rule::UnknownOption,
        };
        let (rule, suggestion) = match self.suggestion(written) {
            Some(Suggestion::Option(name)) => {
                (unknown, format!("did you mean `{name}`? {}", self.expected()))
            }
            Some(Suggestion::Advice(advice)) => {
                let with_value = value.and_then(|value| self.with_value(advice.text, value));
                (advice.rule, with_value.unwrap_or_else(|| advice.text.to_owned()))
            }
            None => (unknown, self.expected()),
        };
        rule.error(tokens, format!("unknown option `{written}`; {suggestion}"))
    }

    /// Whether the table has advice for exactly this word.
    pub(super) fn has_advice(&self, written: &str) -> bool {
        self.of.advice().any(|(word, _)| same_word(word, written))
    }

    /// The nearest word: an exact word of the table, then the most similar word, then one with the same beginning; an option
    /// wins over a word of the table at the same distance.
    fn suggestion(&self, written: &str) -> Option<Suggestion> {
        let options: Vec<_> =
            self.options.iter().map(|(name, ..)| (*name, Suggestion::Option(name))).collect();
        let words: Vec<_> =
            self.of.advice().map(|(word, advice)| (word, Suggestion::Advice(advice))).collect();
        let exact =
            words.iter().find(|(word, _)| same_word(word, written)).map(|(_, suggestion)| *suggestion);
        // A short word resembles too many others to be a typing error of one of them.
        let long = || words.iter().copied().filter(|(word, _)| word.len() > 3);
        exact
            .or_else(|| resembling(written, options.iter().copied().chain(long())))
            .or_else(|| begins_like(written, options.iter().copied()))
            .or_else(|| begins_like(written, long()))
    }

    pub(super) fn no_option(&self) -> String {
        format!("this is no option; {}", self.expected())
    }

    fn expected(&self) -> String {
        format!("expected {}", alternatives(self.options.iter().map(|(name, ..)| format!("`{name}`"))))
    }
}

/// What to write instead of an unknown word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Suggestion {
    Option(&'static str),
    /// The advice for a word of the table.
    Advice(Advice),
}
