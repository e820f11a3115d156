//! `#[task]`: a function that starts with the application.

mod options;
mod expand;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::declaration::stand_in;
use crate::emitted::emitted;
use crate::errors::Errors;
use crate::function::Function;
use crate::located::at_attribute;
use crate::parameter::Parameter;
use crate::returned;
use crate::signature;

use self::options::Options;

/// A declared task, once nothing is wrong with it.
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
    signature::check(&function.signature, "a task", &mut errors);
    signature::check_attributes(&function.attributes, "#[task]", &mut errors);
    signature::check_marks(&function.signature, "a task", &mut errors);
    returned::check(&function.signature.output, "a task", &mut errors);
    let parameters = Parameter::read_all(&function.signature, &mut errors);
    let emitted = emitted(&function, &item, &[], &errors);
    let beside = if errors.is_empty() {
        expand::declaration(&Task { function, parameters, options })
    } else {
        let accessor = quote_spanned!(at_attribute()=> pub fn spec() -> __taskvisor::TaskSpec);
        stand_in(&function, &options.runtime, &TokenStream::new(), Some(&accessor))
    };
    let errors = errors.to_compile_errors();
    quote!(#emitted #beside #errors)
}
