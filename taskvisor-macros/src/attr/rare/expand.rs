//! The rare options in generated code.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::LitBool;

use crate::attr::limits::Limits;
use crate::span::attribute_span;

use super::{OnGiveUp, OnShutdown, RareSettings};

impl RareSettings {
    /// The options that the attribute sets, with those of `limits`; all others are inherited.
    ///
    /// `fatal_if` is not among them: generated code calls it, with the function's own type of error.
    pub(crate) fn expand(&self, limits: &Limits) -> TokenStream {
        let mut given: Vec<(&str, TokenStream)> = Vec::new();
        if let Some(max_failures) = &self.max_failures {
            let limit = max_failures.value.expand_max_failures();
            given.push((
                "max_failures",
                quote_spanned!(attribute_span()=> ::core::option::Option::Some(#limit)),
            ));
        }
        if let Some(on_give_up) = &self.on_give_up {
            let of_type = quote_spanned!(attribute_span()=> __taskvisor::OnGiveUp);
            given.push(("on_give_up", on_give_up.value.expand(&of_type, OnGiveUp::expand)));
        }
        if let Some(critical) = &self.critical {
            let of_type = quote_spanned!(attribute_span()=> ::core::primitive::bool);
            let written = |value| LitBool::new(value, attribute_span()).into_token_stream();
            given.push(("critical", critical.value.expand(&of_type, written)));
        }
        if let Some(heartbeat) = &self.heartbeat {
            given.push(("heartbeat", heartbeat.value.expand_duration()));
        }
        if let Some(on_shutdown) = &self.on_shutdown {
            let of_type = quote_spanned!(attribute_span()=> __taskvisor::OnShutdown);
            given.push(("on_shutdown", on_shutdown.value.expand(&of_type, OnShutdown::expand)));
        }
        given.extend(limits.fields());
        if given.is_empty() {
            return quote_spanned!(attribute_span()=> __taskvisor::RareSettings::INHERIT);
        }
        let fields = given.into_iter().map(|(field, value)| {
            let field = Ident::new(field, attribute_span());
            quote_spanned!(attribute_span()=> #field: __taskvisor::Setting::Set(#value),)
        });
        // No attribute sets all of the fields, so that clippy does not report a needless update.
        quote_spanned! {attribute_span()=>
            __taskvisor::RareSettings { #(#fields)* ..__taskvisor::RareSettings::INHERIT }
        }
    }
}
