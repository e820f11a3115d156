//! `#[task]`: a function that starts with the application.

mod options;
mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::function::Function;
use crate::ast::parameter::Parameter;
use crate::attr::names::Names;
use crate::attr::runtime_path::RuntimePath;
use crate::error::Errors;
use crate::expand::original_function::expand_function;

use self::check::check_function;
use self::options::Options;

/// A task whose function has passed the checks.
struct Task {
    function: Function,
    parameters: Vec<Parameter>,
    options: Options,
}

pub(crate) fn task(arguments: TokenStream, item: TokenStream) -> TokenStream {
    // Two lists: errors of the function prevent the expansion, those of an option other than `crate` do not.
    let mut option_errors = Errors::default();
    let options = Options::read(arguments, &Names::read(item.clone()), &mut option_errors);
    let Some(function) = Function::read(item.clone(), "#[task]", &mut option_errors) else {
        let errors = option_errors.to_compile_errors();
        return quote!(#item #errors);
    };
    let mut function_errors = Errors::default();
    check_function(&function, &mut function_errors);
    let parameters = Parameter::read_all(&function.signature, &mut function_errors);
    let emitted = expand_function(&function, &item, &[], &function_errors);
    // Invalid options alone do not prevent the expansion, so that the compiler checks the rest.
    let generated_items = if function_errors.is_empty() && !matches!(options.runtime, RuntimePath::Invalid) {
        expand::declaration(&Task { function, parameters, options })
    } else {
        expand::fallback(&function, &parameters, &options)
    };
    let mut errors = option_errors;
    errors.append(function_errors);
    let errors = errors.to_compile_errors();
    quote!(#emitted #generated_items #errors)
}
