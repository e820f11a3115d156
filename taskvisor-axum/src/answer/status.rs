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
    /// Identifies this run of the process: it differs after a restart.
    pub run: String,
    /// When the dashboard was created: with its application, or by `router` if none is installed.
    pub started_at: String,
    /// The summary in one word.
    pub verdict: Verdict,
    /// The summary in words: ``DEGRADED: `billing` gave up, 5 failures in 42s``.
    pub text: String,
    /// Whether the supervisor is live.
    pub live: bool,
    /// Whether the supervisor is ready.
    pub ready: bool,
    /// Whether all tasks of the start-up set were ready once.
    pub started: bool,
    /// How many tasks are in which phase.
    pub counts: Counts,
    /// When the grace of the shutdown ends: tasks that are still running then are aborted. `null` before a shutdown was requested.
    pub grace_ends_at: Option<String>,
    /// What needs attention, the worst first. At most 100.
    pub attention: Vec<Attention>,
    /// How many entries `attention` has, also beyond those that are listed.
    pub attention_total: u64,
    /// The actions that `POST /tasks/{name}/{action}` accepts. Empty if controls are off, and during a shutdown.
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
    /// Nothing needs attention.
    Ok,
    /// The start-up set has not been ready yet, and nothing else needs attention.
    Starting,
    /// Something needs attention: see `attention`.
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
    /// All tasks: the sum of the following counts without those of jobs.
    pub tasks: u64,
    /// Tasks with a running attempt.
    pub running: u64,
    /// Tasks that wait for their next attempt after a failure.
    pub backing_off: u64,
    /// Tasks that wait for their next run, after a success or before the first run.
    pub sleeping: u64,
    /// Tasks that wait for their first poll, a permit, a rate limit or another task.
    pub waiting: u64,
    /// Paused tasks.
    pub paused: u64,
    /// Tasks whose bodies block their threads past a deadline.
    pub stuck: u64,
    /// Ended tasks that the dashboard keeps: at most the latest 1,000.
    pub ended: u64,
    /// Live jobs.
    pub jobs: u64,
    /// Live jobs that wait for their slot.
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
    /// Whether the supervisor is ready.
    pub ready: bool,
    /// Whether all tasks of the start-up set were ready once.
    pub started: bool,
    /// The health in one line. At most 1 KiB.
    pub text: String,
    /// What is wrong, the worst first. At most 100.
    pub reasons: Vec<HealthReasonAnswer>,
}

/// One reason why the supervisor is not well.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct HealthReasonAnswer {
    /// The kind of the reason, such as `gave_up`.
    pub kind: String,
    /// The task that it is about. `null` if it is about the supervisor.
    pub task: Option<String>,
    /// When it began.
    pub since: String,
    /// The reason in words. At most 1 KiB.
    pub text: String,
    /// The latest failure of the task.
    pub last_error: Option<FailureAnswer>,
    /// The number of consecutive failures of the task.
    pub failures: u32,
    /// Whether it is a reason why the supervisor is not ready.
    pub blocks_ready: bool,
}
