//! The code that `#[job]` generates.

mod arguments;
mod descriptor;

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;

use crate::ast::function::Function;
use crate::expand::declaration::{
    self, alias, declared, import, lints, name_constant, same_name_type, unraw_name,
};
use crate::expand::injection::{Source, argument, needs};
use crate::expand::once::once;
use crate::span::{attribute_span, span_at};

use self::arguments::{arguments_type, clone, debug, fields, lenient, naming};
use self::descriptor::descriptor;
use super::Job;
use super::inputs::{self, Argument, Input};
use super::options::{Options, Slot};
use super::slot;
use super::types;

/// All items beside the function.
pub(super) fn declaration(job: &Job) -> TokenStream {
    let Job { function, options, .. } = job;
    let import = import(&options.runtime);
    let probing = types::probing(&job.inputs);
    let documentation = format!(" The job `{}`: its arguments, to be submitted.", unraw_name(function));
    let derives = &job.derives;
    let same_name_type = same_name_type(function, &documentation, &fields(job.arguments()));
    let lenient = job.arguments().map(lenient);
    let alias = alias(function);
    let name = name_constant(function, options.name.as_ref());
    let arguments = arguments_type(job);
    let is_result = types::is_result(&function.signature.output);
    let debug = (!job.derives("Debug")).then(debug);
    let declared = declared("JobSpec", &quote_spanned!(attribute_span()=> &options_of_the_job.location));
    let clone = (!job.derives("Clone")).then(|| clone(job));
    let write_slot = write_slot(job);
    let body = body(job);
    let implementation = implementation(job);
    let descriptor = descriptor(job);
    let needs = needs(job.injected(), Source::Context);
    let lints = lints(function);
    let items = quote_spanned! {attribute_span()=>
        #(#derives)*
        #(#lenient)*
        #same_name_type

        #lints
        const _: () = {
            #import
            #probing
            #alias
            #name

            impl __TaskvisorDeclaration {
                /// The name under which events and errors show this job.
                pub const NAME: &'static ::core::primitive::str = __TASKVISOR_NAME;
            }

            #arguments

            #is_result

            #debug

            #clone

            #write_slot

            #body

            #implementation

            #needs

            #descriptor

            #declared

            __taskvisor::inventory::submit! { &options_of_the_job }
        };
    };
    once(function, &options.runtime, &items)
}

