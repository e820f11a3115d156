//! The options of instances, permits and rate limits in generated code.

use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;

use crate::attr::constant::Value;
use crate::span::attribute_span;

use super::{Limits, RateLimit};

impl Limits {
    /// The options that the attribute sets, as fields of the rare settings.
    pub(crate) fn fields(&self) -> Vec<(&'static str, TokenStream)> {
        let mut given = Vec::new();
        let count = quote_spanned!(attribute_span()=> ::core::primitive::usize);
        if let Some(instances) = &self.instances {
            given.push(("instances", instances.value.expand_count(&count)));
        }
        if let Some(max_concurrent) = &self.max_concurrent {
            given.push(("max_concurrent", max_concurrent.value.expand_count(&count)));
        }
        if let Some(rate_limit) = self.expand_rate_limit() {
            given.push(("rate_limit", rate_limit));
        }
        given
    }

    fn expand_rate_limit(&self) -> Option<TokenStream> {
        let span = attribute_span();
        let of_type = quote_spanned!(span=> __taskvisor::RateLimit);
        let limit = self.rate_limit.as_ref()?.value.expand(&of_type, |RateLimit { attempts, period }| {
            let attempts = Literal::u32_unsuffixed(attempts);
            let period = Value::Literal(period).expand_duration();
            quote_spanned!(span=> __taskvisor::RateLimit::new(#attempts, #period))
        });
        let burst = self.burst.as_ref().map(|burst| {
            let burst = burst.value.expand_count(&quote_spanned!(span=> ::core::primitive::u32));
            quote_spanned!(span=> .with_burst(#burst))
        });
        Some(quote_spanned!(span=> #limit #burst))
    }
}
