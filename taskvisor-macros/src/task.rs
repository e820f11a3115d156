//! `#[task]`: a function that starts with the application.

mod options;
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

/// A declared task, once nothing is wrong with it.
struct Task {
    function: Function,
    parameters: Vec<Parameter>,
    options: Options,
}

pub(crate) fn task(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let beside = match read(arguments, &item, &mut errors) {
        Ok(task) => expand::declaration(&task),
        Err(stand_in) => stand_in,
    };
    let errors = errors.to_compile_errors();
    quote!(#item #beside #errors)
}

/// Reads and checks everything; on any error, what to leave beside the function instead.
fn read(arguments: TokenStream, item: &TokenStream, errors: &mut Errors) -> Result<Task, TokenStream> {
    let options = Options::read(arguments, errors);
    let Some(function) = Function::read(item.clone(), "#[task]", errors) else {
        return Err(TokenStream::new());
    };
    signature::check(&function.signature, "a task", errors);
    let declared_again = signature::check_attributes(&function.attributes, "#[task]", errors);
    let parameters = Parameter::read_all(&function.signature, errors);
    if errors.is_empty() {
        return Ok(Task { function, parameters, options });
    }
    if declared_again {
        return Err(TokenStream::new());
    }
    let accessor = quote_spanned!(at_attribute()=> pub fn spec() -> __taskvisor::TaskSpec);
    Err(stand_in(&function, &options.runtime, &TokenStream::new(), Some(&accessor)))
}
