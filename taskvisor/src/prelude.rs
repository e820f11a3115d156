//! The names that a file with tasks usually needs.

#[cfg(all(feature = "controller", feature = "macros"))]
pub use crate::job;
#[cfg(feature = "controller")]
pub use crate::{Admission, ControllerSpec, JobError, JobExt, JobHandle};
// In scope so that `ping.spec()` gets the error of this trait instead of "no method named `spec`".
#[cfg(feature = "macros")]
#[doc(hidden)]
pub use crate::SpecOfADeclaration as _;
#[cfg(feature = "macros")]
pub use crate::{App, subscriber, task};
pub use crate::{
    BackoffPolicy, BoxError, Config, Event, EventKind, EventName, FailureKind, Instance, Outcome, Phase,
    Ready, RestartPolicy, ResultExt, RuntimeError, State, Subscribe, Subscriber, Supervisor,
    SupervisorHandle, TaskContext, TaskError, TaskFn, TaskHandle, TaskSpec,
};
pub use tokio_util::sync::CancellationToken;
