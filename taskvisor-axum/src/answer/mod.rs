//! The JSON of the answers, as Rust types: for clients in Rust, such as the program `taskvisor`.
//!
//! Each JSON answer to a request, and each message of the event stream, is one object with the field `version`. A release that removes a
//! field, or changes its meaning, increments [`VERSION`]. New fields do not change it, so that a client must ignore fields that it does not
//! know. `openapi.json` describes the same.
//!
//! | in a name or a value | means |
//! |---|---|
//! | `…_ms` | a duration in milliseconds |
//! | `now`, `at`, `since`, `until`, `…_at`, `…_since` | a time of the server's wall clock, as in `2026-11-29T16:30:00.000Z` |
//! | `next_attempt`, `next_run`, `last_run`, `last_progress` | such a time too |
//! | a field without a value | `null`, never missing |
//! | the id of a task or a job | a number, unique in the life of the process |
//! | the id of an event | a text: the `run` of the process, `-`, and a number |

mod attention;
mod error;
mod event;
mod graph;
mod job;
mod slot;
mod status;
mod task;

pub use attention::{Attention, AttentionKind};
pub use error::{ErrorAnswer, ErrorCode, ErrorDetail};
pub use event::{EventAnswer, MissedAnswer};
pub use graph::{Edge, EdgeKind, GraphAnswer, Node};
pub use job::{EndedJobAnswer, JobAnswer, JobListAnswer, JobState, LiveJobAnswer};
pub use slot::{SlotAnswer, SlotListAnswer, SlotMember};
pub use status::{Counts, HealthAnswer, HealthReasonAnswer, StatusAnswer, Verdict};
pub use task::{
    Attempt, ControlAnswer, FailureAnswer, FailuresInWindow, History, PhaseName, PolicyOptionAnswer,
    TaskAnswer, TaskDetailAnswer, TaskListAnswer, WaitsFor,
};

/// The version of the answers.
pub const VERSION: u32 = 1;
