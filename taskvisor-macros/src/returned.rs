//! What a function returns, made into what the runtime takes.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

use crate::located::{at_attribute, located};
use crate::parameter::bare;
use crate::signature::mentions_impl;

/// The value of `call`, converted by `conversion::function`; a wrong type is reported where it is written.
pub(crate) fn converted(
    output: &ReturnType,
    conversion: &str,
    function: &str,
    call: &TokenStream,
) -> TokenStream {
    let (span, returned) = match output {
        ReturnType::Default => (at_attribute(), quote!(())),
        // What never returns fits everywhere, and a conversion behind it would be unreachable.
        ReturnType::Type(_, returned) if matches!(bare(returned), Type::Never(_)) => return call.clone(),
        // `impl Trait` has no name; the compiler infers it.
        ReturnType::Type(_, returned) if mentions_impl(returned.to_token_stream()) => {
            (located(returned.span()), quote!(_))
        }
        ReturnType::Type(_, returned) => (located(returned.span()), returned.to_token_stream()),
    };
    let conversion = Ident::new(conversion, Span::mixed_site());
    let function = Ident::new(function, Span::mixed_site());
    quote_spanned!(span=> <#returned as __taskvisor::#conversion>::#function(#call))
}
