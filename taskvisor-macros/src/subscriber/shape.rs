//! The shape of a subscriber: the event first, then what is injected, and nothing returned.

use quote::ToTokens;
use syn::{ReturnType, Signature, Type};

use crate::ast::parameter::{Parameter, bare};
use crate::error::Errors;
use crate::error::rule::Rule;

/// The parameters, as far as they are readable.
pub(super) struct Shape {
    pub(super) event: Option<Parameter>,
    /// Those behind the event.
    pub(super) parameters: Vec<Parameter>,
}

impl Shape {
    pub(super) fn read(signature: &Signature, errors: &mut Errors) -> Self {
        check_output(&signature.output, errors);
        let mut inputs = signature.inputs.iter();
        let Some(first) = inputs.next() else {
            errors.on(
                &signature.ident,
                Rule::MissingEvent,
                "a subscriber takes the event as its first parameter: write `event: &Event`",
            );
            return Self { event: None, parameters: Vec::new() };
        };
        let event = Parameter::read(first, errors);
        let parameters: Vec<Parameter> = inputs.filter_map(|input| Parameter::read(input, errors)).collect();
        if let Some(event) = &event {
            check_event(event, &parameters, errors);
        }
        Self { event, parameters }
    }
}

fn check_event(event: &Parameter, rest: &[Parameter], errors: &mut Errors) {
    let mut others = rest.iter().filter(|parameter| is_event(&parameter.of_type));
    if event.borrowed {
        for other in others {
            errors.on(
                &other.of_type,
                Rule::TwoEvents,
                "a subscriber takes one event, its first parameter; remove this one",
            );
        }
    } else if let Some(late) = others.next() {
        errors.on(
            &late.of_type,
            Rule::EventNotFirst,
            "the event comes first: make `event: &Event` the first parameter",
        );
    } else {
        errors.on(
            &event.of_type,
            Rule::MissingEvent,
            "the first parameter of a subscriber is the event, and it is borrowed: write `event: &Event`",
        );
    }
}

fn check_output(output: &ReturnType, errors: &mut Errors) {
    let ReturnType::Type(_, returned) = output else { return };
    let returns_nothing = match bare(returned) {
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        _ => false,
    };
    if !returns_nothing {
        errors.on(
            returned.to_token_stream(),
            Rule::ValueOfASubscriber,
            "a subscriber returns nothing, because the value would be dropped; \
             remove the type, and handle errors inside",
        );
    }
}

pub(super) fn is_event(of_type: &Type) -> bool {
    match bare(of_type) {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Event"),
        _ => false,
    }
}
