//! The status of a task: a snapshot.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{LimitScope, Outcome, ScheduledTime, TaskId, TaskName};
use crate::error::Failure;

/// The phase of a task.
///
/// Comparisons ignore the time `until` of `Sleeping`. All other fields are compared, failures by kind and message.
///
/// ```
/// use taskvisor::{Config, Phase, Supervisor, TaskContext, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let watch = TaskFn::arc("watch", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
/// let handle = supervisor.add_task(TaskSpec::once(watch))?;
/// assert!(handle.status().phase.is_waiting()); // for its first poll
///
/// tokio::task::yield_now().await;
/// assert!(matches!(handle.status().phase, Phase::Running { attempt: 1, .. }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Phase {
    /// The task waits for its slot, for a permit, for its rate limit, or for a task that it depends on.
    #[non_exhaustive]
    Waiting {
        /// The resource that the task waits for.
        on: WaitingOn,
    },
    /// An attempt is running.
    #[non_exhaustive]
    Running {
        /// The number of the attempt.
        attempt: u64,
        /// Whether the attempt was interrupted and has not returned by its deadline, because its body blocks the thread. Nothing
        /// else of the task starts until the body returns.
        overdue: bool,
    },
    /// The task waits between two attempts: in a backoff or a delay, for the next tick of its schedule, or
    /// after `retry_after` or a snooze. Or it waits for its first attempt, with a schedule or a start delay.
    #[non_exhaustive]
    Sleeping {
        /// The number of the attempt that ended, or 0 before the first one.
        attempt: u64,
        /// When the next attempt begins.
        until: Instant,
    },
    /// The task is paused: no attempt begins until a call of [`resume`](crate::TaskHandle::resume).
    #[non_exhaustive]
    Paused {
        /// Whether the task was paused because it gave up, and its [`OnGiveUp`](crate::OnGiveUp) is `Pause`.
        gave_up: bool,
    },
    /// The body blocks its thread inside a poll after its deadline. Waiters have seen the outcome `Aborted`, but the
    /// task keeps its name until the body returns.
    #[non_exhaustive]
    Stuck {
        /// The number of the attempt that blocks.
        attempt: u64,
    },
    /// The task has ended.
    Ended(Outcome),
}

/// The resource that a waiting task waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitingOn {
    /// Its slot. Without a slot, its first poll.
    Slot,
    /// A permit, while other tasks hold all permits of a limit.
    #[non_exhaustive]
    Permit {
        /// What the limit applies to.
        of: LimitScope,
    },
    /// A token of its [`rate_limit`](crate::TaskSpec::with_rate_limit), which says how often attempts may begin.
    #[non_exhaustive]
    Rate {
        /// When the attempt is expected to begin. Estimated once, at the beginning of the wait, from the number of attempts that wait
        /// before this one.
        until: Instant,
    },
    /// A task that it [needs](crate::TaskSpec::with_needs) or runs [after](crate::TaskSpec::with_after), until that one is ready.
    /// Then, after an outage, for its random part of the [`recovery_spread`](crate::Config::with_recovery_spread).
    #[non_exhaustive]
    Dependency {
        /// The name of that task.
        name: TaskName,
    },
}

/// Writes `slot`, `permit`, `rate`, or the name of the dependency.
impl fmt::Display for WaitingOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slot => f.write_str("slot"),
            Self::Permit { .. } => f.write_str("permit"),
            Self::Rate { .. } => f.write_str("rate"),
            Self::Dependency { name } => write!(f, "{name}"),
        }
    }
}

impl Phase {
    /// Whether the task waits for its slot, for a permit, for its rate limit, or for a task that it depends on.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting { .. })
    }

    /// Whether an attempt is running.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. })
    }

    /// Whether the task waits between two attempts.
    #[must_use]
    pub fn is_sleeping(&self) -> bool {
        matches!(self, Self::Sleeping { .. })
    }

    /// Whether the task is paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        matches!(self, Self::Paused { .. })
    }

    /// Whether the body blocks its thread after its deadline.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        matches!(self, Self::Stuck { .. })
    }

    /// Whether the task has ended.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self, Self::Ended(_))
    }
}

