//! The struct of a job: its fields, their alias, and what it implements.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use crate::job::Job;
use crate::job::inputs::Argument;
use crate::job::types;
use crate::span::attribute_span;

/// The fields of the struct that is submitted.
pub(super) fn fields<'a>(arguments: impl Iterator<Item = &'a Argument>) -> TokenStream {
    let fields = arguments.map(|argument| {
        let Argument { cfgs, name, of_type } = argument;
        let documentation = format!(" The argument `{}`.", argument.unraw_name());
        quote_spanned!(attribute_span()=> #(#cfgs)* #[doc = #documentation] pub #name: #of_type,)
    });
    quote!(#(#fields)*)
}

/// Allows what the compiler reports at the user's parameter, and what is usual there.
pub(super) fn lenient(argument: &Argument) -> TokenStream {
    let naming = naming(argument);
    let is_underscored = argument.unraw_name().starts_with('_');
    let underscored =
        is_underscored.then(|| quote_spanned!(attribute_span()=> #[allow(clippy::pub_underscore_fields)]));
    quote!(#naming #underscored)
}

/// Allows a name that is not in snake case.
pub(super) fn naming(argument: &Argument) -> Option<TokenStream> {
    let is_upper = argument.unraw_name().contains(char::is_uppercase);
    is_upper.then(|| quote_spanned!(attribute_span()=> #[allow(non_snake_case)]))
}

/// The alias of the struct through which generated code reaches its fields. It is an error type if the name means another struct
/// without these fields, which is then the only error.
pub(super) fn arguments_type(job: &Job) -> TokenStream {
    let mut arguments = job.arguments().peekable();
    let rest = arguments.peek().map(|_| quote_spanned!(attribute_span()=> ..));
    let fields =
        arguments.map(|Argument { cfgs, name, .. }| quote_spanned!(name.span()=> #(#cfgs)* #name: _,));
    quote_spanned! {attribute_span()=>
        const __TASKVISOR_HAS_FIELDS: ::core::primitive::bool =
            __taskvisor::has_fields(|__TaskvisorDeclaration { #(#fields)* #rest }: &__TaskvisorDeclaration| ());

        type __TaskvisorArguments =
            <__taskvisor::Fields<__TASKVISOR_HAS_FIELDS> as __taskvisor::Known<__TaskvisorDeclaration>>::Type;
    }
}

/// The implementation of `Debug`, which prints the name.
pub(super) fn debug() -> TokenStream {
    quote_spanned! {attribute_span()=>
        #[doc(hidden)]
        impl ::core::fmt::Debug for __TaskvisorDeclaration {
            fn fmt(&self, __taskvisor_formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                __taskvisor::write_declaration(__TASKVISOR_NAME, __taskvisor_formatter)
            }
        }
    }
}

pub(super) fn clone(job: &Job) -> TokenStream {
    let fields = job.arguments().map(|argument| {
        let Argument { cfgs, name, .. } = argument;
        let cloned =
            types::cloned(argument, &quote_spanned!(attribute_span()=> &__taskvisor_arguments.#name));
        quote_spanned!(attribute_span()=> #(#cfgs)* #name: #cloned,)
    });
    let binding = if job.arguments().next().is_some() { "__taskvisor_arguments" } else { "_arguments" };
    let binding = Ident::new(binding, attribute_span());
    quote_spanned! {attribute_span()=>
        #[doc(hidden)]
        impl ::core::clone::Clone for __TaskvisorDeclaration {
            fn clone(&self) -> Self {
                let #binding: &__TaskvisorArguments = self;
                __TaskvisorArguments { #(#fields)* }
            }
        }
    }
}
