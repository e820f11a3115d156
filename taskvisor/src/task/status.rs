//! What a task is doing, as a snapshot.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;

use super::{Outcome, TaskId};
use crate::error::Failure;

/// What a task is doing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Phase {
    /// It could run, but something is missing.
    Waiting {
        /// What is missing.
        on: WaitingOn,
    },
    /// An attempt runs.
    Running {
        /// Its number.
        attempt: u64,
    },
    /// Between two attempts: a backoff or an interval.
    Sleeping {
        /// The attempt that ended.
        attempt: u64,
        /// When the next one begins.
        until: Instant,
    },
    /// Its body blocks inside a poll past its grace. Waiters were told `Aborted`; the name stays taken until the body
    /// really returns.
    Stuck {
        /// The attempt that blocks.
        attempt: u64,
    },
    /// It is over.
    Ended(Outcome),
}

/// What a waiting task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitingOn {
    /// Its turn in its slot; without a slot, its first poll.
    Slot,
    /// One of the [`max_concurrent`](crate::Config::max_concurrent) permits.
    Permit,
}

/// In one word: `slot` or `permit`.
impl fmt::Display for WaitingOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Slot => "slot",
            Self::Permit => "permit",
        })
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { on: WaitingOn::Slot } => f.write_str("waiting for its slot"),
            Self::Waiting { on: WaitingOn::Permit } => f.write_str("waiting for a permit"),
            Self::Running { .. } => f.write_str("running"),
            Self::Sleeping { .. } => f.write_str("sleeping"),
            Self::Stuck { .. } => f.write_str("stuck"),
            Self::Ended(outcome) => outcome.fmt(f),
        }
    }
}

/// A snapshot of one task.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskStatus {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its id.
    pub id: TaskId,
    /// The slot it was submitted to. Nothing for an added task, and for a submission without a slot.
    pub slot: Option<Arc<str>>,
    /// What it is doing.
    pub phase: Phase,
    /// Since when.
    pub since: Instant,
    /// The number of the latest attempt; 0 before the first.
    pub attempt: u64,
    /// How many attempts failed in a row; a success or a long run sets it back.
    pub failures: u32,
    /// The latest failure, however long ago.
    pub last_error: Option<Failure>,
    /// When the next attempt begins, if one is planned.
    pub next_attempt: Option<Instant>,
    /// Whether it was asked to stop.
    pub stopping: bool,
}
