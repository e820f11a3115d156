//! The options in an attribute's parentheses.

pub(crate) mod duration;
pub(crate) mod names;
mod rejected;
pub(crate) mod grammar;
mod user_value;
pub(crate) mod arguments;
mod corrected;
pub(crate) mod constant;
pub(crate) mod runtime_path;
mod unsuitable;
pub(crate) mod value;
mod guess;
mod wrapped;
pub(crate) mod scalar;
pub(crate) mod name;
pub(crate) mod keyword;
pub(crate) mod limits;
pub(crate) mod backoff;
mod keyword_arguments;
pub(crate) mod settings;
pub(crate) mod rare;
pub(crate) mod schedule;
pub(crate) mod task_list;
pub(crate) mod dependencies;
