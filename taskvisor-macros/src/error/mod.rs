//! The collected errors of one use of an attribute.

pub(crate) mod nearest;
mod table;
pub(crate) mod advice;

use std::fmt::Display;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, braced};

/// The page that lists all rules.
const PAGE: &str = "the rules: `taskvisor::when_it_does_not_compile` in the documentation";

/// Collects all mistakes, so that one build shows them all.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            None => self.0 = Some(error),
            Some(all) => all.combine(error),
        }
    }

    pub(crate) fn on(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn append(&mut self, others: Self) {
        if let Some(others) = others.0 {
            self.push(others);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn to_compile_errors(&self) -> TokenStream {
        let errors = self.0.as_ref().map(syn::Error::to_compile_error).unwrap_or_default();
        let mut tokens: Vec<TokenTree> = errors.into_iter().collect();
        if let Some(TokenTree::Group(last)) = tokens.last_mut() {
            *last = with_page(last);
        }
        tokens.into_iter().collect()
    }
}

/// Appends a line to the message of a `compile_error!`. The tokens are edited, because `syn::Error` does not reveal its end span.
fn with_page(message: &Group) -> Group {
    let Ok(text) = syn::parse2::<LitStr>(message.stream()) else { return message.clone() };
    let text = LitStr::new(&format!("{}\n{PAGE}", text.value()), text.span());
    let mut with_page = Group::new(message.delimiter(), text.to_token_stream());
    with_page.set_span(message.span());
    with_page
}

/// Parses all tokens. An error at the end of the input is reported at the last token; without a span of its own it
/// would be shown at the whole attribute.
pub(crate) fn parse_to_the_end<T>(
    tokens: TokenStream,
    parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    let end = match tokens.clone().into_iter().last() {
        Some(TokenTree::Group(group)) => group.span_close(),
        Some(last) => last.span(),
        None => Span::call_site(),
    };
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(end);
    let parser = |input: ParseStream<'_>| {
        let content;
        braced!(content in input);
        parse(&content)
    };
    parser.parse2(TokenTree::from(group).into())
}
