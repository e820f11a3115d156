//! The code that `#[subscriber]` generates.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::ast::function::Function;
use crate::ast::parameter::Parameter;
use crate::expand::declaration::{
    self, alias, declared, import, lints, location, name_constant, same_name_type, unraw_name,
};
use crate::expand::injection::{Source, argument, needs};
use crate::expand::once::once;
use crate::span::{attribute_span, span_at};

use super::Subscriber;
use super::event::is_event;
use super::options::Options;
use super::tasks;

/// All items beside the function.
pub(super) fn declaration(subscriber: &Subscriber) -> TokenStream {
    let Subscriber { function, injected, options, .. } = subscriber;
    let documentation =
        format!(" The subscriber `{}`, declared by the function of the same name.", unraw_name(function));
    let same_name_type = same_name_type(function, &documentation, &TokenStream::new());
    let alias = alias(function);
    let name = name_constant(function, options.name.as_ref());
    let import = import(&options.runtime);
    let on_event = on_event(subscriber);
    let needs = needs(injected, Source::App);
    let location = location();
    let queue = queue(options);
    let events = events(options);
    let tasks = tasks::expand(options.tasks.as_deref().unwrap_or_default());
    let declared =
        declared("Subscriber", &quote_spanned!(attribute_span()=> &options_of_the_subscriber.location));
    let lints = lints(function);
    let items = quote_spanned! {attribute_span()=>
        #same_name_type

        #lints
        const _: () = {
            #import
            #alias
            #name

            impl __TaskvisorDeclaration {
                /// The name under which this subscriber is known.
                pub const NAME: &'static ::core::primitive::str = __TASKVISOR_NAME;

                /// This subscriber as it is declared: to list it explicitly.
                pub fn subscriber() -> __taskvisor::Subscriber {
                    __taskvisor::Subscriber::declared(&options_of_the_subscriber)
                }
            }

            struct __TaskvisorSubscriber {
                app: __taskvisor::AppContext,
            }

            impl __taskvisor::Subscribe for __TaskvisorSubscriber {
                #on_event
            }

            #needs

            // The compiler names it in the errors of options.
            static options_of_the_subscriber: __taskvisor::SubscriberDescriptor =
                __taskvisor::SubscriberDescriptor {
                    name: __TASKVISOR_NAME,
                    location: #location,
                    queue: #queue,
                    events: #events,
                    tasks: #tasks,
                    needs: __taskvisor_needs,
                    build: |__taskvisor_app| __taskvisor::Subscriber::new(__TaskvisorSubscriber { app: __taskvisor_app }),
                };

            #declared

            __taskvisor::inventory::submit! { &options_of_the_subscriber }
        };
    };
    once(function, &options.runtime, &items)
}

/// The items of a subscriber with mistakes.
pub(super) fn fallback(function: &Function, injected: &[Parameter], options: &Options) -> TokenStream {
    let accessor = quote_spanned!(attribute_span()=> pub fn subscriber() -> __taskvisor::Subscriber);
    // A second event has been reported.
    let injected = injected.iter().filter(|parameter| parameter.has_name() && !is_event(&parameter.of_type));
    let mut checks = needs(injected, Source::App);
    checks.extend(tasks::checks(options.tasks.as_deref().unwrap_or_default()));
    declaration::fallback(
        function,
        &options.runtime,
        &TokenStream::new(),
        Some(&accessor),
        "Subscriber",
        &checks,
    )
}

/// One event: the call of the user's function, with the other parameters injected.
fn on_event(subscriber: &Subscriber) -> TokenStream {
    let name = &subscriber.function.signature.ident;
    let span = span_at(name.span());
    let of_type = &subscriber.event.of_type;
    let event = quote_spanned!(span_at(of_type.span())=> <#of_type as __taskvisor::EventParameter>::of(__taskvisor_event));
    let source = quote_spanned!(span=> &self.app);
    let arguments = subscriber.injected.iter().map(|parameter| argument(parameter, Source::App, &source));
    quote_spanned! {span=>
        fn on_event(
            &mut self,
            __taskvisor_event: &__taskvisor::Event,
        ) -> impl ::core::future::Future<Output = ()> {
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
