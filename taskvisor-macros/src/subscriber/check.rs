//! The rules of a subscriber's function.

use quote::ToTokens;
use syn::{ReturnType, Type};

use crate::ast::function::Function;
use crate::ast::role::Role;
use crate::ast::spelling::ungrouped;
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::valid::{returned, signature};

/// Reports all but the parameters' types.
pub(super) fn check_function(function: &Function, errors: &mut Errors) {
    let signature = &function.signature;
    signature::check(function, Role::Subscriber, Rule::NotAsync, errors);
    signature::check_marks(signature, Role::Subscriber, errors);
    if returned::check(signature, Role::Subscriber, errors) {
        check_output(&signature.output, errors);
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
