//! The attributes of a function and of its parameters.

use syn::{Attribute, LitStr, Meta, Path};

use crate::ast::role::Role;

/// Whether the attribute is `#[task]`, `#[job]` or `#[subscriber]`.
pub(crate) fn declares(attribute: &Attribute) -> bool {
    is_last(attribute.path(), &["task", "job", "subscriber"])
}

/// Whether the attribute makes the function an entry point: ours, or that of another runtime.
pub(crate) fn is_entry_point(attribute: &Attribute) -> bool {
    is_last(attribute.path(), &["main"])
}

/// Whether the attribute is `#[taskvisor::main]`, or an imported `#[main]`.
pub(crate) fn is_own_entry_point(attribute: &Attribute) -> bool {
    let path = attribute.path();
    is_entry_point(attribute) && (path.segments.len() == 1 || starts_with(path, &["taskvisor"]))
}

/// Whether the attribute is `#[inject]`.
pub(crate) fn is_inject(attribute: &Attribute) -> bool {
    attribute.path().is_ident("inject")
}

/// What another attribute makes of a function that is declared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// A test.
    Test,
    /// It expects a trait.
    Trait,
    /// A handler of a web framework.
    Handler,
}

/// Whether the attribute is known to change the function, so that it cannot be declared too.
pub(crate) fn conflict(attribute: &Attribute, role: Role) -> Option<Conflict> {
    let path = attribute.path();
    if is_last(path, &["test", "bench", "rstest", "test_case"]) {
        // The generated `main` is a function without parameters, which can be a test.
        let stays = role == Role::Setup && (path.is_ident("test") || is_own_test(attribute));
        return (!stays).then_some(Conflict::Test);
    }
    if is_last(path, &["async_trait"]) {
        return Some(Conflict::Trait);
    }
    let verbs = ["get", "post", "put", "delete", "patch", "head", "options", "route"];
    let is_route = is_last(path, &verbs) && (takes_route(attribute) || is_of_a_web_framework(path));
    let is_handler = is_last(path, &["handler", "catch"]) && is_of_a_web_framework(path);
    (is_route || is_handler || is_last(path, &["debug_handler"])).then_some(Conflict::Handler)
}

/// Whether the first argument is a route, as in `#[get("/users")]`: other crates have attributes with these names too.
fn takes_route(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    let first = list.tokens.clone().into_iter().next();
    first
        .and_then(|first| syn::parse2(first.into()).ok())
        .is_some_and(|first: LitStr| first.value().starts_with('/'))
}

fn is_of_a_web_framework(path: &Path) -> bool {
    path.segments.len() > 1 && starts_with(path, &["actix_web", "axum", "poem", "rocket", "salvo"])
}

/// Whether the attribute is the compiler's own `#[test]` by its full path, as `#[tokio::test]` writes it.
pub(crate) fn is_own_test(attribute: &Attribute) -> bool {
    let path = attribute.path();
    is_last(path, &["test"]) && starts_with(path, &["core", "std"])
}

/// The path as it is written.
pub(crate) fn path_text(path: &Path) -> String {
    path.segments.iter().map(|part| part.ident.to_string()).collect::<Vec<_>>().join("::")
}

fn is_last(path: &Path, names: &[&str]) -> bool {
    path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}

fn starts_with(path: &Path, names: &[&str]) -> bool {
    path.segments.first().is_some_and(|first| names.iter().any(|name| first.ident == name))
}
