//! The rules of parameters.

use quote::{ToTokens, quote};
use syn::{PatType, Type, TypeImplTrait, TypeParamBound, TypeReference};

use crate::ast::function::mentions;
use crate::ast::owned::owner;
use crate::ast::parameter::Parameter;
use crate::ast::role::Role;
use crate::ast::spelling::{
    declaration, dereferenced, has_impl_trait, has_placeholder, is_unsized, is_unsized_name, state_of, text,
    type_arguments_of, ungrouped,
};
use crate::error::Errors;
use crate::error::rule::Rule;

use super::{instance, misplaced, state};

/// Reads an injected parameter. Reports it if it cannot be injected.
pub(crate) fn read(typed: &PatType, role: Role, errors: &mut Errors) -> Option<Parameter> {
    let is_valid = check_shape(typed, role, errors)
        && check_reference(typed, role, errors)
        && instance::check(typed, role, errors)
        && state::check(typed, errors);
    is_valid.then(|| Parameter::read(typed))
}

/// Checks what no parameter can be: a type without a name, a type of another role, or changed in place.
pub(crate) fn check_shape(typed: &PatType, role: Role, errors: &mut Errors) -> bool {
    check_placeholder(typed, role, errors)
        && check_impl_trait(typed, role, errors)
        && misplaced::check(typed, role, errors)
        && check_mutable(typed, role, errors)
}

fn check_placeholder(typed: &PatType, role: Role, errors: &mut Errors) -> bool {
    if !has_placeholder(&typed.ty) {
        return true;
    }
    let message = if mentions(typed.ty.to_token_stream(), "State") {
        format!(
            "a state is found by its type; write that type in place of `_`, as in `{}`",
            declaration(typed, quote!(State<Db>))
        )
    } else if role == Role::Job {
        "an argument of a job has the type with which it is submitted; write it in place of `_`".to_owned()
    } else {
        "the type of a parameter says what to pass; write it in place of `_`".to_owned()
    };
    errors.on(&typed.ty, Rule::InferredType, message);
    false
}

fn check_impl_trait(typed: &PatType, role: Role, errors: &mut Errors) -> bool {
    if !has_impl_trait(&typed.ty) {
        return true;
    }
    let what = role.what();
    let of_type = dereferenced(&typed.ty);
    let content = state_of(of_type).unwrap_or(of_type);
    let instead = match ungrouped(content) {
        Type::ImplTrait(of_type) => impl_trait_advice(typed, of_type, role),
        _ => "name a type".to_owned(),
    };
    errors.on(
        &typed.ty,
        Rule::ImplTraitParameter,
        format!("{what} cannot take `impl Trait`, because the parameter's type says what to pass; {instead}"),
    );
    false
}

fn impl_trait_advice(typed: &PatType, of_type: &TypeImplTrait, role: Role) -> String {
    let traits = of_type.bounds.iter().filter(|bound| matches!(bound, TypeParamBound::Trait(_)));
    let shared = declaration(typed, quote!(State<Arc<dyn #(#traits)+*>>));
    if role != Role::Job {
        return format!("write `{shared}`");
    }
    let converted = of_type.bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let last = bound.path.segments.last()?;
        match last.ident.to_string().as_str() {
            "Into" | "AsRef" | "Borrow" => {
                type_arguments_of(last).first().map(|inner| owner(inner).into_token_stream())
            }
            "ToString" | "Display" => Some(quote!(String)),
            _ => None,
        }
    });
    match converted {
        Some(converted) => format!("write `{}`", declaration(typed, converted)),
        None => format!("write `{shared}` to inject it, or name the type of the argument"),
    }
}

fn check_mutable(typed: &PatType, role: Role, errors: &mut Errors) -> bool {
    let Type::Reference(TypeReference { mutability: Some(mutability), elem, .. }) = ungrouped(&typed.ty)
    else {
        return true;
    };
    let elem = ungrouped(elem);
    let message = if let Some(content) = state_of(elem) {
        let content = state::mutex(content);
        format!(
            "a parameter cannot be `&mut`, because a state is shared; write `{}`",
            declaration(typed, quote!(State<#content>))
        )
    } else if state::is_injected(elem) {
        format!(
            "a parameter cannot be `&mut`: its methods take `&self`; write `{}`",
            declaration(typed, elem.clone())
        )
    } else {
        let content = owner(elem);
        let shared = state::mutex(&content);
        let shared = declaration(typed, quote!(State<#shared>));
        let argument = match role {
            Role::Job => format!(", or `{}` for an argument, and return it", declaration(typed, content)),
            _ => String::new(),
        };
        format!(
            "a parameter cannot be `&mut`, because no code sees the change after the call; write `{shared}`{argument}"
        )
    };
    errors.on(mutability, Rule::MutableReference, message);
    false
}

/// Checks a reference to what would have no owner, or would live too long.
fn check_reference(typed: &PatType, role: Role, errors: &mut Errors) -> bool {
    let of_type = dereferenced(&typed.ty);
    let is_borrowed = matches!(ungrouped(&typed.ty), Type::Reference(_));
    let may_be_own = is_borrowed && is_unsized_name(of_type);
    if is_unsized(of_type) || may_be_own {
        let owner = owner(of_type);
        let argument = match role {
            Role::Task if !matches!(of_type, Type::TraitObject(_)) => {
                format!(", or make it an argument of a `#[job]`: `{}`", declaration(typed, owner.clone()))
            }
            _ => String::new(),
        };
        let name = text(of_type);
        let own = if may_be_own {
            format!("; if `{name}` is a type of your own, write `&self::{name}`")
        } else {
            String::new()
        };
        errors.on(
            &typed.ty,
            Rule::UnsizedParameter,
            format!(
                "a parameter cannot be a `str`, a slice or a `dyn Trait`, because it would have no owner; \
                 write `{}`{argument}{own}",
                declaration(typed, quote!(State<#owner>))
            ),
        );
        return false;
    }
    let Type::Reference(TypeReference { lifetime: Some(lifetime), elem, .. }) = ungrouped(&typed.ty) else {
        return true;
    };
    if lifetime.ident != "static" {
        return true;
    }
    let borrowed = declaration(typed, quote!(&#elem));
    let instead = if state::is_injected(elem) {
        format!("write `{borrowed}`")
    } else {
        let shared = declaration(typed, quote!(State<#elem>));
        format!("write `{shared}`, or `{borrowed}` of an extractor")
    };
    errors.on(
        lifetime,
        Rule::StaticReference,
        format!("a parameter is borrowed for one call, not for `'static`; {instead}"),
    );
    false
}
