//! The status and the health of the service.

use serde::{Deserialize, Serialize};

use super::{Attention, FailureAnswer};

/// `GET /status`: the whole service at one moment. The page and `taskvisor status` show it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct StatusAnswer {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// The time of the answer.
    pub now: String,
    /// The name of the service.
    pub name: String,
    /// Identifies this run of the process. Another one after a restart.
    pub run: String,
    /// When the server began to observe the supervisor: its start, if the dashboard is installed.
    pub started_at: String,
    /// The summary in one word.
    pub verdict: Verdict,
    /// The summary in words: ``DEGRADED: `billing` gave up, 5 failures in 42 s``.
    pub text: String,
    /// Whether the supervisor is live.
    pub live: bool,
    /// Whether it is ready.
    pub ready: bool,
    /// Whether all tasks of its start-up set were ready once.
    pub started: bool,
    /// How many tasks are in which phase.
    pub counts: Counts,
    /// What needs attention, the worst first. At most 100.
    pub attention: Vec<Attention>,
    /// How many need attention, also beyond those that are listed.
    pub attention_total: u64,
    /// The actions that `POST /tasks/{name}/{action}` accepts. Empty if controls are off.
    pub actions: Vec<String>,
    /// Whether `GET /events` is offered.
    pub events: bool,
    /// Whether `GET /metrics` is offered.
    pub metrics: bool,
    /// Whether `GET /model` is offered.
    pub model: bool,
}

/// The summary in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// All is well.
    Ok,
    /// The supervisor is starting: it was never ready, and nothing has failed.
    Starting,
    /// Something is wrong. See `attention`.
    Degraded,
    /// The supervisor is shutting down, or has ended.
    ShuttingDown,
}

/// How many added tasks are in which phase, as `GET /tasks` lists them: a task with instances counts once, with the phase of the instance
/// that needs attention most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Counts {
    /// All of the following, without the jobs.
    pub tasks: u64,
    /// An attempt is running.
    pub running: u64,
    /// They wait between two attempts, after a failure.
    pub backing_off: u64,
    /// They wait for their next run, after a success or before the first run.
    pub sleeping: u64,
    /// They wait for a slot, a permit, a rate limit or another task.
    pub waiting: u64,
    /// They are paused.
    pub paused: u64,
    /// Their bodies block their threads.
    pub stuck: u64,
    /// They have ended. Only those that the dashboard has seen, at most 1,000.
    pub ended: u64,
    /// Live jobs.
    pub jobs: u64,
    /// Those of the live jobs that wait for their slot.
    pub queued_jobs: u64,
}

/// `GET /health/live`, `/health/ready` and `/health/started`. The code is 200 if `ok`, otherwise 503.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct HealthAnswer {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// The time of the answer.
    pub now: String,
    /// The answer to the question of the path.
    pub ok: bool,
    /// Whether the supervisor is live.
    pub live: bool,
    /// Whether it is ready.
    pub ready: bool,
    /// Whether all tasks of its start-up set were ready once.
    pub started: bool,
    /// All in one line.
    pub text: String,
    /// What is wrong, the worst first. At most 100.
    pub reasons: Vec<HealthReasonAnswer>,
}

/// One reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct HealthReasonAnswer {
    /// Its kind, such as `gave_up`.
    pub kind: String,
    /// The task.
    pub task: Option<String>,
    /// Since when.
    pub since: String,
    /// The reason in words.
    pub text: String,
    /// The latest failure of the task.
    pub last_error: Option<FailureAnswer>,
    /// The number of failures.
    pub failures: u32,
    /// Whether the service is not ready because of it.
    pub blocks_ready: bool,
}
