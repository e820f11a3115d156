//! What happened, told to subscribers.

mod event;
mod kind;
mod set;

pub use event::Event;
pub use kind::{EventKind, EventName};
pub use set::EventSet;

pub(crate) use event::Subject;
