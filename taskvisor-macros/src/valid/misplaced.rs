//! Types of the runtime that another function takes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{PatType, Type};

use crate::ast::role::Role;
use crate::ast::spelling::{declaration, is_alone, runtime_type, ungrouped};
use crate::error::Errors;
use crate::error::rule::Rule;

/// The types that one function takes, and others do not.
const NAMES: [&str; 6] = ["App", "Event", "EventKind", "Supervisor", "TaskHandle", "JobHandle"];

/// Reports a type of the runtime that is passed to a function of another role. Returns `true` if there is none.
pub(crate) fn check(typed: &PatType, role: Role, errors: &mut Errors) -> bool {
    let (of_type, is_borrowed) = match ungrouped(&typed.ty) {
        Type::Reference(reference) => (ungrouped(&reference.elem), true),
        other => (other, false),
    };
    let Some(name) = runtime_type(of_type, &NAMES) else { return true };
    // What is owned and `Clone` can be an argument of a job, and so can a type of the user with the same name.
    if role == Role::Job && !is_borrowed {
        return true;
    }
    let Some(instead) = instead(name, typed, role) else { return true };
    let what = role.what();
    let own = if is_alone(of_type) {
        format!("; if `{name}` is a type of your own, write `self::{name}`")
    } else {
        String::new()
    };
    let message = format!("`{name}` is not passed to {what}: {instead}{own}");
    errors.on(&typed.ty, Rule::MisplacedParameter, message);
    false
}

fn instead(name: &str, typed: &PatType, role: Role) -> Option<String> {
    let handle = declaration(typed, quote!(SupervisorHandle));
    let argument = |of_type: TokenStream| match role {
        Role::Job => {
            format!(", or `{}` for an argument that is submitted", declaration(typed, of_type))
        }
        _ => String::new(),
    };
    match name {
        "App" => Some(format!(
            "the setup takes it, as `async fn main(app: &mut App)` under `#[taskvisor::main]`; \
             write `{handle}` to submit jobs and to stop tasks"
        )),
        "Event" | "EventKind" if role != Role::Subscriber => Some(format!(
            "a `#[subscriber]` takes it, as `event: &Event`; write a second function{}",
            argument(if name == "Event" { quote!(Event) } else { quote!(EventKind) })
        )),
        "EventKind" => {
            Some("it is a part of the event; write `event: &Event`, and use `event.kind`".to_owned())
        }
        "Supervisor" => Some(format!("it owns the tasks; write `{handle}`, which is injected")),
        "TaskHandle" | "JobHandle" => Some(format!(
            "the code that {} has it; write `{handle}`, which is injected",
            if name == "JobHandle" { "submits the job" } else { "adds the task" }
        )),
        _ => None,
    }
}
