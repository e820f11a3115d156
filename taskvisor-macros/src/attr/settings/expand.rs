//! Settings in generated code.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use crate::span::at_attribute;

use super::{Restart, Settings};

impl Settings {
    /// The settings that were given; all others are the application's to decide.
    ///
    /// `unless_given` is the restart policy that goes without saying.
    pub(crate) fn write(&self, unless_given: Option<Restart>) -> TokenStream {
        let mut given: Vec<(&str, TokenStream)> = Vec::new();
        if let Some(restart) = self.write_restart(unless_given) {
            given.push(("restart", restart));
        }
        if let Some(backoff) = self.backoff.as_ref().and_then(|backoff| backoff.value.write(&backoff.key)) {
            given.push(("backoff", backoff));
        }
        if let Some(timeout) = &self.timeout {
            let timeout = timeout.value.write_duration();
            given.push(("timeout", quote_spanned!(at_attribute()=> ::core::option::Option::Some(#timeout))));
        }
        if let Some(max_retries) = &self.max_retries {
            let count =
                max_retries.value.write_count(&quote_spanned!(at_attribute()=> ::core::primitive::u32));
            given
                .push(("max_retries", quote_spanned!(at_attribute()=> ::core::option::Option::Some(#count))));
        }
        if let Some(every) = &self.every {
            given.push(("every", every.value.write_duration()));
        }
        if let Some(stable_after) = &self.stable_after {
            given.push(("stable_after", stable_after.value.write_duration()));
        }
        if let Some(stop_timeout) = &self.stop_timeout {
            given.push(("stop_timeout", stop_timeout.value.write_duration()));
        }
        // With every field given there is nothing left to inherit, and clippy would say so.
        let inherited =
            (given.len() < 7).then(|| quote_spanned!(at_attribute()=> ..__taskvisor::Settings::INHERIT));
        let fields = given.into_iter().map(|(field, value)| {
            let field = Ident::new(field, at_attribute());
            quote_spanned!(at_attribute()=> #field: __taskvisor::Setting::Set(#value),)
        });
        quote_spanned!(at_attribute()=> __taskvisor::Settings { #(#fields)* #inherited })
    }

    fn write_restart(&self, unless_given: Option<Restart>) -> Option<TokenStream> {
        match &self.restart {
            Some(restart) => {
                let of_type = quote_spanned!(at_attribute()=> __taskvisor::RestartPolicy);
                Some(restart.value.write(&of_type, Restart::write))
            }
            None => unless_given.map(Restart::write),
        }
    }
}

impl Restart {
    fn write(self) -> TokenStream {
        match self {
            Self::Never => quote_spanned!(at_attribute()=> __taskvisor::RestartPolicy::Never),
            Self::OnFailure => quote_spanned!(at_attribute()=> __taskvisor::RestartPolicy::OnFailure),
            Self::Always => quote_spanned!(at_attribute()=> __taskvisor::RestartPolicy::Always),
        }
    }
}
