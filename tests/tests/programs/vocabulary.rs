//! What the model and the runtime are compared in.

use std::time::Duration;

use taskvisor::{EventKind, Failure, FailureKind, Outcome, Rejection, RuntimeError, StopCause};

use crate::program::Ms;

/// What happened to a task, and when.
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
    },
    Panicked {
        attempt: u64,
        error: Error,
    },
    Canceled(u64),
    Aborted(u64),
    Backoff {
        failures: u32,
        delay: Duration,
    },
    Ended(TaskOutcome),
    Removed,
    /// No event that a task may have.
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

/// The failure of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Error {
    pub(crate) kind: FailureKind,
    pub(crate) attempt: u64,
    /// Where the attempt said something.
    pub(crate) text: Option<String>,
}

impl Error {
    /// What attempt number `attempt` fails with, whatever it does.
    pub(crate) fn new(kind: FailureKind, attempt: u64) -> Self {
        let says = matches!(kind, FailureKind::Error | FailureKind::Fatal | FailureKind::Panic);
        Self { kind, attempt, text: says.then(|| message(attempt)) }
    }

    pub(crate) fn of(failure: &Failure) -> Self {
        let says = matches!(failure.kind(), FailureKind::Error | FailureKind::Fatal | FailureKind::Panic);
        let text = says.then(|| failure.error().to_string());
        Self { kind: failure.kind(), attempt: failure.attempt(), text }
    }
}

/// What attempt number `attempt` says when it fails.
pub(crate) fn message(attempt: u64) -> String {
    format!("flaw {attempt}")
}

impl TaskOutcome {
    pub(crate) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Completed => Self::Completed,
            Outcome::Failed(failure) => Self::Failed(Error::of(failure)),
            Outcome::Canceled { cause, last_error } => {
                Self::Canceled(*cause, last_error.as_ref().map(Error::of))
            }
            Outcome::Aborted => Self::Aborted,
            Outcome::Rejected(why) => Self::Rejected(*why),
            other => Self::Strange(other.to_string()),
        }
    }
}

impl TaskEvent {
    pub(crate) fn of(kind: &EventKind) -> Self {
        match kind {
            EventKind::Added => Self::Added,
            EventKind::Queued { slot } => Self::Queued(slot.to_string()),
            EventKind::Admitted => Self::Admitted,
            EventKind::Started { attempt } => Self::Started(*attempt),
            EventKind::Succeeded { attempt, ran } => Self::Succeeded { attempt: *attempt, ran: *ran },
            EventKind::Failed { attempt, ran, error } => {
                Self::Failed { attempt: *attempt, ran: *ran, error: Error::of(error) }
            }
            EventKind::TimedOut { attempt, timeout } => {
                Self::TimedOut { attempt: *attempt, timeout: *timeout }
            }
            EventKind::Panicked { attempt, error } => {
                Self::Panicked { attempt: *attempt, error: Error::of(error) }
            }
            EventKind::Canceled { attempt } => Self::Canceled(*attempt),
            EventKind::Aborted { attempt } => Self::Aborted(*attempt),
            EventKind::Backoff { delay, failures } => Self::Backoff { failures: *failures, delay: *delay },
            EventKind::Ended { outcome } => Self::Ended(TaskOutcome::of(outcome)),
            EventKind::Removed => Self::Removed,
            other => Self::Strange(other.to_string()),
        }
    }
}

/// What a command came back with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// As this task, by number.
    Accepted(usize),
    /// For one of these reasons: the contract does not say which is told of several.
    Refused(Vec<Refusal>),
    /// Whether this ask was the first.
    Asked(bool),
    /// Likewise, and when the task was over.
    Over(bool, Ms),
    UnknownTask,
    /// Whether the slot was taken.
    Cleared(bool),
    /// There was nobody to whom it could be done.
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
    /// Whoever is part of what stops cannot wait for it.
    WouldDeadlock,
    Other,
}

impl Answer {
    /// Whether the runtime may say `other` where the model says this.
    pub(crate) fn allows(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Refused(reasons), Self::Refused(told)) => told.iter().all(|told| reasons.contains(told)),
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
            RuntimeError::WouldDeadlock => Self::WouldDeadlock,
            _ => Self::Other,
        }
    }
}

/// A task as its status shows it while it is there.
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
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SeenPhase {
    ForTurn,
    ForPermit,
    Running(u64),
    /// After this attempt, until then.
    Sleeping(u64, Duration),
    Strange(String),
}

/// A slot that is taken: by whom, and who waits, in the order of their turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenSlot {
    pub(crate) key: String,
    pub(crate) owner: String,
    pub(crate) since: Ms,
    pub(crate) waiting: Vec<String>,
}

/// All that is there at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) at: Ms,
    pub(crate) tasks: Vec<Seen>,
    pub(crate) slots: Vec<SeenSlot>,
}

/// How all tasks ended, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) completed: u64,
    pub(crate) canceled: u64,
    pub(crate) failed: u64,
    pub(crate) aborted: u64,
    pub(crate) rejected: u64,
    pub(crate) grace_exceeded: bool,
    /// By number of task, because those that end in one moment do so in no order.
    pub(crate) failures: Vec<(usize, Error)>,
    pub(crate) aborted_tasks: Vec<(usize, Option<StopCause>)>,
}