/// Ignores when a sleep ends.
impl PartialEq for Phase {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Waiting { on }, Self::Waiting { on: other }) => on == other,
            (
                Self::Running { attempt, overdue },
                Self::Running { attempt: other, overdue: other_overdue },
            ) => (attempt, overdue) == (other, other_overdue),
            (Self::Sleeping { attempt, until: _ }, Self::Sleeping { attempt: other, until: _ })
            | (Self::Stuck { attempt }, Self::Stuck { attempt: other }) => attempt == other,
            (Self::Paused { gave_up }, Self::Paused { gave_up: other }) => gave_up == other,
            (Self::Ended(outcome), Self::Ended(other)) => outcome == other,
            (
                Self::Waiting { .. }
                | Self::Running { .. }
                | Self::Sleeping { .. }
                | Self::Paused { .. }
                | Self::Stuck { .. }
                | Self::Ended(_),
                _,
            ) => false,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { on: WaitingOn::Slot } => f.write_str("waiting for its slot"),
            Self::Waiting { on: WaitingOn::Permit { of: LimitScope::Supervisor } } => {
                f.write_str("waiting for a permit")
            }
            Self::Waiting { on: WaitingOn::Permit { of } } => write!(f, "waiting for a permit of {of}"),
            Self::Waiting { on: WaitingOn::Rate { .. } } => f.write_str("waiting for its rate limit"),
            Self::Waiting { on: WaitingOn::Dependency { name } } => write!(f, "waiting for `{name}`"),
            Self::Running { .. } => f.write_str("running"),
            Self::Sleeping { .. } => f.write_str("sleeping"),
            Self::Paused { gave_up: false } => f.write_str("paused"),
            Self::Paused { gave_up: true } => f.write_str("paused after it gave up"),
            Self::Stuck { .. } => f.write_str("stuck"),
            Self::Ended(outcome) => outcome.fmt(f),
        }
    }
}

/// A snapshot of one task.
///
/// ```
/// use taskvisor::{Config, Supervisor, TaskError, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let ping = TaskFn::arc("ping", || async { Err(TaskError::fatal("no such host")) });
/// let handle = supervisor.add_task(TaskSpec::on_failure(ping))?;
/// handle.outcome().await;
///
/// let status = handle.status();
/// assert!(status.phase.is_ended());
/// assert_eq!((status.attempt, status.failures), (1, 1));
/// assert_eq!(status.last_error.map(|failure| failure.to_string()).as_deref(), Some("fatal: no such host"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskStatus {
    /// The name of the task.
    pub name: TaskName,
    /// The id of the task.
    pub id: TaskId,
    /// The slot of a submission. `None` for an added task, and for a submission without a slot.
    pub slot: Option<Arc<str>>,
    /// The current phase.
    pub phase: Phase,
    /// When the current phase began.
    pub since: Instant,
    /// The number of the latest attempt, or 0 before the first.
    pub attempt: u64,
    /// The number of consecutive failures. A success, a restart, and the resume of a task that gave up reset the count. A failed
    /// attempt that ran for `stable_after` starts again at 1.
    pub failures: u32,
    /// The number of all attempts that failed, timeouts and panics included. It is never reset.
    pub total_failures: u32,
    /// The number of attempts after the first one. It is never reset.
    pub restarts: u64,
    /// The latest failure, also if later attempts succeeded.
    pub last_error: Option<Failure>,
    /// When the next attempt begins, if it is scheduled.
    pub next_attempt: Option<Instant>,
    /// When the task became ready, if it is. See [`Readiness`](crate::Readiness).
    pub ready_since: Option<Instant>,
    /// The time since the latest heartbeat of the running attempt, if the task limits it by
    /// [`heartbeat`](crate::TaskSpec::with_heartbeat). Before the first heartbeat, the time since the start of the attempt; for a
    /// task that notifies, since it became ready. The call that returns this status computes it, so that the time also grows while
    /// the body blocks its thread.
    pub heartbeat_age: Option<Duration>,
    /// Whether a stop was requested, or a shutdown lets the running attempt [finish](crate::OnShutdown::Finish).
    pub stopping: bool,
    /// Whether a pause was requested that takes effect once the running attempt has ended: by
    /// [`pause_after_attempt`](crate::TaskHandle::pause_after_attempt), or by [`pause`](crate::TaskHandle::pause), which interrupts the
    /// attempt. `false` in the phase [`Paused`](Phase::Paused).
    pub pausing: bool,
    /// Boxed, because few tasks have any of it, and every status pays for the space.
    pub(crate) rare: Option<Box<RareStatus>>,
}