/// The items of a job with mistakes: its valid arguments.
///
/// `returns` says whether the compiler may look at the return type.
pub(super) fn fallback(
    function: &Function,
    inputs: &[Input],
    returns: bool,
    options: &Options,
) -> TokenStream {
    let fields = fields(inputs::arguments(inputs));
    // A function that is not `async` may return a future of its value.
    let returns = returns && function.signature.asyncness.is_some();
    let output = returns.then_some(&function.signature.output);
    let probing = types::probing(inputs);
    let is_result = output.map(types::is_result);
    let types = types::checks(inputs, output);
    let needs = needs(inputs::injected(inputs).filter(|parameter| parameter.has_name()), Source::Context);
    let dependencies = options.dependencies.checks();
    let checks = quote!(#probing #is_result #types #needs #dependencies);
    declaration::fallback(function, &options.runtime, &fields, None, "JobSpec", &checks)
}

/// The function that writes the slot's key. It is a free function with only the named arguments, so that the text can name
/// nothing else.
fn write_slot(job: &Job) -> TokenStream {
    let text = match &job.options.slot {
        Slot::Format(text) => text,
        Slot::Constant(constant) => return slot::write_constant(constant),
        Slot::None | Slot::Invalid => return TokenStream::new(),
    };
    let parameters = slot::used(text, &job.inputs).into_iter().map(|argument| {
        let Argument { cfgs, of_type, .. } = argument;
        let name = as_written_in(text, argument);
        let naming = naming(argument);
        quote_spanned!(attribute_span()=> #(#cfgs)* #naming #name: &#of_type)
    });
    quote_spanned! {attribute_span()=>
        fn __taskvisor_slot(#(#parameters),*) -> __taskvisor::Arc<::core::primitive::str> {
            __taskvisor::slot_key(::core::format_args!(#text))
        }
    }
}

/// The argument's name with the hygiene of the text, which may come from another macro than the parameter.
fn as_written_in(text: &LitStr, argument: &Argument) -> Ident {
    let mut name = argument.name.clone();
    name.set_span(text.span());
    name
}

/// The body: its arguments, and the function that makes an attempt of them.
///
/// A wrong type in it is the only error, because the compiler does not ask whether a future with an error is `Send`.
fn body(job: &Job) -> TokenStream {
    let signature = &job.function.signature;
    // At the function's name, where a future that is not `Send` is reported.
    let span = span_at(signature.ident.span());
    let value = types::value(&signature.output);
    let result = types::converted(&signature.output, job.options.rare.fatal_if.as_ref(), &call(job));
    let context = if job.injected().next().is_some() { "__taskvisor_context" } else { "_context" };
    let context = Ident::new(context, span);
    let arguments = if job.arguments().next().is_some() { "__taskvisor_arguments" } else { "_arguments" };
    let arguments = Ident::new(arguments, span);
    let erased = quote_spanned! {span=>
        <__taskvisor::Sendable<__TASKVISOR_IS_SENDABLE> as __taskvisor::EraseJob<__TaskvisorArguments, #value>>::erase(
            __taskvisor_arguments,
            |#arguments: __TaskvisorArguments, #context: __taskvisor::TaskContext| async move { #result },
        )
    };
    quote_spanned! {attribute_span()=>
        const __TASKVISOR_IS_SENDABLE: ::core::primitive::bool = {
            <__taskvisor::Probe<__TaskvisorArguments>>::IS_SHAREABLE
                && <__taskvisor::Probe<#value>>::IS_SENDABLE
        };

        fn __taskvisor_body(__taskvisor_arguments: __TaskvisorArguments) -> __taskvisor::ErasedBody {
            #erased
        }
    }
}

fn implementation(job: &Job) -> TokenStream {
    let output = &job.function.signature.output;
    let (parameter, bounds) = types::value_parameter(output);
    let slot = slot_expression(job);
    quote_spanned! {attribute_span()=>
        #[doc(hidden)]
        impl<#parameter> __taskvisor::Job for __TaskvisorDeclaration where #bounds {
            type Value = #parameter;

            fn descriptor() -> &'static __taskvisor::JobDescriptor {
                &options_of_the_job
            }

            fn slot(&self) -> ::core::option::Option<__taskvisor::Arc<::core::primitive::str>> {
                #slot
            }

            fn body(self) -> __taskvisor::ErasedBody {
                __taskvisor_body(self)
            }
        }
    }
}

/// One attempt: the call of the user's function, with its arguments, and the rest injected.
fn call(job: &Job) -> TokenStream {
    let name = &job.function.signature.ident;
    let span = span_at(name.span());
    let source = quote_spanned!(span=> &__taskvisor_context);
    let values = job.inputs.iter().filter_map(|input| match input {
        Input::Argument(given) => {
            let Argument { cfgs, name, .. } = given;
            let passed = types::passed(given, &quote_spanned!(span=> __taskvisor_arguments.#name));
            Some(quote_spanned!(span=> #(#cfgs)* #passed))
        }
        Input::Injected { parameter, .. } => Some(argument(parameter, Source::Context, &source)),
        Input::Unusable { .. } => None,
    });
    quote_spanned!(span=> #name(#(#values),*).await)
}

fn slot_expression(job: &Job) -> TokenStream {
    let text = match &job.options.slot {
        Slot::Format(text) => text,
        Slot::Constant(_) => {
            return quote_spanned!(attribute_span()=> ::core::option::Option::Some(__taskvisor_slot()));
        }
        Slot::None | Slot::Invalid => return quote_spanned!(attribute_span()=> ::core::option::Option::None),
    };
    let values = slot::used(text, &job.inputs)
        .into_iter()
        .map(|Argument { cfgs, name, .. }| {
            quote_spanned!(attribute_span()=> #(#cfgs)* &__taskvisor_arguments.#name)
        });
    quote_spanned! {attribute_span()=>
        let __taskvisor_arguments: &__TaskvisorArguments = self;
        ::core::option::Option::Some(__taskvisor_slot(#(#values),*))
    }
}
