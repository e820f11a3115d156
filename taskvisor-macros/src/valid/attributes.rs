//! The other attributes of a function, and the name that an entry point has.

use syn::{Attribute, Ident, Visibility};

use crate::ast::attribute::{
    Conflict, conflict, declares, is_entry_point, is_own_entry_point, is_own_test, path_text,
};
use crate::ast::function::Function;
use crate::ast::role::Role;
use crate::error::Errors;
use crate::error::rule::Rule;

/// Reports attributes that change the function. Returns `true` if there are none.
pub(crate) fn check(function: &Function, role: Role, errors: &mut Errors) -> bool {
    let mut is_valid = true;
    for attribute in &function.attributes {
        is_valid &= check_one(attribute, function, role, errors);
    }
    is_valid
}

fn check_one(attribute: &Attribute, function: &Function, role: Role, errors: &mut Errors) -> bool {
    let path = attribute.path();
    let Some(last) = path.segments.last() else { return true };
    let this = role.attribute();
    let written = path_text(path);
    let is_same = match role {
        Role::Setup => is_own_entry_point(attribute),
        _ => this.contains(&format!("[{}]", last.ident)),
    };
    if is_same {
        errors.on(path, Rule::DuplicateAttribute, format!("`{this}` is written twice; keep one"));
    } else if declares(attribute) || is_own_entry_point(attribute) {
        errors.on(
            path,
            Rule::TwoAttributes,
            format!("one function cannot be both `{this}` and `#[{written}]`; write a second function"),
        );
    } else if is_entry_point(attribute) {
        errors.on(
            path,
            Rule::TwoMainAttributes,
            format!(
                "`#[{written}]` changes the function that `{this}` needs as it is; remove `#[{written}]`"
            ),
        );
    } else if let Some(conflict) = conflict(attribute, role) {
        let message = conflict_message(conflict, attribute, &function.signature.ident, role);
        errors.on(path, Rule::ConflictingAttribute, message);
    } else {
        return true;
    }
    false
}

fn conflict_message(conflict: Conflict, attribute: &Attribute, name: &Ident, role: Role) -> String {
    let (this, what) = (role.attribute(), role.what());
    // What `#[tokio::test]` leaves for the compiler.
    let written = if is_own_test(attribute) { "test".to_owned() } else { path_text(attribute.path()) };
    match conflict {
        Conflict::Test => format!(
            "`#[{written}]` makes a test of the function that `{this}` declares; remove it, and call `{name}` in a \
             test of its own"
        ),
        Conflict::Trait => format!(
            "`#[{written}]` goes on a trait or an `impl`; remove it: {what} is an `async fn` without it"
        ),
        Conflict::Handler => format!(
            "`#[{written}]` makes a request handler of the function that `{this}` declares; write a second function"
        ),
    }
}

/// Reports a declared function that is called `main`: the compiler would take it for the entry point.
///
/// In a module other than the root it is valid. An attribute does not know its module, so a visibility has to show it.
pub(crate) fn check_name(function: &Function, role: Role, errors: &mut Errors) {
    let name = &function.signature.ident;
    let may_be_in_the_root = matches!(function.visibility, Visibility::Inherited);
    if role != Role::Setup && name == "main" && may_be_in_the_root {
        let what = role.what();
        errors.on(
            name,
            Rule::DeclaredMain,
            format!(
                "the program starts with `main`, so {what} cannot have this name; \
                 write `#[taskvisor::main]` in place of `{}`, rename the function, or, in a module, \
                 write `pub(crate) async fn main`",
                role.attribute()
            ),
        );
    }
}
