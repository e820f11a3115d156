//! The function under an attribute.

pub(crate) mod function;
pub(crate) mod attribute;
pub(crate) mod parameter;
pub(crate) mod returned;
