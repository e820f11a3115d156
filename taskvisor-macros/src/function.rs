//! The function under an attribute, with a body that nobody looks into.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, FnArg, Ident, Pat, Signature, Visibility, parse_quote};

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

impl Function {
    /// Takes attributes off the parameters; `false` if there were none to take.
    pub(crate) fn strip_parameters(&mut self, unwanted: impl Fn(&Attribute) -> bool) -> bool {
        let mut stripped = false;
        for input in &mut self.signature.inputs {
            let attributes = match input {
                FnArg::Receiver(receiver) => &mut receiver.attrs,
                FnArg::Typed(typed) => &mut typed.attrs,
            };
            let before = attributes.len();
            attributes.retain(|attribute| !unwanted(attribute));
            stripped |= attributes.len() < before;
        }
        stripped
    }

    /// Keeps the compiler from calling these parameters unused. Says whether there is one of them.
    pub(crate) fn use_parameters(&mut self, names: &[Ident]) -> bool {
        let mut used = false;
        for input in &mut self.signature.inputs {
            if let FnArg::Typed(typed) = input {
                let named = matches!(&*typed.pat, Pat::Ident(pattern) if names.contains(&pattern.ident));
                if named {
                    typed.attrs.push(parse_quote!(#[allow(unused_variables)]));
                }
                used |= named;
            }
        }
        used
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
