//! `#[taskvisor::main]`: the function that sets the application up.

mod options;
mod check;
mod expand;

use proc_macro2::TokenStream;

use crate::ast::function::Function;
use crate::attr::runtime_path::RuntimePath;
use crate::error::Errors;

use self::check::check_function;
use self::options::Options;

/// An entry point whose function has passed the checks.
struct Entry {
    function: Function,
    options: Options,
}

pub(crate) fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::read(arguments, &mut errors);
    let Some(function) = Function::read(item.clone(), "#[taskvisor::main]", &mut errors) else {
        let errors = errors.to_compile_errors();
        return quote::quote!(#item #errors);
    };
    let mut mistakes = Errors::default();
    check_function(&function, &mut mistakes);
    let is_set_up = mistakes.is_empty() && !matches!(options.runtime, RuntimePath::Invalid);
    errors.append(mistakes);
    let errors = errors.to_compile_errors();
    // Invalid options alone do not prevent the expansion, so that the compiler checks the rest.
    if is_set_up {
        expand::entry(&Entry { function, options }, &errors)
    } else {
        expand::fallback(&function, &errors)
    }
}
