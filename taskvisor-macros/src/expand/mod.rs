//! The parts that the expansions of several attributes share.

pub(crate) mod original_function;
pub(crate) mod declaration;
