//! The parameters of a subscriber: the event first, then the injected ones.

use syn::{Signature, Type};

use crate::ast::parameter::{Parameter, ungrouped};
use crate::error::Errors;
use crate::error::rule::Rule;

/// The parameters that could be read.
pub(super) struct Inputs {
    pub(super) event: Option<Parameter>,
    /// The parameters after the event.
    pub(super) injected: Vec<Parameter>,
}

impl Inputs {
    pub(super) fn read(signature: &Signature, errors: &mut Errors) -> Self {
        let mut inputs = signature.inputs.iter();
        let Some(first) = inputs.next() else {
            errors.on(
                &signature.ident,
                Rule::MissingEvent,
                "a subscriber takes the event as its first parameter: write `event: &Event`",
            );
            return Self { event: None, injected: Vec::new() };
        };
        let event = Parameter::read(first, errors);
        let injected = inputs.filter_map(|input| Parameter::read(input, errors)).collect();
        Self { event, injected }
    }
}

/// Whether the type is the event by its spelling.
pub(super) fn is_event(of_type: &Type) -> bool {
    match ungrouped(of_type) {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Event"),
        _ => false,
    }
}
