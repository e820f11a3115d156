//! The code that `#[task]` generates.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ReturnType;

use crate::ast::function::Function;
use crate::ast::parameter::Parameter;
use crate::ast::returned::{Returned, never_returns};
use crate::expand::conversion::{conversion_function, converted, type_check};
use crate::expand::declaration::{
    self, alias, declared, declared_task, import, lints, location, name_constant, same_name_type, unraw_name,
};
use crate::expand::fatal_if::converted_with_fatal_if;
use crate::expand::injection::{Source, argument, needs};
use crate::expand::once::once;
use crate::span::{attribute_span, span_at};

use super::Task;
use super::options::Options;

/// All items beside the function.
pub(super) fn declaration(task: &Task) -> TokenStream {
    let import = import(&task.options.runtime);
    let documentation =
        format!(" The task `{}`, declared by the function of the same name.", unraw_name(&task.function));
    let same_name_type = same_name_type(&task.function, &documentation, &TokenStream::new());
    let alias = alias(&task.function);
    let name = name_constant(&task.function, task.options.name.as_ref());
    let attempt = attempt(task);
    let probing = task
        .options
        .rare
        .fatal_if
        .as_ref()
        .map(|_| quote_spanned!(attribute_span()=> use __taskvisor::NotAResult as _;));
    let erased = erased(task);
    let needs = needs(&task.parameters, Source::Context);
    let location = location();
    let settings = task.options.settings.expand(task.options.default_restart());
    let schedule = task.options.schedule.expand();
    let rare = task.options.rare.expand(&task.options.limits);
    let dependencies = task.options.dependencies.expand();
    let never_returns = never_returns(&task.function.signature.output);
    let declared_task = declared_task(&quote_spanned!(attribute_span()=> &options_of_the_task));
    let declared = declared("TaskSpec", &quote_spanned!(attribute_span()=> &options_of_the_task.location));
    let lints = lints(&task.function);
    let items = quote_spanned! {attribute_span()=>
        #same_name_type

        #lints
        const _: () = {
            #import
            #probing
            #alias
            #name

            impl __TaskvisorDeclaration {
                /// The name under which events and errors show this task.
                pub const NAME: &'static ::core::primitive::str = __TASKVISOR_NAME;

                /// This task as it is declared: to list it explicitly, or to change it before it is added.
                pub fn spec() -> __taskvisor::TaskSpec {
                    __taskvisor::TaskSpec::declared(&options_of_the_task)
                }
            }

            #attempt

            #needs

            // The compiler names it in the errors of options.
            static options_of_the_task: __taskvisor::TaskDescriptor = __taskvisor::TaskDescriptor {
                name: __TASKVISOR_NAME,
                location: #location,
                settings: #settings,
                rare: #rare,
                schedule: #schedule,
                dependencies: #dependencies,
                never_returns: #never_returns,
                body: || #erased,
                needs: __taskvisor_needs,
            };

            #declared

            #declared_task

            __taskvisor::inventory::submit! { &options_of_the_task }
        };
    };
    once(&task.function, &task.options.runtime, &items)
}

/// The items of a task with mistakes.
pub(super) fn fallback(function: &Function, parameters: &[Parameter], options: &Options) -> TokenStream {
    let accessor = quote_spanned!(attribute_span()=> pub fn spec() -> __taskvisor::TaskSpec);
    let needs = needs(parameters.iter().filter(|parameter| parameter.has_name()), Source::Context);
    let returned = type_check(&function.signature, conversion, "into_task_result");
    let dependencies = options.dependencies.checks();
    let checks = quote!(#needs #returned #dependencies);
    declaration::fallback(
        function,
        &options.runtime,
        &TokenStream::new(),
        Some(&accessor),
        "TaskSpec",
        &checks,
    )
}

/// One attempt: the call of the user's function, with every parameter injected.
fn attempt(task: &Task) -> TokenStream {
    let signature = &task.function.signature;
    let name = &signature.ident;
    let span = span_at(name.span());
    let source = quote_spanned!(span=> &__taskvisor_context);
    let arguments = task.parameters.iter().map(|parameter| argument(parameter, Source::Context, &source));
    let call = quote_spanned!(span=> #name(#(#arguments),*).await);
    let result = match &task.options.rare.fatal_if {
        Some(fatal_if) => {
            let convert = conversion_function(&signature.output, conversion, "into_task_result");
            converted_with_fatal_if(
                &signature.output,
                &is_result(&signature.output),
                fatal_if,
                &call,
                &convert,
            )
        }
        None => converted(&signature.output, conversion, "into_task_result", &call),
    };
    let context = (!task.parameters.is_empty())
        .then(|| quote_spanned!(span=> __taskvisor_context: __taskvisor::TaskContext));
    quote_spanned! {span=>
        fn __taskvisor_attempt(#context)
            -> impl ::core::future::Future<Output = ::core::result::Result<(), __taskvisor::TaskError>> {
            async move { #result }
        }
    }
}

/// Whether the function returns a `Result`. A type that has no name has a part `impl Trait`, and a task returns none alone.
fn is_result(output: &ReturnType) -> TokenStream {
    let Returned { span, type_tokens, has_name } = Returned::read(output);
    if has_name { quote_spanned!(span=> <__taskvisor::Probe<#type_tokens>>::IS_RESULT) } else { quote!(true) }
}

/// Without parameters an attempt needs no context, and none is made.
fn erased(task: &Task) -> TokenStream {
    // At the function's name, where a future that is not `Send` is reported.
    let span = span_at(task.function.signature.ident.span());
    if task.parameters.is_empty() {
        quote_spanned!(span=> __taskvisor::erase_without_context(__taskvisor_attempt))
    } else {
        quote_spanned!(span=> __taskvisor::erase(__taskvisor_attempt))
    }
}

fn conversion(returned: &Returned) -> TokenStream {
    quote_spanned!(returned.span=> __taskvisor::TaskReturn)
}
