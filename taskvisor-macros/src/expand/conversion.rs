//! Converts what a function returns into what the runtime takes.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{ReturnType, Signature};

use crate::ast::future::ReturnedFuture;
use crate::ast::returned::{Returned, never_returns};
use crate::ast::role::Role;
use crate::valid::returned::has_invalid_value;

/// The value of `call`, converted by a function of the trait `conversion`; a wrong type is reported where it is written.
pub(crate) fn converted(
    output: &ReturnType,
    conversion: fn(&Returned) -> TokenStream,
    function: &str,
    call: &TokenStream,
) -> TokenStream {
    // `!` coerces to any type, and a conversion after it would be unreachable code.
    if never_returns(output) {
        return call.clone();
    }
    let span = Returned::read(output).span;
    let function = conversion_function(output, conversion, function);
    quote_spanned!(span=> #function(#call))
}

/// The path of the function that converts, of the trait `conversion`.
pub(crate) fn conversion_function(
    output: &ReturnType,
    conversion: fn(&Returned) -> TokenStream,
    function: &str,
) -> TokenStream {
    let returned = Returned::read(output);
    let conversion = conversion(&returned);
    let function = Ident::new(function, Span::mixed_site());
    let Returned { span, type_tokens, .. } = returned;
    quote_spanned!(span=> <#type_tokens as #conversion>::#function)
}

/// The check of the return type alone, for a function with mistakes, which is not called.
pub(crate) fn type_check(
    signature: &Signature,
    conversion: fn(&Returned) -> TokenStream,
    function: &str,
) -> TokenStream {
    let returned = Returned::read(&signature.output);
    // A function that is not `async` may return a future of its value.
    let is_reported = ReturnedFuture::find(signature, Role::Task).is_some() || has_invalid_value(signature);
    if signature.asyncness.is_none() || never_returns(&signature.output) || !returned.has_name || is_reported
    {
        return TokenStream::new();
    }
    let conversion = conversion(&returned);
    let function = Ident::new(function, Span::mixed_site());
    let Returned { span, type_tokens, .. } = returned;
    quote_spanned! {span=>
        const _: fn() = || {
            let _ = <#type_tokens as #conversion>::#function;
        };
    }
}
