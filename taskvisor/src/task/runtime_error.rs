//! The error of supervisor calls.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::{MissingStates, RegisteredBy, Report, TaskId, is_blank};
use crate::policy::MAX_INSTANCES;

/// The error of a call to a supervisor.
///
/// `Display` says what is wrong and, where possible, what to do instead.
///
/// Comparisons ignore how long the stuck tasks in the report of `GraceExceeded` have been running, and compare failures by kind
/// and message.
///
/// ```
/// use taskvisor::{Config, RuntimeError, Supervisor};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// match supervisor.cancel("ping").await {
///     Ok(_) => println!("stopped"),
///     Err(RuntimeError::UnknownTask { name, .. }) => println!("there is no task `{name}`"),
///     Err(error) => return Err(error.into()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RuntimeError {
    /// Another task holds this name. It is not affected.
    #[non_exhaustive]
    NameTaken {
        /// The name.
        name: String,
    },
    /// Another submission owns the slot, and this one does not wait.
    #[non_exhaustive]
    Busy {
        /// The slot.
        slot: String,
    },
    /// The limit of waiting submissions is reached, for this slot or in total.
    #[non_exhaustive]
    QueueFull {
        /// The slot.
        slot: String,
    },
    /// No task of this name exists.
    #[non_exhaustive]
    UnknownTask {
        /// The name.
        name: String,
    },
    /// No task with this id exists in this supervisor.
    #[non_exhaustive]
    UnknownTaskId {
        /// The id.
        id: TaskId,
    },
    /// The task has ended, so that it cannot be controlled any more.
    #[non_exhaustive]
    Ended {
        /// The name of the task.
        name: String,
    },
    /// A stop of the task was requested, so that it cannot be controlled any more.
    #[non_exhaustive]
    Stopping {
        /// The name of the task.
        name: String,
    },
    /// The task is paused, so that it can be neither restarted nor triggered: [`resume`](crate::TaskHandle::resume) starts it again.
    #[non_exhaustive]
    Paused {
        /// The name of the task.
        name: String,
    },
    /// A task that has not ended cannot be started.
    #[non_exhaustive]
    StillRunning {
        /// The name of the task.
        name: String,
    },
    /// No task of this name is known that could be started: the application does not have it, and it was not passed to
    /// [`run`](crate::Supervisor::run) or [`run_until`](crate::Supervisor::run_until).
    #[non_exhaustive]
    NotDeclared {
        /// The name.
        name: String,
        /// A similar name of a task that could be started, if there is one.
        nearest: Option<String>,
    },
    /// The body of the task could be created only once, so that the task cannot be started again.
    #[non_exhaustive]
    SingleUse {
        /// The name of the task.
        name: String,
    },
    /// The task has no instances, or is one of them: [`scale`](crate::SupervisorHandle::scale) changes the number of instances of a
    /// task by its base name.
    #[non_exhaustive]
    NotScalable {
        /// The name of the task.
        name: String,
    },
    /// More instances were requested than [`TaskSpec::MAX_INSTANCES`](crate::TaskSpec::MAX_INSTANCES).
    #[non_exhaustive]
    TooManyInstances {
        /// The name of the task.
        name: String,
        /// The requested number.
        instances: usize,
    },
    /// The submission waits for its slot, and has no attempt to restart or to pause.
    #[non_exhaustive]
    Queued {
        /// The name of the submission.
        name: String,
        /// The slot.
        slot: String,
    },
    /// The setup, a file or a variable has disabled the job or the task.
    #[non_exhaustive]
    Disabled {
        /// The name of the job or of the task.
        name: String,
    },
    /// The supervisor is shutting down, or has been dropped.
    ShuttingDown,
    /// The Tokio runtime of the supervisor was shut down, and its tasks were dropped.
    RuntimeGone,
    /// The supervisor was built and called outside a Tokio runtime.
    NoRuntime,
    /// The supervisor was already run. A supervisor runs once.
    AlreadyRan,
    /// The task or subscriber needs states that were not registered.
    #[non_exhaustive]
    MissingState {
        /// The name of the task or subscriber.
        name: String,
        /// The missing types.
        types: Vec<&'static str>,
        /// The types of all registered states, sorted.
        registered: Vec<&'static str>,
    },
    /// A state of this type is already registered. The first one is kept.
    #[non_exhaustive]
    DuplicateState {
        /// The type.
        type_name: &'static str,
    },
    /// A declared subscriber was passed twice, so that it would handle each event twice.
    #[non_exhaustive]
    DuplicateSubscriber {
        /// The name of the subscriber.
        name: String,
    },
    /// The options of the task contradict each other, or no attempt could run with them. Or the name of the task, of the slot
    /// or of the subscriber is empty.
    #[non_exhaustive]
    InvalidSpec {
        /// The name of the task or subscriber.
        name: String,
        /// All problems.
        reasons: Vec<Cow<'static, str>>,
    },
    /// The task depends on a task that does not exist, on itself, or on one that can never be ready; it names one twice; or tasks
    /// would depend on each other in a cycle.
    #[non_exhaustive]
    InvalidDependencies {
        /// The name of the task or submission.
        name: String,
        /// All problems.
        reasons: Vec<String>,
    },
    /// No attempt could run with this configuration.
    #[non_exhaustive]
    InvalidConfig {
        /// The problem.
        reason: &'static str,
    },
    /// Several problems were found, so nothing was started.
    Refused(Arc<[Self]>),
    /// A task awaited its own end, or a task or subscriber awaited the shutdown of its own supervisor. The stop has
    /// been requested, but the call does not wait, because it would deadlock.
    WouldDeadlock,
    /// The shutdown is over, but some tasks did not stop within its grace. They were aborted, or are stuck because they
    /// block their threads. A stuck task keeps its name until its body returns.
    #[non_exhaustive]
    GraceExceeded {
        /// The report. Its `stuck` and `aborted_tasks` list the tasks that exceeded the grace.
        report: Arc<Report>,
    },
    /// A critical task has failed, and its failure has shut the supervisor down.
    #[non_exhaustive]
    CriticalTask {
        /// The name of the task.
        name: String,
        /// The report. Its `critical_task` has the failure. Tasks may have exceeded the grace, too: see
        /// [`Report::grace_exceeded`].
        report: Arc<Report>,
    },
    /// The signal handlers of the process could not be installed.
    #[non_exhaustive]
    Signals {
        /// The error of the system.
        reason: String,
    },
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken { name } => {
                write!(f, "a task named `{name}` already exists: use another name, or wait until it has ended")
            }
            Self::Busy { slot } => {
                write!(f, "the slot `{slot}` is busy: retry later, or use an admission that waits")
            }
            Self::QueueFull { slot } => write!(
                f,
                "too many submissions wait for the slot `{slot}`, or for all slots together: retry later, or wait \
                 for room with `submit_wait`"
            ),
            Self::UnknownTask { name } => {
                write!(f, "there is no task named `{name}`: it has ended, or was never added")
            }
            Self::UnknownTaskId { id } => {
                write!(f, "there is no task with the id {id}: it has ended, or belongs to another supervisor")
            }
            Self::Ended { name } => {
                write!(f, "`{name}` has ended: add or submit it again")
            }
            Self::Stopping { name } => {
                write!(f, "`{name}` is stopping: wait for its end, then add or submit it again")
            }
            Self::Queued { name, slot } => {
                write!(f, "`{name}` waits for the slot `{slot}` and makes no attempts yet: cancel it, or wait until it starts")
            }
            Self::Paused { name } => {
                write!(f, "`{name}` is paused, and neither a restart nor a trigger would start it: call `resume`")
            }
            Self::StillRunning { name } => {
                write!(f, "`{name}` is still running: call `restart` to run it anew, or wait until it has ended")
            }
            Self::NotDeclared { name, nearest: Some(nearest) } => {
                write!(f, "no task named `{name}` can be started: did you mean `{nearest}`?")
            }
            Self::NotDeclared { name, nearest: None } => write!(
                f,
                "no task named `{name}` can be started: name a task of the application, or one that was given to `run`; add any other \
                 with `add_task`"
            ),
            Self::SingleUse { name } => write!(
                f,
                "`{name}` cannot be started again, because its body could be created only once: create the task with \
                 `TaskFn::shared` instead of `TaskFn::arc`"
            ),
            Self::NotScalable { name } => {
                write!(
                    f,
                    "`{name}` has no instances to scale: give it `instances`; to scale all instances of a task, use its name without \
                     the number"
                )
            }
            Self::TooManyInstances { name, instances } => {
                write!(f, "{instances} instances of `{name}` are too many: set at most {MAX_INSTANCES}")
            }
            Self::Disabled { name } => {
                write!(
                    f,
                    "`{name}` is disabled: remove `app.disable` from the setup, or `enabled = false` from the file or the \
                     environment, or neither submit nor start it"
                )
            }
            Self::ShuttingDown => f.write_str("the supervisor is shutting down, or has been dropped"),
            Self::RuntimeGone => f.write_str(
                "the Tokio runtime of the supervisor was shut down, and its tasks were dropped: build another one",
            ),
            Self::NoRuntime => f.write_str(
                "no Tokio runtime: build the supervisor inside a runtime, or pass a handle with \
                 `builder(…).runtime(…)`",
            ),
            Self::AlreadyRan => f.write_str(
                "this supervisor was already run: build another one, because a supervisor runs once",
            ),
            Self::MissingState { name, types, registered } => {
                let missing = MissingStates::new(types, registered, RegisteredBy::Builder);
                write!(f, "`{name}` needs ")?;
                list(f, types.iter().map(|name| missing.parameter(name)))?;
                write!(f, ", but {}: {}", missing.absence(types), missing.advice(types))
            }
            Self::DuplicateState { type_name } => {
                write!(f, "a state of type `{type_name}` was registered twice: wrap one of them in a new type")
            }
            Self::DuplicateSubscriber { name } => write!(
                f,
                "the subscriber `{name}` was passed twice: remove one of the two, or give one of them another name"
            ),
            Self::InvalidSpec { name, reasons } => {
                if !is_blank(name) {
                    write!(f, "`{name}`: ")?;
                }
                list(f, reasons.iter().map(ToString::to_string))
            }
            Self::InvalidDependencies { name, reasons } => {
                write!(f, "`{name}`: ")?;
                list(f, reasons.iter().cloned())
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
                    write!(f, "{separator}stuck after the grace, still blocking their threads: ")?;
                    list(f, report.stuck.iter().map(ToString::to_string))?;
                }
                Ok(())
            }
            Self::CriticalTask { name, report } => {
                write!(f, "the critical task `{name}` failed, which has shut the supervisor down")?;
                match &report.critical_task {
                    Some(task) => write!(f, ": {}", task.failure),
                    None => Ok(()),
                }
            }
            Self::Signals { reason } => write!(f, "cannot listen for signals: {reason}"),
        }
    }
}

impl Error for RuntimeError {}

impl RuntimeError {
    /// Whether the slot cannot take the submission now, but may take it later: [`Busy`](Self::Busy) or
    /// [`QueueFull`](Self::QueueFull).
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::QueueFull { .. })
    }

    /// Whether the supervisor accepts nothing any more: [`ShuttingDown`](Self::ShuttingDown) or
    /// [`RuntimeGone`](Self::RuntimeGone).
    #[must_use]
    pub fn is_shutting_down(&self) -> bool {
        matches!(self, Self::ShuttingDown | Self::RuntimeGone)
    }

    /// Combines all problems into one error. `Ok` if there are none.
    pub(crate) fn all(mut errors: Vec<Self>) -> Result<(), Self> {
        match errors.len() {
            0 => Ok(()),
            1 => errors.pop().map_or(Ok(()), Err),
            _ => Err(Self::Refused(errors.into())),
        }
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
