//! `#[task]`: a function that starts with the application.

mod options;
mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::function::Function;
use crate::ast::parameter::Parameter;
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
    let mut errors = Errors::default();
    let options = Options::read(arguments, &mut errors);
    let Some(function) = Function::read(item.clone(), "#[task]", &mut errors) else {
        let errors = errors.to_compile_errors();
        return quote!(#item #errors);
    };
    let mut mistakes = Errors::default();
    check_function(&function, &mut mistakes);
    let parameters = Parameter::read_all(&function.signature, &mut mistakes);
    let emitted = expand_function(&function, &item, &[], &mistakes);
    // Invalid options alone do not prevent the expansion, so that the compiler checks the rest.
    let beside = if mistakes.is_empty() && !matches!(options.runtime, RuntimePath::Invalid) {
        expand::declaration(&Task { function, parameters, options })
    } else {
        expand::fallback(&function, &parameters, &options)
    };
    errors.append(mistakes);
    let errors = errors.to_compile_errors();
    quote!(#emitted #beside #errors)
}
