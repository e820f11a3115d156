//! Dependencies in generated code.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Path;
use syn::spanned::Spanned;

use crate::attr::value::OptionValue;
use crate::span::{attribute_span, span_at};

use super::Dependencies;

impl Dependencies {
    /// The value of the descriptor's field.
    pub(crate) fn expand(&self) -> TokenStream {
        if self.after.is_none() && self.needs.is_none() {
            return quote_spanned!(attribute_span()=> __taskvisor::DeclaredDependencies::NONE);
        }
        let (after, needs) = (descriptors(self.after.as_ref()), descriptors(self.needs.as_ref()));
        quote_spanned! {attribute_span()=>
            __taskvisor::DeclaredDependencies { after: &[#(#after),*], needs: &[#(#needs),*] }
        }
    }

    /// The check of the paths alone, for a function with mistakes.
    pub(crate) fn checks(&self) -> TokenStream {
        if self.after.is_none() && self.needs.is_none() {
            return TokenStream::new();
        }
        let dependencies = self.expand();
        quote_spanned!(attribute_span()=> const _: __taskvisor::DeclaredDependencies = #dependencies;)
    }
}

/// The functions that return the descriptors of the tasks.
// A path is used as a type, not imported by `use`: an import of a generated type is ambiguous if a crate has the same name, or if a
// function declares a task of the name of another outside of it.
fn descriptors(paths: Option<&OptionValue<Vec<Path>>>) -> Vec<TokenStream> {
    let descriptor =
        |path: &Path| quote_spanned!(span_at(path.span())=> <#path as __taskvisor::DeclaredTask>::descriptor);
    paths.map(|paths| paths.value.iter().map(descriptor).collect()).unwrap_or_default()
}
