//! The user's function as it is emitted.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Ident, Pat, parse_quote};

use crate::ast::attribute::is_inject;
use crate::ast::function::Function;
use crate::ast::parameter::typed_mut;
use crate::error::Errors;
use crate::span::attribute_span;

use super::mistaken_function::strip_mistakes;

/// Emits the function unchanged, except for `#[inject]`. If there are mistakes, it also removes what the compiler would
/// report a second time.
///
/// `used` are parameters that count as used, even if the body ignores them.
pub(crate) fn expand_function(
    function: &Function,
    item: &TokenStream,
    used: &[Ident],
    errors: &Errors,
) -> TokenStream {
    let mut function = function.clone();
    let marked = strip_marks(&mut function) | mark_used(&mut function, used);
    let mistaken = !errors.is_empty() && strip_mistakes(&mut function);
    let emitted = if marked || mistaken { function.to_token_stream() } else { item.clone() };
    let emitted = with_generics(emitted);
    let needless_async = needless_async(&function);
    if !errors.is_empty() && function.signature.ident == "main" {
        // The compiler rejects an `async fn main` in the root of a program.
        return quote_spanned!(attribute_span()=> fn main() { #[allow(dead_code)] #needless_async #emitted });
    }
    quote!(#needless_async #emitted)
}

/// Writes the empty list of generic parameters of the function.
///
/// For a type that it does not know, the compiler would suggest a generic parameter, which a declaration cannot have. It does
/// not suggest one in generated code, where it then reports the type a second time, with other words.
fn with_generics(function: TokenStream) -> TokenStream {
    let mut tokens = function.into_iter();
    let mut emitted = TokenStream::new();
    while let Some(token) = tokens.next() {
        let is_fn = matches!(&token, TokenTree::Ident(word) if word == "fn");
        emitted.append(token);
        if !is_fn {
            continue;
        }
        emitted.extend(tokens.next());
        let next = tokens.next();
        if !matches!(&next, Some(TokenTree::Punct(punct)) if punct.as_char() == '<') {
            emitted.extend(quote_spanned!(attribute_span()=> <>));
        }
        emitted.extend(next);
        break;
    }
    emitted.extend(tokens);
    emitted
}

/// Allows an `async fn` without `await`: the attribute requires `async`, and clippy would advise against it.
pub(crate) fn needless_async(function: &Function) -> Option<TokenStream> {
    let needless = function.signature.asyncness.is_some() && !function.body_mentions("await");
    needless.then(|| quote_spanned!(attribute_span()=> #[allow(clippy::unused_async)]))
}

/// Removes `#[inject]`. Returns `true` if there is any.
pub(crate) fn strip_marks(function: &mut Function) -> bool {
    let typed = typed_mut(&mut function.signature);
    typed.fold(false, |stripped, parameter| strip(&mut parameter.attrs, is_inject) | stripped)
}

/// Allows these parameters to be unused: the compiler would advise renaming them.
fn mark_used(function: &mut Function, names: &[Ident]) -> bool {
    let unused: Vec<&Ident> =
        names.iter().filter(|name| !function.body_mentions(&name.unraw().to_string())).collect();
    let mut used = false;
    for parameter in typed_mut(&mut function.signature) {
        if matches!(&*parameter.pat, Pat::Ident(pattern) if unused.contains(&&pattern.ident)) {
            parameter.attrs.push(parse_quote!(#[allow(unused_variables)]));
            used = true;
        }
    }
    used
}

fn strip(attributes: &mut Vec<Attribute>, unwanted: impl Fn(&Attribute) -> bool) -> bool {
    let before = attributes.len();
    attributes.retain(|attribute| !unwanted(attribute));
    attributes.len() < before
}
