//! Types that hold on to something for a while only, which a job's arguments and its value cannot.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{GenericArgument, Lifetime, PathArguments, Type};

use crate::ast::parameter::bare;

/// The first part of a type that is borrowed for less than `'static`, as far as its spelling says.
pub(super) fn borrowed(of_type: &Type) -> Option<TokenStream> {
    match bare(of_type) {
        Type::Reference(reference) => match &reference.lifetime {
            Some(lifetime) if is_static(lifetime) => borrowed(&reference.elem),
            _ => Some(reference.to_token_stream()),
        },
        Type::Tuple(tuple) => tuple.elems.iter().find_map(borrowed),
        Type::Array(array) => borrowed(&array.elem),
        Type::Slice(slice) => borrowed(&slice.elem),
        Type::Path(path) => path.path.segments.iter().find_map(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(generics) => {
                generics.args.iter().find_map(|generic| match generic {
                    GenericArgument::Type(of_type) => borrowed(of_type),
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
