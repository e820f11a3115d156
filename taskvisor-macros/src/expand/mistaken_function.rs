//! The user's function without the mistakes that the compiler would report a second time.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Lifetime, Pat, PatType, ReturnType, Type, parse_quote};

use crate::ast::attribute::{conflict, declares, is_entry_point};
use crate::ast::borrow::{find_borrow, is_elided_cow};
use crate::ast::function::{Function, mentions};
use crate::ast::owned::{find_unsized, with_owners};
use crate::ast::parameter::{typed, typed_mut};
use crate::ast::role::Role;
use crate::ast::spelling::{has_placeholder, is_expression, is_named, is_unsized};
use crate::valid::generics::undeclared;

/// Removes these mistakes. Returns `true` if there are any.
pub(crate) fn strip_mistakes(function: &mut Function) -> bool {
    let attributes = strip_attributes(function);
    let signature = &mut function.signature;
    // The compiler itself rejects each of them together with `async`.
    let variadic = signature.asyncness.is_some() && signature.variadic.take().is_some();
    let constness = signature.asyncness.is_some() && signature.constness.take().is_some();
    let lifetimes = strip_lifetimes(function);
    let untyped = has_untyped(function);
    let parameters =
        typed_mut(&mut function.signature).fold(false, |stripped, typed| strip_type(typed) | stripped);
    let returned = strip_returned(function);
    if untyped {
        strip_body(function);
    }
    attributes || variadic || constness || lifetimes || parameters || returned
}

/// Whether the body depends on a type that is not known: a placeholder, or the type of the value.
fn has_untyped(function: &Function) -> bool {
    let returned = match &function.signature.output {
        ReturnType::Type(_, returned) => has_placeholder(returned) || is_unsized(returned),
        ReturnType::Default => false,
    };
    returned || typed(&function.signature).any(|typed| has_placeholder(&typed.ty))
}

fn strip_attributes(function: &mut Function) -> bool {
    // The other attribute would report mistakes of its own.
    let changed_again = |attribute: &Attribute| {
        declares(attribute) || is_entry_point(attribute) || conflict(attribute, Role::Task).is_some()
    };
    let before = function.attributes.len();
    function.attributes.retain(|attribute| !changed_again(attribute));
    function.attributes.len() < before
}

/// Replaces undeclared lifetimes. Returns `true` if there are any.
fn strip_lifetimes(function: &mut Function) -> bool {
    if undeclared(&function.signature).is_none() {
        return false;
    }
    for typed in typed_mut(&mut function.signature) {
        if let Ok(of_type) = syn::parse2(with_lifetimes(typed.ty.to_token_stream(), "_")) {
            *typed.ty = of_type;
        }
    }
    if let ReturnType::Type(_, returned) = &mut function.signature.output {
        if let Ok(of_type) = syn::parse2(with_lifetimes(returned.to_token_stream(), "static")) {
            **returned = of_type;
        }
    }
    true
}

