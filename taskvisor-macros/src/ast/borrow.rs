//! Finds borrows in types: what a job stores or returns, and a state, must be `'static`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{GenericArgument, Lifetime, PathArguments, Type};

use crate::ast::spelling::{is_named, last_segment, ungrouped};

/// The first part of the type that its spelling shows to be borrowed for less than `'static`.
pub(crate) fn find_borrow(of_type: &Type) -> Option<TokenStream> {
    match ungrouped(of_type) {
        Type::Reference(reference) => match &reference.lifetime {
            Some(lifetime) if is_static(lifetime) => find_borrow(&reference.elem),
            _ => Some(reference.to_token_stream()),
        },
        Type::Tuple(tuple) => tuple.elems.iter().find_map(find_borrow),
        Type::Array(array) => find_borrow(&array.elem),
        Type::Slice(slice) => find_borrow(&slice.elem),
        // Its lifetime can be omitted, unlike that of a reference.
        cow if is_named(cow, &["Cow"]) && !names_lifetime(cow) => Some(cow.to_token_stream()),
        Type::Path(path) => path.path.segments.iter().find_map(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(generics) => {
                generics.args.iter().find_map(|generic| match generic {
                    GenericArgument::Type(of_type) => find_borrow(of_type),
                    GenericArgument::Lifetime(lifetime) if !is_static(lifetime) => {
                        Some(lifetime.to_token_stream())
                    }
                    _ => None,
                })
            }
            _ => None,
        }),
        _ => None,
    }
}

fn is_static(lifetime: &Lifetime) -> bool {
    lifetime.ident == "static"
}

fn names_lifetime(of_type: &Type) -> bool {
    match last_segment(of_type).map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(generics)) => {
            generics.args.iter().any(|generic| matches!(generic, GenericArgument::Lifetime(_)))
        }
        _ => false,
    }
}
