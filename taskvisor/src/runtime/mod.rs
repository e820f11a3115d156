//! The task runtime: the state of each task, the actor that runs it, and the registry of all tasks.

pub(crate) mod actor;
pub(crate) mod body;
pub(crate) mod cell;
pub(crate) mod current_task;
pub(crate) mod registry;
pub(crate) mod shared;
pub(crate) mod subscriber;
pub(crate) mod tally;
