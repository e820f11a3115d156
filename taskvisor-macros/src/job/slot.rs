//! The slot of a job: a format string over its arguments.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::LitStr;
use syn::ext::IdentExt;

use crate::error::Errors;
use crate::error::nearest::{alternatives, nearest};
use crate::error::rule::Rule;

use super::inputs::{Argument, Input, arguments};
use super::template::{Placeholder, placeholders};

/// Reports every placeholder that names no argument. Returns `true` if there is none.
pub(super) fn check(text: &LitStr, inputs: &[Input], errors: &mut Errors) -> bool {
    let mut seen = Vec::new();
    let mut right = true;
    for placeholder in placeholders(&text.value()) {
        if seen.contains(&placeholder) {
            continue;
        }
        if let Some((rule, problem)) = problem(&placeholder, inputs) {
            errors.on(text, rule, problem);
            right = false;
        }
        seen.push(placeholder);
    }
    right
}

/// The arguments that the text names.
pub(super) fn used<'a>(text: &LitStr, inputs: &'a [Input]) -> Vec<&'a Argument> {
    let placeholders = placeholders(&text.value());
    arguments(inputs)
        .filter(|argument| placeholders.contains(&Placeholder::Named(argument.unraw_name())))
        .collect()
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
    if !name.chars().all(|letter| letter.is_alphanumeric() || letter == '_') {
        return format!("`{name}` is no name, and only the name of an argument can stand here; {expected}");
    }
    if let Some(guess) = nearest(name, names.iter().map(String::as_str)) {
        return format!("`{name}` is no argument of the job; did you mean `{guess}`?");
    }
    if !name.contains(char::is_lowercase) {
        return format!(
            "`{name}` is no argument of the job, and a slot is made of nothing else; write its value out"
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
