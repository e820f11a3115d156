//! A backoff in generated code.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote_spanned};

use crate::attr::constant::Value;
use crate::attr::value::OptionValue;
use crate::span::{attribute_span, span_at};

use super::{Backoff, Jitter, Kind, Parts};

impl Backoff {
    /// The policy as a const expression, if it is valid; the compiler reports mistakes at its key.
    pub(crate) fn expand(&self, key: &Ident) -> Option<TokenStream> {
        let span = span_at(key.span());
        let parts = match self {
            Self::Constant(constant) => {
                return Some(constant.expand(&quote_spanned!(span=> __taskvisor::BackoffPolicy)));
            }
            Self::Parts(parts) => parts,
            Self::Invalid => return None,
        };
        let kind = Ident::new(parts.kind_name(), span);
        let first = optional(parts.first.as_ref(), Value::expand_duration);
        let max = optional(parts.max.as_ref(), Value::expand_duration);
        let factor = optional(parts.factor.as_ref(), write_number);
        let jitter = optional(parts.jitter.as_ref(), write_jitter);
        Some(quote_spanned! {span=>
            __taskvisor::backoff(__taskvisor::BackoffKind::#kind, #first, #max, #factor, #jitter)
        })
    }
}

impl Parts {
    fn kind_name(&self) -> &'static str {
        match self.kind {
            Some(Kind::None) => "None",
            Some(Kind::Constant) => "Constant",
            Some(Kind::Exponential) | None => "Exponential",
        }
    }
}

fn optional<T>(given: Option<&OptionValue<T>>, write: impl FnOnce(&T) -> TokenStream) -> TokenStream {
    match given {
        Some(given) => {
            let value = write(&given.value);
            quote_spanned!(attribute_span()=> ::core::option::Option::Some(#value))
        }
        None => quote_spanned!(attribute_span()=> ::core::option::Option::None),
    }
}

fn write_number(number: &Value<f64>) -> TokenStream {
    number.expand(&quote_spanned!(attribute_span()=> ::core::primitive::f64), |number| {
        Literal::f64_suffixed(number).into_token_stream()
    })
}

fn write_jitter(jitter: &Value<Jitter>) -> TokenStream {
    jitter.expand(&quote_spanned!(attribute_span()=> __taskvisor::JitterPolicy), |Jitter(name)| {
        let name = Ident::new(name, attribute_span());
        quote_spanned!(attribute_span()=> __taskvisor::JitterPolicy::#name)
    })
}
