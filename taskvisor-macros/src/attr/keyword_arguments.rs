//! A keyword with arguments, as the options that say the same: `queue(10)` is `admission = "queue", queue = 10`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Lit;

use crate::attr::arguments::Argument;
use crate::attr::backoff::normalized::normalized;
use crate::attr::corrected::{content, literals};
use crate::attr::duration;
use crate::text::text_of;

/// Options that stand beside a keyword in place of its number, or of its duration.
const COUNT_OPTIONS: &[(&str, &str, &str)] = &[
    ("restart", "on-failure", "max_retries"),
    ("admission", "queue", "queue"),
    ("flavor", "multi_thread", "worker_threads"),
];
const DURATION_OPTIONS: &[(&str, &str, &str)] = &[("restart", "always", "delay")];

impl Argument<'_> {
    /// The options to write instead. Without a keyword, it is among the arguments.
    pub(super) fn with_arguments(&self, keyword: &str, arguments: TokenStream) -> Option<String> {
        if self.key == "backoff" {
            return normalized(Some(keyword).filter(|keyword| !keyword.is_empty()), arguments);
        }
        if keyword.is_empty() {
            return self.corrected(arguments);
        }
        let option = format!("{} = \"{keyword}\"", self.key);
        let beside = literals(arguments).iter().find_map(|literal| self.beside(keyword, literal));
        Some(beside.map_or_else(|| option.clone(), |beside| format!("{option}, {beside}")))
    }

    fn beside(&self, keyword: &str, literal: &Lit) -> Option<String> {
        let find = |table: &[(&str, &str, &'static str)]| {
            let row = table.iter().find(|(option, word, _)| self.key == *option && *word == keyword);
            row.map(|(.., beside)| *beside).filter(|beside| self.context.grammar.option(beside).is_some())
        };
        let text = content(literal);
        if text.parse::<u32>().is_ok_and(|number| number > 0) {
            return find(COUNT_OPTIONS).map(|beside| format!("{beside} = {text}"));
        }
        let is_time = duration::parse(&text).is_ok();
        find(DURATION_OPTIONS).filter(|_| is_time).map(|beside| match literal {
            Lit::Str(_) => format!("{beside} = {}", text_of(literal.to_token_stream())),
            _ => format!("{beside} = \"{text}\""),
        })
    }
}
