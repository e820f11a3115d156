//! Items that are generated once for each name.
//!
//! Two functions of one name are one mistake. But each of them generates a type of that name, and the name then means the first
//! of the two types: the compiler would report every generated item of the second function as well.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;

use crate::ast::function::Function;
use crate::attr::runtime_path::RuntimePath;
use crate::expand::declaration::private;
use crate::span::attribute_span;

/// The items, which are omitted if another declaration of the same module has the same name.
///
/// The items are passed to the macro `__taskvisor_select_<name>`, which emits them only if they begin with the mark of its own
/// declaration. The macro is imported as `__<name>_is_declared_once_in_a_module`. For a second declaration, the compiler reports
/// the second import and resolves the name to the first macro. That macro emits nothing for the second mark.
///
/// Import and items are the arguments of an attribute of the macro: in an `impl` block, where no macro can be defined, that is the
/// only error.
pub(crate) fn once(function: &Function, runtime: &RuntimePath, items: &TokenStream) -> TokenStream {
    let name = function.signature.ident.unraw();
    let select = Ident::new(&format!("__taskvisor_select_{name}"), attribute_span());
    // The compiler names it in its errors.
    let declaration = Ident::new(&format!("__{name}_is_declared_once_in_a_module"), attribute_span());
    // The text of a span differs between any two uses of an attribute. It is only compared.
    let mark = Literal::string(&format!("{:?}", Span::call_site()));
    let private = private(runtime);
    quote_spanned! {attribute_span()=>
        #[#private::beside(
            use #select as #declaration;
            #declaration! { #mark #items }
        )]
        macro_rules! #select {
            (#mark $($items:tt)*) => { $($items)* };
            ($($items:tt)*) => {};
        }
    }
}
