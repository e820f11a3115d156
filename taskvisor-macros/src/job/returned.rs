//! What a job may return: a value that outlives the call, of a type that can be named.

use quote::ToTokens;
use syn::ReturnType;

use crate::ast::function::mentions;
use crate::ast::returned::never_returns;
use crate::error::Errors;
use crate::error::rule::Rule;

use super::borrow::find_borrow;

/// Reports mistakes that the spelling of the type shows. Returns whether the compiler can check the rest.
pub(super) fn check(output: &ReturnType, errors: &mut Errors) -> bool {
    let ReturnType::Type(_, returned) = output else { return true };
    if never_returns(output) {
        errors.on(
            returned,
            Rule::NeverOfAJob,
            "a job returns a value, and this one never would; remove the type, or write a `#[task]` \
             for what runs until it is stopped",
        );
    } else if mentions(returned.to_token_stream(), "impl") {
        errors.on(
            returned,
            Rule::ImplTraitOfAJob,
            "a job cannot return `impl Trait`, because `JobHandle` names the type of the value; name it",
        );
    } else if let Some(borrowed) = find_borrow(returned) {
        errors.on(
            borrowed,
            Rule::BorrowedValue,
            "a job's value outlives the call: make it owned, such as `String`",
        );
    } else {
        return true;
    }
    false
}
