//! `#[subscriber]`: a function that is called with every event.

mod options;
mod shape;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::function::Function;
use crate::ast::parameter::Parameter;
use crate::ast::signature;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::expand::declaration::Runtime;
use crate::expand::original_function::expand_function;

use self::options::Options;
use self::shape::Shape;

/// A declared subscriber, once its function is one.
struct Subscriber {
    function: Function,
    event: Parameter,
    parameters: Vec<Parameter>,
    options: Options,
}

pub(crate) fn subscriber(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::read(arguments, &mut errors);
    let Some(function) = Function::read(item.clone(), "#[subscriber]", &mut errors) else {
        let errors = errors.to_compile_errors();
        return quote!(#item #errors);
    };
    let mut mistakes = Errors::default();
    signature::check(&function.signature, "a subscriber", Rule::NotAsync, &mut mistakes);
    signature::check_attributes(&function.attributes, "#[subscriber]", &mut mistakes);
    signature::check_marks(&function.signature, "a subscriber", &mut mistakes);
    let Shape { event, parameters } = Shape::read(&function.signature, &mut mistakes);
    let emitted = expand_function(&function, &item, &[], &mistakes);
    let is_subscriber = mistakes.is_empty() && !matches!(options.runtime, Runtime::Unknown);
    // Without the options that are wrong it is still a subscriber, so that the compiler checks all else.
    let beside = match event {
        Some(event) if is_subscriber => {
            expand::declaration(&Subscriber { function, event, parameters, options })
        }
        _ => expand::stand_in(&function, &parameters, &options),
    };
    errors.append(mistakes);
    let errors = errors.to_compile_errors();
    quote!(#emitted #beside #errors)
}
