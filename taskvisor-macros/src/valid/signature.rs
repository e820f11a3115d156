//! The rules of a function's signature that the attributes share.

use quote::ToTokens;
use syn::{Attribute, FnArg, GenericParam, Generics, ReturnType, Safety, Signature, Type};

use crate::ast::attribute::{declares, is_entry_point, is_inject};
use crate::ast::function::mentions;
use crate::ast::parameter::ungrouped;
use crate::error::Errors;
use crate::error::rule::Rule;

/// Checks all but the parameters' types; `what` is the function's role, as in "a task", and `not_async` the rule that
/// requires `async` of it.
pub(crate) fn check(signature: &Signature, what: &str, not_async: Rule, errors: &mut Errors) {
    if let Some(constness) = &signature.constness {
        errors.on(
            constness,
            if signature.asyncness.is_some() { Rule::ConstAsyncFunction } else { Rule::ConstFunction },
            format!("{what} cannot be `const`: it runs while the program does; write `async fn`"),
        );
    } else if signature.asyncness.is_none() {
        errors.on(
            signature.fn_token,
            not_async,
            format!(
                "{what} must be an `async fn`, because the runtime polls it; \
                 write `async fn {}`, and use `spawn_blocking` inside for work that blocks",
                signature.ident
            ),
        );
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
            format!("{what} cannot be `extern`: only the runtime calls it; remove the ABI"),
        );
    }
    check_generics(&signature.generics, what, errors);
    for input in &signature.inputs {
        check_input(input, what, errors);
    }
    if let Some(variadic) = &signature.variadic {
        errors.on(
            variadic,
            Rule::VariadicFunction,
            format!("{what} cannot be variadic; name each parameter"),
        );
    }
}

fn check_generics(generics: &Generics, what: &str, errors: &mut Errors) {
    for parameter in &generics.params {
        match parameter {
            GenericParam::Lifetime(lifetime) => errors.on(
                lifetime,
                Rule::GenericFunction,
                format!("{what} cannot name a lifetime: what it borrows lives for one call; write `&T`"),
            ),
            GenericParam::Type(_) | GenericParam::Const(_) => errors.on(
                parameter,
                Rule::GenericFunction,
                format!(
                    "{what} cannot be generic, because nothing says for which type it runs; \
                     use a concrete type, and one function for each"
                ),
            ),
        }
    }
    if let Some(clause) = &generics.where_clause {
        let message = format!("{what} cannot have a `where` clause: it is not generic; remove the clause");
        // An empty clause has no tokens, so its error would point at the whole attribute.
        if clause.predicates.is_empty() {
            errors.on(clause.where_token, Rule::WhereClause, message);
        } else {
            errors.on(clause, Rule::WhereClause, message);
        }
    }
}

fn check_input(input: &FnArg, what: &str, errors: &mut Errors) {
    match input {
        FnArg::Receiver(receiver) => errors.on(
            receiver,
            Rule::Method,
            format!("{what} cannot take `self`: use a free function, and `State<T>` for shared data"),
        ),
        FnArg::Typed(typed) if mentions(typed.ty.to_token_stream(), "impl") => errors.on(
            &typed.ty,
            Rule::ImplTraitParameter,
            format!(
                "{what} cannot take `impl Trait`, because the parameter's type says what to pass; name a type"
            ),
        ),
        FnArg::Typed(_) => {}
    }
}

/// Reports `#[inject]` where everything is injected.
pub(crate) fn check_marks(signature: &Signature, what: &str, errors: &mut Errors) {
    let typed = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    for mark in typed.flat_map(|typed| &typed.attrs).filter(|attribute| is_inject(attribute)) {
        errors.on(
            mark,
            Rule::InjectOutsideAJob,
            format!("every parameter of {what} is injected; remove `#[inject]`, which marks one of a job"),
        );
    }
}

/// Reports other attributes that change the function.
pub(crate) fn check_attributes(attributes: &[Attribute], this: &str, errors: &mut Errors) {
    for attribute in attributes {
        let path = attribute.path();
        let Some(last) = path.segments.last() else { continue };
        let written = path.segments.iter().map(|part| part.ident.to_string()).collect::<Vec<_>>().join("::");
        if this.contains(&format!("[{}]", last.ident)) {
            errors.on(
                path,
                Rule::DuplicateAttribute,
                format!("the function is declared twice; keep one `{this}`"),
            );
        } else if declares(attribute) {
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
        }
    }
}

/// Reports `impl Trait` as the return type, which hides whether it is a result. Inside of a result it is allowed.
pub(crate) fn check_returned(output: &ReturnType, what: &str, errors: &mut Errors) {
    let ReturnType::Type(_, returned) = output else { return };
    if matches!(ungrouped(returned), Type::ImplTrait(_)) {
        errors.on(
            returned,
            Rule::ImplTraitOfATask,
            format!(
                "{what} cannot return `impl Trait`, which hides whether it is a result; \
                 return `()`, or `Result<(), E>` of any error"
            ),
        );
    }
}
