//! `#[taskvisor::main]`: the function that sets the application up.

mod options;
mod check;
mod expand;

use proc_macro2::TokenStream;

use crate::ast::function::Function;
use crate::ast::role::Role;
use crate::attr::names::Names;
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
    // Two lists: errors of the function prevent the expansion, those of an option other than `crate` do not.
    let mut option_errors = Errors::default();
    let options = Options::read(arguments, &Names::read(item.clone()), &mut option_errors);
    let function = match Function::read(&item, Role::Setup, &mut option_errors) {
        Ok(function) => function,
        Err(item) => {
            let errors = option_errors.to_compile_errors();
            return quote::quote!(#item #errors);
        }
    };
    let mut function_errors = Errors::default();
    check_function(&function, &mut function_errors);
    let is_set_up = function_errors.is_empty() && !matches!(options.runtime, RuntimePath::Invalid);
    let mut errors = option_errors;
    errors.append(function_errors);
    let errors = errors.to_compile_errors();
    // Invalid options alone do not prevent the expansion, so that the compiler checks the rest.
    if is_set_up {
        expand::entry(&Entry { function, options }, &errors)
    } else {
        expand::fallback(&function, &errors)
    }
}
