//! The type of a shared state, as `State<T>` names it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericArgument, PatType, PathArguments, Type};

use crate::ast::borrow::find_borrow;
use crate::ast::owned::{borrower, owned, owner};
use crate::ast::spelling::{
    declaration, dereferenced, is_named, is_unsized, last_segment, state_of, text, type_arguments, ungrouped,
};
use crate::error::Errors;
use crate::error::rule::Rule;

/// What `State` is put into by mistake: it is shared already.
const POINTERS: [&str; 4] = ["Arc", "Rc", "Box", "State"];

/// Other types of the standard library that contain values.
const CONTAINERS: [&str; 8] =
    ["Mutex", "RwLock", "RefCell", "Cell", "Vec", "HashMap", "BTreeMap", "OnceLock"];

/// Checks the `T` of a `State<T>` or an `Option<State<T>>`, and types around a `State`. Returns `true` if they are valid.
pub(crate) fn check(typed: &PatType, errors: &mut Errors) -> bool {
    let of_type = dereferenced(&typed.ty);
    check_wrapped(typed, of_type, "", errors) && check_content(typed, of_type, errors)
}

fn check_content(typed: &PatType, of_type: &Type, errors: &mut Errors) -> bool {
    let state = if is_named(of_type, &["Option"]) { type_arguments(of_type).first().copied() } else { None };
    let is_optional = state.is_some();
    let state = state.unwrap_or(of_type);
    let Some(content) = state_of(state) else { return true };
    let write = |content: TokenStream| {
        let state = quote!(State<#content>);
        declaration(typed, if is_optional { quote!(Option<#state>) } else { state })
    };
    if is_unsized(content) {
        errors.on(
            content,
            Rule::UnsizedState,
            format!(
                "`{}` has no known size, so it cannot be passed to `app.state(..)`; write `{}`",
                text(content),
                write(owner(content).into_token_stream())
            ),
        );
    } else if let Some(borrowed) = find_borrow(content) {
        errors.on(borrowed, Rule::BorrowedState, borrowed_message(content, &write));
    } else {
        return true;
    }
    false
}

fn borrowed_message(content: &Type, write: &dyn Fn(TokenStream) -> String) -> String {
    let problem = "a state is stored until the application ends, so it cannot be borrowed";
    if let Some(borrower) = borrower(content) {
        return format!("{problem}; write a type that owns its values in place of `{}`", text(borrower));
    }
    match ungrouped(content) {
        Type::Reference(reference) if reference.mutability.is_some() => {
            format!("{problem}; write `{}`", write(mutex(&owned(content))))
        }
        Type::Reference(reference) if reference.lifetime.is_none() => {
            let inner = &reference.elem;
            let forever = write(quote!(&'static #inner));
            format!(
                "{problem}; write `{}`, or `{forever}` of a constant",
                write(owned(content).into_token_stream())
            )
        }
        _ => format!("{problem}; write `{}`", write(owned(content).into_token_stream())),
    }
}

/// The type in a `Mutex`, unless it can be changed by several tasks already.
pub(crate) fn mutex(of_type: &Type) -> TokenStream {
    let written = text(of_type);
    if ["Mutex", "RwLock", "Atomic", "DashMap"].iter().any(|word| written.contains(word)) {
        of_type.to_token_stream()
    } else {
        quote!(Mutex<#of_type>)
    }
}

/// Reports a pointer to a `State` among the arguments of a job. Other types around it can contain the user's own `State`.
pub(crate) fn check_pointer(typed: &PatType, errors: &mut Errors) -> bool {
    let of_type = dereferenced(&typed.ty);
    let own = "; import a `State` of your own under another name";
    !is_named(of_type, &POINTERS) || check_wrapped(typed, of_type, own, errors)
}

/// Reports a type of the standard library around a `State`, which no user can make an extractor. The message ends with
/// `own`.
fn check_wrapped(typed: &PatType, of_type: &Type, own: &str, errors: &mut Errors) -> bool {
    if let Type::Tuple(tuple) = ungrouped(of_type) {
        if !tuple.elems.iter().any(|element| state_of(dereferenced(element)).is_some()) {
            return true;
        }
        let types: Vec<String> = tuple.elems.iter().map(|element| format!("`{}`", text(element))).collect();
        let message = format!("a parameter is one state; write one parameter for each: {}", types.join(", "));
        errors.on(&typed.ty, Rule::WrappedState, message);
        return false;
    }
    let arguments = type_arguments(of_type);
    let Some(state) = arguments.iter().copied().find(|inner| state_of(dereferenced(inner)).is_some()) else {
        return true;
    };
    let is_owned = matches!(ungrouped(state), Type::Path(_));
    let state = dereferenced(state);
    let instead = if is_named(of_type, &POINTERS) {
        state.to_token_stream()
    } else if is_named(of_type, &["Option"]) && is_owned {
        return true;
    } else if is_named(of_type, &["Option", "Result"]) {
        quote!(Option<#state>)
    } else if is_named(of_type, &["RefCell", "Cell"]) {
        let Some(content) = state_of(state) else { return true };
        let content = mutex(content);
        quote!(State<#content>)
    } else if is_named(of_type, &CONTAINERS) {
        let inside_out = without_state(of_type);
        quote!(State<#inside_out>)
    } else {
        return true;
    };
    let outer = last_segment(of_type).map(|last| last.ident.to_string()).unwrap_or_default();
    errors.on(
        &typed.ty,
        Rule::WrappedState,
        format!(
            "`{}` is injected as it is, not inside of `{outer}`; write `{}`{own}",
            text(state),
            declaration(typed, instead)
        ),
    );
    false
}

/// The type with `T` for each `State<T>` in it.
fn without_state(of_type: &Type) -> Type {
    let mut of_type = of_type.clone();
    if let Type::Path(path) = &mut of_type {
        if let Some(last) = path.path.segments.last_mut() {
            if let PathArguments::AngleBracketed(generics) = &mut last.arguments {
                for generic in &mut generics.args {
                    let GenericArgument::Type(inner) = generic else { continue };
                    if let Some(content) = state_of(dereferenced(inner)).cloned() {
                        *inner = content;
                    }
                }
            }
        }
    }
    of_type
}

/// Whether the type is one that is injected by its spelling.
pub(crate) fn is_injected(of_type: &Type) -> bool {
    let of_type = dereferenced(of_type);
    if is_named(of_type, &["Option"]) {
        return type_arguments(of_type).first().is_some_and(|inner| is_named(inner, &["State"]));
    }
    // Without a type argument it is a type of the user with the same name.
    let is_state = last_segment(of_type).is_some_and(|last| {
        last.ident == "State" && matches!(last.arguments, PathArguments::AngleBracketed(_))
    });
    is_state || is_named(of_type, &INJECTED)
}

/// The types that are injected without `#[inject]`, by the last segment of their paths, besides `State<T>`.
const INJECTED: [&str; 3] = ["TaskContext", "CancellationToken", "SupervisorHandle"];
