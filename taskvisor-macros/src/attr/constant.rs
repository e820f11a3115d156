//! What an option's value becomes in generated code.

use std::time::Duration;

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::span::{at_attribute, located};

/// The value of an option: read by the macro, or left to the compiler.
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

    /// The value as an expression; `written` says how a value read by the macro is written out again.
    pub(crate) fn write(&self, of_type: &TokenStream, written: impl FnOnce(T) -> TokenStream) -> TokenStream {
        match self {
            Self::Literal(value) => written(*value),
            Self::Constant(constant) => constant.write(of_type),
        }
    }
}

impl Value<Duration> {
    pub(crate) fn write_duration(&self) -> TokenStream {
        let span = at_attribute();
        self.write(&quote_spanned!(span=> ::core::time::Duration), |duration| {
            let seconds = Literal::u64_unsuffixed(duration.as_secs());
            let nanoseconds = Literal::u32_unsuffixed(duration.subsec_nanos());
            quote_spanned!(span=> ::core::time::Duration::new(#seconds, #nanoseconds))
        })
    }
}

impl Value<u32> {
    pub(crate) fn write_count(&self, of_type: &TokenStream) -> TokenStream {
        self.write(of_type, |count| Literal::u32_unsuffixed(count).into_token_stream())
    }
}

/// A const expression of the user, and the rules that its value has to keep.
pub(crate) struct Constant {
    expression: Expr,
    rules: Vec<Rule>,
}

struct Rule {
    condition: TokenStream,
    message: String,
    blamed: Span,
}

impl Constant {
    pub(crate) fn new(expression: Expr) -> Self {
        Self { expression, rules: Vec::new() }
    }

    pub(crate) fn expression(&self) -> &Expr {
        &self.expression
    }

    fn span(&self) -> Span {
        self.expression.span()
    }

    /// Has the compiler refuse a value for which `condition`, an expression over `__TASKVISOR_VALUE`, fails.
    pub(crate) fn demand(&mut self, condition: TokenStream, message: String) {
        self.demand_at(self.span(), condition, message);
    }

    /// The same, where it is another token that has to go.
    pub(crate) fn demand_at(&mut self, blamed: Span, condition: TokenStream, message: String) {
        self.rules.push(Rule { condition, message, blamed });
    }

    /// The expression with its type, so that a wrong one is reported on the user's own tokens.
    ///
    /// It is for a constant or a static: there a broken rule is a compile error.
    pub(crate) fn write(&self, of_type: &TokenStream) -> TokenStream {
        let expression = &self.expression;
        let rules = self.rules.iter().map(|rule| {
            let Rule { condition, message, blamed } = rule;
            quote_spanned!(located(*blamed)=> ::core::assert!(#condition, #message);)
        });
        quote_spanned! {located(self.span())=>
            {
                const __TASKVISOR_VALUE: #of_type = #expression;
                #(#rules)*
                __TASKVISOR_VALUE
            }
        }
    }
}
