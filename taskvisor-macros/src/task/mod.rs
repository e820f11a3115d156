//! `#[task]`: a function that starts with the application.

mod options;
mod check;
mod readiness;
mod instances;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Signature;

use crate::ast::function::Function;
use crate::ast::parameter::{Parameter, typed};
use crate::ast::role::Role;
use crate::attr::names::Names;
use crate::attr::runtime_path::RuntimePath;
use crate::error::Errors;
use crate::expand::original_function::expand_function;
use crate::valid::{fatal_if, generics, parameter};

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
    let mut options = Options::read(arguments, &Names::read(item.clone()), &mut option_errors);
    let function = match Function::read(&item, Role::Task, &mut option_errors) {
        Ok(function) => function,
        Err(item) => {
            let errors = option_errors.to_compile_errors();
            return quote!(#item #errors);
        }
    };
    let mut function_errors = Errors::default();
    check_function(&function, &mut function_errors);
    let parameters = read_parameters(&function.signature, &mut function_errors);
    if function_errors.is_empty() {
        // With an unreadable parameter it is unknown whether the task notifies.
        options.check_readiness(&parameters, &mut option_errors);
        options.check_instance_parameters(&parameters, &mut option_errors);
    }
    fatal_if::check(&mut options.rare.fatal_if, &function.signature, Role::Task, &mut option_errors);
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

fn read_parameters(signature: &Signature, errors: &mut Errors) -> Vec<Parameter> {
    let mut found = Errors::default();
    // A generic parameter has been reported.
    let typed = typed(signature).filter(|typed| !generics::is_generic(signature, &typed.ty));
    let parameters = typed.filter_map(|typed| parameter::read(typed, Role::Task, &mut found)).collect();
    if found.is_empty() {
        generics::check_lifetimes(signature, Role::Task, &mut found);
    }
    errors.append(found);
    parameters
}
