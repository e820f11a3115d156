//! What needs attention.

use serde::{Deserialize, Serialize};

use super::FailureAnswer;

/// One thing that needs attention.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Attention {
    /// What is wrong.
    pub kind: AttentionKind,
    /// The task, if it is about one. Instances have names of their own, such as `consume/0`.
    pub task: Option<String>,
    /// The slot, if it is about one.
    pub slot: Option<String>,
    /// What is wrong, in words, without the times of `since` and `until`: ``gave up after 5 failures``.
    pub text: String,
    /// Since when.
    pub since: String,
    /// When the next attempt begins, if one is scheduled.
    pub until: Option<String>,
    /// The latest failure of the task.
    pub last_error: Option<FailureAnswer>,
    /// Whether the service is not ready because of it.
    pub blocks_ready: bool,
}

/// What is wrong, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttentionKind {
    /// The supervisor is shutting down.
    ShuttingDown,
    /// A body blocks its thread after its deadline.
    Stuck,
    /// A task gave up: it ended, or is paused.
    GaveUp,
    /// A task fails again and again: its latest attempts have failed, and another one follows.
    CrashLooping,
    /// A running attempt has sent no heartbeat in time.
    Stalled,
    /// An attempt was interrupted and has not returned by its deadline.
    Overdue,
    /// A task of the start-up set is not ready.
    NotReady,
    /// A task waits for a task that it depends on.
    WaitingForDependency,
    /// A scheduled run is due for longer than 5 s, and has not begun.
    OverdueSchedule,
    /// A slot has more and more waiting submissions.
    GrowingSlot,
    /// An operator has paused a task.
    Paused,
}
