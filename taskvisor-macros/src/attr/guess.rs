//! Values without an option: the shape of a value says which option it is meant for.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Ident, Lit, Token};

use crate::attr::arguments::Context;
use crate::attr::duration;
use crate::attr::grammar::{Form, Grammar};
use crate::attr::limits;
use crate::attr::schedule::is_cron;
use crate::attr::value::up_to_comma;
use crate::error::nearest::{alternatives, same_word};
use crate::error::rule::Rule;
use crate::text::text_of;

impl Grammar {
    /// The error of a literal or of punctuation in place of an option. `seen` are the options before it.
    pub(super) fn missing_name(&self, input: ParseStream<'_>, seen: &[Ident]) -> syn::Error {
        let fork = input.fork();
        let Ok(literal) = fork.parse::<Lit>() else {
            let nested = match fork.parse::<TokenTree>() {
                Ok(TokenTree::Group(group)) if mentions_option(self, group.stream()) => Some(group.stream()),
                Ok(list @ TokenTree::Group(_)) => {
                    let list = text_of(list.into());
                    let options =
                        self.with_form(seen, &list, |form| matches!(form, Form::Crates | Form::Tasks));
                    if list.starts_with('[') && !options.is_empty() {
                        return input.error(Rule::MissingOptionName.message(no_option_of(&list, &options)));
                    }
                    None
                }
                _ => None,
            };
            let problem = nested.map_or_else(
                || self.no_option(),
                |options| {
                    format!("options are written without further brackets; write `{}`", text_of(options))
                },
            );
            return input.error(Rule::MissingOptionName.message(problem));
        };
        if let Lit::Str(text) = &literal {
            let key = text.value();
            if fork.peek(Token![=]) && self.option(&key).is_some() {
                let rest = text_of(up_to_comma(&fork));
                let problem = format!("an option is written without quotes; write `{key}{rest}`");
                return Rule::MissingOptionName.error(literal, problem);
            }
        }
        let options = self.options_for(&literal, seen);
        let problem = match options.as_slice() {
            [] => self.no_option(),
            options => no_option_of(&text_of(literal.to_token_stream()), options),
        };
        Rule::MissingOptionName.error(literal, problem)
    }

    /// The options that such a value fits, with the value: two at most.
    fn options_for(&self, literal: &Lit, seen: &[Ident]) -> Vec<String> {
        let written = text_of(literal.to_token_stream());
        let with = |is: fn(Form) -> bool, value: &str| self.with_form(seen, value, is);
        match literal {
            Lit::Str(text) => {
                let text = text.value();
                if let Some(option) = self.option_of_word(&text) {
                    return vec![option];
                }
                if duration::parse(&text).is_ok() {
                    return with(|form| form == Form::Duration, &written);
                }
                if is_cron(&text) {
                    return with(|form| form == Form::Cron, &written);
                }
                if limits::parse(&text).is_ok() {
                    return with(|form| form == Form::RateLimit, &written);
                }
                if text.contains('{') {
                    return with(|form| form == Form::Slot, &written);
                }
                with(|form| form == Form::Name, &written)
            }
            Lit::Int(_) | Lit::Float(_) if written.starts_with('-') => Vec::new(),
            Lit::Int(number) if number.suffix().is_empty() => with(|form| form == Form::Count, &written),
            Lit::Int(_) | Lit::Float(_) if duration::parse(&written).is_ok_and(|time| !time.is_zero()) => {
                with(|form| form == Form::Duration, &format!("\"{written}\""))
            }
            Lit::Float(_) => with(|form| form == Form::Factor, &written),
            _ => Vec::new(),
        }
    }

    /// The options of a form that are not `seen`, with the value: two at most.
    fn with_form(&self, seen: &[Ident], value: &str, is: fn(Form) -> bool) -> Vec<String> {
        let options =
            self.options.iter().filter(|(name, form, _)| is(*form) && !seen.iter().any(|key| key == name));
        options.map(|(name, ..)| format!("{name} = {value}")).take(2).collect()
    }

