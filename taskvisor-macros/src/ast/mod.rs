//! What is written under an attribute.

pub(crate) mod function;
pub(crate) mod signature;
pub(crate) mod parameter;
pub(crate) mod returned;
