//! The answers, read from a supervisor.
//!
//! | file | answer |
//! |---|---|
//! | `phase.rs`, `history.rs`, `task.rs` | a task |
//! | `list.rs`, `detail.rs` | `/tasks`, `/tasks/{name}` |
//! | `attention.rs`, `status.rs`, `health.rs` | `/status`, `/health/…` |
//! | `jobs.rs`, `slots.rs`, `graph.rs` | `/jobs`, `/slots`, `/graph` |

mod attention;
mod detail;
mod graph;
mod health;
mod history;
mod jobs;
mod list;
mod phase;
mod slots;
mod status;
mod task;
#[cfg(test)]
mod tests;

pub(crate) use health::Probe;
pub(crate) use list::{TaskQuery, parse_cursor};

use taskvisor::SupervisorHandle;

use crate::clock::Moment;
use crate::events::EventRing;

/// A supervisor at one moment. Each method reads what it needs; two answers of one snapshot may therefore differ by what has happened
/// in between.
pub(crate) struct Snapshot<'a> {
    pub(crate) supervisor: &'a SupervisorHandle,
    /// Knows the tasks that have ended.
    pub(crate) ring: Option<&'a EventRing>,
    pub(crate) moment: Moment,
}
