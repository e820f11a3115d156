//! `#[taskvisor::main]`: the function that sets the application up.

mod options;
mod expand;

use proc_macro2::TokenStream;
use syn::{FnArg, Signature, Type};

use crate::ast::function::Function;
use crate::ast::parameter::bare;
use crate::ast::returned;
use crate::ast::signature;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::expand::declaration::Runtime;

use self::options::Options;

/// An entry point, once its function is one.
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
    signature::check(&function.signature, "the setup function", Rule::MainNotAsync, &mut mistakes);
    signature::check_attributes(&function.attributes, "#[taskvisor::main]", &mut mistakes);
    check_parameters(&function.signature, &mut mistakes);
    returned::check(&function.signature.output, "the setup function", &mut mistakes);
    let is_set_up = mistakes.is_empty() && !matches!(options.runtime, Runtime::Unknown);
    errors.append(mistakes);
    let errors = errors.to_compile_errors();
    // Without the options that are wrong it is still an entry point, so that the compiler checks all else.
    if is_set_up {
        expand::entry(&Entry { function, options }, &errors)
    } else {
        expand::stand_in(&function, &errors)
    }
}

/// The setup takes the application or nothing: no state exists yet that could be injected.
fn check_parameters(signature: &Signature, errors: &mut Errors) {
    for (index, input) in signature.inputs.iter().enumerate() {
        let FnArg::Typed(typed) = input else { continue };
        if index > 0 {
            errors.on(
                typed,
                Rule::TwoMainParameters,
                "the setup function takes one parameter at most, `app: &mut App`; \
                 build other values inside, and share them by `app.state(value)`",
            );
        } else if !matches!(bare(&typed.ty), Type::Reference(_)) {
            errors.on(
                &typed.ty,
                Rule::WrongMainParameter,
                "the setup function takes the application: write `app: &mut App`, or nothing",
            );
        }
    }
}
