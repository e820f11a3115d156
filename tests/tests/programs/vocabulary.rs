//! The terms in which the model and the runtime are compared.

use std::time::Duration;

use taskvisor::{
    EventKind, Failure, FailureKind, InterruptCause, Outcome, Rejection, RuntimeError, ScheduledTime,
    SkipReason, StopCause,
};
use tokio::time::Instant;

use crate::program::Ms;
use crate::specs::moment;

/// An event of a task, and its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) at: Ms,
    pub(crate) word: TaskEvent,
}

/// An event of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TaskEvent {
    Added,
    Queued(String),
    Admitted,
    Started(u64),
    Succeeded {
        attempt: u64,
        ran: Duration,
    },
    Failed {
        attempt: u64,
        ran: Duration,
        error: Error,
    },
    TimedOut {
        attempt: u64,
        timeout: Duration,
        /// The message that the attempt returned after its token was canceled.
        error: Option<String>,
    },
    Stalled {
        attempt: u64,
        heartbeat: Duration,
        error: Option<String>,
    },
    Snoozed {
        attempt: u64,
        ran: Duration,
        delay: Duration,
    },
    Panicked {
        attempt: u64,
        error: Error,
    },
    Canceled(u64),
    Interrupted {
        attempt: u64,
        cause: InterruptCause,
        error: Option<Error>,
    },
    Aborted(u64),
    Backoff {
        failures: u32,
        delay: Duration,
    },
    GaveUp {
        failures: u32,
        within: Option<Duration>,
        last: Error,
    },
    Scheduled(Tick),
    Skipped {
        at: Tick,
        ticks: u64,
        why: SkipReason,
    },
    RunFailed {
        occurrence: Option<Tick>,
        failures: u32,
        error: Error,
    },
    Ended(TaskOutcome),
    Removed,
    /// An event that no task can have.
    Strange(String),
}

/// An outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TaskOutcome {
    Completed,
    Failed(Error),
    Canceled(StopCause, Option<Error>),
    Aborted,
    Rejected(Rejection),
    Strange(String),
}

/// What the context of an attempt holds when it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) attempt: u64,
    /// The previous failure of the task.
    pub(crate) last_error: Option<Error>,
    pub(crate) scheduled_at: Option<Tick>,
}

/// A tick of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    pub(crate) number: u64,
    pub(crate) at: Ms,
}

impl Tick {
    pub(crate) fn of(time: ScheduledTime, began: Instant) -> Self {
        match time {
            ScheduledTime::Tick { number, at, .. } => Self { number, at: moment(at - began) },
            other => panic!("{other} is no tick of a grid"),
        }
    }
}

/// The failure of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Error {
    pub(crate) kind: FailureKind,
    pub(crate) attempt: u64,
    /// The message of the attempt, if the kind of failure has one.
    pub(crate) text: Option<String>,
}

impl Error {
    /// The failure of attempt number `attempt`. Its message depends only on the number.
    pub(crate) fn new(kind: FailureKind, attempt: u64) -> Self {
        let has_message = matches!(kind, FailureKind::Error | FailureKind::Fatal | FailureKind::Panic);
        Self { kind, attempt, text: has_message.then(|| message(attempt)) }
    }

    pub(crate) fn of(failure: &Failure) -> Self {
        let has_message =
            matches!(failure.kind(), FailureKind::Error | FailureKind::Fatal | FailureKind::Panic);
        let text = has_message.then(|| failure.error().to_string());
        Self { kind: failure.kind(), attempt: failure.attempt(), text }
    }
}

/// The message that an attempt returned after its token was canceled: that of the first cause.
fn returned(failure: &Failure) -> String {
    let mut cause: &dyn std::error::Error = failure.error();
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// The message with which attempt number `attempt` fails.
pub(crate) fn message(attempt: u64) -> String {
    format!("flaw {attempt}")
}

impl TaskOutcome {
    pub(crate) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Completed => Self::Completed,
            Outcome::Failed(failure) => Self::Failed(Error::of(failure)),
            Outcome::Canceled { cause, last_error, .. } => {
                Self::Canceled(*cause, last_error.as_ref().map(Error::of))
            }
            Outcome::Aborted => Self::Aborted,
            Outcome::Rejected(why) => Self::Rejected(*why),
            other => Self::Strange(other.to_string()),
        }
    }
}

impl TaskEvent {
    /// `began` is the beginning of the program.
    pub(crate) fn of(kind: &EventKind, began: Instant) -> Self {
        let tick = |at: &ScheduledTime| Tick::of(*at, began);
        match kind {
            EventKind::Scheduled { at, .. } => Self::Scheduled(tick(at)),
            EventKind::Skipped { at, ticks, why, .. } => {
                Self::Skipped { at: tick(at), ticks: *ticks, why: *why }
            }
            EventKind::RunFailed { occurrence, failures, error, .. } => Self::RunFailed {
                occurrence: occurrence.as_ref().map(tick),
                failures: *failures,
                error: Error::of(error),
            },
            EventKind::Added => Self::Added,
            EventKind::Queued { slot, .. } => Self::Queued(slot.to_string()),
            EventKind::Admitted => Self::Admitted,
            EventKind::Started { attempt, .. } => Self::Started(*attempt),
            EventKind::Succeeded { attempt, ran, .. } => Self::Succeeded { attempt: *attempt, ran: *ran },
            EventKind::Failed { attempt, ran, error, .. } => {
                Self::Failed { attempt: *attempt, ran: *ran, error: Error::of(error) }
            }
            EventKind::TimedOut { attempt, timeout, error, .. } => {
                Self::TimedOut { attempt: *attempt, timeout: *timeout, error: error.as_ref().map(returned) }
            }
            EventKind::Stalled { attempt, heartbeat, error, .. } => Self::Stalled {
                attempt: *attempt,
                heartbeat: *heartbeat,
                error: error.as_ref().map(returned),
            },
            EventKind::Snoozed { attempt, ran, delay, .. } => {
                Self::Snoozed { attempt: *attempt, ran: *ran, delay: *delay }
            }
            EventKind::Panicked { attempt, error, .. } => {
                Self::Panicked { attempt: *attempt, error: Error::of(error) }
            }
            EventKind::Canceled { attempt, .. } => Self::Canceled(*attempt),
            EventKind::Interrupted { attempt, cause, error, .. } => {
                Self::Interrupted { attempt: *attempt, cause: *cause, error: error.as_ref().map(Error::of) }
            }
            EventKind::Aborted { attempt, .. } => Self::Aborted(*attempt),
            EventKind::Backoff { delay, failures, .. } => {
                Self::Backoff { failures: *failures, delay: *delay }
            }
            EventKind::GaveUp { failures, within, last, .. } => {
                Self::GaveUp { failures: *failures, within: *within, last: Error::of(last) }
            }
            EventKind::Ended { outcome, .. } => Self::Ended(TaskOutcome::of(outcome)),
            EventKind::Removed => Self::Removed,
            other => Self::Strange(other.to_string()),
        }
    }
}

