//! Annotate an async function, and it is supervised: restarted with backoff, timed out, observed, admitted by key, and
//! shut down in order.
//!
//! A service has a dozen background loops, each with its own retry, its own sleep, its own shutdown flag, and a panic
//! that nobody sees. Here each of them is a function with one line above it:
//!
#![cfg_attr(feature = "macros", doc = "```no_run")]
#![cfg_attr(not(feature = "macros"), doc = "```ignore")]
//! use taskvisor::prelude::*;
//!
//! #[task(restart = "always", every = "10s", backoff = "exp", timeout = "5s")]
//! async fn ping(ctx: TaskContext) -> Result<(), std::io::Error> {
//!     println!("ping, attempt {}", ctx.attempt());
//!     Ok(()) // an error or a panic would be retried with backoff
//! }
//!
//! #[taskvisor::main]
//! async fn main() {} // set-up goes here; then everything declared runs, until SIGINT or SIGTERM
//! ```
//!
//! # What is where
//!
//! - A task is a function under `#[task]`, a closure in [`TaskFn`], or a type that is [`Task`]. Its parameters are
//!   [extracted](FromContext). What it returns decides what follows: [`RestartPolicy`] has the table.
//! - A [`Supervisor`] runs [`TaskSpec`]s and decides at once whether it takes one. It is complete without any attribute
//!   (`default-features = false`).
//! - A [`TaskHandle`] looks at a task, stops it, waits for its [`Outcome`].
//! - Work that comes with a key is submitted: what runs in one slot runs one at a time, and an `Admission` says what
//!   happens to what comes meanwhile. A function under `#[job]` takes arguments and returns a value.
//! - [`Subscribe`]rs are told every [`Event`]; no subscriber can hold up or change what tasks do.
//!
//! # What surprises
//!
//! - Stopping is cooperative until the [grace](Config::grace) is over; then the attempt's future is dropped. A body that
//!   blocks its thread cannot be dropped: it is reported as stuck, and its name stays taken.
//! - Panics are contained by unwinding; with `panic = "abort"` a panic ends the process.
//! - Tasks need a Tokio runtime with timers (`enable_time`, or `enable_all`).
//! - Nothing survives the process: for work that must, use a queue on a database.

#![forbid(unsafe_code)]
// An example that drops a handle is wrong; one that declares what it does not use is short.
#![doc(test(attr(deny(warnings), allow(dead_code, unused_variables))))]
// Without the controller nothing takes slots; the code that passes them on stays, so that there is one of it.
#![cfg_attr(not(feature = "controller"), allow(dead_code, unreachable_pub))]

// Layers: a folder imports only from those above it, which a test checks. LiveTasks a folder files may use each other.
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
    ControllerSpec, Job, JobDescriptor, JobError, JobExt, JobHandle, JobParameter, SlotStatus, SlotWaiter,
    Submission, Submit, SubmitError,
};
#[cfg(feature = "logging")]
pub use observe::LogWriter;
#[cfg(feature = "controller")]
pub use policy::ControllerConfig;
pub use policy::{BackoffBuilder, BackoffPolicy, Config, InvalidBackoff, JitterPolicy, RestartPolicy};
pub use runtime::body::{
    AppContext, FromApp, FromContext, Handler, Location, Needs, State, Task, TaskContext, TaskFn, TaskRef,
    TaskSpec,
};
#[cfg(feature = "controller")]
pub use runtime::registry::slot::Admission;
pub use runtime::subscriber::{Subscribe, Subscriber};
pub use supervisor::{AddError, OutcomeFuture, Supervisor, SupervisorBuilder, SupervisorHandle, TaskHandle};
pub use task::{
    AbortedTask, FailedTask, Outcome, Phase, Rejection, Report, RuntimeError, StopCause, StuckTask, TaskId,
    TaskStatus, WaitingOn,
};
pub use tokio_util::sync::CancellationToken;

#[cfg(feature = "macros")]
pub use app::App;
#[cfg(all(feature = "controller", feature = "macros"))]
pub use macro_support::job;
#[cfg(feature = "macros")]
pub use macro_support::{main, subscriber, task, when_it_does_not_compile};

/// Not public API. Used by generated code.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "macros")]
    pub use crate::app::{
        App, EventParameter, Flavor, IntoSetupResult, IntoTaskResult, MainOptions, SetupParameter,
        SetupResult, SubscriberDescriptor, TaskDescriptor, backoff, run_main,
    };
    #[cfg(all(feature = "controller", feature = "macros"))]
    pub use crate::macro_support::{
        CloneArgument, IntoJobResult, JobArgument, JobOutput, NoExtractor, NotAResult, NotAnExtractor,
        SendArgument,
    };
    #[cfg(feature = "macros")]
    pub use crate::macro_support::{NotBoxed, Probe};
    pub use crate::policy::{BackoffKind, Setting, Settings};
    pub use crate::runtime::body::{ErasedBody, erase, erase_without_context};
    #[cfg(feature = "controller")]
    pub use crate::{Admission, Job, JobDescriptor, JobParameter};
    pub use crate::{
        AppContext, BackoffPolicy, Event, EventName, EventSet, FromApp, FromContext, JitterPolicy, Location,
        Needs, RestartPolicy, Subscribe, Subscriber, TaskContext, TaskError, TaskSpec,
    };
    #[cfg(feature = "macros")]
    pub use inventory;
    #[cfg(feature = "macros")]
    pub use std::{format, string::String};
}
