//! Supervises annotated async functions: restarts them with backoff, limits their run time, publishes their events,
//! admits them by key, and shuts them down in order.
//!
//! A service has a dozen background loops. Each has its own retry, its own sleep, its own shutdown flag, and panics
//! that go unnoticed. Here each loop is a function with one attribute:
//!
#![cfg_attr(feature = "macros", doc = "```no_run")]
#![cfg_attr(not(feature = "macros"), doc = "```ignore")]
//! use taskvisor::prelude::*;
//!
//! #[task(restart = "always", every = "10s", backoff = "exp", timeout = "5s")]
//! async fn ping(ctx: TaskContext) -> Result<(), std::io::Error> {
//!     println!("ping, attempt {}", ctx.attempt());
//!     Ok(()) // an error or a panic is retried with backoff
//! }
//!
//! #[taskvisor::main]
//! async fn main() {} // the setup; then all declared tasks run, until SIGINT or SIGTERM
//! ```
//!
//! # Overview
//!
//! - A task is a function with `#[task]`, a closure in [`TaskFn`], or a type that implements [`Task`]. Its parameters are
//!   [extracted](FromContext). Its return value decides what follows: see the table of [`RestartPolicy`].
//! - A [`Supervisor`] runs [`TaskSpec`]s. It accepts or refuses each one at once. It works without the attributes
//!   (`default-features = false`).
//! - A [`TaskHandle`] shows the status of a task, requests its stop, and waits for its [`Outcome`].
//! - Keyed work is submitted to a slot, where one submission runs at a time. The `Admission` decides what happens to later
//!   submissions. A function with `#[job]` takes arguments and returns a value.
//! - A [subscriber](Subscribe) receives every [`Event`]. It cannot delay tasks or change their behavior.
//!
//! # Common surprises
//!
//! - A stop is cooperative until the [grace](Config::with_grace) is over; then the attempt's future is dropped. A body that blocks
//!   its thread cannot be dropped: it is reported as stuck, and it keeps its name.
//! - Panics are contained by unwinding. With `panic = "abort"`, a panic ends the process.
//! - Tasks need a Tokio runtime with timers (`enable_time` or `enable_all`).
//! - No task survives the process. For durable work, use a queue on a database.

#![forbid(unsafe_code)]
// On docs.rs, each item names the feature that it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]
// Examples may leave declarations unused, to stay short. All other warnings are errors, such as a dropped handle.
#![doc(test(attr(deny(warnings), allow(dead_code, unused_variables))))]
// Without the controller no task has a slot. The code that passes slots on is still compiled, so that only one version
// of it exists.
#![cfg_attr(not(feature = "controller"), allow(dead_code, unreachable_pub))]

// Layers: a folder imports only from the folders above it; a test checks this. Files of one folder may use each other.
mod sync;
mod error;
mod policy;
mod task;
mod event;
mod runtime;
mod supervisor;
#[cfg(feature = "controller")]
mod job;
#[cfg(feature = "macros")]
mod app;
#[cfg(feature = "logging")]
mod observe;
#[cfg(feature = "macros")]
mod macro_support;
pub mod prelude;

#[cfg(all(test, taskvisor_loom, feature = "controller"))]
mod models;

pub use error::{BoxError, Cause, Failure, FailureKind, Markable, MarkedError, ResultExt, TaskError};
pub use event::{Event, EventKind, EventName, EventSet};
#[cfg(feature = "controller")]
pub use job::{
    ControllerSpec, Job, JobDescriptor, JobError, JobExt, JobHandle, JobParameter, JobSpec, SlotStatus,
    SlotWaiter, Submission, Submit, SubmitError,
};
#[cfg(feature = "logging")]
pub use observe::LogWriter;
#[cfg(feature = "controller")]
pub use policy::ControllerConfig;
pub use policy::{
    BackoffBuilder, BackoffPolicy, Config, InvalidBackoff, JitterPolicy, RestartPolicy, Setting,
};
pub use runtime::body::{
    AppContext, FromApp, FromContext, Handler, Location, Needs, State, Task, TaskContext, TaskFn, TaskRef,
    TaskSpec,
};
#[cfg(feature = "controller")]
pub use runtime::registry::slot::Admission;
pub use runtime::subscriber::{Subscribe, Subscriber};
pub use supervisor::{
    AddError, OutcomeFuture, Supervisor, SupervisorBuilder, SupervisorHandle, TaskHandle, TestContext,
};
pub use task::{
    AbortedTask, FailedTask, InterruptCause, Outcome, Phase, Rejection, Report, RuntimeError, StopCause,
    StuckTask, TaskId, TaskName, TaskStatus, WaitingOn,
};
pub use tokio_util::sync::CancellationToken;

#[cfg(feature = "macros")]
pub use app::{App, Declaration, DeclarationKind, Declared};
#[cfg(all(feature = "controller", feature = "macros"))]
pub use macro_support::job;
#[cfg(feature = "macros")]
pub use macro_support::{main, subscriber, task, when_it_does_not_compile};

/// Not public API. Used by generated code.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "macros")]
    pub use crate::app::{
        App, Declared, EventParameter, Flavor, IntoSetupResult, IntoTaskResult, MainOptions, SetupParameter,
        SetupResult, SubscriberDescriptor, TaskDescriptor, backoff, run_main,
    };
    #[cfg(all(feature = "controller", feature = "macros"))]
    pub use crate::macro_support::{
        CloneArgument, IntoJobResult, JobArgument, JobOutput, NoExtractor, NotAResult, NotAnExtractor,
        SendArgument, slot_key,
    };
    #[cfg(feature = "macros")]
    pub use crate::macro_support::{NotBoxed, Probe};
    pub use crate::policy::{BackoffKind, Settings};
    pub use crate::runtime::body::{ErasedBody, erase, erase_without_context};
    #[cfg(feature = "controller")]
    pub use crate::{Admission, Job, JobDescriptor, JobParameter, JobSpec};
    pub use crate::{
        AppContext, BackoffPolicy, Event, EventName, EventSet, FromApp, FromContext, JitterPolicy, Location,
        Needs, RestartPolicy, Setting, Subscribe, Subscriber, TaskContext, TaskError, TaskSpec,
    };
    #[cfg(feature = "macros")]
    pub use inventory;
    #[cfg(all(feature = "controller", feature = "macros"))]
    pub use std::sync::Arc;
}
