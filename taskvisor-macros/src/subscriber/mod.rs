//! `#[subscriber]`: a function that is called for each event.

mod options;
mod tasks;
mod event;
mod inputs;
mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::function::Function;
use crate::ast::parameter::Parameter;
use crate::ast::role::Role;
use crate::attr::names::Names;
use crate::attr::runtime_path::RuntimePath;
use crate::error::Errors;
use crate::expand::original_function::expand_function;

use self::check::check_function;
use self::inputs::Inputs;
use self::options::Options;

/// A subscriber whose function has passed the checks.
struct Subscriber {
    function: Function,
    event: Parameter,
    injected: Vec<Parameter>,
    options: Options,
}

pub(crate) fn subscriber(arguments: TokenStream, item: TokenStream) -> TokenStream {
    // Two lists: errors of the function prevent the expansion, those of an option other than `crate` do not.
    let mut option_errors = Errors::default();
    let options = Options::read(arguments, &Names::read(item.clone()), &mut option_errors);
    let function = match Function::read(&item, Role::Subscriber, &mut option_errors) {
        Ok(function) => function,
        Err(item) => {
            let errors = option_errors.to_compile_errors();
            return quote!(#item #errors);
        }
    };
    let mut function_errors = Errors::default();
    check_function(&function, &mut function_errors);
    let inputs = Inputs::read(&function.signature, &mut function_errors);
    let Inputs { event, injected } = inputs;
    let emitted = expand_function(&function, &item, &[], &function_errors);
    let is_subscriber = function_errors.is_empty() && !matches!(options.runtime, RuntimePath::Invalid);
    // Invalid options alone do not prevent the expansion, so that the compiler checks the rest.
    let generated_items = match event {
        Some(event) if is_subscriber => {
            expand::declaration(&Subscriber { function, event, injected, options })
        }
        _ => expand::fallback(&function, &injected, &options),
    };
    let mut errors = option_errors;
    errors.append(function_errors);
    let errors = errors.to_compile_errors();
    quote!(#emitted #generated_items #errors)
}
