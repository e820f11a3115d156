//! The rules of a subscriber's function.

use quote::ToTokens;
use syn::{ReturnType, Type};

use crate::ast::function::Function;
use crate::ast::parameter::ungrouped;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::valid::signature;

use super::inputs::{Inputs, is_event};

/// Reports all but the parameters' types.
pub(super) fn check_function(function: &Function, errors: &mut Errors) {
    signature::check(&function.signature, "a subscriber", Rule::NotAsync, errors);
    signature::check_attributes(&function.attributes, "#[subscriber]", errors);
    signature::check_marks(&function.signature, "a subscriber", errors);
    check_output(&function.signature.output, errors);
}

/// Reports an event that is missing, owned, or not the first parameter.
pub(super) fn check_inputs(inputs: &Inputs, errors: &mut Errors) {
    let Some(event) = &inputs.event else { return };
    let mut others = inputs.injected.iter().filter(|parameter| is_event(&parameter.of_type));
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
    let returns_nothing = match ungrouped(returned) {
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
