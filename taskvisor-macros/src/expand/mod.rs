//! The parts that the expansions of several attributes share.

pub(crate) mod mistaken_function;
pub(crate) mod original_function;
pub(crate) mod once;
pub(crate) mod conversion;
pub(crate) mod fatal_if;
pub(crate) mod injection;
pub(crate) mod declaration;
