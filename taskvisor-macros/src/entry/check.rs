//! The rules of an entry point: of its options, and of its function.

use syn::{FnArg, Signature, Type};

use crate::ast::function::Function;
use crate::ast::parameter::ungrouped;
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::valid::signature;

use super::options::{Flavor, Options};

impl Options {
    /// Reports contradictions, each at the key to remove.
    pub(super) fn check(&self, errors: &mut Errors) {
        let Some(OptionValue { value: Flavor::CurrentThread, .. }) = &self.flavor else { return };
        if let Some(OptionValue { key, .. }) = &self.worker_threads {
            errors.on(
                key,
                Rule::WorkerThreadsOfCurrentThread,
                "`worker_threads` has no effect with `flavor = \"current_thread\"`, which has one thread; \
                 remove `worker_threads`, or write `flavor = \"multi_thread\"`",
            );
        }
    }
}

pub(super) fn check_function(function: &Function, errors: &mut Errors) {
    signature::check(&function.signature, "the setup function", Rule::MainNotAsync, errors);
    signature::check_attributes(&function.attributes, "#[taskvisor::main]", errors);
    check_parameters(&function.signature, errors);
    signature::check_returned(&function.signature.output, "the setup function", errors);
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
        } else if !matches!(ungrouped(&typed.ty), Type::Reference(_)) {
            errors.on(
                &typed.ty,
                Rule::WrongMainParameter,
                "the setup function takes the application: write `app: &mut App`, or nothing",
            );
        }
    }
}
