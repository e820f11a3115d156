//! The owned counterpart of a borrowed type, for advice.

use quote::quote;
use syn::{GenericArgument, PathArguments, Type, TypePath};

use crate::ast::borrow::is_static;
use crate::ast::spelling::{is_named, is_unsized, last_segment, type_arguments, ungrouped};

/// The type with an owner in place of each borrow: `Option<String>` of `Option<&str>`.
pub(crate) fn owned(of_type: &Type) -> Type {
    match ungrouped(of_type) {
        Type::Reference(reference) if !reference.lifetime.as_ref().is_some_and(is_static) => {
            owner(&reference.elem)
        }
        cow if is_named(cow, &["Cow"]) => match type_arguments(cow).first() {
            Some(borrowed) => owner(borrowed),
            None => cow.clone(),
        },
        Type::Tuple(tuple) => {
            let mut tuple = tuple.clone();
            tuple.elems.iter_mut().for_each(|element| *element = owned(element));
            Type::Tuple(tuple)
        }
        Type::Array(array) => {
            let mut array = array.clone();
            *array.elem = owned(&array.elem);
            Type::Array(array)
        }
        Type::Path(path) => with_type_arguments(path, owned),
        other => other.clone(),
    }
}

/// The first type in the type that borrows, and whose owned counterpart its spelling does not show: `Iter<'_, u8>`.
pub(crate) fn borrower(of_type: &Type) -> Option<&Type> {
    let of_type = match ungrouped(of_type) {
        Type::Reference(reference) => ungrouped(&reference.elem),
        other => other,
    };
    match of_type {
        Type::Tuple(tuple) => tuple.elems.iter().find_map(borrower),
        Type::Slice(slice) => borrower(&slice.elem),
        Type::Array(array) => borrower(&array.elem),
        Type::Path(path) => {
            let last = &path.path.segments.last()?.arguments;
            let PathArguments::AngleBracketed(generics) = last else { return None };
            let borrows = |generic: &GenericArgument| matches!(generic, GenericArgument::Lifetime(lifetime) if !is_static(lifetime));
            if generics.args.iter().any(borrows) && !is_named(of_type, &["Cow"]) {
                return Some(of_type);
            }
            type_arguments(of_type).into_iter().find_map(borrower)
        }
        _ => None,
    }
}

/// The first type in the type that has no size and is stored by value: `str` of `Option<str>`.
pub(crate) fn find_unsized(of_type: &Type) -> Option<&Type> {
    match ungrouped(of_type) {
        other if is_unsized(other) => Some(other),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(find_unsized),
        Type::Array(array) => find_unsized(&array.elem),
        container if is_named(container, &CONTAINERS) => {
            type_arguments(container).into_iter().find_map(find_unsized)
        }
        _ => None,
    }
}

/// The types of the standard library that store values of their type arguments, which need a size.
const CONTAINERS: [&str; 8] =
    ["Option", "Result", "Vec", "VecDeque", "HashMap", "HashSet", "BTreeMap", "BTreeSet"];

/// The type with `owner` of each type that [`find_unsized`] finds.
pub(crate) fn with_owners(of_type: &Type, owner: &dyn Fn(&Type) -> Type) -> Type {
    match ungrouped(of_type) {
        other if is_unsized(other) => owner(other),
        Type::Tuple(tuple) => {
            let mut tuple = tuple.clone();
            tuple.elems.iter_mut().for_each(|element| *element = with_owners(element, owner));
            Type::Tuple(tuple)
        }
        Type::Array(array) => {
            let mut array = array.clone();
            *array.elem = with_owners(&array.elem, owner);
            Type::Array(array)
        }
        Type::Path(path) if is_named(of_type, &CONTAINERS) => {
            with_type_arguments(path, |of_type| with_owners(of_type, owner))
        }
        other => other.clone(),
    }
}

/// The sized type that owns a value of this type: `String` of `str`, the type itself if it is sized.
pub(crate) fn owner(of_type: &Type) -> Type {
    match ungrouped(of_type) {
        Type::Slice(slice) => {
            let element = owned(&slice.elem);
            Type::Verbatim(quote!(Vec<#element>))
        }
        Type::TraitObject(object) => Type::Verbatim(quote!(Arc<#object>)),
        Type::Path(_) => match owner_of_name(of_type) {
            Some(owner) => owner,
            None => owned(of_type),
        },
        _ => owned(of_type),
    }
}

fn owner_of_name(of_type: &Type) -> Option<Type> {
    let last = last_segment(of_type).filter(|last| last.arguments.is_none())?;
    match last.ident.to_string().as_str() {
        "str" => Some(Type::Verbatim(quote!(String))),
        "Path" => Some(Type::Verbatim(quote!(PathBuf))),
        "OsStr" => Some(Type::Verbatim(quote!(OsString))),
        "CStr" => Some(Type::Verbatim(quote!(CString))),
        _ => None,
    }
}

/// The path with each type between its angle brackets replaced.
fn with_type_arguments(path: &TypePath, replaced: impl Fn(&Type) -> Type) -> Type {
    let mut path = path.clone();
    for segment in &mut path.path.segments {
        let PathArguments::AngleBracketed(generics) = &mut segment.arguments else { continue };
        for generic in &mut generics.args {
            if let GenericArgument::Type(of_type) = generic {
                *of_type = replaced(of_type);
            }
        }
    }
    Type::Path(path)
}
