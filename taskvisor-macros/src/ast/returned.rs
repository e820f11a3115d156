//! What a function returns.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

use crate::ast::parameter::has_name;
use crate::ast::spelling::ungrouped;
use crate::span::{attribute_span, span_at};

/// A function's return type, and where a mistake in it is reported.
pub(crate) struct Returned {
    pub(crate) span: Span,
    /// The type, or `_` where it has no name.
    pub(crate) type_tokens: TokenStream,
    pub(crate) has_name: bool,
}

impl Returned {
    pub(crate) fn read(output: &ReturnType) -> Self {
        match output {
            ReturnType::Default => Self { span: attribute_span(), type_tokens: quote!(()), has_name: true },
            // `impl Trait` has no name; the compiler infers it.
            ReturnType::Type(_, returned) if !has_name(returned) => {
                Self { span: span_at(returned.span()), type_tokens: quote!(_), has_name: false }
            }
            ReturnType::Type(_, returned) => Self {
                span: span_at(returned.span()),
                type_tokens: returned.to_token_stream(),
                has_name: true,
            },
        }
    }
}

pub(crate) fn never_returns(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => false,
        ReturnType::Type(_, returned) => matches!(ungrouped(returned), Type::Never(_)),
    }
}
