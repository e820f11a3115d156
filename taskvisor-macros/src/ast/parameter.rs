//! The injected parameters: the type of each says what to pass.

use quote::ToTokens;
use syn::{Attribute, FnArg, GenericArgument, PathArguments, PathSegment, Signature, Type};

use crate::ast::function::mentions;
use crate::error::Errors;
use crate::error::rule::Rule;

/// An injected parameter.
pub(crate) struct Parameter {
    /// Its `#[cfg]`s: the argument is removed together with the parameter.
    pub(crate) cfgs: Vec<Attribute>,
    /// Its type, without a leading `&`.
    pub(crate) of_type: Type,
    pub(crate) borrowed: bool,
}

impl Parameter {
    /// Reads the parameters of a function. Reports and omits those that cannot be injected.
    pub(crate) fn read_all(signature: &Signature, errors: &mut Errors) -> Vec<Self> {
        signature.inputs.iter().filter_map(|input| Self::read(input, errors)).collect()
    }

    /// Reads one parameter. Reports it if it cannot be injected.
    pub(crate) fn read(input: &FnArg, errors: &mut Errors) -> Option<Self> {
        let FnArg::Typed(typed) = input else { return None };
        let cfgs = cfgs(&typed.attrs);
        let Type::Reference(reference) = ungrouped(&typed.ty) else {
            return Some(Self { cfgs, of_type: (*typed.ty).clone(), borrowed: false });
        };
        if let Some(mutability) = &reference.mutability {
            errors.on(
                mutability,
                Rule::MutableReference,
                "a parameter cannot be `&mut`, because no code sees the change after the call; \
                 take the value itself, or share it as `State<Mutex<T>>`",
            );
            return None;
        }
        if let Some(lifetime) = &reference.lifetime {
            if lifetime.ident == "static" {
                errors.on(
                    lifetime,
                    Rule::StaticReference,
                    "a parameter is borrowed for one call, not for `'static`; write `&T`",
                );
                return None;
            }
        }
        if is_unsized(ungrouped(&reference.elem)) {
            errors.on(
                reference,
                Rule::UnsizedReference,
                "a parameter cannot be a `str`, a slice or a `dyn Trait`, because it would have no owner; \
                 take its owner, as in `State<String>`",
            );
            return None;
        }
        Some(Self { cfgs, of_type: (*reference.elem).clone(), borrowed: true })
    }

    /// Whether its type is written as a state.
    pub(crate) fn is_state(&self) -> bool {
        is_state(&self.of_type)
    }

    /// Whether its type can be named elsewhere; an `impl Trait` cannot.
    pub(crate) fn has_name(&self) -> bool {
        !mentions(self.of_type.to_token_stream(), "impl")
    }
}

/// Whether the type is written as `State<T>` or `Option<State<T>>`.
pub(crate) fn is_state(of_type: &Type) -> bool {
    let Some(last) = last_segment(of_type) else { return false };
    let PathArguments::AngleBracketed(generics) = &last.arguments else {
        // Without a type argument it is a type of the user with the same name.
        return false;
    };
    let is_state = |generic: &GenericArgument| match generic {
        GenericArgument::Type(inner) => last_segment(inner).is_some_and(|last| last.ident == "State"),
        _ => false,
    };
    last.ident == "State" || (last.ident == "Option" && generics.args.iter().any(is_state))
}

/// The last part of a path.
pub(crate) fn last_segment(of_type: &Type) -> Option<&PathSegment> {
    match ungrouped(of_type) {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// The `#[cfg]`s among a parameter's attributes.
pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

/// The type without the invisible group of a `macro_rules` fragment, or parentheses.
pub(crate) fn ungrouped(of_type: &Type) -> &Type {
    match of_type {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        other => other,
    }
}

fn is_unsized(of_type: &Type) -> bool {
    match of_type {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Path(path) => path.path.is_ident("str"),
        _ => false,
    }
}
