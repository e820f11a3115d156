//! Converts what a function returns into what the runtime takes.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Signature, Type};

use crate::ast::function::mentions;
use crate::ast::parameter::bare;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::span::{attribute_span, span_at};

/// The value of `call`, converted by a function of the trait `conversion`; a wrong type is reported where it is written.
pub(crate) fn converted(
    output: &ReturnType,
    conversion: fn(&Returned) -> TokenStream,
    function: &str,
    call: &TokenStream,
) -> TokenStream {
    // What never returns fits everywhere, and a conversion behind it would be unreachable.
    if never_returns(output) {
        return call.clone();
    }
    let returned = Returned::read(output);
    let conversion = conversion(&returned);
    let function = Ident::new(function, Span::mixed_site());
    let Returned { span, written, .. } = returned;
    quote_spanned!(span=> <#written as #conversion>::#function(#call))
}

/// Reports a return type that hides whether it is a result; inside of a result, a type may have no name.
pub(crate) fn check(output: &ReturnType, what: &str, errors: &mut Errors) {
    let ReturnType::Type(_, returned) = output else { return };
    if matches!(bare(returned), Type::ImplTrait(_)) {
        errors.on(
            returned,
            Rule::ImplTraitOfATask,
            format!(
                "{what} cannot return `impl Trait`, which hides whether it is a result; \
                 return `()`, or `Result<(), E>` of any error"
            ),
        );
    }
}

/// The check of the return type alone, for a function with mistakes, which is not called.
pub(crate) fn type_check(
    signature: &Signature,
    conversion: fn(&Returned) -> TokenStream,
    function: &str,
) -> TokenStream {
    let returned = Returned::read(&signature.output);
    // What a function returns that is not `async` may be the future of what it will return.
    if signature.asyncness.is_none() || never_returns(&signature.output) || !returned.has_name {
        return TokenStream::new();
    }
    let conversion = conversion(&returned);
    let function = Ident::new(function, Span::mixed_site());
    let Returned { span, written, .. } = returned;
    quote_spanned! {span=>
        const _: fn() = || {
            let _ = <#written as #conversion>::#function;
        };
    }
}

/// A function's return type, and where a mistake in it is reported.
pub(crate) struct Returned {
    pub(crate) span: Span,
    /// The type, or `_` where it has no name.
    pub(crate) written: TokenStream,
    pub(crate) has_name: bool,
}

impl Returned {
    pub(crate) fn read(output: &ReturnType) -> Self {
        match output {
            ReturnType::Default => Self { span: attribute_span(), written: quote!(()), has_name: true },
            // `impl Trait` has no name; the compiler infers it.
            ReturnType::Type(_, returned) if mentions(returned.to_token_stream(), "impl") => {
                Self { span: span_at(returned.span()), written: quote!(_), has_name: false }
            }
            ReturnType::Type(_, returned) => {
                Self { span: span_at(returned.span()), written: returned.to_token_stream(), has_name: true }
            }
        }
    }
}

pub(crate) fn never_returns(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => false,
        ReturnType::Type(_, returned) => matches!(bare(returned), Type::Never(_)),
    }
}
