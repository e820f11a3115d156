//! What the structs of declarations need.

use std::fmt;

/// Formats a declaration by its name.
#[allow(clippy::missing_errors_doc, reason = "the error is the formatter's")]
pub fn write_declaration(name: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    formatter.debug_struct(name).finish_non_exhaustive()
}

/// Whether the fields of a type are those that its declaration names.
///
/// Generated code computes `HAS_FIELDS` by reading the fields. If one is missing, that is the only error: a constant with an error
/// makes `Type` an error type, about which the compiler says no more.
#[cfg(feature = "controller")]
#[derive(Debug)]
pub struct Fields<const HAS_FIELDS: bool>;

/// The type `D`.
#[cfg(feature = "controller")]
pub trait Known<D> {
    /// The type itself.
    type Type;
}

#[cfg(feature = "controller")]
impl<D> Known<D> for Fields<true> {
    type Type = D;
}

/// Returns true. Its argument reads the fields of `D`.
#[cfg(feature = "controller")]
#[must_use]
pub const fn has_fields<D>(_read: fn(&D)) -> bool {
    true
}
