//! Finds borrows in types: what a job stores or returns, and a state, must be `'static`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{GenericArgument, Lifetime, PathArguments, Type};

use crate::ast::spelling::{is_named, is_unsized, last_segment, type_arguments, ungrouped};

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
        cow if is_elided_cow(cow) => Some(cow.to_token_stream()),
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

pub(crate) fn is_static(lifetime: &Lifetime) -> bool {
    lifetime.ident == "static"
}

/// Whether the type is a `Cow` of the standard library whose lifetime is omitted. A `Cow<u8>` can be a type of the user.
pub(crate) fn is_elided_cow(of_type: &Type) -> bool {
    let is_borrowed = |content: &&Type| is_unsized(content) || is_named(content, &["Path", "OsStr", "CStr"]);
    is_named(of_type, &["Cow"])
        && !names_lifetime(of_type)
        && type_arguments(of_type).first().is_some_and(is_borrowed)
}

fn names_lifetime(of_type: &Type) -> bool {
    match last_segment(of_type).map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(generics)) => {
            generics.args.iter().any(|generic| matches!(generic, GenericArgument::Lifetime(_)))
        }
        _ => false,
    }
}
