//! The bounds of a job's types.
//!
//! Generated code checks them once, where the type is written, and assumes them everywhere else: a wrong
//! type is one error, however often it is used.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ReturnType;
use syn::spanned::Spanned;

use crate::ast::function::mentions;
use crate::ast::returned::Returned;
use crate::span::{attribute_span, span_at};

use super::Job;
use super::inputs::{self, Argument, Input};

/// Imports the traits whose constants apply where a type has no inherent constant of the same name.
pub(super) fn probing(inputs: &[Input]) -> TokenStream {
    let extractors = inputs::arguments(inputs)
        .next()
        .map(|_| quote_spanned!(attribute_span()=> use __taskvisor::NotAnExtractor as _;));
    quote_spanned! {attribute_span()=>
        use __taskvisor::NotAResult as _;
        #extractors
    }
}

/// Checks that each argument can be stored and is no extractor. An extractor under an alias is recognized here only, and would
/// otherwise become a field.
pub(super) fn checks_of_arguments(inputs: &[Input]) -> TokenStream {
    let arguments = inputs::arguments(inputs).map(|Argument { cfgs, of_type, .. }| {
        let span = span_at(of_type.span());
        let is_extractor = quote_spanned!(span=> { <__taskvisor::Probe<#of_type>>::IS_EXTRACTOR });
        quote_spanned! {span=>
            #(#cfgs)* <#of_type as __taskvisor::NoExtractor<#is_extractor>>::check();
            #(#cfgs)* <#of_type as __taskvisor::CloneArgument<#is_extractor>>::check();
            #(#cfgs)* <#of_type as __taskvisor::SendArgument<#is_extractor>>::check();
        }
    });
    quote_spanned! {attribute_span()=>
        const _: fn() = || {
            #(#arguments)*
        };
    }
}

/// Checks that the value can be sent to the caller.
pub(super) fn check_of_value(output: &ReturnType) -> TokenStream {
    let Returned { span, type_tokens, .. } = Returned::read(output);
    let is_result = quote_spanned!(span=> <__taskvisor::Probe<#type_tokens>>::IS_RESULT);
    let conversion = conversion(span);
    let value = quote_spanned!(span=> <#type_tokens as #conversion>::check(););
    quote_spanned! {attribute_span()=>
        const __TASKVISOR_IS_RESULT: ::core::primitive::bool = #is_result;

        const _: fn() = || {
            #value
        };
    }
}

/// The bounds of the arguments, assumed where the type is used.
pub(super) fn argument_bounds(job: &Job) -> TokenStream {
    // A bound cannot carry a `#[cfg]`. A bound on a `dyn Fn(&str)` would hide that it holds for any lifetime. For these
    // arguments the compiler reports each use.
    let arguments = job.arguments().filter(|argument| argument.cfgs.is_empty());
    let arguments = arguments.filter(|argument| !mentions(argument.of_type.to_token_stream(), "dyn"));
    // The index makes each bound unique: two aliases of one type would be the same bound twice, which is ambiguous.
    let bounds = arguments.enumerate().map(|(index, Argument { of_type, .. })| {
        quote_spanned!(attribute_span()=> for<'unchecked> #of_type: __taskvisor::JobArgument<'unchecked, #index>,)
    });
    quote!(#(#bounds)*)
}

/// The assumed bounds of the value, which is a type parameter of the impl.
///
/// An associated type may not name a type that is less visible than the impl (E0446), not even as the error beside the value.
/// A `where` clause may, and it determines the type parameter.
pub(super) fn value_bounds(type_tokens: &TokenStream) -> TokenStream {
    let value = value_parameter();
    quote_spanned! {attribute_span()=>
        #value: ::core::marker::Send + 'static,
        for<'unchecked> #type_tokens: __taskvisor::JobOutput<'unchecked, __TASKVISOR_IS_RESULT, Value = #value>,
    }
}

/// The type parameter that stands for the value.
pub(super) fn value_parameter() -> Ident {
    Ident::new("__TaskvisorValue", attribute_span())
}

/// The trait that makes the return type what the runtime takes.
pub(super) fn conversion(span: Span) -> TokenStream {
    quote_spanned!(span=> __taskvisor::IntoJobResult<__TASKVISOR_IS_RESULT>)
}
