//! The attributes of a function and of its parameters.

use syn::Attribute;

/// Whether an attribute makes a declaration of its function.
pub(crate) fn declares(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|last| ["task", "job", "subscriber"].iter().any(|declaring| last.ident == declaring))
}

/// Whether an attribute makes an entry point of its function, be it ours or that of another runtime.
pub(crate) fn is_entry_point(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "main")
}

/// Whether it is the `#[inject]` that only the attribute of a job understands.
pub(crate) fn is_mark(attribute: &Attribute) -> bool {
    attribute.path().is_ident("inject")
}
