//! The code that `#[job]` generates.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::LitStr;

use crate::ast::function::Function;
use crate::ast::returned::Returned;
use crate::attr::settings::Restart;
use crate::expand::declaration::{
    self, declared, declared_name, import, lints, location, same_name_type, type_name, unraw_name,
};
use crate::expand::injection::{argument, needs};
use crate::span::{attribute_span, span_at};
use crate::text::text_of;

use super::Job;
use super::bounds;
use super::inputs::{self, Argument, Input};
use super::options::{Admission, Options, Slot};
use super::slot;

/// All items beside the function.
pub(super) fn declaration(job: &Job) -> TokenStream {
    let Job { function, options, .. } = job;
    let import = import(&options.runtime);
    let probing = bounds::probing(&job.inputs);
    let documentation = format!(" The job `{}`: its arguments, to be submitted.", unraw_name(function));
    let same_name_type = same_name_type(function, &documentation, &fields(job.arguments()));
    let underscored = job.arguments().any(|argument| argument.unraw_name().starts_with('_'));
    let underscored =
        underscored.then(|| quote_spanned!(attribute_span()=> #[allow(clippy::pub_underscore_fields)]));
    let type_name = type_name(function);
    let declared_name = declared_name(function, options.name.as_ref());
    let checks_of_arguments = bounds::checks_of_arguments(&job.inputs);
    let check_of_value = bounds::check_of_value(&function.signature.output);
    let clone = clone(job);
    let write_slot = write_slot(job);
    let implementation = implementation(job);
    let descriptor = descriptor(job);
    let needs = needs(job.injected(), &extractor());
    let declared =
        declared(&type_name, "JobSpec", &quote_spanned!(attribute_span()=> &__TASKVISOR_DESCRIPTOR.location));
    let lints = lints(function);
    quote_spanned! {attribute_span()=>
        #underscored
        #same_name_type

        #lints
        const _: () = {
            #import
            #probing

            impl #type_name {
                /// The name under which events and errors show this job.
                pub const NAME: &'static ::core::primitive::str = #declared_name;
            }

            #checks_of_arguments

            #check_of_value

            #clone

            #write_slot

            #implementation

            #needs

            #descriptor

            #declared

            __taskvisor::inventory::submit! { &__TASKVISOR_DESCRIPTOR }
        };
    }
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
    let probing = bounds::probing(inputs);
    let arguments = bounds::checks_of_arguments(inputs);
    // A function that is not `async` may return a future of its value.
    let returns = returns && function.signature.asyncness.is_some();
    let value = returns.then(|| bounds::check_of_value(&function.signature.output));
    let needs = needs(inputs::injected(inputs).filter(|parameter| parameter.has_name()), &extractor());
    let checks = quote!(#probing #arguments #value #needs);
    declaration::fallback(function, &options.runtime, &fields, None, "JobSpec", &checks)
}

fn extractor() -> Ident {
    Ident::new("FromContext", Span::mixed_site())
}

/// The fields of the struct that is submitted.
fn fields<'a>(arguments: impl Iterator<Item = &'a Argument>) -> TokenStream {
    let fields = arguments.map(|argument| {
        let Argument { cfgs, name, of_type } = argument;
        let documentation = format!(" The argument `{}`.", argument.unraw_name());
        quote_spanned!(attribute_span()=> #(#cfgs)* #[doc = #documentation] pub #name: #of_type,)
    });
    quote!(#(#fields)*)
}

fn clone(job: &Job) -> TokenStream {
    let type_name = type_name(&job.function);
    let bounds = bounds::argument_bounds(job);
    let fields = job.arguments().map(|Argument { cfgs, name, .. }| {
        quote_spanned!(attribute_span()=> #(#cfgs)* #name: ::core::clone::Clone::clone(&self.#name),)
    });
    quote_spanned! {attribute_span()=>
        impl ::core::clone::Clone for #type_name where #bounds {
            fn clone(&self) -> Self {
                Self { #(#fields)* }
            }
        }
    }
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
        quote_spanned!(attribute_span()=> #(#cfgs)* #name: &#of_type)
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

fn implementation(job: &Job) -> TokenStream {
    let type_name = type_name(&job.function);
    let Returned { span, type_tokens, .. } = Returned::read(&job.function.signature.output);
    let conversion = bounds::conversion(span);
    let argument_bounds = bounds::argument_bounds(job);
    let value_bounds = bounds::value_bounds(&type_tokens);
    let value = bounds::value_parameter();
    let call = call(job);
    let slot = slot_expression(job);
    let name = span_at(job.function.signature.ident.span());
    let context = if job.injected().next().is_some() { "__taskvisor_context" } else { "_context" };
    let context = Ident::new(context, name);
    let result = quote_spanned!(span=> <#type_tokens as #conversion>::into_job_result(#call));
    let attempt = quote_spanned! {name=>
        fn attempt(
            self,
            #context: __taskvisor::TaskContext,
        ) -> impl ::core::future::Future<Output = ::core::result::Result<Self::Value, __taskvisor::TaskError>>
             + ::core::marker::Send {
            async move { #result }
        }
    };
    quote_spanned! {attribute_span()=>
        impl<#value> __taskvisor::Job for #type_name where #argument_bounds #value_bounds {
            type Value = #value;

            fn descriptor() -> &'static __taskvisor::JobDescriptor {
                &__TASKVISOR_DESCRIPTOR
            }

            fn slot(&self) -> ::core::option::Option<__taskvisor::Arc<::core::primitive::str>> {
                #slot
            }

            #attempt
        }
    }
}

/// One attempt: the call of the user's function, with its arguments, and the rest injected.
fn call(job: &Job) -> TokenStream {
    let name = &job.function.signature.ident;
    let span = span_at(name.span());
    let source = quote_spanned!(span=> &__taskvisor_context);
    let from_context = Ident::new("from_context", Span::mixed_site());
    let values = job.inputs.iter().filter_map(|input| match input {
        Input::Argument(Argument { cfgs, name, .. }) => Some(quote_spanned!(span=> #(#cfgs)* self.#name)),
        Input::Injected { parameter, .. } => Some(argument(parameter, &extractor(), &from_context, &source)),
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
        .map(|Argument { cfgs, name, .. }| quote_spanned!(attribute_span()=> #(#cfgs)* &self.#name));
    quote_spanned!(attribute_span()=> ::core::option::Option::Some(__taskvisor_slot(#(#values),*)))
}

fn descriptor(job: &Job) -> TokenStream {
    let Job { function, options, .. } = job;
    let type_name = type_name(function);
    let location = location();
    let settings = settings(options);
    let admission = admission(options);
    let queue = queue(options);
    let parameters = job.arguments().map(|argument| {
        let cfgs = &argument.cfgs;
        let name = argument.unraw_name();
        let of_type = text_of(argument.of_type.to_token_stream());
        quote_spanned! {attribute_span()=>
            #(#cfgs)* __taskvisor::JobParameter { name: #name, type_name: #of_type }
        }
    });
    quote_spanned! {attribute_span()=>
        static __TASKVISOR_DESCRIPTOR: __taskvisor::JobDescriptor = __taskvisor::JobDescriptor {
            name: #type_name::NAME,
            location: #location,
            settings: #settings,
            admission: #admission,
            queue: #queue,
            parameters: &[#(#parameters),*],
            needs: __taskvisor_needs,
        };
    }
}

/// A job makes one attempt by default; `max_retries` and `backoff` imply `restart = "on-failure"`.
fn settings(options: &Options) -> TokenStream {
    let retries = options.settings.max_retries.is_some() || options.settings.backoff.is_some();
    options.settings.expand(Some(if retries { Restart::OnFailure } else { Restart::Never }))
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

fn queue(options: &Options) -> TokenStream {
    match &options.queue {
        Some(queue) => {
            let count =
                queue.value.expand_count(&quote_spanned!(attribute_span()=> ::core::primitive::usize));
            quote_spanned!(attribute_span()=> ::core::option::Option::Some(#count))
        }
        None => quote_spanned!(attribute_span()=> ::core::option::Option::None),
    }
}
