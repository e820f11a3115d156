//! The schedule in generated code.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

use crate::attr::constant::Value;
use crate::span::attribute_span;

use super::{Missed, Overlap, ScheduleSettings};

impl ScheduleSettings {
    /// The options that the attribute sets.
    pub(crate) fn expand(&self) -> TokenStream {
        let span = attribute_span();
        let set = |value: TokenStream| quote_spanned!(span=> __taskvisor::Setting::Set(#value));
        let some = |value: TokenStream| quote_spanned!(span=> ::core::option::Option::Some(#value));
        let every = self.every.as_ref().map(|every| set(every.value.expand_duration()));
        let cron = self.cron.as_ref().map(|cron| some(cron.value.expand_text()));
        let tz = self.tz.as_ref().map(|tz| some(tz.value.expand_text()));
        let start_delay = self.start_delay.as_ref().map(|delay| set(delay.value.expand_duration()));
        let overlap = self.overlap.as_ref().map(|overlap| set(expand_overlap(&overlap.value)));
        let missed = self.missed.as_ref().map(|missed| set(expand_missed(&missed.value)));
        let fields = [
            ("every", every),
            ("cron", cron),
            ("tz", tz),
            ("start_delay", start_delay),
            ("overlap", overlap),
            ("missed", missed),
        ];
        let mut given = fields.into_iter().filter_map(|(field, value)| Some((field, value?))).peekable();
        if given.peek().is_none() {
            return quote_spanned!(span=> __taskvisor::DeclaredSchedule::NONE);
        }
        let given = given.map(|(field, value)| {
            let field = Ident::new(field, span);
            quote_spanned!(span=> #field: #value,)
        });
        // `every` and `cron` exclude each other, so that clippy does not report a needless update.
        quote_spanned! {span=>
            __taskvisor::DeclaredSchedule { #(#given)* ..__taskvisor::DeclaredSchedule::NONE }
        }
    }
}

fn expand_overlap(overlap: &Value<Overlap>) -> TokenStream {
    overlap.expand(&quote_spanned!(attribute_span()=> __taskvisor::Overlap), Overlap::expand)
}

fn expand_missed(missed: &Value<Missed>) -> TokenStream {
    missed.expand(&quote_spanned!(attribute_span()=> __taskvisor::Missed), Missed::expand)
}
