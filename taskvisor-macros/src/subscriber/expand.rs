//! The code that `#[subscriber]` generates.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::ast::function::Function;
use crate::ast::parameter::Parameter;
use crate::expand::declaration::{
    self, declared, declared_name, import, lints, location, same_name_type, type_name, unraw_name,
};
use crate::expand::injection::{argument, needs};
use crate::span::{attribute_span, span_at};

use super::Subscriber;
use super::event::is_event;
use super::options::Options;

/// All items beside the function.
pub(super) fn declaration(subscriber: &Subscriber) -> TokenStream {
    let Subscriber { function, injected, options, .. } = subscriber;
    let documentation =
        format!(" The subscriber `{}`, declared by the function of the same name.", unraw_name(function));
    let same_name_type = same_name_type(function, &documentation, &TokenStream::new());
    let type_name = type_name(function);
    let declared_name = declared_name(function, options.name.as_ref());
    let import = import(&options.runtime);
    let on_event = on_event(subscriber);
    let needs = needs(injected, &extractor());
    let location = location();
    let queue = queue(options);
    let events = events(options);
    let declared = declared(
        &type_name,
        "Subscriber",
        &quote_spanned!(attribute_span()=> &__TASKVISOR_DESCRIPTOR.location),
    );
    let lints = lints(function);
    quote_spanned! {attribute_span()=>
        #same_name_type

        #lints
        const _: () = {
            #import

            impl #type_name {
                /// The name under which this subscriber is known.
                pub const NAME: &'static ::core::primitive::str = #declared_name;

                /// This subscriber as it is declared: to list it explicitly.
                pub fn subscriber() -> __taskvisor::Subscriber {
                    __taskvisor::Subscriber::declared(&__TASKVISOR_DESCRIPTOR)
                }
            }

            struct __TaskvisorSubscriber {
                app: __taskvisor::AppContext,
            }

            impl __taskvisor::Subscribe for __TaskvisorSubscriber {
                #on_event
            }

            #needs

            static __TASKVISOR_DESCRIPTOR: __taskvisor::SubscriberDescriptor =
                __taskvisor::SubscriberDescriptor {
                    name: #type_name::NAME,
                    location: #location,
                    queue: #queue,
                    events: #events,
                    needs: __taskvisor_needs,
                    build: |__taskvisor_app| __taskvisor::Subscriber::new(__TaskvisorSubscriber { app: __taskvisor_app }),
                };

            #declared

            __taskvisor::inventory::submit! { &__TASKVISOR_DESCRIPTOR }
        };
    }
}

/// The items of a subscriber with mistakes.
pub(super) fn fallback(function: &Function, injected: &[Parameter], options: &Options) -> TokenStream {
    let accessor = quote_spanned!(attribute_span()=> pub fn subscriber() -> __taskvisor::Subscriber);
    // A second event has been reported.
    let injected = injected.iter().filter(|parameter| parameter.has_name() && !is_event(&parameter.of_type));
    let checks = needs(injected, &extractor());
    declaration::fallback(
        function,
        &options.runtime,
        &TokenStream::new(),
        Some(&accessor),
        "Subscriber",
        &checks,
    )
}

fn extractor() -> Ident {
    Ident::new("FromApp", Span::mixed_site())
}

/// One event: the call of the user's function, with the other parameters injected.
fn on_event(subscriber: &Subscriber) -> TokenStream {
    let name = &subscriber.function.signature.ident;
    let span = span_at(name.span());
    let of_type = &subscriber.event.of_type;
    let event = quote_spanned!(span_at(of_type.span())=> <#of_type as __taskvisor::EventParameter>::of(__taskvisor_event));
    let source = quote_spanned!(span=> &self.app);
    let from_app = Ident::new("from_app", Span::mixed_site());
    let arguments =
        subscriber.injected.iter().map(|parameter| argument(parameter, &extractor(), &from_app, &source));
    quote_spanned! {span=>
        fn on_event(
            &mut self,
            __taskvisor_event: &__taskvisor::Event,
        ) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send {
            async move { #name(#event, #(#arguments),*).await }
        }
    }
}

fn queue(options: &Options) -> TokenStream {
    match &options.queue {
        Some(queue) => queue.value.expand_count(&quote_spanned!(attribute_span()=> ::core::primitive::usize)),
        None => quote_spanned!(attribute_span()=> 1024),
    }
}

fn events(options: &Options) -> TokenStream {
    match &options.on {
        Some(events) => {
            quote_spanned! {attribute_span()=>
                __taskvisor::EventSet::of(&[#(__taskvisor::EventName::#events),*])
            }
        }
        None => quote_spanned!(attribute_span()=> __taskvisor::EventSet::ALL),
    }
}
