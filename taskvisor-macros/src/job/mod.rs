//! `#[job]`: a function that is submitted with arguments, and returns a value.

mod template;
mod foreign;
mod inputs;
mod slot_option;
mod options;
mod slot;
mod check;
mod types;
mod expand;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Ident};

use crate::ast::function::{Function, mentions};
use crate::ast::parameter::Parameter;
use crate::ast::role::Role;
use crate::attr::names::Names;
use crate::attr::runtime_path::RuntimePath;
use crate::error::Errors;
use crate::expand::original_function::expand_function;
use crate::valid::fatal_if;

use self::check::{check_function, check_returned};
use self::inputs::{Argument, Input};
use self::options::{Options, Slot};

/// A job whose function has passed the checks.
struct Job {
    function: Function,
    /// The traits that the struct derives.
    derives: Vec<Attribute>,
    inputs: Vec<Input>,
    options: Options,
}

impl Job {
    fn arguments(&self) -> impl Iterator<Item = &Argument> {
        inputs::arguments(&self.inputs)
    }

    /// Whether the struct derives a trait of this name.
    fn derives(&self, name: &str) -> bool {
        self.derives.iter().any(|derive| mentions(derive.meta.to_token_stream(), name))
    }

    fn injected(&self) -> impl Iterator<Item = &Parameter> {
        inputs::injected(&self.inputs)
    }
}

pub(crate) fn job(arguments: TokenStream, item: TokenStream) -> TokenStream {
    // Two lists: errors of the function prevent the expansion, those of an option other than `crate` do not.
    let mut option_errors = Errors::default();
    let mut options = Options::read(arguments, &Names::read(item.clone()), &mut option_errors);
    let mut function = match Function::read(&item, Role::Job, &mut option_errors) {
        Ok(function) => function,
        Err(item) => {
            let errors = option_errors.to_compile_errors();
            return quote!(#item #errors);
        }
    };
    let derives = function.take_derives();
    let item = if derives.is_empty() { item } else { function.to_token_stream() };
    let mut function_errors = Errors::default();
    check_function(&function, &mut function_errors);
    let inputs = Input::read_all(&function.signature, &mut function_errors);
    let returns = check_returned(&function.signature, &mut function_errors);
    // Before `slot::check`, which discards an invalid slot: also the arguments that it names must count as used.
    let in_slot = named_in_slot(&options, &inputs);
    if let Slot::Format(text) = &options.slot {
        if !slot::check(text, &inputs, &mut option_errors) {
            options.slot = Slot::Invalid;
        }
    }
    fatal_if::check(&mut options.rare.fatal_if, &function.signature, Role::Job, &mut option_errors);
    let emitted = expand_function(&function, &item, &in_slot, &function_errors);
    let is_job =
        function_errors.is_empty() && !inputs.iter().any(|input| matches!(input, Input::Unusable { .. }));
    let mut errors = option_errors;
    errors.append(function_errors);
    // Invalid options alone do not prevent the expansion, so that code that uses the job compiles.
    let generated_items = if is_job && !matches!(options.runtime, RuntimePath::Invalid) {
        expand::declaration(&Job { function, derives, inputs, options })
    } else {
        expand::fallback(&function, &inputs, returns, &options)
    };
    let errors = errors.to_compile_errors();
    quote!(#emitted #generated_items #errors)
}

/// The arguments that the slot names. They count as used, even if the body ignores them.
fn named_in_slot(options: &Options, inputs: &[Input]) -> Vec<Ident> {
    match &options.slot {
        Slot::Format(text) => {
            slot::used(text, inputs).into_iter().map(|argument| argument.name.clone()).collect()
        }
        _ => Vec::new(),
    }
}
