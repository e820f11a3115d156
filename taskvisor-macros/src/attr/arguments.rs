//! The list in an attribute's parentheses: the parser of its options.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Token};

use crate::attr::grammar::{Form, Grammar};
use crate::attr::names::Names;
use crate::attr::rejected::is_rejected;
use crate::attr::user_value::value_ahead;
use crate::error::rule::Rule;
use crate::error::{Errors, parse_to_the_end};

/// What the options of a list are compared with.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) grammar: &'a Grammar,
    /// The names of the function under the attribute.
    pub(crate) names: &'a Names,
}

/// One option during parsing: its key, and the input after the key.
pub(crate) struct Argument<'input> {
    pub(crate) key: Ident,
    pub(crate) form: Form,
    /// An example of this option, for messages.
    pub(crate) example: &'static str,
    pub(crate) context: Context<'input>,
    pub(crate) input: ParseStream<'input>,
}

impl Argument<'_> {
    /// An error at the key.
    pub(crate) fn error(&self, rule: Rule, problem: impl std::fmt::Display) -> syn::Error {
        rule.error(&self.key, problem)
    }
}

/// Stores one option; returns `false` if the option is unknown.
pub(crate) type ReadOne<'a> = dyn FnMut(&Argument<'_>, &mut Errors) -> syn::Result<bool> + 'a;

/// Reads all tokens of an attribute.
pub(crate) fn read_all(
    tokens: TokenStream,
    context: Context<'_>,
    errors: &mut Errors,
    set: &mut ReadOne<'_>,
) {
    if is_rejected(&tokens) {
        return;
    }
    let parser = |input: ParseStream<'_>| {
        read_list(input, context, errors, set);
        Ok(())
    };
    // Unparsed tokens inside brackets belong to a value. If there are errors, one of them reports that value.
    if let Err(error) = parse_to_the_end(tokens, parser) {
        if errors.is_empty() {
            errors.push(Rule::MissingOptionName.error_at(error.span(), context.grammar.no_option()));
        }
    }
}

/// Reads options up to the end of `input`; a mistake in one does not hide the mistakes in the next.
pub(crate) fn read_list(
    input: ParseStream<'_>,
    context: Context<'_>,
    errors: &mut Errors,
    set: &mut ReadOne<'_>,
) {
    let mut seen = Vec::new();
    while !input.is_empty() {
        if let Err(error) = read_option(input, context, errors, &mut seen, set) {
            errors.push(error);
            skip_to_comma(input);
        }
        if let Err(error) = end_of_option(input) {
            errors.push(error);
            skip_to_comma(input);
            let _ = input.parse::<Token![,]>();
        }
    }
}

fn read_option(
    input: ParseStream<'_>,
    context: Context<'_>,
    errors: &mut Errors,
    seen: &mut Vec<Ident>,
    set: &mut ReadOne<'_>,
) -> syn::Result<()> {
    let grammar = context.grammar;
    if !input.peek(Ident::peek_any) {
        return Err(grammar.missing_name(input, seen));
    }
    let key = input.call(Ident::parse_any)?;
    let (word, tokens) = hyphenated(&key, input)?;
    let Some((form, example)) = grammar.option(&word) else {
        let bare_word = if key == word { grammar.bare_word(&key, input, seen, &context) } else { None };
        return Err(bare_word.unwrap_or_else(|| grammar.unknown(tokens, &word, value_ahead(input).as_ref())));
    };
    if seen.contains(&key) {
        return Err(Rule::DuplicateOption.error(key, format!("`{word}` is given twice; keep one of the two")));
    }
    seen.push(key.clone());
    let argument = Argument { key, form, example, context, input };
    if set(&argument, errors)? { Ok(()) } else { Err(grammar.unknown(&argument.key, &word, None)) }
}

/// Reads `on-error` as one word, which gives better advice than `on`.
fn hyphenated(key: &Ident, input: ParseStream<'_>) -> syn::Result<(String, TokenStream)> {
    let mut word = key.to_string();
    let mut tokens = key.to_token_stream();
    while input.peek(Token![-]) && input.peek2(Ident::peek_any) {
        input.parse::<Token![-]>()?.to_tokens(&mut tokens);
        let part = input.call(Ident::parse_any)?;
        word = format!("{word}-{part}");
        part.to_tokens(&mut tokens);
    }
    Ok((word, tokens))
}

fn end_of_option(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    if input.peek(Token![,]) {
        return input.parse::<Token![,]>().map(drop);
    }
    Err(input.error(Rule::MissingComma.message("expected `,` before the next option")))
}

/// Skips to the next option after a mistake.
pub(crate) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<proc_macro2::TokenTree>().is_err() {
            return;
        }
    }
}

/// Reads names between commas, each once; `duplicate` is the rule against a second time.
pub(crate) fn read_names(
    list: ParseStream<'_>,
    read: fn(ParseStream<'_>) -> syn::Result<Ident>,
    duplicate: Rule,
    errors: &mut Errors,
) -> Vec<Ident> {
    let mut names: Vec<Ident> = Vec::new();
    while !list.is_empty() {
        match read(list) {
            Ok(name) if names.contains(&name) => {
                errors.on(&name, duplicate, format!("`{name}` is named twice; keep one of the two"));
            }
            Ok(name) => names.push(name),
            Err(error) => errors.push(error),
        }
        skip_to_comma(list);
        let _ = list.parse::<Token![,]>();
    }
    names
}
