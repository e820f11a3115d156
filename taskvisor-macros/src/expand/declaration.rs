//! What declarations of tasks, jobs and subscribers share.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Visibility};

use crate::ast::attribute::declares;
use crate::ast::function::{Function, is_any};
use crate::attr::constant::Value;
use crate::attr::runtime_path::RuntimePath;
use crate::attr::value::OptionValue;
use crate::expand::once::once;
use crate::span::{attribute_span, span_at};

/// The module of the runtime for generated code.
pub(crate) fn private(runtime: &RuntimePath) -> TokenStream {
    match runtime {
        RuntimePath::Default => quote_spanned!(attribute_span()=> ::taskvisor::__private),
        RuntimePath::Renamed(path) => quote_spanned!(span_at(path.span())=> #path::__private),
        RuntimePath::Invalid => TokenStream::new(),
    }
}

/// The import through which generated code reaches the runtime.
///
/// All generated paths start from it, so that a wrong path is one error instead of one for each use.
pub(crate) fn import(runtime: &RuntimePath) -> TokenStream {
    let span = match runtime {
        RuntimePath::Default => attribute_span(),
        RuntimePath::Renamed(path) => span_at(path.span()),
        RuntimePath::Invalid => return TokenStream::new(),
    };
    let private = private(runtime);
    quote_spanned!(span=> use #private as __taskvisor;)
}

/// The struct of the same name: it has the constants of the declaration, and the arguments of a job as its fields.
///
/// A struct with braces is in the namespace of types only, so that the function can have the same name. Its span makes
/// editors show the function.
pub(crate) fn same_name_type(function: &Function, documentation: &str, fields: &TokenStream) -> TokenStream {
    let name = type_name(function);
    let visibility = match &function.visibility {
        Visibility::Public(_) => quote_spanned!(attribute_span()=> pub),
        other => other.to_token_stream(),
    };
    let lints = lints(function);
    let shared = function.shared_attributes();
    quote_spanned! {attribute_span()=>
        #lints
        #(#shared)*
        #[doc = #documentation]
        #visibility struct #name { #fields }
    }
}

/// The alias under which generated code names the struct. If the name means something that is no type, this is the only error.
pub(crate) fn alias(function: &Function) -> TokenStream {
    let name = &function.signature.ident;
    quote_spanned! {attribute_span()=>
        type __TaskvisorDeclaration = #name;

        // Counts as a use of the struct.
        const _: fn(&__TaskvisorDeclaration) = |_| ();
    }
}

/// The lints that the user allows for the function, for generated items that repeat its types and names.
///
/// An `expect` becomes an `allow`: the function itself fulfils the expectation.
pub(crate) fn lints(function: &Function) -> TokenStream {
    let lenient = function.attributes.iter().filter(|attribute| is_any(attribute, &["allow", "expect"]));
    let lists = lenient.filter_map(|attribute| attribute.meta.require_list().ok()).map(|list| &list.tokens);
    let deprecated = function.attributes.iter().any(|attribute| is_any(attribute, &["deprecated"]));
    let deprecated = deprecated.then(|| quote_spanned!(attribute_span()=> #[allow(deprecated)]));
    quote_spanned!(attribute_span()=> #(#[allow(#lists)])* #deprecated)
}

/// The name of the struct, which is that of the function; a raw identifier stays raw.
pub(crate) fn type_name(function: &Function) -> Ident {
    let mut name = function.signature.ident.clone();
    name.set_span(Span::call_site());
    name
}

/// The function's name without `r#`.
pub(crate) fn unraw_name(function: &Function) -> String {
    function.signature.ident.unraw().to_string()
}

/// The constant of the name that events and errors show.
pub(crate) fn name_constant(function: &Function, name: Option<&OptionValue<Value<LitStr>>>) -> TokenStream {
    let name = name.map_or_else(|| unraw_name(function).into_token_stream(), |name| name.value.expand_text());
    quote_spanned! {attribute_span()=>
        const __TASKVISOR_NAME: &'static ::core::primitive::str = #name;
    }
}

/// The source location. The compiler's own macros expand to the location of the attribute.
pub(crate) fn location() -> TokenStream {
    quote_spanned! {attribute_span()=>
        __taskvisor::Location {
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
            module: ::core::module_path!(),
            package: ::core::option_env!("CARGO_PKG_NAME"),
            version: ::core::option_env!("CARGO_PKG_VERSION"),
        }
    }
}

/// The items of a declaration with mistakes, so that correct uses of it raise no further errors.
///
/// `accessor` is the signature of the function that returns the declared value, if there is one, and `spec` the type that
/// `App::tune` changes. `checks` check the types of the signature, so that their mistakes are found in the same build.
pub(crate) fn fallback(
    function: &Function,
    runtime: &RuntimePath,
    fields: &TokenStream,
    accessor: Option<&TokenStream>,
    spec: &str,
    checks: &TokenStream,
) -> TokenStream {
    let unraw_name = unraw_name(function);
    // Inside an `impl` block, or without the path of the runtime, these items would not compile.
    if function.is_associated() || matches!(runtime, RuntimePath::Invalid) {
        return TokenStream::new();
    }
    // The types may name a generic parameter of the function, which the struct does not have.
    let is_generic = !function.signature.generics.params.is_empty();
    let fields = (!is_generic).then_some(fields).into_token_stream();
    // With two of our attributes, the parameters can be right for one of them only.
    let is_ambiguous = function.attributes.iter().any(declares);
    let checks = (!is_generic && !is_ambiguous).then_some(checks);
    let same_name_type = same_name_type(function, " A declaration with mistakes.", &fields);
    let alias = alias(function);
    let lints = lints(function);
    let import = import(runtime);
    let declared = declared(spec, &quote_spanned!(attribute_span()=> ::core::unreachable!()));
    // A task that depends on this one compiles, also if `#[task]` is the attribute to keep.
    let declared_task = (spec == "TaskSpec" || is_ambiguous)
        .then(|| declared_task(&quote_spanned!(attribute_span()=> ::core::unreachable!())));
    let accessor = accessor.map(|signature| {
        quote_spanned! {attribute_span()=>
            /// The declared value.
            #signature { ::core::unreachable!() }
        }
    });
    let items = quote_spanned! {attribute_span()=>
        #same_name_type

        #lints
        const _: () = {
            #import
            #alias

            const __TASKVISOR_NAME: &'static ::core::primitive::str = #unraw_name;

            impl __TaskvisorDeclaration {
                /// The name of the declaration.
                pub const NAME: &'static ::core::primitive::str = __TASKVISOR_NAME;

                #accessor
            }

            #declared

            #declared_task

            #checks
        };
    };
    once(function, runtime, &items)
}

/// The implementation that stands for the declaration in `App::tune` and `App::disable`.
pub(crate) fn declared(spec: &str, location: &TokenStream) -> TokenStream {
    let spec = Ident::new(spec, attribute_span());
    quote_spanned! {attribute_span()=>
        #[doc(hidden)]
        impl __taskvisor::Declared for __TaskvisorDeclaration {
            type Spec = __taskvisor::#spec;

            fn location() -> &'static __taskvisor::Location {
                #location
            }
        }
    }
}

/// The implementation by which other declarations find the descriptor, which is `descriptor`.
pub(crate) fn declared_task(descriptor: &TokenStream) -> TokenStream {
    quote_spanned! {attribute_span()=>
        #[doc(hidden)]
        impl __taskvisor::DeclaredTask for __TaskvisorDeclaration {
            fn descriptor() -> &'static __taskvisor::TaskDescriptor {
                #descriptor
            }
        }
    }
}
