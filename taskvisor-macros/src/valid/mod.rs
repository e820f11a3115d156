//! The checks that the attributes share.

pub(crate) mod attributes;
pub(crate) mod generics;
pub(crate) mod state;
pub(crate) mod instance;
pub(crate) mod misplaced;
pub(crate) mod parameter;
pub(crate) mod argument;
pub(crate) mod returned;
pub(crate) mod signature;
pub(crate) mod fatal_if;
