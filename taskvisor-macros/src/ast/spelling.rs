//! Types by their spelling, before the compiler resolves them.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, Pat, PatType, Path, PathArguments, PathSegment, Type, TypeReference};

use crate::text::text_of;

/// The type without the invisible group of a `macro_rules` fragment, or parentheses.
pub(crate) fn ungrouped(of_type: &Type) -> &Type {
    match of_type {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        other => other,
    }
}

/// The type as text, for a message.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    text_of(tokens.to_token_stream())
}

/// The parameter with another type, as in `db: State<Db>`.
pub(crate) fn declaration(typed: &PatType, of_type: impl ToTokens) -> String {
    let name = match &*typed.pat {
        Pat::Ident(pattern) if pattern.subpat.is_none() => pattern.ident.to_string(),
        other => text(other),
    };
    format!("{name}: {}", text(of_type))
}

/// The last segment of a path: `State<Db>` of `taskvisor::State<Db>`.
pub(crate) fn last_segment(of_type: &Type) -> Option<&PathSegment> {
    match ungrouped(of_type) {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// Whether the last segment of the type is one of these names.
pub(crate) fn is_named(of_type: &Type, names: &[&str]) -> bool {
    last_segment(of_type).is_some_and(|last| names.iter().any(|name| last.ident == name))
}

/// The name of the type, if it is one of these types of the runtime, written alone or after the name of the crate.
pub(crate) fn runtime_type(of_type: &Type, names: &[&'static str]) -> Option<&'static str> {
    let Type::Path(path) = ungrouped(of_type) else { return None };
    let is_ours = is_alone(of_type) || path.path.segments.first()?.ident == "taskvisor";
    names.iter().copied().find(|name| is_ours && is_named(of_type, &[name]))
}

/// Whether the name stands without a path, so that it can mean a type of the user.
pub(crate) fn is_alone(of_type: &Type) -> bool {
    matches!(ungrouped(of_type), Type::Path(path) if path.path.segments.len() == 1)
}

/// The types between the angle brackets of the last segment.
pub(crate) fn type_arguments(of_type: &Type) -> Vec<&Type> {
    last_segment(of_type).map(type_arguments_of).unwrap_or_default()
}

/// The types between the angle brackets of the segment.
pub(crate) fn type_arguments_of(segment: &PathSegment) -> Vec<&Type> {
    let PathArguments::AngleBracketed(generics) = &segment.arguments else { return Vec::new() };
    let types = generics.args.iter().filter_map(|generic| match generic {
        GenericArgument::Type(of_type) => Some(of_type),
        _ => None,
    });
    types.collect()
}

/// The `T` of a `State<T>`.
pub(crate) fn state_of(of_type: &Type) -> Option<&Type> {
    is_named(of_type, &["State"]).then(|| type_arguments(of_type).into_iter().next()).flatten()
}

/// The type that a reference leads to, or the type itself.
pub(crate) fn dereferenced(of_type: &Type) -> &Type {
    match ungrouped(of_type) {
        Type::Reference(TypeReference { elem, .. }) => ungrouped(elem),
        other => other,
    }
}

/// Whether the type has no size that is known at compile time.
///
/// `Path`, `OsStr` and `CStr` count by their full path only: the name alone can mean a type of the user.
pub(crate) fn is_unsized(of_type: &Type) -> bool {
    match ungrouped(of_type) {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Path(path) => path.path.is_ident("str") || is_unsized_path(&path.path),
        _ => false,
    }
}

/// Whether the name of the type, behind a reference, is one of the standard library without a size. By value, it is rather one
/// of the user.
pub(crate) fn is_unsized_name(of_type: &Type) -> bool {
    let Type::Path(path) = ungrouped(of_type) else { return false };
    ["Path", "OsStr", "CStr"].iter().any(|name| path.path.is_ident(name))
}

fn is_unsized_path(path: &Path) -> bool {
    let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(
        words.as_slice(),
        ["std", "path", "Path"] | ["std", "ffi", "OsStr" | "CStr"] | ["core", "ffi", "CStr"]
    )
}

/// The parameter as text.
pub(crate) fn parameter_text(typed: &PatType) -> String {
    format!("{}: {}", text(&typed.pat), text(&typed.ty))
}

/// Whether the type contains `impl Trait`.
pub(crate) fn has_impl_trait(of_type: &Type) -> bool {
    contains_impl(of_type.to_token_stream())
}

fn contains_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "impl",
        TokenTree::Group(group) => !is_expression(&group) && contains_impl(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Whether the group in a type is an expression, as in `Grid<{ WIDTH * 2 }>`. In it, `_` is a pattern, `'a` is a label, and
/// `impl` begins an item.
pub(crate) fn is_expression(group: &Group) -> bool {
    group.delimiter() == Delimiter::Brace
}

/// Whether the type contains the placeholder `_`. The lifetime `'_` does not count.
pub(crate) fn has_placeholder(of_type: &Type) -> bool {
    contains_placeholder(of_type.to_token_stream())
}

fn contains_placeholder(tokens: TokenStream) -> bool {
    let mut after_quote = false;
    tokens.into_iter().any(|token| {
        let is_placeholder = match &token {
            TokenTree::Ident(ident) => ident == "_" && !after_quote,
            TokenTree::Punct(punct) => punct.as_char() == '_',
            TokenTree::Group(group) => !is_expression(group) && contains_placeholder(group.stream()),
            TokenTree::Literal(_) => false,
        };
        after_quote = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        is_placeholder
    })
}
