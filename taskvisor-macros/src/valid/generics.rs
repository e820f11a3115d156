//! The generic parameters of a function, of which it can have none.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{GenericParam, Ident, Lifetime, PatType, Signature, Token, Type};

use crate::ast::function::mentions;
use crate::ast::parameter::typed;
use crate::ast::role::Role;
use crate::ast::spelling::{is_expression, parameter_text};
use crate::error::Errors;
use crate::error::rule::Rule;

/// Reports type and const parameters, or else a `where` clause, which has nothing to bound.
pub(crate) fn check(signature: &Signature, role: Role, errors: &mut Errors) {
    let what = role.what();
    let generics = &signature.generics;
    let named = generics.params.iter().filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)));
    let named: Punctuated<&GenericParam, Token![,]> = named.collect();
    if let Some(first) = named.first() {
        let names: Vec<String> = named.iter().filter_map(|parameter| name(parameter)).collect();
        let what_runs = if matches!(first, GenericParam::Const(_)) { "value" } else { "type" };
        errors.on(
            &named,
            Rule::GenericFunction,
            format!(
                "{what} cannot be generic over {0}, because nothing says for which {what_runs} it runs; \
                 write a concrete {what_runs} in place of {0}, and one function for each",
                names.join(" and ")
            ),
        );
    } else if let Some(clause) = &generics.where_clause {
        let message = format!("{what} cannot have a `where` clause: it is not generic; remove the clause");
        // An empty clause has no tokens, so its error would point at the whole attribute.
        if clause.predicates.is_empty() {
            errors.on(clause.where_token, Rule::WhereClause, message);
        } else {
            errors.on(clause, Rule::WhereClause, message);
        }
    }
}

fn name(parameter: &GenericParam) -> Option<String> {
    match parameter {
        GenericParam::Type(of_type) => Some(format!("`{}`", of_type.ident)),
        GenericParam::Const(constant) => Some(format!("`{}`", constant.ident)),
        GenericParam::Lifetime(_) => None,
    }
}

/// Whether the type names a type or const parameter of the function, which is reported.
pub(crate) fn is_generic(signature: &Signature, of_type: &Type) -> bool {
    signature.generics.params.iter().any(|parameter| {
        let name = match parameter {
            GenericParam::Type(of_type) => &of_type.ident,
            GenericParam::Const(constant) => &constant.ident,
            GenericParam::Lifetime(_) => return false,
        };
        mentions(of_type.to_token_stream(), &name.to_string())
    })
}

/// Reports lifetimes, declared or not. The caller has reported the borrows that a job or a state cannot have.
pub(crate) fn check_lifetimes(signature: &Signature, role: Role, errors: &mut Errors) {
    let declared = signature.generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Lifetime(declared) => Some(&declared.lifetime),
        _ => None,
    });
    let declared: Punctuated<&Lifetime, Token![,]> = declared.collect();
    let Some(first) = declared.first() else {
        if let Some(lifetime) = undeclared(signature) {
            let message = message(signature, &lifetime, role);
            errors.on(lifetime, Rule::GenericFunction, message);
        }
        return;
    };
    errors.on(&declared, Rule::GenericFunction, message(signature, first, role));
}

fn message(signature: &Signature, lifetime: &Lifetime, role: Role) -> String {
    let borrows = |input: &&PatType| mentions(input.to_token_stream(), &lifetime.ident.to_string());
    let instead = match typed(signature).find(borrows) {
        Some(typed) => {
            // A reference can omit it, and a path has a placeholder for it.
            let written = parameter_text(typed).replace(&format!("&{lifetime} "), "&");
            format!("write `{}`", written.replace(&lifetime.to_string(), "'_"))
        }
        None => "remove it".to_owned(),
    };
    let what = role.what();
    format!("{what} cannot name a lifetime: what it borrows lives for one call; {instead}")
}

/// The first lifetime in the types that the function does not declare, and that nothing else declares.
pub(crate) fn undeclared(signature: &Signature) -> Option<Lifetime> {
    if !signature.generics.params.is_empty() {
        return None;
    }
    let inputs = signature.inputs.iter().map(ToTokens::to_token_stream);
    let mut types = inputs.chain([signature.output.to_token_stream()]);
    // A `for<'a>` declares its own.
    types.find_map(|tokens| if mentions(tokens.clone(), "for") { None } else { first_lifetime(tokens) })
}

fn first_lifetime(tokens: TokenStream) -> Option<Lifetime> {
    let mut quote = None;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '\'' => quote = Some(punct.span()),
            TokenTree::Ident(ident) => {
                if let Some(apostrophe) = quote.take() {
                    if needs_declaration(&ident) {
                        return Some(Lifetime { apostrophe, ident });
                    }
                }
            }
            TokenTree::Group(group) if !is_expression(&group) => {
                if let Some(lifetime) = first_lifetime(group.stream()) {
                    return Some(lifetime);
                }
            }
            _ => {}
        }
    }
    None
}

fn needs_declaration(ident: &Ident) -> bool {
    ident != "static" && ident != "_"
}