    /// The option of which this word is a value, with the value.
    pub(super) fn option_of_word(&self, written: &str) -> Option<String> {
        self.options.iter().find_map(|(name, form, _)| match form {
            Form::Keyword(words, _) => {
                words.iter().find(|word| same_word(word, written)).map(|word| format!("{name} = \"{word}\""))
            }
            Form::Events(words) => {
                words.iter().find(|word| same_word(word, written)).map(|word| format!("{name}({word})"))
            }
            _ => None,
        })
    }

    /// The error of a word that is a value of an option, such as `always`, `Failed`, or the name of the function or of an
    /// argument. Reads the words of a list.
    pub(super) fn bare_word(
        &self,
        word: &Ident,
        input: ParseStream<'_>,
        seen: &[Ident],
        context: &Context<'_>,
    ) -> Option<syn::Error> {
        let is_path = input.peek(Token![::]);
        if input.peek(Token![=]) || self.has_advice(&word.to_string()) && !is_path {
            return None;
        }
        if is_path && word == "Duration" {
            let written = format!("{word}{}", text_of(up_to_comma(input)));
            let options = self.with_form(&[], &written, |form| form == Form::Duration);
            return Some(Rule::ValueInsteadOfOption.error(word, no_option_of(&written, &options)));
        }
        let last = last_of_path(word, input);
        let option = self.option_of_word(&last.to_string());
        let option = match option {
            Some(option) if option.starts_with("on(") => {
                let before = if seen.iter().any(|key| key == "on") { ".., " } else { "" };
                format!("on({before}{})", self.events(&last, input))
            }
            Some(option) => option,
            None => self.option_of_name(word, context)?,
        };
        Some(Rule::ValueInsteadOfOption.error(word, no_option_of(&word.to_string(), &[option])))
    }

    fn option_of_name(&self, word: &Ident, context: &Context<'_>) -> Option<String> {
        let written = word.to_string();
        self.options.iter().find_map(|(name, form, _)| match form {
            Form::Slot if context.names.parameters.contains(&written) => {
                Some(format!("{name} = \"{{{written}}}\""))
            }
            Form::Name if context.names.function == written => Some(format!("{name} = \"{written}\"")),
            _ => None,
        })
    }

    /// The event and those after it, read from the input, as a list.
    fn events(&self, first: &Ident, input: ParseStream<'_>) -> String {
        let mut events = vec![first.to_string()];
        loop {
            let fork = input.fork();
            let comma = fork.peek(Token![,]) && fork.parse::<Token![,]>().is_ok()
                || fork.peek(Token![|]) && fork.parse::<Token![|]>().is_ok();
            let Ok(word) = fork.parse::<Ident>() else { break };
            let is_more = comma && !fork.peek(Token![=]) && !fork.peek(syn::token::Paren);
            let is_event =
                self.option_of_word(&word.to_string()).is_some_and(|option| option.starts_with("on("));
            if !(is_more && is_event) {
                break;
            }
            skip_one(input);
            let _ = input.parse::<Ident>();
            events.push(word.to_string());
        }
        let known = |event: String| match self.option_of_word(&event) {
            Some(option) => option.trim_start_matches("on(").trim_end_matches(')').to_owned(),
            None => event,
        };
        events.into_iter().map(known).collect::<Vec<_>>().join(", ")
    }
}

fn no_option_of(written: &str, options: &[String]) -> String {
    let options = alternatives(options.iter().map(|option| format!("`{option}`")));
    format!("`{written}` is a value without an option; write {options}")
}

fn skip_one(input: ParseStream<'_>) {
    let _ = input.parse::<TokenTree>();
}

/// The last word of a path, which is read: `Always` of `RestartPolicy::Always`.
fn last_of_path(first: &Ident, input: ParseStream<'_>) -> Ident {
    let mut last = first.clone();
    while input.peek(Token![::]) {
        let _ = input.parse::<Token![::]>();
        match input.parse::<Ident>() {
            Ok(word) => last = word,
            Err(_) => break,
        }
    }
    last
}

/// Whether the list in brackets begins with an option.
fn mentions_option(grammar: &Grammar, list: TokenStream) -> bool {
    match list.into_iter().next() {
        Some(TokenTree::Ident(word)) => grammar.option(&word.to_string()).is_some(),
        _ => false,
    }
}