/// The answer of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The command added the task with this number.
    Accepted(usize),
    /// The command was refused for one of these reasons. The contract does not define which of several is returned.
    Refused(Vec<Refusal>),
    /// Whether this was the first stop request of the task.
    StopRequested(bool),
    /// Whether this was the first stop request of the task, and when the task ended.
    CanceledAndEnded(bool, Ms),
    Restarted,
    /// Whether it was not paused before.
    Paused(bool),
    /// Whether it was paused.
    Resumed(bool),
    /// Whether the command ended a wait.
    Triggered(bool),
    UnknownTask,
    /// The number of instances before.
    Scaled(usize),
    /// Whether the slot had an owner.
    Cleared(bool),
    /// The command had no target.
    Nothing,
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NameTaken,
    Busy,
    QueueFull,
    ShuttingDown,
    Invalid,
    /// A dependency is unknown, is the task itself, is listed twice, closes a cycle, or can never be ready.
    Dependencies,
    /// A task cannot await its own stop.
    WouldDeadlock,
    Ended,
    Stopping,
    Queued,
    Paused,
    NotScalable,
    Other,
}

impl Answer {
    /// Whether the runtime may return `other` where the model predicts this answer.
    pub(crate) fn allows(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Refused(reasons), Self::Refused(given)) => {
                given.iter().all(|reason| reasons.contains(reason))
            }
            _ => self == other,
        }
    }
}

impl Refusal {
    pub(crate) fn of(error: &RuntimeError) -> Self {
        match error {
            RuntimeError::NameTaken { .. } => Self::NameTaken,
            RuntimeError::Busy { .. } => Self::Busy,
            RuntimeError::QueueFull { .. } => Self::QueueFull,
            RuntimeError::ShuttingDown => Self::ShuttingDown,
            RuntimeError::InvalidSpec { .. } => Self::Invalid,
            RuntimeError::InvalidDependencies { .. } => Self::Dependencies,
            RuntimeError::WouldDeadlock => Self::WouldDeadlock,
            RuntimeError::Ended { .. } => Self::Ended,
            RuntimeError::Stopping { .. } => Self::Stopping,
            RuntimeError::Queued { .. } => Self::Queued,
            RuntimeError::Paused { .. } => Self::Paused,
            RuntimeError::NotScalable { .. } => Self::NotScalable,
            _ => Self::Other,
        }
    }
}

/// The status of a live task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) name: String,
    pub(crate) slot: Option<String>,
    pub(crate) phase: SeenPhase,
    pub(crate) since: Ms,
    pub(crate) attempt: u64,
    pub(crate) failures: u32,
    pub(crate) last_error: Option<Error>,
    pub(crate) stopping: bool,
    pub(crate) next_run: Option<Tick>,
    pub(crate) last_run: Option<Tick>,
    pub(crate) skipped_ticks: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SeenPhase {
    ForSlot,
    /// The task waits for a permit of this scope.
    ForPermit(String),
    /// The task waits for its rate limit, until this time since the beginning if nothing else changes.
    ForRate(Ms),
    /// The task waits for the task of this name.
    ForDependency(String),
    Running(u64),
    /// The task sleeps after this attempt, until this time since the beginning.
    Sleeping(u64, Duration),
    /// Whether it paused itself, because it gave up.
    Paused(bool),
    Strange(String),
}

/// A slot that has owners, and its waiters in the order of admission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenSlot {
    pub(crate) key: String,
    pub(crate) capacity: usize,
    /// With the times since which they own it, the oldest first.
    pub(crate) owners: Vec<(String, Ms)>,
    pub(crate) waiting: Vec<String>,
}

/// The live tasks and owned slots at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) at: Ms,
    pub(crate) tasks: Vec<Seen>,
    pub(crate) slots: Vec<SeenSlot>,
}

/// The outcomes of all tasks, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) completed: u64,
    pub(crate) canceled: u64,
    pub(crate) failed: u64,
    pub(crate) aborted: u64,
    pub(crate) rejected: u64,
    pub(crate) grace_exceeded: bool,
    /// Sorted by the number of the task, because tasks that end in one moment have no order.
    pub(crate) failures: Vec<(usize, Error)>,
    pub(crate) aborted_tasks: Vec<(usize, Option<StopCause>)>,
    /// Sorted by the number of the task, and of its failures.
    pub(crate) give_ups: Vec<(usize, Error)>,
    /// The critical task that shut the supervisor down.
    pub(crate) critical_task: Option<(usize, Error)>,
}
