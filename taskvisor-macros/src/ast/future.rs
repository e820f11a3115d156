//! Finds futures in return types.

use syn::punctuated::Punctuated;
use syn::{AssocType, GenericArgument, PathArguments, ReturnType, Signature, Token, Type, TypeParamBound};

use crate::ast::role::Role;
use crate::ast::spelling::{is_named, type_arguments, ungrouped};

/// The future that a function returns by the spelling of its return type, with its output if the spelling shows it.
pub(crate) struct ReturnedFuture<'a> {
    pub(crate) of_type: &'a Type,
    pub(crate) output: Option<&'a Type>,
}

impl<'a> ReturnedFuture<'a> {
    /// Finds a future, boxed or not.
    pub(crate) fn find(signature: &'a Signature, role: Role) -> Option<Self> {
        let ReturnType::Type(_, returned) = &signature.output else { return None };
        let is_async = signature.asyncness.is_some();
        let found = match ungrouped(returned) {
            // The value of a job can be a future, if its type has a name.
            Type::Path(_) if is_async && role == Role::Job => None,
            // Without `async` it stands for the future that was spawned.
            other if !is_async && is_named(other, &["JoinHandle"]) => {
                Some(type_arguments(other).first().copied())
            }
            other => future(other),
        };
        found.map(|output| Self { of_type: returned, output })
    }
}

/// The output of the future, if the type is one.
fn future(of_type: &Type) -> Option<Option<&Type>> {
    match ungrouped(of_type) {
        Type::ImplTrait(of_type) => future_among(&of_type.bounds),
        Type::TraitObject(of_type) => future_among(&of_type.bounds),
        other if is_named(other, &["Pin", "Box"]) => {
            type_arguments(other).first().and_then(|inner| future(inner))
        }
        other if is_named(other, &["BoxFuture", "LocalBoxFuture"]) => {
            Some(type_arguments(other).first().copied())
        }
        _ => None,
    }
}

fn future_among(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<Option<&Type>> {
    bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let last = bound.path.segments.last()?;
        if last.ident != "Future" && last.ident != "IntoFuture" {
            return None;
        }
        let PathArguments::AngleBracketed(generics) = &last.arguments else { return Some(None) };
        let output = generics.args.iter().find_map(|generic| match generic {
            GenericArgument::AssocType(AssocType { ident, ty, .. }) if ident == "Output" => Some(ty),
            _ => None,
        });
        Some(output)
    })
}
