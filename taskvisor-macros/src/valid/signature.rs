//! The rules of a function that the attributes share, except for its types.

use syn::{Safety, Signature};

use crate::ast::attribute::{is_inject, is_own_test};
use crate::ast::function::Function;
use crate::ast::future::ReturnedFuture;
use crate::ast::parameter::typed;
use crate::ast::role::Role;
use crate::error::Errors;
use crate::error::rule::Rule;

use super::{attributes, generics};

/// Checks all but the types of the parameters and of the value; `not_async` is the rule that requires `async`.
pub(crate) fn check(function: &Function, role: Role, not_async: Rule, errors: &mut Errors) {
    let signature = &function.signature;
    let what = role.what();
    if attributes::check(function, role, errors) {
        attributes::check_name(function, role, errors);
    }
    if let Some(constness) = &signature.constness {
        errors.on(
            constness,
            if signature.asyncness.is_some() { Rule::ConstAsyncFunction } else { Rule::ConstFunction },
            format!("{what} cannot be `const`: it runs at run time; write `async fn`"),
        );
    } else if signature.asyncness.is_none() && signature.abi.is_none() {
        check_async(function, role, not_async, errors);
    }
    if let Safety::Unsafe(word) = &signature.safety {
        errors.on(
            word,
            Rule::UnsafeFunction,
            format!(
                "{what} cannot be `unsafe`, because its caller promises nothing; put `unsafe` blocks inside"
            ),
        );
    }
    if let Some(abi) = &signature.abi {
        errors.on(
            abi,
            Rule::ExternFunction,
            format!(
                "{what} cannot be `extern`: only the runtime calls it; write `async fn {}`",
                signature.ident
            ),
        );
    }
    generics::check(signature, role, errors);
    check_receiver(function, role, errors);
    if let Some(variadic) = &signature.variadic {
        errors.on(
            variadic,
            Rule::VariadicFunction,
            format!("{what} cannot be variadic; name each parameter"),
        );
    }
}

fn check_async(function: &Function, role: Role, not_async: Rule, errors: &mut Errors) {
    let signature = &function.signature;
    // Both are reported where they are: the future as the return type, the test as an attribute.
    let is_test = role != Role::Setup && function.attributes.iter().any(is_own_test);
    if is_test || ReturnedFuture::find(signature, role).is_some() {
        return;
    }
    let (what, this, name) = (role.what(), role.attribute(), &signature.ident);
    // An attribute above has run before. It leaves its runtime in the body, but not its name.
    let message = if function.body_mentions("block_on") {
        format!(
            "{what} must be an `async fn`, and this one blocks on a future, as `#[tokio::main]` and `#[tokio::test]` \
             make it; remove such an attribute above `{this}`, and write `async fn {name}`, with `.await` in place of \
             `block_on`"
        )
    } else {
        format!(
            "{what} must be an `async fn`, because the runtime polls it; \
             write `async fn {name}`, and use `spawn_blocking` inside for work that blocks"
        )
    };
    errors.on(signature.fn_token, not_async, message);
}

/// Reports methods, and associated functions that name `Self`.
fn check_receiver(function: &Function, role: Role, errors: &mut Errors) {
    let what = role.what();
    if let Some(receiver) = function.signature.receiver() {
        errors.on(
            receiver,
            Rule::Method,
            format!("{what} cannot take `self`: use a free function, and `State<T>` for shared data"),
        );
    } else if let Some(word) = function.names_self() {
        errors.on(
            word,
            Rule::Method,
            format!(
                "{what} cannot be part of an `impl` block, because its type would have to be there too; \
                 move the function out, and write the type's name in place of `Self`"
            ),
        );
    }
}

/// Reports `#[inject]` where everything is injected.
pub(crate) fn check_marks(signature: &Signature, role: Role, errors: &mut Errors) {
    let what = role.what();
    for mark in typed(signature).flat_map(|typed| &typed.attrs).filter(|attribute| is_inject(attribute)) {
        let message = match role {
            Role::Setup => {
                "the setup function takes the application, which is not injected; remove `#[inject]`"
                    .to_owned()
            }
            _ => {
                format!(
                    "every parameter of {what} is injected; remove `#[inject]`, which only parameters of a job need"
                )
            }
        };
        errors.on(mark, Rule::InjectOutsideAJob, message);
    }
}
