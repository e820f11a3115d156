//! Option values in generated code.

use std::fmt::Display;
use std::time::Duration;

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, LitStr};

use crate::error::rule::Rule;
use crate::span::{attribute_span, span_at};

/// The value of an option: a literal that the macro parsed, or an expression for the compiler.
pub(crate) enum Value<T> {
    Literal(T),
    Constant(Constant),
}

impl<T: Copy> Value<T> {
    pub(crate) fn literal(&self) -> Option<T> {
        match self {
            Self::Literal(value) => Some(*value),
            Self::Constant(_) => None,
        }
    }

    /// The value as an expression; `written` expands a parsed literal.
    pub(crate) fn expand(
        &self,
        of_type: &TokenStream,
        written: impl FnOnce(T) -> TokenStream,
    ) -> TokenStream {
        match self {
            Self::Literal(value) => written(*value),
            Self::Constant(constant) => constant.expand(of_type),
        }
    }
}

impl Value<Duration> {
    pub(crate) fn expand_duration(&self) -> TokenStream {
        let span = attribute_span();
        self.expand(&quote_spanned!(span=> ::core::time::Duration), |duration| {
            let seconds = Literal::u64_unsuffixed(duration.as_secs());
            let nanoseconds = Literal::u32_unsuffixed(duration.subsec_nanos());
            quote_spanned!(span=> ::core::time::Duration::new(#seconds, #nanoseconds))
        })
    }
}

impl Value<LitStr> {
    pub(crate) fn expand_text(&self) -> TokenStream {
        match self {
            Self::Literal(text) => text.to_token_stream(),
            Self::Constant(constant) => constant.expand_text(),
        }
    }
}

impl Value<u32> {
    pub(crate) fn expand_count(&self, of_type: &TokenStream) -> TokenStream {
        self.expand(of_type, |count| Literal::u32_unsuffixed(count).into_token_stream())
    }
}

/// A const expression of the user, and the conditions on its value.
pub(crate) struct Constant {
    expression: Expr,
    conditions: Vec<Condition>,
}

/// An expression that must be true of the value.
struct Condition {
    expression: TokenStream,
    /// What the compiler reports if it is false.
    message: String,
    /// Where it is reported.
    span: Span,
}

impl Constant {
    pub(crate) fn new(expression: Expr) -> Self {
        Self { expression, conditions: Vec::new() }
    }

    pub(crate) fn expression(&self) -> &Expr {
        &self.expression
    }

    fn span(&self) -> Span {
        self.expression.span()
    }

    /// Makes the compiler reject values for which `condition`, an expression over `__TASKVISOR_VALUE`, is false.
    pub(crate) fn require(&mut self, rule: Rule, condition: TokenStream, problem: impl Display) {
        self.require_at(self.span(), rule, condition, problem);
    }

    /// As `require`, with the error at another token.
    pub(crate) fn require_at(
        &mut self,
        span: Span,
        rule: Rule,
        condition: TokenStream,
        problem: impl Display,
    ) {
        self.conditions.push(Condition { expression: condition, message: rule.message(problem), span });
    }

    /// The expression with its type, so that a wrong one is reported on the user's own tokens.
    ///
    /// For use in a constant or a static, where a failed condition is a compile error.
    pub(crate) fn expand(&self, of_type: &TokenStream) -> TokenStream {
        let conditions = self.conditions();
        self.expand_with(of_type, &quote!(#(#conditions)*))
    }

    /// The same for a text. A failed condition is a constant of its own: many constants depend on a name, and the compiler
    /// would note each of them.
    pub(crate) fn expand_text(&self) -> TokenStream {
        let conditions = self.conditions();
        let of_type = quote_spanned!(attribute_span()=> &'static ::core::primitive::str);
        self.expand_with(&of_type, &quote!(#(const _: () = { #conditions };)*))
    }

    fn conditions(&self) -> impl Iterator<Item = TokenStream> {
        self.conditions.iter().map(|Condition { expression, message, span }| {
            quote_spanned!(span_at(*span)=> ::core::assert!(#expression, #message);)
        })
    }

    fn expand_with(&self, of_type: &TokenStream, conditions: &TokenStream) -> TokenStream {
        let expression = &self.expression;
        quote_spanned! {span_at(self.span())=>
            {
                const __TASKVISOR_VALUE: #of_type = #expression;
                #conditions
                __TASKVISOR_VALUE
            }
        }
    }
}
