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
    /// The task that needs attention, if it is one. An instance has a name of its own, such as `consume/0`.
    pub task: Option<String>,
    /// The slot that needs attention, if it is one.
    pub slot: Option<String>,
    /// What is wrong, in words, without the times of `since` and `until`: `gave up, 5 failures in 42s`. At most 1 KiB.
    pub text: String,
    /// When it began.
    pub since: String,
    /// When the next attempt begins, if one is scheduled.
    pub until: Option<String>,
    /// The latest failure of the task.
    pub last_error: Option<FailureAnswer>,
    /// Whether it is a reason why the service is not ready.
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
    /// A task makes no further attempt because it has failed: it gave up, and has ended or is paused, or it failed without a retry.
    GaveUp,
    /// At least three attempts of a task in a row have failed, and another one runs or follows.
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
    /// More submissions arrive at a slot than leave it: see `growing` of `GET /slots`.
    GrowingSlot,
    /// An operator has paused a task.
    Paused,
}