/// The tokens with this lifetime in place of each that has a name.
fn with_lifetimes(tokens: TokenStream, name: &str) -> TokenStream {
    let mut after_quote = false;
    let tokens = tokens.into_iter().map(|token| {
        let is_lifetime = after_quote;
        after_quote = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        match token {
            TokenTree::Ident(ident) if is_lifetime && ident != "static" => {
                TokenTree::Ident(Ident::new(name, ident.span()))
            }
            TokenTree::Group(group) if !is_expression(&group) => {
                let mut inner = Group::new(group.delimiter(), with_lifetimes(group.stream(), name));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        }
    });
    tokens.collect()
}

/// Gives the parameter a type that the compiler accepts.
fn strip_type(typed: &mut PatType) -> bool {
    let of_type = &typed.ty;
    let accepted = if has_placeholder(of_type) {
        with_placeholders(of_type.to_token_stream(), &quote!(impl ::core::marker::Sized))
    } else if find_unsized(of_type).is_some() {
        let boxed = |of_type: &Type| Type::Verbatim(quote!(::std::boxed::Box<#of_type>));
        with_owners(of_type, &boxed).into_token_stream()
    } else if mentions(of_type.to_token_stream(), "Cow") {
        give_lifetime(&mut typed.ty, &parse_quote!('_));
        return true;
    } else if let Some(state) = taken_out_of(&typed.pat).filter(|_| !is_named(of_type, &["State"])) {
        quote!(#state<#of_type>)
    } else {
        return false;
    };
    *typed.ty = Type::Verbatim(accepted);
    true
}

/// The tokens with this type in place of each `_`.
fn with_placeholders(tokens: TokenStream, of_type: &TokenStream) -> TokenStream {
    let mut after_quote = false;
    let tokens = tokens.into_iter().map(|token| {
        let is_lifetime = after_quote;
        after_quote = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        match token {
            TokenTree::Ident(ident) if ident == "_" && !is_lifetime => of_type.clone(),
            TokenTree::Punct(punct) if punct.as_char() == '_' => of_type.clone(),
            TokenTree::Group(group) if !is_expression(&group) => {
                let inner = with_placeholders(group.stream(), of_type);
                TokenTree::Group(Group::new(group.delimiter(), inner)).into()
            }
            other => other.into(),
        }
    });
    tokens.collect()
}

/// Empties the body, which cannot be checked without its types. The types stay in use.
fn strip_body(function: &mut Function) {
    function.attributes.push(parse_quote!(#[allow(unused_variables)]));
    function.body = quote!({ ::core::unreachable!() });
}

/// The path of `State` in the pattern `State(db)`.
fn taken_out_of(pattern: &Pat) -> Option<&syn::Path> {
    match pattern {
        Pat::TupleStruct(pattern) if pattern.path.segments.last()?.ident == "State" => Some(&pattern.path),
        _ => None,
    }
}

/// Returns a type that the compiler accepts.
fn strip_returned(function: &mut Function) -> bool {
    let borrows = function.signature.inputs.iter().filter(|input| {
        let tokens = input.to_token_stream();
        mentions(tokens.clone(), "self") || tokens.to_string().contains(['&', '\''])
    });
    let cannot_borrow = borrows.count() != 1;
    let ReturnType::Type(_, returned) = &mut function.signature.output else { return false };
    if has_placeholder(returned) {
        **returned = Type::Verbatim(with_placeholders(returned.to_token_stream(), &quote!(())));
        return true;
    }
    if is_unsized(returned) {
        **returned = Type::Verbatim(quote!(::std::boxed::Box<#returned>));
        return true;
    }
    if !cannot_borrow || find_borrow(returned).is_none() {
        return false;
    }
    give_lifetime(returned, &parse_quote!('static));
    // It may borrow from a local variable, which is the same mistake.
    strip_body(function);
    true
}

/// Writes the lifetime where one is omitted.
fn give_lifetime(of_type: &mut Type, lifetime: &Lifetime) {
    let is_elided_cow = is_elided_cow(of_type);
    match of_type {
        Type::Group(group) => give_lifetime(&mut group.elem, lifetime),
        Type::Paren(paren) => give_lifetime(&mut paren.elem, lifetime),
        Type::Reference(reference) => {
            if reference.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident == "_") {
                reference.lifetime = Some(lifetime.clone());
            }
            give_lifetime(&mut reference.elem, lifetime);
        }
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|element| give_lifetime(element, lifetime)),
        Type::Array(array) => give_lifetime(&mut array.elem, lifetime),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last_mut() else { return };
            let syn::PathArguments::AngleBracketed(generics) = &mut last.arguments else { return };
            for generic in &mut generics.args {
                match generic {
                    syn::GenericArgument::Type(of_type) => give_lifetime(of_type, lifetime),
                    syn::GenericArgument::Lifetime(given) if given.ident == "_" => *given = lifetime.clone(),
                    _ => {}
                }
            }
            if is_elided_cow {
                generics.args.insert(0, syn::GenericArgument::Lifetime(lifetime.clone()));
            }
        }
        _ => {}
    }
}
