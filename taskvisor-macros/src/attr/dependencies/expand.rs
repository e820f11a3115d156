//! Dependencies in generated code.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Path;

use crate::attr::task_list;
use crate::attr::value::OptionValue;
use crate::span::attribute_span;

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

fn descriptors(paths: Option<&OptionValue<Vec<Path>>>) -> Vec<TokenStream> {
    paths.map(|paths| task_list::descriptors(&paths.value, "DeclaredTask")).unwrap_or_default()
}
