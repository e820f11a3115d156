//! The code that `#[taskvisor::main]` generates.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, Type};

use crate::ast::function::Function;
use crate::ast::returned::Returned;
use crate::ast::spelling::ungrouped;
use crate::attr::constant::Value;
use crate::attr::value::OptionValue;
use crate::expand::conversion::converted;
use crate::expand::declaration::{import, location};
use crate::expand::mistaken_function::strip_mistakes;
use crate::expand::original_function::{needless_async, strip_marks};
use crate::span::{attribute_span, span_at};

use super::Entry;
use super::options::{Critical, Flavor, Options};

/// The synchronous `main`, with the user's function inside.
///
/// The inner function is unchanged, so that the compiler reports mistakes in its body as usual.
pub(super) fn entry(entry: &Entry, errors: &TokenStream) -> TokenStream {
    let Function { attributes, visibility, signature, body } = &entry.function;
    let name = &signature.ident;
    let import = import(&entry.options.runtime);
    let links = entry.options.crates.iter().map(link);
    let set_up = set_up(&entry.function);
    let options = options(&entry.options, name == "main");
    let needless_async = needless_async(&entry.function);
    quote_spanned! {attribute_span()=>
        #(#attributes)*
        #visibility fn #name() -> ::std::process::ExitCode {
            #needless_async
            #signature #body

            #errors

            #import
            use __taskvisor::NotBoxed as _;
            #(#links)*

            #set_up

            const __TASKVISOR_OPTIONS: __taskvisor::MainOptions = #options;
            __taskvisor::run_main(__TASKVISOR_OPTIONS, __taskvisor_setup)
        }
    }
}

/// The linker drops a crate that no source line names, and with it the declarations of that crate.
fn link(krate: &Ident) -> TokenStream {
    quote_spanned!(span_at(krate.span())=> use ::#krate as _;)
}

fn set_up(function: &Function) -> TokenStream {
    let signature = &function.signature;
    let name = &signature.ident;
    let span = span_at(name.span());
    let (parameter, argument) = match signature.inputs.first() {
        Some(FnArg::Typed(typed)) => {
            let of_type = match ungrouped(&typed.ty) {
                Type::Reference(reference) => &*reference.elem,
                other => other,
            };
            let argument = quote_spanned!(span_at(of_type.span())=> <#of_type as __taskvisor::SetupParameter>::of(__taskvisor_app));
            (quote_spanned!(span=> __taskvisor_app), argument)
        }
        _ => (quote_spanned!(span=> _app), TokenStream::new()),
    };
    let call = quote_spanned!(span=> #name(#argument).await);
    let result = converted(&signature.output, conversion, "into_setup_result", &call);
    quote_spanned! {span=>
        fn __taskvisor_setup<'app>(
            #parameter: &'app mut __taskvisor::App,
        ) -> ::core::pin::Pin<
            ::std::boxed::Box<dyn ::core::future::Future<Output = __taskvisor::SetupResult> + 'app>,
        > {
            ::std::boxed::Box::pin(async move { #result })
        }
    }
}

/// Probes for `Box<dyn Error>`: the one error type that is accepted although it is not `Send`, because it is common in `main`.
fn conversion(returned: &Returned) -> TokenStream {
    let Returned { span, type_tokens, has_name } = returned;
    let is_boxed = if *has_name {
        quote_spanned!(*span=> { <__taskvisor::Probe<#type_tokens>>::IS_BOXED })
    } else {
        quote_spanned!(*span=> false)
    };
    quote_spanned!(*span=> __taskvisor::SetupReturn<#is_boxed>)
}

fn options(options: &Options, is_main: bool) -> TokenStream {
    let flavor = match options.flavor.as_ref().map(|given| given.value) {
        Some(Flavor::CurrentThread) => quote_spanned!(attribute_span()=> __taskvisor::Flavor::CurrentThread),
        Some(Flavor::MultiThread) | None => {
            quote_spanned!(attribute_span()=> __taskvisor::Flavor::MultiThread)
        }
    };
    let size = quote_spanned!(attribute_span()=> ::core::primitive::usize);
    let count = |count: &Value<u32>| count.expand_count(&size);
    let worker_threads = optional(options.worker_threads.as_ref().map(|given| count(&given.value)));
    let grace = optional(options.grace.as_ref().map(|given| given.value.expand_duration()));
    let drain_timeout = optional(options.drain_timeout.as_ref().map(|given| given.value.expand_duration()));
    let shutdown_delay = optional(options.shutdown_delay.as_ref().map(|given| given.value.expand_duration()));
    let max_concurrent = optional(options.max_concurrent.as_ref().map(|given| count(&given.value)));
    let critical = matches!(&options.critical, Some(OptionValue { value: Critical::All, .. }));
    let location = location();
    let crates = options.crates.iter().map(|krate| krate.unraw().to_string());
    quote_spanned! {attribute_span()=>
        __taskvisor::MainOptions {
            flavor: #flavor,
            worker_threads: #worker_threads,
            grace: #grace,
            drain_timeout: #drain_timeout,
            shutdown_delay: #shutdown_delay,
            max_concurrent: #max_concurrent,
            critical: #critical,
            is_main: #is_main,
            location: #location,
            crates: &[#(#crates),*],
        }
    }
}

fn optional(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote_spanned!(attribute_span()=> ::core::option::Option::Some(#value)),
        None => quote_spanned!(attribute_span()=> ::core::option::Option::None),
    }
}

/// The items of an entry point with mistakes. The program still has a `main`, so the compiler reports no second error.
pub(super) fn fallback(function: &Function, errors: &TokenStream) -> TokenStream {
    let mut function = function.clone();
    strip_mistakes(&mut function);
    // A nested function cannot take `self`.
    if function.is_associated() {
        return quote_spanned!(attribute_span()=> #function #errors);
    }
    strip_marks(&mut function);
    let Function { visibility, signature, body, .. } = &function;
    let name = &signature.ident;
    quote_spanned! {attribute_span()=>
        #visibility fn #name() {
            #[allow(dead_code)]
            #signature #body

            #errors
        }
    }
}
