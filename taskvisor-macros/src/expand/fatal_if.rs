//! The option `fatal_if` in generated code.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{ExprPath, ReturnType};

use crate::ast::returned::Returned;
use crate::attr::value::OptionValue;
use crate::error::rule::Rule;
use crate::span::span_at;
use crate::valid::fatal_if::WITHOUT_ERROR;

/// The value of `call`, converted by the function `convert`, after the predicate has decided about its error. `is_result` says
/// whether the function returns a `Result`; if not, generated code reports the option.
pub(crate) fn converted_with_fatal_if(
    output: &ReturnType,
    is_result: &TokenStream,
    fatal_if: &OptionValue<ExprPath>,
    call: &TokenStream,
    convert: &TokenStream,
) -> TokenStream {
    let span = span_at(fatal_if.key.span());
    let Returned { type_tokens, .. } = Returned::read(output);
    let is_fatal = &fatal_if.value;
    let problem = Rule::FatalIfWithoutError.message(WITHOUT_ERROR);
    let is_result = quote_spanned!(span=> { ::core::assert!(#is_result, #problem); true });
    quote_spanned! {span=>
        <#type_tokens as __taskvisor::FallibleReturn<#is_result>>::into_result_with_fatal_if(#call, #is_fatal, #convert)
    }
}
