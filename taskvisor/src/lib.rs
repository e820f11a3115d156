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

// In reading order, which is the order of imports: a file uses only what stands above it; a test keeps it so.

// Words: what is spoken of.
mod sync;
mod panics;
mod wakers;
#[cfg(any(feature = "logging", feature = "macros"))]
mod line;
mod id;
mod error;
mod fault;
mod outcome;
mod policies;
mod config;
mod settings;
mod status;
mod events;

// One task.
mod cell;
mod current;
mod cancelled;
mod context;
mod state;
mod extract;
mod attempt;
mod task;
mod spec;
mod plan;
mod ending;

// Many tasks.
mod slot;
mod bus;
mod subscriber;
mod report;
mod refusal;
mod registry;
mod shared;
mod ticket;
mod permit;
mod alarm;
mod delayed;
mod actor;
mod handle;

// The front.
mod overdue;
mod shutdown;
mod reserve;
mod supervisor;
#[cfg(feature = "controller")]
mod controller;
#[cfg(feature = "controller")]
mod job;
mod builder;
mod signals;
mod run;
#[cfg(feature = "logging")]
mod logging;

// Declared work.
#[cfg(feature = "macros")]
mod returns;
#[cfg(all(feature = "controller", feature = "macros"))]
mod argument;
#[cfg(feature = "macros")]
mod probe;
#[cfg(feature = "macros")]
mod declare;
#[cfg(feature = "macros")]
mod app;
#[cfg(feature = "macros")]
mod attributes;
#[cfg(feature = "macros")]
pub mod when_it_does_not_compile;

#[cfg(all(test, taskvisor_loom, feature = "controller"))]
mod models;

pub use builder::{Supervisor, SupervisorBuilder};
pub use config::Config;
#[cfg(feature = "controller")]
pub use config::ControllerConfig;
pub use context::{AppContext, TaskContext};
#[cfg(feature = "controller")]
pub use controller::{ControllerSpec, SlotStatus, SlotWaiter, Submit, SubmitError};
pub use error::{BoxError, Cause, Markable, MarkedError, ResultExt, TaskError};
pub use events::{Event, EventKind, EventName, EventSet};
pub use extract::{FromApp, FromContext, Needs};
pub use handle::{OutcomeFuture, TaskHandle};
pub use id::TaskId;
#[cfg(feature = "controller")]
pub use job::{Job, JobDescriptor, JobError, JobExt, JobHandle, JobParameter, Submission};
#[cfg(feature = "logging")]
pub use logging::LogWriter;
pub use outcome::{Failure, FailureKind, Outcome, Rejection, StopCause};
pub use policies::{BackoffBuilder, BackoffPolicy, InvalidBackoff, JitterPolicy, RestartPolicy};
pub use refusal::{AddError, RuntimeError};
pub use report::{AbortedTask, FailedTask, Report, StuckTask};
#[cfg(feature = "controller")]
pub use slot::Admission;
pub use spec::{Location, TaskSpec};
pub use state::State;
pub use status::{Phase, TaskStatus, WaitingOn};
pub use subscriber::{Subscribe, Subscriber};
pub use supervisor::SupervisorHandle;
pub use task::{Handler, Task, TaskFn, TaskRef};
pub use tokio_util::sync::CancellationToken;

#[cfg(feature = "macros")]
pub use app::App;
#[cfg(all(feature = "controller", feature = "macros"))]
pub use attributes::job;
#[cfg(feature = "macros")]
pub use attributes::{main, subscriber, task};

/// What a file with tasks in it usually needs.
pub mod prelude {
    #[cfg(all(feature = "controller", feature = "macros"))]
    pub use crate::job;
    #[cfg(feature = "controller")]
    pub use crate::{Admission, ControllerSpec, JobError, JobExt, JobHandle};
    #[cfg(feature = "macros")]
    pub use crate::{App, subscriber, task};
    pub use crate::{
        BackoffPolicy, CancellationToken, Config, Event, EventKind, EventName, FailureKind, Outcome, Phase,
        RestartPolicy, ResultExt, RuntimeError, State, Subscribe, Subscriber, Supervisor, SupervisorHandle,
        TaskContext, TaskError, TaskFn, TaskHandle, TaskSpec,
    };
}

/// Not public API. Used by generated code.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "macros")]
    pub use crate::app::{App, Flavor, MainOptions, SetupParameter, run_main};
    #[cfg(all(feature = "controller", feature = "macros"))]
    pub use crate::argument::{CloneArgument, JobArgument, NoExtractor, SendArgument};
    pub use crate::attempt::{ErasedSlot, erase, erase_without_context};
    #[cfg(feature = "macros")]
    pub use crate::declare::{EventParameter, SubscriberDescriptor, TaskDescriptor, backoff};
    pub use crate::policies::BackoffKind;
    #[cfg(all(feature = "controller", feature = "macros"))]
    pub use crate::probe::{IntoJobResult, JobOutput, NotAResult, NotAnExtractor};
    #[cfg(feature = "macros")]
    pub use crate::probe::{NotBoxed, Probe};
    #[cfg(feature = "macros")]
    pub use crate::returns::{IntoSetupResult, IntoTaskResult, SetupResult};
    pub use crate::settings::{Setting, Settings};
    pub use crate::spec::Location;
    #[cfg(feature = "controller")]
    pub use crate::{Admission, Job, JobDescriptor, JobParameter};
    pub use crate::{
        AppContext, BackoffPolicy, Event, EventName, EventSet, FromApp, FromContext, JitterPolicy, Needs,
        RestartPolicy, Subscribe, Subscriber, TaskContext, TaskError, TaskSpec,
    };
    #[cfg(feature = "macros")]
    pub use inventory;
    #[cfg(feature = "macros")]
    pub use std::{format, string::String};
}
