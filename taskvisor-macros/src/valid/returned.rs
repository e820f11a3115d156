//! The rules of return types that the attributes share.

use syn::{ReturnType, Signature, Type};

use crate::ast::future::ReturnedFuture;
use crate::ast::owned::owner;
use crate::ast::role::Role;
use crate::ast::spelling::{has_placeholder, is_unsized, text, ungrouped};
use crate::error::Errors;
use crate::error::rule::Rule;

/// Reports a future, a placeholder, and a type without a size. Returns `true` if there is none.
pub(crate) fn check(signature: &Signature, role: Role, errors: &mut Errors) -> bool {
    if let Some(future) = ReturnedFuture::find(signature, role) {
        errors.on(future.of_type, Rule::ReturnedFuture, future_message(signature, future.output, role));
        return false;
    }
    let ReturnType::Type(_, returned) = &signature.output else { return true };
    // A subscriber returns nothing at all.
    if role == Role::Subscriber {
        return true;
    }
    let what = role.what();
    if matches!(ungrouped(returned), Type::Reference(_)) && role != Role::Job {
        errors.on(
            returned,
            Rule::BorrowedValue,
            format!("{what} cannot return a reference; return `()`, or `Result<(), E>` with any error `E`"),
        );
    } else if has_placeholder(returned) {
        errors.on(
            returned,
            Rule::InferredType,
            format!("the return type of {what} is written out; write it in place of `_`"),
        );
    } else if is_unsized(returned) {
        let instead = match role {
            Role::Job => sized(returned),
            _ => "Result<(), Box<dyn std::error::Error + Send + Sync>>".to_owned(),
        };
        errors.on(
            returned,
            Rule::UnsizedValue,
            format!("{what} cannot return a `str`, a slice or a `dyn Trait`, which has no known size; write `-> {instead}`"),
        );
    } else {
        return true;
    }
    false
}

/// Whether a type without a size or a reference is returned, which is reported.
pub(crate) fn has_invalid_value(signature: &Signature) -> bool {
    match &signature.output {
        ReturnType::Type(_, returned) => {
            is_unsized(returned) || matches!(ungrouped(returned), Type::Reference(_))
        }
        ReturnType::Default => false,
    }
}

fn sized(returned: &Type) -> String {
    match ungrouped(returned) {
        Type::TraitObject(_) => format!("Box<{} + Send>", text(returned).trim_end_matches(" + Send")),
        _ => text(owner(returned)),
    }
}

fn future_message(signature: &Signature, output: Option<&Type>, role: Role) -> String {
    let what = role.what();
    let parameters = if signature.inputs.is_empty() { "()" } else { "(..)" };
    let output = output.map(text).filter(|output| output != "()");
    let output = output.map(|output| format!(" -> {output}")).unwrap_or_default();
    let write = format!("write `async fn {}{parameters}{output}`", signature.ident);
    if signature.asyncness.is_some() {
        format!(
            "{what} must not return a future, because nothing polls it; {write}, and `.await` the future inside"
        )
    } else {
        format!("{what} must be an `async fn`; {write}, with the code of the future as its body")
    }
}

/// Reports `impl Trait` as the return type, which hides whether it is a result. Inside of a result it is allowed.
pub(crate) fn check_impl_trait(output: &ReturnType, role: Role, errors: &mut Errors) {
    let ReturnType::Type(_, returned) = output else { return };
    let what = role.what();
    if matches!(ungrouped(returned), Type::ImplTrait(_)) {
        errors.on(
            returned,
            Rule::ImplTraitOfATask,
            format!(
                "{what} cannot return `impl Trait`, which hides whether it is a result; \
                 return `()`, or `Result<(), E>` with any error `E`"
            ),
        );
    }
}
