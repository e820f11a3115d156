//! Tasks.

use serde::{Deserialize, Serialize};

/// `GET /tasks`: added tasks by name, including ended ones. Jobs are in `GET /jobs`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct TaskListAnswer {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// The time of the answer.
    pub now: String,
    /// The tasks, by name.
    pub tasks: Vec<TaskAnswer>,
    /// How many tasks the filter selects, also beyond those that are listed.
    pub total: u64,
    /// The parameter `cursor` of the next page. `null` on the last one.
    pub next_cursor: Option<String>,
}

/// `GET /tasks/{name}`: one task.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct TaskDetailAnswer {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// The time of the answer.
    pub now: String,
    /// The task.
    pub task: TaskAnswer,
    /// Its instances, if it has some. At most 1,000.
    pub instances: Vec<TaskAnswer>,
    /// The latest attempts, the oldest first: at most 20. Empty for a task with instances, each of which has its own.
    pub attempts: Vec<Attempt>,
    /// The options that apply. Empty for a task that is not part of an application with `#[taskvisor::main]`, such as one of `add_task`.
    pub policy: Vec<PolicyOptionAnswer>,
    /// The tasks that it needs before each attempt: at most 1,000.
    pub needs: Vec<String>,
    /// The tasks that it runs after: at most 1,000.
    pub after: Vec<String>,
    /// The tasks that depend on it: at most 1,000.
    pub dependents: Vec<String>,
}

/// A task. A task with instances is one row, with the state of the instance that needs attention most.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct TaskAnswer {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: u64,
    /// Its phase.
    pub phase: PhaseName,
    /// The phase in words, such as ``waiting for `db` ``. At most 1 KiB.
    pub phase_text: String,
    /// When the phase began.
    pub since: String,
    /// What it waits for, in the phase `waiting`. `null` before its first poll.
    pub waits_for: Option<WaitsFor>,
    /// Whether it makes no further attempt because it has failed: it gave up, and has ended or is paused, or it failed without a retry.
    pub gave_up: bool,
    /// Whether its running attempt was interrupted and has not returned by its deadline.
    pub overdue: bool,
    /// Whether a stop was requested.
    pub stopping: bool,
    /// Whether it pauses once the running attempt has ended.
    pub pausing: bool,
    /// Whether the task is ready. A completed one remains ready.
    pub ready: bool,
    /// When it became ready. `null` if it is not ready, or has ended.
    pub ready_since: Option<String>,
    /// The number of its latest attempt, or 0 before the first.
    pub attempt: u64,
    /// The number of consecutive failures. Of a task that has ended: those with which it gave up, otherwise 0.
    pub failures: u32,
    /// The number of all attempts that failed. Of a task that has ended: as `failures`.
    pub total_failures: u32,
    /// The failures that the option `max_failures` counts at this moment. `null` without this option, for a task with instances, and
    /// after the end of the task.
    pub failures_in_window: Option<FailuresInWindow>,
    /// The number of attempts after the first one: retries, and the runs of a schedule.
    pub restarts: u64,
    /// The latest failure, also if later attempts succeeded.
    pub last_error: Option<FailureAnswer>,
    /// When the next attempt begins, if it is scheduled.
    pub next_attempt: Option<String>,
    /// When the next run of its schedule is due.
    pub next_run: Option<String>,
    /// When the latest run of its schedule that has begun was due.
    pub last_run: Option<String>,
    /// How many ticks of its schedule were skipped.
    pub skipped_ticks: u64,
    /// When it last made progress: the latest of its latest heartbeat, the end of its latest successful attempt that is kept, and the start
    /// of its running attempt. `null` if there is none of these.
    pub last_progress: Option<String>,
    /// The time since the latest heartbeat of the running attempt, if the task has the option `heartbeat`.
    pub heartbeat_age_ms: Option<u64>,
    /// The number of its live instances, if it has instances.
    pub instances: Option<u64>,
    /// A summary of its latest attempts. `null` for a task with instances.
    pub history: Option<History>,
    /// The latest attempts, if the request has `attempts=true`.
    pub attempts: Option<Vec<Attempt>>,
}

/// The failures of a task within the time of its option `max_failures`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct FailuresInWindow {
    /// How many failures are in the window.
    pub failures: u32,
    /// How many the option allows: the failure that exceeds it makes the task give up.
    pub limit: u32,
    /// The time of the window, in milliseconds.
    pub within_ms: u64,
}

/// The name of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PhaseName {
    /// It waits for its first poll, a slot, a permit, a rate limit or another task.
    Waiting,
    /// An attempt is running.
    Running,
    /// It waits for its next attempt after a failure.
    BackingOff,
    /// It waits for its next run, after a success or before the first run.
    Sleeping,
    /// It is paused.
    Paused,
    /// Its body blocks its thread past a deadline.
    Stuck,
    /// It has ended.
    Ended,
}

/// What a task waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct WaitsFor {
    /// `slot`, `permit`, `rate`, or `dependency`.
    pub kind: String,
    /// The name of the dependency, the key of the slot, or the name of the task whose own limit of attempts is reached. `null` if the limit
    /// belongs to the supervisor, and for a rate limit.
    pub name: Option<String>,
}

/// A failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct FailureAnswer {
    /// The kind of the failure, such as `error` or `timeout`.
    pub kind: String,
    /// The number of the attempt that failed.
    pub attempt: u64,
    /// The message. At most 1 KiB.
    pub message: String,
    /// The messages of its causes, the nearest first. At most 10 of 1 KiB.
    pub causes: Vec<String>,
}

/// A summary of the latest attempts: at most 20 are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct History {
    /// How many attempts are kept.
    pub count: u64,
    /// How many of them failed, timeouts, stalls and panics included.
    pub failed: u64,
    /// The time from the start of the first of them to now.
    pub over_ms: u64,
    /// The median of their run times.
    pub p50_ms: Option<u64>,
    /// The run time that 95 of 100 of them do not exceed.
    pub p95_ms: Option<u64>,
}

/// An ended attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Attempt {
    /// Its number.
    pub attempt: u64,
    /// When it began.
    pub started_at: String,
    /// How long it ran.
    pub ran_ms: u64,
    /// The result, such as `succeeded`.
    pub result: String,
    /// The error, with its causes. At most 1 KiB.
    pub error: Option<String>,
}

/// An option of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct PolicyOptionAnswer {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it was set: `attribute src/feed.rs:12`, `default`, …
    pub origin: String,
}

/// The answer to `POST /tasks/{name}/{action}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct ControlAnswer {
    /// [`VERSION`](super::VERSION).
    pub version: u32,
    /// The time of the answer.
    pub now: String,
    /// The task.
    pub task: String,
    /// The action.
    pub action: String,
    /// Whether the action has changed anything: `false` if, for example, the task was paused already.
    pub changed: bool,
    /// The result in words.
    pub text: String,
}