/// What few statuses have.
#[derive(Clone, Debug, Default)]
pub(crate) struct RareStatus {
    pub(crate) schedule: Option<ScheduleStatus>,
    pub(crate) instances: Vec<TaskStatus>,
}

impl RareStatus {
    pub(crate) fn of_schedule(schedule: ScheduleStatus) -> Box<Self> {
        Box::new(Self { schedule: Some(schedule), instances: Vec::new() })
    }
}

/// What a status says about a schedule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScheduleStatus {
    pub(crate) next_run: Option<ScheduledTime>,
    pub(crate) last_run: Option<ScheduledTime>,
    pub(crate) skipped_ticks: u64,
}

impl TaskStatus {
    /// Returns whether this is a submission, such as a job: its name is a label, which other submissions may have too. `false` for an
    /// added task.
    #[must_use]
    pub fn is_submission(&self) -> bool {
        self.name.is_of_submission()
    }

    /// Returns when the next run is due, for a task with [`every`](crate::TaskSpec::with_every) or `cron`: its next tick, or an earlier
    /// one whose run waits for the tasks that it needs, for its limits, or for the run before it. A tick that passes during an attempt is
    /// shown, and counted if it is skipped, once the attempt has ended. `None` without a schedule, after the end of the task, and if no
    /// date follows.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::{Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// let poll = TaskFn::arc("poll", || async { Ok(()) });
    /// let poll = supervisor.add_task(TaskSpec::inherit(poll).with_every(Duration::from_secs(60)))?;
    /// tokio::time::sleep(Duration::from_secs(90)).await;
    /// let status = poll.status();
    /// assert_eq!(status.last_run().map(|run| run.to_string()).as_deref(), Some("tick 1"));
    /// assert_eq!(status.next_run().map(|run| run.to_string()).as_deref(), Some("tick 2"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn next_run(&self) -> Option<ScheduledTime> {
        self.schedule().filter(|_| !self.phase.is_ended())?.next_run
    }

    /// Returns when the latest run was due that has begun. A run that an operator started changes nothing. `None` without a schedule,
    /// and before the first run.
    #[must_use]
    pub fn last_run(&self) -> Option<ScheduledTime> {
        self.schedule()?.last_run
    }

    /// Returns the number of ticks that were skipped.
    #[must_use]
    pub fn skipped_ticks(&self) -> u64 {
        self.schedule().map_or(0, |schedule| schedule.skipped_ticks)
    }

    /// Returns the statuses of the live instances, in the order of their numbers, if this is the row of a task with
    /// [`instances`](crate::TaskSpec::with_instances). Empty for every other status.
    ///
    /// The row has the base name. Its `phase`, `id`, `since`, `last_error` and schedule are those of the instance that needs attention
    /// most: one that is stuck, or else one that is paused after giving up, paused, sleeping after a failure, waiting, sleeping, or
    /// running, in this order. Of several in the same phase, it is the one that has been in it longest. `attempt`, `total_failures` and
    /// `restarts` are sums, `failures` and `heartbeat_age` are the largest, `ready_since` and `next_attempt` the earliest. `stopping`
    /// says whether all instances are stopping, and `pausing` whether one is pausing.
    #[must_use]
    pub fn instances(&self) -> &[TaskStatus] {
        self.rare.as_ref().map_or(&[], |rare| &rare.instances)
    }

    fn schedule(&self) -> Option<&ScheduleStatus> {
        self.rare.as_ref()?.schedule.as_ref()
    }
}
