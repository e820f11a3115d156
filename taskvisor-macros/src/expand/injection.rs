//! Injected parameters in generated code.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::ast::parameter::Parameter;
use crate::span::{attribute_span, span_at};

/// The argument of the call: the value that the trait `extractor` takes out of `source`.
pub(crate) fn argument(
    parameter: &Parameter,
    extractor: &Ident,
    function: &Ident,
    source: &TokenStream,
) -> TokenStream {
    let Parameter { cfgs, of_type, borrowed } = parameter;
    let span = span_at(of_type.span());
    let borrow = borrowed.then(|| quote_spanned!(span=> &));
    quote_spanned! {span=>
        #(#cfgs)* #borrow <#of_type as __taskvisor::#extractor>::#function(#source)
    }
}

/// The function that lists, before anything starts, the states that the parameters need.
pub(crate) fn needs<'a>(
    parameters: impl IntoIterator<Item = &'a Parameter>,
    extractor: &Ident,
) -> TokenStream {
    let needs: Vec<_> = parameters.into_iter().map(|parameter| need(parameter, extractor)).collect();
    let name =
        if needs.is_empty() { quote!(_needs) } else { quote_spanned!(attribute_span()=> __taskvisor_needed) };
    quote_spanned! {attribute_span()=>
        fn __taskvisor_needs(#name: &mut __taskvisor::Needs<'_>) {
            #(#needs)*
        }
    }
}

/// The statement that lists the states this parameter needs.
fn need(parameter: &Parameter, extractor: &Ident) -> TokenStream {
    let Parameter { cfgs, of_type, .. } = parameter;
    let span = span_at(of_type.span());
    let call = quote_spanned!(span=> <#of_type as __taskvisor::#extractor>::needs(__taskvisor_needed););
    quote!(#(#cfgs)* #call)
}
