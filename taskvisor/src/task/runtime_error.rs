//! Why something was refused, in words that say what to do instead.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::{Report, TaskId};

/// Why a supervisor did not do what it was asked to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RuntimeError {
    /// A task of this name is there already; it goes on.
    NameTaken {
        /// The name.
        name: String,
    },
    /// The slot is taken, and this submission does not wait.
    Busy {
        /// The slot.
        slot: String,
    },
    /// As many submissions wait as may.
    QueueFull {
        /// The slot.
        slot: String,
    },
    /// No task of this name is there.
    UnknownTask {
        /// The name.
        name: String,
    },
    /// No task with this id is there.
    UnknownTaskId {
        /// The id.
        id: TaskId,
    },
    /// The supervisor shuts down, or is gone.
    ShuttingDown,
    /// The Tokio runtime of the supervisor was shut down, and its tasks were dropped with it.
    RuntimeGone,
    /// The supervisor was built outside a Tokio runtime and called outside one.
    NoRuntime,
    /// It was run before; a supervisor runs once.
    AlreadyRan,
    /// The task or subscriber asks for states that nobody gave.
    MissingState {
        /// The name of the task or subscriber.
        name: String,
        /// The types that are missing.
        types: Vec<&'static str>,
        /// A type that was given and may be meant.
        near: Option<&'static str>,
    },
    /// A state of this type was given before; the first one is kept.
    DuplicateState {
        /// The type.
        type_name: &'static str,
    },
    /// The rules of the task contradict each other or allow nothing.
    InvalidSpec {
        /// The name of the task.
        name: String,
        /// Everything that is wrong.
        reasons: Vec<&'static str>,
    },
    /// The configuration allows nothing.
    InvalidConfig {
        /// What is wrong.
        reason: &'static str,
    },
    /// Several were refused, and so all of them.
    Refused(Arc<[Self]>),
    /// A task waited for its own end, or a task or subscriber for that of its supervisor: the stop was asked, the wait
    /// refused.
    WouldDeadlock,
    /// The shutdown is over, but tasks did not stop within its grace: they were aborted, or are stuck because they block
    /// their threads. The names of stuck tasks stay taken until they return.
    GraceExceeded {
        /// How all tasks ended. `stuck` and `aborted_tasks` name those that exceeded the grace.
        report: Arc<Report>,
    },
    /// The signals of the process cannot be listened to.
    Signals {
        /// Why.
        reason: String,
    },
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken { name } => write!(f, "a task named `{name}` is already there"),
            Self::Busy { slot } => write!(f, "the slot `{slot}` is busy"),
            Self::QueueFull { slot } => write!(
                f,
                "too many wait for the slot `{slot}`, or for slots in all: try saturating_deadline, or wait for room with `submit_wait`"
            ),
            Self::UnknownTask { name } => write!(f, "there is no task named `{name}`"),
            Self::UnknownTaskId { id } => {
                write!(f, "there is no task with the id {id}: it has ended, or belongs to another supervisor")
            }
            Self::ShuttingDown => f.write_str("the supervisor is shutting down"),
            Self::RuntimeGone => f.write_str(
                "the Tokio runtime of the supervisor was shut down, and its tasks with it: build another supervisor",
            ),
            Self::NoRuntime => f.write_str(
                "no Tokio runtime: build the supervisor inside one, or give it a handle with `builder(…).runtime(…)`",
            ),
            Self::AlreadyRan => f.write_str("a supervisor runs once, and this one ran before"),
            Self::MissingState { name, types, near } => {
                write!(f, "`{name}` needs ")?;
                list(f, types.iter().map(|name| format!("`State<{name}>`")))?;
                f.write_str(", which nobody gave: call `.state(…)`")?;
                match near {
                    Some(near) => write!(f, " ({})", near_miss(types, near)),
                    None => Ok(()),
                }
            }
            Self::DuplicateState { type_name } => {
                write!(f, "a state of type `{type_name}` is given twice; wrap one of them in a type of its own")
            }
            Self::InvalidSpec { name, reasons } => {
                write!(f, "`{name}`: ")?;
                list(f, reasons.iter().map(|reason| (*reason).to_owned()))
            }
            Self::InvalidConfig { reason } => f.write_str(reason),
            Self::Refused(errors) => list(f, errors.iter().map(ToString::to_string)),
            Self::WouldDeadlock => f.write_str(
                "a task or subscriber cannot await its own shutdown: return instead (the stop has been requested)",
            ),
            Self::GraceExceeded { report } => {
                let aborted = report.overdue().map(|task| format!("`{}`", task.name)).collect::<Vec<_>>();
                if !aborted.is_empty() {
                    f.write_str("aborted at the end of the grace: ")?;
                    list(f, aborted.into_iter())?;
                }
                if !report.stuck.is_empty() {
                    let separator = if report.overdue().next().is_some() { "; " } else { "" };
                    write!(f, "{separator}past the grace, still blocking their threads: ")?;
                    list(f, report.stuck.iter().map(ToString::to_string))?;
                }
                Ok(())
            }
            Self::Signals { reason } => write!(f, "cannot listen to signals: {reason}"),
        }
    }
}

impl Error for RuntimeError {}

impl RuntimeError {
    /// One error out of all that is wrong, if anything is.
    pub(crate) fn all(mut errors: Vec<Self>) -> Result<(), Self> {
        match errors.len() {
            0 => Ok(()),
            1 => errors.pop().map_or(Ok(()), Err),
            _ => Err(Self::Refused(errors.into())),
        }
    }
}

/// What may be meant, when `given` resembles a type that is missing.
pub(crate) fn near_miss(missing: &[&str], given: &str) -> String {
    match given.strip_prefix("alloc::sync::Arc<").and_then(|inner| inner.strip_suffix('>')) {
        Some(inner) if missing.contains(&inner) => {
            format!("given is an `Arc` of it; `State` shares already, so give the `{inner}` itself")
        }
        _ => format!("given is a `{given}`, which is another type"),
    }
}

fn list(f: &mut fmt::Formatter<'_>, items: impl Iterator<Item = String>) -> fmt::Result {
    for (index, item) in items.enumerate() {
        if index > 0 {
            f.write_str("; ")?;
        }
        f.write_str(&item)?;
    }
    Ok(())
}
