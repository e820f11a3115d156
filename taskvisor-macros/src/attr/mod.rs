//! The options in an attribute's parentheses.

pub(crate) mod duration;
pub(crate) mod arguments;
pub(crate) mod constant;
pub(crate) mod runtime_path;
pub(crate) mod value;
pub(crate) mod scalar;
pub(crate) mod keyword;
pub(crate) mod backoff;
pub(crate) mod settings;
