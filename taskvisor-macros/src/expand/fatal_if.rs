//! The option `fatal_if` in generated code.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::{ExprPath, ReturnType};

use crate::ast::returned::Returned;
use crate::attr::value::OptionValue;
use crate::span::span_at;

/// The value of `call`, converted by the function `convert`, after the predicate has decided about its error. A function without an error
/// is reported at the option.
pub(crate) fn converted_with_fatal_if(
    output: &ReturnType,
    fatal_if: &OptionValue<ExprPath>,
    call: &TokenStream,
    convert: &TokenStream,
) -> TokenStream {
    let span = span_at(fatal_if.key.span());
    let returned = located(Returned::read(output).type_tokens, fatal_if.key.span());
    let is_fatal = &fatal_if.value;
    quote_spanned!(span=> <#returned as __taskvisor::FallibleReturn>::into_result_with_fatal_if(#call, #is_fatal, #convert))
}

/// The tokens with the names that they have, and their errors at `span`.
fn located(tokens: TokenStream, span: Span) -> TokenStream {
    let locate = |token| {
        let mut token = match token {
            TokenTree::Group(group) => {
                TokenTree::from(Group::new(group.delimiter(), located(group.stream(), span)))
            }
            other => other,
        };
        token.set_span(token.span().located_at(span));
        token
    };
    tokens.into_iter().map(locate).collect()
}
