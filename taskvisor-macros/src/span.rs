//! Where generated code pretends to stand.

use proc_macro2::Span;

/// The span of generated code that should be blamed on the user's token at `span`.
///
/// The caret lands on the user's token, while the code still counts as made by a macro: lints stay quiet
/// about it, and its local variables cannot meet the user's.
pub(crate) fn span_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The span of generated code that belongs to the attribute as a whole.
pub(crate) fn attribute_span() -> Span {
    span_at(Span::call_site())
}
