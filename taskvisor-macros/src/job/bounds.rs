//! What the types of a job have to be, as bounds of what is written for it.
//!
//! A bound of a type that is known is checked once, where the type is written, and then taken for true: a wrong type is
//! one error, however often it is used.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::located::{at_attribute, located};

use super::Job;
use super::inputs::Argument;

/// The traits that answer where an inherent constant does not.
pub(super) fn probing(job: &Job) -> TokenStream {
    let extractors = job
        .arguments()
        .next()
        .map(|_| quote_spanned!(at_attribute()=> use __taskvisor::NotAnExtractor as _;));
    quote_spanned! {at_attribute()=>
        use __taskvisor::NotAResult as _;
        #extractors
    }
}

/// That each argument can be kept, and is no extractor: one of another spelling would silently be a field.
pub(super) fn of_arguments(job: &Job) -> TokenStream {
    // A bound cannot be conditional; of such an argument the compiler speaks in its own words.
    let arguments = job.arguments().filter(|argument| argument.conditions.is_empty());
    let bounds = arguments.map(|Argument { of_type, .. }| {
        let end = end_of(of_type);
        let is_extractor = quote_spanned!(end=> <__taskvisor::Probe<#of_type>>::IS_EXTRACTOR);
        bound(of_type, &quote_spanned!(end=> __taskvisor::JobArgument<{ #is_extractor }>))
    });
    quote!(#(#bounds)*)
}

/// One bound, underlined from the parenthesis to its end, which is as far as the type goes.
pub(super) fn bound(of_type: &impl ToTokens, bound: &TokenStream) -> TokenStream {
    let of_type = quote_spanned!(located(of_type.span())=> (#of_type));
    quote!(#of_type: #bound,)
}

/// The span of generated code that is blamed on the last token of a type.
pub(super) fn end_of(of_type: &impl ToTokens) -> Span {
    let last = of_type.to_token_stream().into_iter().last();
    located(last.map_or_else(Span::call_site, |last| last.span()))
}
