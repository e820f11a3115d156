//! All that is wrong with one use of an attribute.

use std::fmt::Display;

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::LitStr;

/// Where all rules are listed.
const PAGE: &str = "the rules: `taskvisor::when_it_does_not_compile` in the documentation";

/// Collects every mistake before giving up on any, so that one build shows them all.
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

/// The message of a `compile_error!` with a further line. An error does not tell where it ends, so it cannot be made anew.
fn with_page(message: &Group) -> Group {
    let Ok(text) = syn::parse2::<LitStr>(message.stream()) else { return message.clone() };
    let text = LitStr::new(&format!("{}\n{PAGE}", text.value()), text.span());
    let mut with_page = Group::new(message.delimiter(), text.to_token_stream());
    with_page.set_span(message.span());
    with_page
}
