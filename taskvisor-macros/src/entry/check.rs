//! The rules of an entry point: of its options, and of its function.

use quote::{ToTokens, quote};
use syn::{PatType, Signature, Type, TypeReference};

use crate::ast::function::{Function, mentions};
use crate::ast::parameter::typed;
use crate::ast::role::Role;
use crate::ast::spelling::{declaration, dereferenced, is_named, text, ungrouped};
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::valid::generics::{check_lifetimes, is_generic};
use crate::valid::state::is_injected;
use crate::valid::{returned, signature};

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
    let signature = &function.signature;
    signature::check(function, Role::Setup, Rule::MainNotAsync, errors);
    signature::check_marks(signature, Role::Setup, errors);
    let mut found = Errors::default();
    check_parameters(signature, &mut found);
    if found.is_empty() {
        check_lifetimes(signature, Role::Setup, &mut found);
    }
    errors.append(found);
    if returned::check(signature, Role::Setup, errors) {
        returned::check_impl_trait(&signature.output, Role::Setup, errors);
    }
}

/// The setup takes the application or nothing: no state exists yet that could be injected.
fn check_parameters(signature: &Signature, errors: &mut Errors) {
    // A generic parameter has been reported.
    let typed = typed(signature).filter(|typed| !is_generic(signature, &typed.ty));
    let typed: Vec<&PatType> = typed.collect();
    let Some((first, others)) = typed.split_first() else { return };
    let is_application = is_valid(first);
    if !is_application {
        let message = format!("the setup function takes the application; {}", instead(first, others));
        errors.on(&first.ty, Rule::WrongMainParameter, message);
    }
    for other in others {
        // In place of the first parameter, the application is right.
        if is_application || !is_named(dereferenced(&other.ty), &["App"]) {
            errors.on(
                other,
                Rule::TwoMainParameters,
                "the setup function takes one parameter at most, `app: &mut App`; \
                 build other values inside, and share them by `app.state(value)`",
            );
        }
    }
}

/// Whether the parameter is a reference that the application can be passed as.
fn is_valid(typed: &PatType) -> bool {
    match ungrouped(&typed.ty) {
        Type::Reference(TypeReference { lifetime, .. }) => {
            lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static")
        }
        _ => false,
    }
}

/// What to write instead of the first parameter.
fn instead(first: &PatType, others: &[&PatType]) -> String {
    let application = declaration(first, quote!(&mut App));
    if mentions(first.ty.to_token_stream(), "App") {
        format!("write `{application}`")
    } else if others.iter().any(|other| is_named(dereferenced(&other.ty), &["App"])) {
        format!("remove `{}`, and make its value inside", text(&first.pat))
    } else if is_named(&first.ty, &["Vec", "Args", "ArgMatches"]) {
        "write `app: &mut App`, or nothing, and call `std::env::args()` inside".to_owned()
    } else if is_injected(&first.ty) {
        "write `app: &mut App`, or nothing; values are injected into tasks, jobs and subscribers".to_owned()
    } else {
        "write `app: &mut App`, or nothing".to_owned()
    }
}
