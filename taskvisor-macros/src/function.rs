//! The function under an attribute, with a body that nobody looks into.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Visibility};

use crate::errors::Errors;

/// A function whose body stays tokens: one that is being typed still expands, and the compiler speaks of it.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: TokenStream,
}

impl Function {
    /// Reads the item under `attribute`, which is written as in `#[task]`.
    pub(crate) fn read(item: TokenStream, attribute: &str, errors: &mut Errors) -> Option<Self> {
        let is_function = is_function(item.clone());
        match syn::parse2(item) {
            Ok(function) => Some(function),
            Err(error) if is_function => {
                errors.push(error);
                None
            }
            Err(error) => {
                errors.push(syn::Error::new(
                    error.span(),
                    format!("`{attribute}` goes on an `async fn`; this is not one"),
                ));
                None
            }
        }
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, visibility, signature, body } = self;
        tokens.extend(quote!(#(#attributes)* #visibility #signature #body));
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            body: input.parse::<TokenTree>()?.into(),
        })
    }
}

fn is_function(item: TokenStream) -> bool {
    item.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "fn",
        TokenTree::Group(group) => group.delimiter() == Delimiter::None && is_function(group.stream()),
        _ => false,
    })
}
