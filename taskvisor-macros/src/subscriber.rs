//! `#[subscriber]`: a function that is called with every event.

mod options;
mod shape;
mod expand;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::declaration::stand_in;
use crate::emitted::emitted;
use crate::errors::Errors;
use crate::function::Function;
use crate::located::at_attribute;
use crate::parameter::Parameter;
use crate::signature;

use self::options::Options;

/// A declared subscriber, once nothing is wrong with it.
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
    signature::check(&function.signature, "a subscriber", &mut errors);
    signature::check_attributes(&function.attributes, "#[subscriber]", &mut errors);
    signature::check_marks(&function.signature, "a subscriber", &mut errors);
    let shape = shape::read(&function.signature, &mut errors);
    let emitted = emitted(&function, &item, &[], &errors);
    let beside = match shape {
        Some((event, parameters)) if errors.is_empty() => {
            expand::declaration(&Subscriber { function, event, parameters, options })
        }
        _ => {
            let accessor = quote_spanned!(at_attribute()=> pub fn subscriber() -> __taskvisor::Subscriber);
            stand_in(&function, &options.runtime, &TokenStream::new(), Some(&accessor))
        }
    };
    let errors = errors.to_compile_errors();
    quote!(#emitted #beside #errors)
}
