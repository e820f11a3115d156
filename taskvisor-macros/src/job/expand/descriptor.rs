//! The descriptor of a job: its options and its parameters.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::LitStr;

use crate::attr::constant::Value;
use crate::attr::settings::Restart;
use crate::attr::value::OptionValue;
use crate::expand::declaration::location;
use crate::job::Job;
use crate::job::options::{Admission, Options, Slot};
use crate::span::attribute_span;
use crate::text::text_of;

pub(super) fn descriptor(job: &Job) -> TokenStream {
    let options = &job.options;
    let location = location();
    let settings = settings(options);
    let rare = options.rare.expand(&options.limits);
    let dependencies = options.dependencies.expand();
    let slot = slot(&options.slot);
    let admission = admission(options);
    let queue = limit(options.queue.as_ref());
    let capacity = limit(options.capacity.as_ref());
    let parameters = job.arguments().map(|argument| {
        let cfgs = &argument.cfgs;
        let name = argument.unraw_name();
        let of_type = text_of(argument.of_type.to_token_stream());
        quote_spanned! {attribute_span()=>
            #(#cfgs)* __taskvisor::JobParameter { name: #name, type_name: #of_type }
        }
    });
    quote_spanned! {attribute_span()=>
        // The compiler names it in the errors of options.
        static options_of_the_job: __taskvisor::JobDescriptor = __taskvisor::JobDescriptor {
            name: __TASKVISOR_NAME,
            location: #location,
            settings: #settings,
            rare: #rare,
            slot: #slot,
            admission: #admission,
            queue: #queue,
            capacity: #capacity,
            parameters: &[#(#parameters),*],
            dependencies: #dependencies,
            needs: __taskvisor_needs,
        };
    }
}

/// A job makes one attempt by default; `max_retries`, `max_failures` and `backoff` imply `restart = "on-failure"`.
fn settings(options: &Options) -> TokenStream {
    options.settings.expand(Some(if options.implies_retries() { Restart::OnFailure } else { Restart::Never }))
}

/// The text of the slot as written, with its placeholders, or the value of its constant.
fn slot(slot: &Slot) -> TokenStream {
    match slot {
        Slot::Format(text) => {
            let text = LitStr::new(&text.value(), attribute_span());
            quote_spanned!(attribute_span()=> ::core::option::Option::Some(#text))
        }
        Slot::Constant(_) => {
            quote_spanned!(attribute_span()=> ::core::option::Option::Some(__TASKVISOR_SLOT))
        }
        Slot::None | Slot::Invalid => quote_spanned!(attribute_span()=> ::core::option::Option::None),
    }
}

fn admission(options: &Options) -> TokenStream {
    let write = |admission| {
        let name = Ident::new(
            match admission {
                Admission::Queue => "Queue",
                Admission::Replace => "Replace",
                Admission::DropIfRunning => "DropIfRunning",
                Admission::Latest => "Latest",
            },
            attribute_span(),
        );
        quote_spanned!(attribute_span()=> __taskvisor::Admission::#name)
    };
    let of_type = quote_spanned!(attribute_span()=> __taskvisor::Admission);
    let given = options.admission.as_ref();
    given.map_or_else(|| write(Admission::Queue), |given| given.value.expand(&of_type, write))
}

fn limit(given: Option<&OptionValue<Value<u32>>>) -> TokenStream {
    match given {
        Some(limit) => {
            let count =
                limit.value.expand_count(&quote_spanned!(attribute_span()=> ::core::primitive::usize));
            quote_spanned!(attribute_span()=> ::core::option::Option::Some(#count))
        }
        None => quote_spanned!(attribute_span()=> ::core::option::Option::None),
    }
}
