//! The handlers of the paths.

pub(crate) mod events;
