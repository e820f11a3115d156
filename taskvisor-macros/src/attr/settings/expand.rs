//! Settings in generated code.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use crate::span::attribute_span;

use super::{Readiness, Restart, Settings, StopOrder};

impl Settings {
    /// The settings that the attribute sets; all others are inherited from `Config`.
    ///
    /// `default_restart` applies without the option `restart`. It is written as a default, so that a later change of another
    /// option may replace it.
    pub(crate) fn expand(&self, default_restart: Option<Restart>) -> TokenStream {
        let mut given: Vec<(&str, TokenStream)> = Vec::new();
        let default_restart = default_restart.filter(|_| self.restart.is_none()).map(|restart| {
            let restart = restart.expand();
            quote_spanned!(attribute_span()=> restart: __taskvisor::Setting::Default(#restart),)
        });
        if let Some(restart) = &self.restart {
            let of_type = quote_spanned!(attribute_span()=> __taskvisor::RestartPolicy);
            given.push(("restart", restart.value.expand(&of_type, Restart::expand)));
        }
        if let Some(backoff) = self.backoff.as_ref().and_then(|backoff| backoff.value.expand(&backoff.key)) {
            given.push(("backoff", backoff));
        }
        if let Some(timeout) = &self.timeout {
            let timeout = timeout.value.expand_duration();
            given
                .push(("timeout", quote_spanned!(attribute_span()=> ::core::option::Option::Some(#timeout))));
        }
        if let Some(max_retries) = &self.max_retries {
            let count =
                max_retries.value.expand_count(&quote_spanned!(attribute_span()=> ::core::primitive::u32));
            given.push((
                "max_retries",
                quote_spanned!(attribute_span()=> ::core::option::Option::Some(#count)),
            ));
        }
        if let Some(delay) = &self.delay {
            given.push(("delay", delay.value.expand_duration()));
        }
        if let Some(stable_after) = &self.stable_after {
            given.push(("stable_after", stable_after.value.expand_duration()));
        }
        if let Some(stop_timeout) = &self.stop_timeout {
            given.push(("stop_timeout", stop_timeout.value.expand_duration()));
        }
        if let Some(ready) = &self.ready {
            let of_type = quote_spanned!(attribute_span()=> __taskvisor::Readiness);
            given.push(("ready", ready.value.expand(&of_type, Readiness::expand)));
        }
        if let Some(start_timeout) = &self.start_timeout {
            given.push(("start_timeout", start_timeout.value.expand_duration()));
        }
        if let Some(interrupt_on_loss) = &self.interrupt_on_loss {
            given.push(("interrupt_on_loss", interrupt_on_loss.value.expand_duration()));
        }
        if let Some(stop_order) = &self.stop_order {
            let of_type = quote_spanned!(attribute_span()=> __taskvisor::StopOrder);
            given.push(("stop_order", stop_order.value.expand(&of_type, StopOrder::expand)));
        }
        if let Some(expires) = &self.expires {
            given.push(("expires", expires.value.expand_duration()));
        }
        let fields = given.into_iter().map(|(field, value)| {
            let field = Ident::new(field, attribute_span());
            quote_spanned!(attribute_span()=> #field: __taskvisor::Setting::Set(#value),)
        });
        // No attribute has all of the options, so that clippy does not report a needless update.
        quote_spanned! {attribute_span()=>
            __taskvisor::Settings { #default_restart #(#fields)* ..__taskvisor::Settings::INHERIT }
        }
    }
}

impl Restart {
    fn expand(self) -> TokenStream {
        match self {
            Self::Never => quote_spanned!(attribute_span()=> __taskvisor::RestartPolicy::Never),
            Self::OnFailure => quote_spanned!(attribute_span()=> __taskvisor::RestartPolicy::OnFailure),
            Self::Always => quote_spanned!(attribute_span()=> __taskvisor::RestartPolicy::Always),
        }
    }
}
