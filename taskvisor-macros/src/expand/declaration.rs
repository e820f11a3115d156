//! What declarations of tasks, jobs and subscribers share.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, Ident, Path, Visibility};

use crate::ast::function::Function;
use crate::ast::parameter::Parameter;
use crate::ast::signature::declares;
use crate::attr::value::OptionValue;
use crate::span::{attribute_span, span_at};

/// The path of the runtime crate.
#[derive(Default)]
pub(crate) enum Runtime {
    #[default]
    AtItsName,
    At(Path),
    /// Invalid; already reported.
    Unknown,
}

impl Runtime {
    /// The import through which generated code reaches the runtime.
    ///
    /// All generated paths start from it, so that a wrong path is one error instead of one for each use.
    pub(crate) fn import(&self) -> TokenStream {
        match self {
            Self::AtItsName => quote_spanned!(attribute_span()=> use ::taskvisor::__private as __taskvisor;),
            Self::At(path) => {
                quote_spanned!(span_at(path.span())=> use #path::__private as __taskvisor;)
            }
            Self::Unknown => TokenStream::new(),
        }
    }
}

/// The type that carries the declaration's constants, and the arguments if it has any.
///
/// Its braces keep it out of the function's namespace, so that both have the same name, and its span keeps
/// editors from showing it where they should show the function.
pub(crate) fn same_name_type(function: &Function, documentation: &str, fields: &TokenStream) -> TokenStream {
    let name = type_name(function);
    let visibility = match &function.visibility {
        Visibility::Public(_) => quote_spanned!(attribute_span()=> pub),
        other => other.to_token_stream(),
    };
    let lints = function.lints();
    let shared = function.shared_attributes();
    quote_spanned! {attribute_span()=>
        #lints
        #(#shared)*
        #[doc = #documentation]
        #visibility struct #name { #fields }
    }
}

/// The function's name as the name of the type beside it; a raw identifier stays raw.
pub(crate) fn type_name(function: &Function) -> Ident {
    let mut name = function.signature.ident.clone();
    name.set_span(Span::call_site());
    name
}

/// The function's name without `r#`.
pub(crate) fn spoken_name(function: &Function) -> String {
    function.signature.ident.unraw().to_string()
}

/// The name in the runtime.
pub(crate) fn declared_name(function: &Function, name: Option<&OptionValue<Expr>>) -> TokenStream {
    name.map_or_else(|| spoken_name(function).into_token_stream(), |name| name.value.to_token_stream())
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

/// The function that lists, before anything starts, the states that the parameters need.
pub(crate) fn needs<'a>(
    parameters: impl IntoIterator<Item = &'a Parameter>,
    extractor: &Ident,
) -> TokenStream {
    let needs: Vec<_> = parameters.into_iter().map(|parameter| parameter.need(extractor)).collect();
    let name =
        if needs.is_empty() { quote!(_needs) } else { quote_spanned!(attribute_span()=> __taskvisor_needed) };
    quote_spanned! {attribute_span()=>
        fn __taskvisor_needs(#name: &mut __taskvisor::Needs<'_>) {
            #(#needs)*
        }
    }
}

/// The items of a declaration with mistakes, so that correct uses of it raise no further errors.
///
/// `accessor` is the signature of the function that returns the declared value, if there is one. `checks` check the types
/// of the signature, so that their mistakes are found in the same build.
pub(crate) fn stand_in(
    function: &Function,
    runtime: &Runtime,
    fields: &TokenStream,
    accessor: Option<&TokenStream>,
    checks: &TokenStream,
) -> TokenStream {
    let name = type_name(function);
    let spoken_name = spoken_name(function);
    // Inside an `impl` block, or without a runtime to name, the stand-in would itself be a mistake.
    if function.signature.receiver().is_some() || matches!(runtime, Runtime::Unknown) {
        return TokenStream::new();
    }
    // Types may mention what only the function declares.
    let is_generic = !function.signature.generics.params.is_empty();
    let fields = (!is_generic).then_some(fields).into_token_stream();
    // Declared as a task and as a job, it takes parameters that are right for one of them.
    let is_ambiguous = function.attributes.iter().any(declares);
    let checks = (!is_generic && !is_ambiguous).then_some(checks);
    let same_name_type = same_name_type(function, " A declaration with mistakes.", &fields);
    let lints = function.lints();
    let import = runtime.import();
    let accessor = accessor.map(|signature| {
        quote_spanned! {attribute_span()=>
            /// The declared value.
            #signature { ::core::unreachable!() }
        }
    });
    quote_spanned! {attribute_span()=>
        #same_name_type

        #lints
        const _: () = {
            #import

            impl #name {
                /// The name of the declaration.
                pub const NAME: &'static ::core::primitive::str = #spoken_name;

                #accessor
            }

            #checks
        };
    }
}
