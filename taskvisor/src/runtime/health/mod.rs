//! What the runtime keeps for the health of a supervisor: counts and lists that change when something goes wrong, or is well again.
//!
//! | part | what it keeps | changed by |
//! |---|---|---|
//! | [`ReadyCount`] | how many tasks of the start-up set are not ready, whether a task was started, whether a shutdown was requested | the cells of the tasks, under their locks; `StartupSet`; the shutdown |
//! | [`Suspects`] | tasks that were paused, have given up, or have missed a heartbeat | their actors; a caller of `health` removes those that are well |
//! | [`Liveness`] | critical tasks, and which of them block their thread | the watchdog of an application |
//!
//! If all of them say that all is well, `health` reads nothing else: no lock, and no task.

mod liveness;
mod ready_count;
mod suspects;

pub(crate) use liveness::Liveness;
pub(crate) use ready_count::{Membership, ReadyCount};
pub(crate) use suspects::{Suspects, is_replaced};
