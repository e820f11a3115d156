//! `#[taskvisor::main]`: the function that sets the application up.

mod options;
mod expand;

use proc_macro2::TokenStream;
use syn::{FnArg, Signature, Type};

use crate::errors::Errors;
use crate::function::Function;
use crate::parameter::bare;
use crate::returned;
use crate::signature;

use self::options::Options;

/// An entry point, once nothing is wrong with it.
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
    signature::check(&function.signature, "the set-up function", &mut errors);
    signature::check_attributes(&function.attributes, "#[taskvisor::main]", &mut errors);
    check_parameters(&function.signature, &mut errors);
    returned::check(&function.signature.output, "the set-up function", &mut errors);
    if errors.is_empty() {
        expand::entry(&Entry { function, options })
    } else {
        expand::stand_in(&function, &errors.to_compile_errors())
    }
}

/// The set-up takes the application or nothing: no state exists yet that could be injected.
fn check_parameters(signature: &Signature, errors: &mut Errors) {
    for (index, input) in signature.inputs.iter().enumerate() {
        let FnArg::Typed(typed) = input else { continue };
        if index > 0 {
            errors.on(
                typed,
                "the set-up function takes one parameter at most, `app: &mut App`; \
                 build other values inside, and share them by `app.state(value)`",
            );
        } else if !matches!(bare(&typed.ty), Type::Reference(_)) {
            errors.on(
                &typed.ty,
                "the set-up function takes the application: write `app: &mut App`, or nothing",
            );
        }
    }
}
