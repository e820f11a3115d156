//! The checks that the attributes share.

pub(crate) mod signature;
