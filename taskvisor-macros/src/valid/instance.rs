//! The parameter `Instance` of a function that has no instances.

use syn::{Pat, PatType, Type};

use crate::ast::role::Role;
use crate::ast::spelling::{dereferenced, is_alone, runtime_type, ungrouped};
use crate::error::Errors;
use crate::error::rule::Rule;

/// Reports `Instance` in a job or a subscriber. Returns `true` if there is none. Whether a task has instances depends on its options.
pub(crate) fn check(typed: &PatType, role: Role, errors: &mut Errors) -> bool {
    let problem = match role {
        Role::Job => {
            "a job runs once for each submission, and has no instances; remove the parameter, or pass the number as an argument, as \
             in `shard: usize`"
        }
        Role::Subscriber => {
            "a subscriber has no instances; remove the parameter, and call `event.instance()` for the one that an event is about"
        }
        Role::Task | Role::Setup => return true,
    };
    if !is_instance(&typed.ty) {
        return true;
    }
    errors.on(
        &typed.ty,
        Rule::InstanceParameterWithoutInstances,
        format!("{problem}{}", way_to_own_type(&typed.ty)),
    );
    false
}

/// The end of a message for a name that stands alone.
pub(crate) fn way_to_own_type(of_type: &Type) -> &'static str {
    if is_alone(dereferenced(of_type)) {
        "; if `Instance` is a type of your own, write `self::Instance`"
    } else {
        ""
    }
}

/// Whether the type is written as `Instance`, alone or after the name of the crate.
pub(crate) fn is_instance(of_type: &Type) -> bool {
    runtime_type(dereferenced(of_type), &["Instance"]).is_some()
}

/// Whether a parameter of a job without a mark is the extractor, and no argument: a type of the user with this name is owned, and not
/// taken apart.
pub(crate) fn is_no_argument(typed: &PatType) -> bool {
    let is_plain =
        matches!(&*typed.pat, Pat::Ident(_)) && !matches!(ungrouped(&typed.ty), Type::Reference(_));
    is_instance(&typed.ty) && !(is_plain && is_alone(&typed.ty))
}
