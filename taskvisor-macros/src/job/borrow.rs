//! Finds borrows in types: the arguments and the value of a job must be `'static`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{GenericArgument, Lifetime, PathArguments, Type};

use crate::ast::parameter::ungrouped;

/// The first part of the type that its spelling shows to be borrowed for less than `'static`.
pub(super) fn find_borrow(of_type: &Type) -> Option<TokenStream> {
    match ungrouped(of_type) {
        Type::Reference(reference) => match &reference.lifetime {
            Some(lifetime) if is_static(lifetime) => find_borrow(&reference.elem),
            _ => Some(reference.to_token_stream()),
        },
        Type::Tuple(tuple) => tuple.elems.iter().find_map(find_borrow),
        Type::Array(array) => find_borrow(&array.elem),
        Type::Slice(slice) => find_borrow(&slice.elem),
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
