//! Data about tasks: ids, statuses, outcomes, the report, and the errors of supervisor calls.

mod attempt_record;
mod blocking;
mod dependency;
#[cfg(feature = "controller")]
mod ended_job;
mod failures_in_window;
mod give_up;
mod health;
mod id;
mod instance_row;
mod limit_scope;
mod missing_state;
mod name;
mod operation;
mod outcome;
#[cfg(feature = "macros")]
mod policy_option;
#[cfg(all(feature = "config", feature = "macros"))]
mod reloaded;
mod report;
mod runtime_error;
mod scheduled_time;
mod start_error;
mod status;

pub(crate) use blocking::describe_blocking;
pub(crate) use missing_state::{MissingStates, RegisteredBy};
pub(crate) use name::{EMPTY_NAME, Named, is_blank};

pub use attempt_record::{AttemptEnd, AttemptRecord};
pub use blocking::BlockingTask;
pub use dependency::{DependencyEdge, DependencyKind};
#[cfg(feature = "controller")]
pub use ended_job::EndedJob;
pub use failures_in_window::FailuresInWindow;
pub use give_up::GiveUp;
pub use health::{Health, HealthReason, HealthReasonKind};
pub use id::TaskId;
pub use limit_scope::{Holder, Holders, LimitScope};
pub use name::TaskName;
pub use operation::Operation;
pub use outcome::{InterruptCause, Outcome, Rejection, StopCause};
#[cfg(feature = "macros")]
pub use policy_option::{OptionOrigin, PolicyOption};
#[cfg(all(feature = "config", feature = "macros"))]
pub use reloaded::{ChangedOption, ReloadError, Reloaded};
#[cfg(feature = "macros")]
pub(crate) use report::Labelled;
pub use report::{AbortedTask, FailedTask, Report, StuckTask};
pub use runtime_error::RuntimeError;
pub use scheduled_time::{ScheduledTime, SkipReason};
pub use start_error::StartError;
pub use status::{Phase, TaskStatus, WaitingOn};
pub(crate) use status::{RareStatus, ScheduleStatus};
