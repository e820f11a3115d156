//! The option `fatal_if` on a function that cannot fail.

use syn::{ExprPath, ReturnType, Signature, Type};

use crate::ast::returned::never_returns;
use crate::ast::role::Role;
use crate::ast::spelling::{is_named, ungrouped};
use crate::attr::value::OptionValue;
use crate::error::Errors;
use crate::error::rule::Rule;

/// What is wrong with the option on a function that cannot fail.
pub(crate) const WITHOUT_ERROR: &str = "`fatal_if` decides which errors are fatal, and this function has none; let it return a `Result`, or \
                                        remove `fatal_if`";

/// Types that are no `Result`.
const VALUES: [&str; 17] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "f32", "f64", "bool", "char",
    "String", "Vec", "Option",
];

/// Reports the option at its key, and removes it, if the spelling of the return type shows that the function has no error. For an
/// alias, generated code reports it.
pub(crate) fn check(
    fatal_if: &mut Option<OptionValue<ExprPath>>,
    signature: &Signature,
    role: Role,
    errors: &mut Errors,
) {
    let Some(given) = fatal_if else { return };
    if !never_returns(&signature.output) && !has_no_error(&signature.output, role) {
        return;
    }
    errors.on(&given.key, Rule::FatalIfWithoutError, WITHOUT_ERROR);
    *fatal_if = None;
}

fn has_no_error(output: &ReturnType, role: Role) -> bool {
    let ReturnType::Type(_, returned) = output else { return true };
    match ungrouped(returned) {
        Type::Tuple(tuple) => tuple.elems.is_empty() || role == Role::Job,
        // A task must not return a value, which is reported itself.
        Type::Array(_) => role == Role::Job,
        other => role == Role::Job && is_named(other, &VALUES),
    }
}
