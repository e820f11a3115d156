//! `#[subscriber]`: a function that is called with every event.

mod options;
mod shape;
mod expand;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::declaration::stand_in;
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
    let beside = match read(arguments, &item, &mut errors) {
        Ok(subscriber) => expand::declaration(&subscriber),
        Err(stand_in) => stand_in,
    };
    let errors = errors.to_compile_errors();
    quote!(#item #beside #errors)
}

/// Reads and checks everything; on any error, what to leave beside the function instead.
fn read(arguments: TokenStream, item: &TokenStream, errors: &mut Errors) -> Result<Subscriber, TokenStream> {
    let options = Options::read(arguments, errors);
    let Some(function) = Function::read(item.clone(), "#[subscriber]", errors) else {
        return Err(TokenStream::new());
    };
    signature::check(&function.signature, "a subscriber", errors);
    let declared_again = signature::check_attributes(&function.attributes, "#[subscriber]", errors);
    let parameters = shape::read(&function.signature, errors);
    match parameters {
        Some((event, parameters)) if errors.is_empty() => {
            Ok(Subscriber { function, event, parameters, options })
        }
        _ if declared_again => Err(TokenStream::new()),
        _ => {
            let accessor = quote_spanned!(at_attribute()=> pub fn subscriber() -> __taskvisor::Subscriber);
            Err(stand_in(&function, &options.runtime, &TokenStream::new(), Some(&accessor)))
        }
    }
}
