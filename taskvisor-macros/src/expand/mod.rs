//! The parts that the expansions of several attributes share.

pub(crate) mod emitted;
pub(crate) mod declaration;
