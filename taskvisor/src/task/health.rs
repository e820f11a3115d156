//! The health of a supervisor: whether it is live, ready and started, and what is wrong.

use std::fmt;

use tokio::time::Instant;

use super::TaskName;
use crate::error::Failure;

/// How many reasons `Display` writes.
const MAX_WRITTEN: usize = 5;

/// The health of a supervisor at one moment.
///
/// `Display` writes one line, such as ``not ready: `billing` gave up (5 failures): connection refused; `feed` is paused``.
///
/// ```
/// use taskvisor::{Readiness, Supervisor, TaskContext, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::default();
/// let feed = TaskFn::arc("feed", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
/// let feed = supervisor.add_task(TaskSpec::once(feed).with_ready(Readiness::Start))?;
/// assert_eq!(supervisor.health().to_string(), "not ready: `feed` is not ready");
///
/// supervisor.ready().await?;
/// assert!(supervisor.health().ready);
///
/// feed.pause()?;
/// # for _ in 0..3 { tokio::task::yield_now().await; }
/// assert_eq!(supervisor.health().to_string(), "not ready: `feed` is paused");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Health {
    /// Whether the runtime can make progress: restart the process if this is `false`. Only the watchdog of an application
    /// (`#[taskvisor::main]`) can find out that it cannot. Under a [`Supervisor`](crate::Supervisor) without an application it is
    /// always `true`.
    pub live: bool,
    /// Whether each task of the start-up set is ready now, and no shutdown was requested.
    pub ready: bool,
    /// Whether the supervisor was ready at any time.
    pub started: bool,
    /// The time of the last change of `ready`, or of the creation of the supervisor.
    pub since: Instant,
    /// What is wrong: first the reasons that make `ready` false, then the most severe ones. At most one reason for each task. While tasks
    /// are added or end on other threads, the task that makes `ready` false may be missing; the next call lists it.
    pub reasons: Vec<HealthReason>,
}

/// Something that is wrong.
///
/// `Display` writes it in words, such as `` `billing` gave up (5 failures): connection refused ``.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HealthReason {
    /// What is wrong.
    pub kind: HealthReasonKind,
    /// The task. `None` for [`ShuttingDown`](HealthReasonKind::ShuttingDown).
    pub task: Option<TaskName>,
    /// Since when.
    pub since: Instant,
    /// The last failure of the task, if it has failed.
    pub last_error: Option<Failure>,
    /// The number of consecutive failures of the task.
    pub failures: u32,
    /// Whether this makes [`Health::ready`] false: the task is in the start-up set, or the supervisor is shutting down.
    pub blocks_ready: bool,
}

/// The kind of a [`HealthReason`].
///
/// `Display` and [`label`](Self::label) return its name.
///
/// ```
/// use taskvisor::HealthReasonKind;
///
/// assert_eq!(HealthReasonKind::GaveUp.label(), "gave_up");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HealthReasonKind {
    /// The task makes no further attempt, because it has failed: it gave up, and has ended or is paused, or it has failed without a
    /// retry. `gave_up`.
    GaveUp,
    /// The task of the start-up set is not ready, and no other kind applies. `not_ready`.
    NotReady,
    /// The latest attempt of the task has missed its heartbeat, and no other has begun. `stalled`.
    Stalled,
    /// The task blocks its thread past the deadline of a stop request. A critical task of an application: also past that of a restart,
    /// a pause or a limit. `stuck`.
    Stuck,
    /// An operator has paused the task. `paused`.
    Paused,
    /// A shutdown was requested or has begun, or the supervisor was dropped. `shutting_down`.
    ShuttingDown,
}

impl Health {
    /// Whether something needs attention: it is not live, not ready, or there is a reason. A paused task outside of the start-up set is
    /// one, although the supervisor is ready.
    #[must_use]
    pub fn is_degraded(&self) -> bool {
        !self.live || !self.ready || !self.reasons.is_empty()
    }
}

impl HealthReasonKind {
    /// Returns a stable name for logs and metrics, such as `gave_up`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::GaveUp => "gave_up",
            Self::NotReady => "not_ready",
            Self::Stalled => "stalled",
            Self::Stuck => "stuck",
            Self::Paused => "paused",
            Self::ShuttingDown => "shutting_down",
        }
    }

    /// The position in a list of reasons: the most severe first.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::ShuttingDown => 0,
            Self::Stuck => 1,
            Self::GaveUp => 2,
            Self::Stalled => 3,
            Self::NotReady => 4,
            Self::Paused => 5,
        }
    }
}

impl fmt::Display for HealthReasonKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

impl fmt::Display for HealthReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, task, last_error, failures, .. } = self;
        if let Some(task) = task {
            write!(f, "`{task}` ")?;
        }
        f.write_str(match kind {
            HealthReasonKind::GaveUp => "gave up",
            HealthReasonKind::NotReady => "is not ready",
            HealthReasonKind::Stalled => "has stalled",
            HealthReasonKind::Stuck => "is stuck",
            HealthReasonKind::Paused => return f.write_str("is paused"),
            HealthReasonKind::ShuttingDown => return f.write_str("shutting down"),
        })?;
        match (kind, failures) {
            (HealthReasonKind::GaveUp, 1) => f.write_str(" (1 failure)")?,
            (HealthReasonKind::GaveUp, 2..) => write!(f, " ({failures} failures)")?,
            _ => {}
        }
        match last_error {
            Some(error) => write!(f, ": {error}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { live, ready, started, reasons, .. } = self;
        f.write_str(match (live, ready) {
            (false, _) => "not live",
            (true, false) => "not ready",
            (true, true) => "ready",
        })?;
        match (reasons.first(), ready) {
            (None, false) if !started => return f.write_str(": no task was started yet"),
            (None, _) => return Ok(()),
            (Some(_), true) if *live => f.write_str(", but ")?,
            (Some(_), _) => f.write_str(": ")?,
        }
        for (index, reason) in reasons.iter().take(MAX_WRITTEN).enumerate() {
            f.write_str(if index == 0 { "" } else { "; " })?;
            write!(f, "{reason}")?;
        }
        match reasons.len().saturating_sub(MAX_WRITTEN) {
            0 => Ok(()),
            left => write!(f, "; and {left} more"),
        }
    }
}
