//! The collected errors of one use of an attribute.

pub(crate) mod nearest;
pub(crate) mod rule;
pub(crate) mod table;
pub(crate) mod systems;
pub(crate) mod capacity;
pub(crate) mod advice;
pub(crate) mod schedules;
pub(crate) mod values;

use std::fmt::Display;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::braced;
use syn::parse::{ParseStream, Parser};

use self::rule::Rule;

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

    pub(crate) fn on(&mut self, tokens: impl ToTokens, rule: Rule, problem: impl Display) {
        self.push(rule.error(tokens, problem));
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
        self.0.as_ref().map(syn::Error::to_compile_error).unwrap_or_default()
    }
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
