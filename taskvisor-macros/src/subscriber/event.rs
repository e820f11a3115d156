//! The event, which is the first parameter of a subscriber.

use quote::{ToTokens, quote};
use syn::{PatType, Type, TypeReference};

use crate::ast::function::mentions;
use crate::ast::parameter::{Parameter, has_name};
use crate::ast::role::Role;
use crate::ast::spelling::{
    declaration, dereferenced, is_named, is_unsized, parameter_text, state_of, text, ungrouped,
};
use crate::error::Errors;
use crate::error::rule::Rule;
use crate::valid::argument::taken_apart;
use crate::valid::misplaced;
use crate::valid::state::is_injected;

/// Reads the first parameter. Reports it if it is not the event; `late` is an event among the others.
pub(super) fn read(first: &PatType, late: Option<&PatType>, errors: &mut Errors) -> Option<Parameter> {
    let is_known = is_event(&first.ty);
    if let Some(late) = late.filter(|_| !is_known) {
        // What a subscriber cannot take is not to be moved.
        if misplaced::check(first, Role::Subscriber, errors) {
            let event = declaration(late, quote!(&Event));
            let message = format!("the event comes first: {}", followed_by(&event, first));
            errors.on(&late.ty, Rule::EventNotFirst, message);
        }
        return None;
    }
    if is_borrowed_for_the_call(&first.ty) && (is_known || may_be_an_event(&first.ty)) {
        return Some(Parameter::read(first));
    }
    let message = if let Some(parameters) = taken_apart(first) {
        format!(
            "a parameter is one value; write one for each: `{}`",
            parameters.replace(": Event", ": &Event")
        )
    } else if is_named(dereferenced(&first.ty), &["EventKind"]) {
        "the kind is a part of the event; write `event: &Event`, and use `event.kind`".to_owned()
    } else if mentions(first.ty.to_token_stream(), "Event") {
        format!(
            "a subscriber is called with one event, which it borrows; write `{}`",
            declaration(first, quote!(&Event))
        )
    } else if is_injected(&first.ty) {
        format!("the first parameter of a subscriber is the event; {}", followed_by("event: &Event", first))
    } else {
        "the first parameter of a subscriber is the event, and it is borrowed: write `event: &Event`"
            .to_owned()
    };
    errors.on(&first.ty, Rule::MissingEvent, message);
    None
}

/// The event with the other parameter after it, unless a subscriber cannot take that one.
fn followed_by(event: &str, other: &PatType) -> String {
    if is_named(dereferenced(&other.ty), &["TaskContext", "CancellationToken"]) {
        let of_type = text(dereferenced(&other.ty));
        format!("write `{event}`, without `{of_type}`, because a subscriber makes no attempts")
    } else {
        format!("write `{event}, {}`", parameter_text(other))
    }
}

fn is_borrowed_for_the_call(of_type: &Type) -> bool {
    match ungrouped(of_type) {
        Type::Reference(TypeReference { mutability: None, lifetime, .. }) => {
            lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static")
        }
        _ => false,
    }
}

/// Whether the type, without `&`, can be an alias of the event.
fn may_be_an_event(of_type: &Type) -> bool {
    let of_type = dereferenced(of_type);
    let holds_events = mentions(of_type.to_token_stream(), "Event") || is_named(of_type, &["EventKind"]);
    has_name(of_type)
        && !is_unsized(of_type)
        && !holds_events
        && !is_injected(of_type)
        && state_of(of_type).is_none()
        && matches!(of_type, Type::Path(_) | Type::Macro(_))
}

/// Whether the type is the event by its spelling, borrowed or not.
pub(super) fn is_event(of_type: &Type) -> bool {
    is_named(dereferenced(of_type), &["Event"])
}
