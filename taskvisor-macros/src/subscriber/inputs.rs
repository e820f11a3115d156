//! The parameters of a subscriber: the event first, then the injected ones.

use syn::{PatType, Signature};

use crate::ast::parameter::{Parameter, typed};
use crate::ast::role::Role;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::valid::generics::{check_lifetimes, is_generic};
use crate::valid::parameter;

use super::event::{self, is_event};

/// The parameters that could be read.
pub(super) struct Inputs {
    pub(super) event: Option<Parameter>,
    /// The parameters after the event.
    pub(super) injected: Vec<Parameter>,
}

impl Inputs {
    pub(super) fn read(signature: &Signature, errors: &mut Errors) -> Self {
        let mut found = Errors::default();
        let typed: Vec<&PatType> = typed(signature).collect();
        let inputs = match typed.split_first() {
            // A generic parameter has been reported.
            Some((first, _)) if is_generic(signature, &first.ty) => {
                Self { event: None, injected: Vec::new() }
            }
            Some((first, others)) => Self::read_typed(first, others, &mut found),
            None => {
                // A method has been reported.
                if signature.receiver().is_none() {
                    found.on(
                        &signature.ident,
                        Rule::MissingEvent,
                        "a subscriber takes the event as its first parameter: write `event: &Event`",
                    );
                }
                Self { event: None, injected: Vec::new() }
            }
        };
        if found.is_empty() {
            check_lifetimes(signature, Role::Subscriber, &mut found);
        }
        errors.append(found);
        inputs
    }

    fn read_typed(first: &PatType, others: &[&PatType], errors: &mut Errors) -> Self {
        let late = others.iter().position(|typed| is_event(&typed.ty));
        let event = event::read(first, late.map(|place| others[place]), errors);
        let mut injected = Vec::new();
        for typed in others {
            if !is_event(&typed.ty) {
                injected.extend(parameter::read(typed, Role::Subscriber, errors));
            } else if event.is_some() {
                errors.on(
                    &typed.ty,
                    Rule::TwoEvents,
                    "a subscriber takes one event, its first parameter; remove this one",
                );
            }
        }
        Self { event, injected }
    }
}
