//! The attributes of a function and of its parameters.

use syn::Attribute;

/// Whether the attribute is `#[task]`, `#[job]` or `#[subscriber]`.
pub(crate) fn declares(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|last| ["task", "job", "subscriber"].iter().any(|declaring| last.ident == declaring))
}

/// Whether the attribute makes the function an entry point: ours, or that of another runtime.
pub(crate) fn is_entry_point(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "main")
}

/// Whether the attribute is `#[inject]`.
pub(crate) fn is_inject(attribute: &Attribute) -> bool {
    attribute.path().is_ident("inject")
}
