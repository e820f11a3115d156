//! The function under an attribute.

pub(crate) mod role;
pub(crate) mod unreadable;
pub(crate) mod function;
pub(crate) mod attribute;
pub(crate) mod spelling;
pub(crate) mod parameter;
pub(crate) mod future;
pub(crate) mod borrow;
pub(crate) mod owned;
pub(crate) mod returned;
