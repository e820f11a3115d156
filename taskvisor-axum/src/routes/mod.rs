//! The handlers of the paths.

pub(crate) mod controls;
pub(crate) mod small_body;
