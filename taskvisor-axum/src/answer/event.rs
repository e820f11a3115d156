//! Events, as the stream sends them.

use serde::{Deserialize, Serialize};

/// One event of the stream: the data of a message.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct EventAnswer {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// The id of the message, which a client sends back as `last-event-id` to resume.
    pub id: String,
    /// When the event was published.
    pub at: String,
    /// The label of its kind, such as `failed`.
    pub kind: String,
    /// The name of the task or the submission that the event is about. At most 1 KiB.
    pub task: Option<String>,
    /// The id of that task.
    pub task_id: Option<u64>,
    /// The number of the instance that the event is about.
    pub instance: Option<u64>,
    /// Whether the event is about a submission, whose name is a label.
    pub is_submission: bool,
    /// The key of the slot that the event is about. At most 1 KiB.
    pub slot: Option<String>,
    /// The number of the attempt that the event is about.
    pub attempt: Option<u64>,
    /// How long the attempt ran, if the event says so.
    pub ran_ms: Option<u64>,
    /// The error, with its causes. At most 1 KiB.
    pub error: Option<String>,
    /// The event as one line, without the name of the task: `failed attempt=2 ran=5ms error="connection refused"`. At most 2 KiB.
    pub text: String,
}

/// The message `missed` of the stream: events are missing at this position.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct MissedAnswer {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// How many events are missing.
    pub missed: u64,
}
