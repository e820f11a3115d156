//! Injected parameters in generated code.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::ast::parameter::Parameter;
use crate::span::{attribute_span, span_at};

/// What parameters are created from.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    /// The context of an attempt.
    Context,
    /// The application.
    App,
}

impl Source {
    /// The trait of the parameters, and its functions that create one and that list the states it needs.
    ///
    /// One that is written as a state has a trait of its own, because it needs other advice.
    fn extractor(self, parameter: &Parameter) -> (TokenStream, Ident, Ident) {
        let name = |name| Ident::new(name, Span::mixed_site());
        let span = span_at(parameter.of_type.span());
        match (parameter.is_state(), self) {
            (true, Self::Context) => (
                quote_spanned!(span=> __taskvisor::SharedState<__taskvisor::TaskContext>),
                name("extract"),
                name("declare_needs"),
            ),
            (true, Self::App) => (
                quote_spanned!(span=> __taskvisor::SharedState<__taskvisor::AppContext>),
                name("extract"),
                name("declare_needs"),
            ),
            (false, Self::Context) => {
                (quote_spanned!(span=> __taskvisor::FromContext), name("from_context"), name("needs"))
            }
            (false, Self::App) => {
                (quote_spanned!(span=> __taskvisor::FromApp), name("from_app"), name("needs"))
            }
        }
    }
}

/// The argument of the call: the value that is created from `value`, which is the source.
pub(crate) fn argument(parameter: &Parameter, source: Source, value: &TokenStream) -> TokenStream {
    let Parameter { cfgs, of_type, borrowed } = parameter;
    let (extractor, create, _) = source.extractor(parameter);
    let span = span_at(of_type.span());
    let borrow = borrowed.then(|| quote_spanned!(span=> &));
    quote_spanned! {span=>
        #(#cfgs)* #borrow <#of_type as #extractor>::#create(#value)
    }
}

/// The function that lists, before anything starts, the states that the parameters need.
pub(crate) fn needs<'a>(parameters: impl IntoIterator<Item = &'a Parameter>, source: Source) -> TokenStream {
    let needs: Vec<_> = parameters.into_iter().map(|parameter| need(parameter, source)).collect();
    let name =
        if needs.is_empty() { quote!(_needs) } else { quote_spanned!(attribute_span()=> __taskvisor_needed) };
    quote_spanned! {attribute_span()=>
        fn __taskvisor_needs(#name: &mut __taskvisor::Needs<'_>) {
            #(#needs)*
        }
    }
}

/// The statement that lists the states this parameter needs.
fn need(parameter: &Parameter, source: Source) -> TokenStream {
    let Parameter { cfgs, of_type, .. } = parameter;
    let (extractor, _, needs) = source.extractor(parameter);
    let span = span_at(of_type.span());
    let call = quote_spanned!(span=> <#of_type as #extractor>::#needs(__taskvisor_needed););
    quote!(#(#cfgs)* #call)
}
