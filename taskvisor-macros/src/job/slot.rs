//! The slot of a job: a format string over its arguments.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::LitStr;
use syn::ext::IdentExt;

use crate::attr::constant::Constant;
use crate::error::Errors;
use crate::error::nearest::{alternatives, nearest};
use crate::error::rule::Rule;
use crate::span::attribute_span;

use super::foreign;
use super::inputs::{Argument, Input, arguments};
use super::template::{Placeholder, placeholders};

/// Reports every placeholder that names no argument. Returns `true` if there is none.
pub(super) fn check(text: &LitStr, inputs: &[Input], errors: &mut Errors) -> bool {
    let all = placeholders(&text.value());
    if let Some(problem) = foreign_placeholder(text, &all, inputs) {
        errors.on(text, Rule::ForeignPlaceholder, problem);
        return false;
    }
    let mut seen = Vec::new();
    let mut right = true;
    for placeholder in all {
        if seen.contains(&placeholder) {
            continue;
        }
        if let Some(problem) = expression(&placeholder, inputs) {
            // The braces inside of an expression would be further placeholders.
            errors.on(text, Rule::ExpressionInSlot, problem);
            return false;
        }
        if let Some((rule, problem)) = problem(&placeholder, inputs) {
            errors.on(text, rule, problem);
            right = false;
        }
        seen.push(placeholder);
    }
    right
}

fn foreign_placeholder(text: &LitStr, placeholders: &[Placeholder], inputs: &[Input]) -> Option<String> {
    let names: Vec<String> = arguments(inputs).map(Argument::unraw_name).collect();
    let used: Vec<String> = placeholders.iter().filter_map(Placeholder::name).map(str::to_owned).collect();
    let text = text.value();
    let foreign::Foreign { written, right } = foreign::find(&text, &names, &used)?;
    let shared = if used.is_empty() { ", and all submissions would share one slot" } else { "" };
    // A constant has no braces.
    let is_text = used.is_empty() && !text.contains(['{', '}']);
    let constant = match is_text {
        true => format!(
            ", or a constant if they are to share it: `slot = SLOT`, with `const SLOT: &str = {text:?}`"
        ),
        false => String::new(),
    };
    Some(format!("`{written}` is no placeholder{shared}; write `slot = {right:?}`{constant}"))
}

/// What to write instead of a placeholder that is an expression.
fn expression(placeholder: &Placeholder, inputs: &[Input]) -> Option<String> {
    let written = placeholder.name().filter(|name| !is_word(name) && !name.starts_with("r#"))?;
    let names: Vec<String> = arguments(inputs).map(Argument::unraw_name).collect();
    let find = |word: &str| names.iter().find(|name| *name == word);
    let problem = format!("`{written}` is an expression; a placeholder is the name of an argument");
    let of_self = written.strip_prefix("self.").unwrap_or(written);
    let bare = of_self.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let method = bare
        .split_once('.')
        .filter(|(_, method)| ["to_string", "clone", "as_str"].contains(&method.trim_matches(['(', ')'])));
    let advice = if let Some(name) = find(method.map_or(bare, |(name, _)| name)) {
        format!("write `{{{name}}}`")
    } else if let Some((_, constant)) = written.rsplit_once("::").filter(|_| !written.contains(['(', '.'])) {
        format!("write the value of `{constant}` into the text, or call `.with_slot(..)` on the submission")
    } else {
        let words: Vec<&str> =
            bare.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        if words.len() > 1 && words.iter().all(|word| find(word).is_some()) {
            let all: Vec<String> = words.iter().map(|word| format!("{{{word}}}")).collect();
            return Some(format!("{problem}; write `{}`", all.join("-")));
        }
        let field = bare.split_once('.').filter(|(value, field)| find(value).is_some() && is_word(field));
        let name = field.map(|(value, field)| format!(", as in `{{{value}_{field}}}`")).unwrap_or_default();
        format!("pass the value as an argument of its own{name}, or call `.with_slot(..)` on the submission")
    };
    Some(format!("{problem}; {advice}"))
}

fn is_word(text: &str) -> bool {
    text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// The arguments that the text names.
pub(super) fn used<'a>(text: &LitStr, inputs: &'a [Input]) -> Vec<&'a Argument> {
    let placeholders = placeholders(&text.value());
    arguments(inputs)
        .filter(|argument| placeholders.contains(&Placeholder::Named(argument.unraw_name())))
        .collect()
}

/// The function that returns the key of a slot that is a constant.
pub(super) fn write_constant(constant: &Constant) -> TokenStream {
    let text = constant.expand_text();
    quote_spanned! {attribute_span()=>
        const __TASKVISOR_SLOT: &::core::primitive::str = #text;

        fn __taskvisor_slot() -> __taskvisor::Arc<::core::primitive::str> {
            __taskvisor::slot_key(::core::format_args!("{}", __TASKVISOR_SLOT))
        }
    }
}

/// The rule that a placeholder breaks, and how.
fn problem(placeholder: &Placeholder, inputs: &[Input]) -> Option<(Rule, String)> {
    let name = match placeholder {
        Placeholder::Named(name) => name,
        Placeholder::Positional(written) => {
            let example = arguments(inputs).next().map_or("tenant".to_owned(), Argument::unraw_name);
            let problem = format!(
                "`{written}` names no argument, and a slot has no other values; write a name, as in `{{{example}}}`"
            );
            return Some((Rule::PositionalPlaceholder, problem));
        }
    };
    let names: Vec<String> = arguments(inputs).map(Argument::unraw_name).collect();
    if names.contains(name) {
        return None;
    }
    for input in inputs {
        match input {
            Input::Injected { pattern, .. } if binds(pattern.to_token_stream(), name) => {
                let expected = expected(&names);
                let problem = format!(
                    "`{name}` is injected when the job runs, and its slot is needed before; {expected}"
                );
                return Some((Rule::InjectedInSlot, problem));
            }
            // The parameter itself has been reported.
            Input::Unusable { pattern } if binds(pattern.to_token_stream(), name) => return None,
            _ => {}
        }
    }
    Some((Rule::UnknownArgument, unknown(name, &names)))
}

fn unknown(name: &str, names: &[String]) -> String {
    if let Some(keyword) = name.strip_prefix("r#") {
        return format!("a raw name is written without `r#` here: `{{{keyword}}}`");
    }
    let expected = expected(names);
    if let Some(guess) = nearest(name, names.iter().map(String::as_str)) {
        return format!("`{name}` is no argument of the job; did you mean `{guess}`?");
    }
    if !name.contains(char::is_lowercase) {
        return format!(
            "`{name}` is no argument of the job, and a slot has no other values; write the value of `{name}` into the text"
        );
    }
    format!("`{name}` is no argument of the job; {expected}")
}

fn expected(names: &[String]) -> String {
    match names {
        [] => "the job has no arguments".to_owned(),
        names => format!("expected {}", alternatives(names.iter().map(|name| format!("`{name}`")))),
    }
}

/// Whether the pattern binds the name, as `State(db)` binds `db`.
fn binds(pattern: TokenStream, name: &str) -> bool {
    pattern.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident.unraw() == name,
        TokenTree::Group(group) => binds(group.stream(), name),
        _ => false,
    })
}
