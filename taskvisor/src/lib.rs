//! Runs async functions as supervised tasks of one process: it restarts them with backoff, limits their run time, and stops
//! them in order.
//!
//! Each background loop of a service is a function with one attribute:
//!
#![cfg_attr(feature = "macros", doc = "```standalone_crate")]
#![cfg_attr(not(feature = "macros"), doc = "```ignore")]
//! use std::io;
//! use taskvisor::prelude::*;
//!
//! struct Greeting {
//!     text: &'static str,
//! }
//!
//! /// An error or a panic is retried with backoff; `delay = "10s"` would repeat the task after each success.
//! #[task(backoff = "exp", timeout = "5s")]
//! async fn greet(ctx: TaskContext, greeting: State<Greeting>) -> io::Result<()> {
//!     if ctx.attempt() == 1 {
//!         return Err(io::Error::other("not yet"));
//!     }
//!     println!("{} from attempt {}", greeting.text, ctx.attempt());
//!     Ok(())
//! }
//!
//! /// The setup. Then all declared tasks run, until none is left or until SIGINT or SIGTERM.
//! #[taskvisor::main]
//! async fn main(app: &mut App) {
//!     app.state(Greeting { text: "hello" });
//! }
//! ```
//!
//! # Overview
//!
//! | to | use |
//! |---|---|
#![cfg_attr(
    feature = "macros",
    doc = "| declare tasks and subscribers | [`#[task]`](macro@task), [`#[subscriber]`](macro@subscriber) |"
)]
#![cfg_attr(
    all(feature = "controller", feature = "macros"),
    doc = "| declare work with arguments and a value | [`#[job]`](macro@job) |"
)]
#![cfg_attr(
    feature = "macros",
    doc = "| run an application, and change what it declares | [`#[taskvisor::main]`](macro@main), [`App`] |"
)]
#![cfg_attr(
    feature = "macros",
    doc = "| print what an application declares, without a start | the variable `TASKVISOR=describe`: see [`#[taskvisor::main]`](macro@main) |"
)]
#![cfg_attr(
    all(feature = "config", feature = "macros"),
    doc = "| set options by a file and by variables, and read the file again | [`App::overrides`], [`SupervisorHandle::reload`], [`Reloaded`], [`ChangedOption`], [`ReloadError`] |"
)]
#![cfg_attr(
    feature = "macros",
    doc = "| see which options apply, and their origins | [`TaskHandle::policy`], [`SupervisorHandle::policy`], [`PolicyOption`], [`OptionOrigin`] |"
)]
//! | inject parameters | [`State`], [`TaskContext`], [`SupervisorHandle`], [`CancellationToken`]; your own: [`FromContext`] |
//! | detect a stop request in a task | [`TaskContext::cancelled`], [`TaskContext::run_until_cancelled`] |
//! | prevent or delay the retry of an error | [`ResultExt`], [`TaskError`], [`TaskSpec::with_fatal_if`] |
//! | end an attempt without a failure, or the task | [`TaskContext::snooze`], [`TaskContext::done`]; the return types: [`NoValue`] |
//! | detect an attempt that hangs | [`TaskSpec::with_timeout`], [`TaskSpec::with_heartbeat`], [`TaskContext::heartbeat`] |
//! | say when a task is ready, and wait for it | [`Ready`], [`Readiness`], [`TaskHandle::ready`], [`SupervisorHandle::ready`]; an error: [`StartError`] |
//! | let a task wait for others, and stop before them | [`TaskSpec::with_needs`], [`TaskSpec::with_after`], [`StopOrder`], [`Config::with_recovery_spread`] |
//! | list which task depends on which one | [`SupervisorHandle::dependencies`], [`DependencyEdge`], [`DependencyKind`] |
//! | set limits, and defaults of all tasks | [`Config`], [`RestartPolicy`], [`BackoffPolicy`], [`JitterPolicy`], [`MaxFailures`] |
//! | run several instances of a task, and change their number | [`TaskSpec::with_instances`], [`Instance`], [`SupervisorHandle::add_instances`], [`SupervisorHandle::scale`] |
//! | limit how many attempts run at once, and how often they begin | [`TaskSpec::with_max_concurrent`], [`TaskSpec::with_rate_limit`], [`RateLimit`]; which limit a task waits for: [`WaitingOn`], [`LimitScope`]; which tasks hold it: [`Holders`] |
//! | decide what follows when a task fails for good | [`OnGiveUp`], [`TaskSpec::with_critical`] |
//! | pause and resume a task, restart it, or cut its wait short | [`TaskHandle::pause`], [`TaskHandle::pause_after_attempt`], [`TaskHandle::resume`], [`TaskHandle::restart`], [`TaskHandle::trigger`] |
//! | run an ended task anew, and name the caller of an operation | [`SupervisorHandle::start`], [`SupervisorHandle::operator`], [`Operator`], [`Operation`] |
//! | run a task at fixed times | [`TaskSpec::with_every`], `TaskSpec::with_cron`, [`Overlap`], [`Missed`], [`TaskContext::scheduled_at`], [`TaskHandle::trigger`]; a time: [`ScheduledTime`], [`SkipReason`] |
//! | let a running attempt finish at a shutdown | [`OnShutdown`] |
//! | run tasks without attributes | [`Supervisor`], [`TaskSpec`], [`TaskFn`], [`Task`] |
//! | add, find and stop tasks | [`SupervisorHandle`], [`TaskHandle`]; a refusal: [`AddError`], [`RuntimeError`] |
#![cfg_attr(
    feature = "controller",
    doc = "| submit work to a slot, where one submission runs at a time, or as many as its capacity | [`SupervisorHandle::submit`], [`ControllerSpec`], [`ControllerSpec::with_capacity`], [`Admission`], [`JobHandle`], [`JobExt`] |"
)]
//! | see what a task does | [`TaskStatus`], [`Phase`] |
//! | see whether the service is live and ready, and what is wrong | [`SupervisorHandle::health`], [`Health`], [`HealthReason`], [`HealthReasonKind`], [`Config::with_shutdown_delay`] |
//! | see the latest attempts of a task | [`TaskHandle::history`], [`AttemptRecord`], [`AttemptEnd`] |
//! | see how a task ended | [`Outcome`], [`Failure`], [`Report`], [`GiveUp`] |
#![cfg_attr(
    feature = "controller",
    doc = "| find a job by its id, also after its end | [`Config::with_recent_jobs`], [`SupervisorHandle::job_status`], [`JobStatus`], [`SupervisorHandle::recent_jobs`], [`EndedJob`] |"
)]
//! | observe events | [`Subscribe`], [`Subscriber`], [`Event`], [`EventKind`], [`EventSet`], [`NotReadyReason`] |
#![cfg_attr(feature = "logging", doc = "| write a log | [`LogWriter`] |")]
#![cfg_attr(
    feature = "tracing",
    doc = "| write logs with `tracing`, in a span for each attempt | [`TracingSubscriber`] |"
)]
#![cfg_attr(
    feature = "metrics",
    doc = "| export metrics | install a recorder of the crate `metrics`; [`Config::with_metric_names`] |"
)]
#![cfg_attr(
    feature = "systemd",
    doc = "| report to systemd | an application does so by itself; [`SupervisorHandle::notify_systemd`] |"
)]
//!
//! [`prelude`] imports the names that most files need.
//!
//! # Features
//!
//! | feature | adds | default |
//! |---|---|---|
//! | `macros` | the attributes and `App` | on |
//! | `controller` | slots, submissions and jobs | on |
//! | `logging` | `LogWriter` | off |
//! | `schedule` | tasks with `cron`; `every` and `delay` need no feature | off |
//! | `bundled-tz` | a database of time zones within the program, for systems without one; adds `schedule` | off |
//! | `testing` | `SimulatedDate`: dates for tests of tasks with `cron` | off |
//! | `config` | options of an application from a file and from the environment | off |
//! | `tracing` | a span for each attempt and each job, and `TracingSubscriber` | off |
//! | `metrics` | counters and histograms for the facade `metrics` | off |
//! | `systemd` | messages to systemd: ready, status, watchdog; only on Linux, without effect elsewhere | off |
//!
//! # Common surprises
//!
//! - A stop is cooperative until the [grace](Config::with_grace) is over; then the attempt's future is dropped. A body that blocks
//!   its thread cannot be dropped: it is reported as stuck, and it keeps its name.
//! - Panics are contained by unwinding. With `panic = "abort"`, a panic ends the process.
//! - Tasks need a Tokio runtime with timers (`enable_time` or `enable_all`).
//! - No task survives the process. For durable work, use a queue on a database.
//! - An annotated function does not change, so a unit test can call it. In the 2024 edition, rustdoc compiles all doctests of a
//!   crate into one program: mark a doctest that has a `#[taskvisor::main]` with `standalone_crate`.

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
#[cfg(any(feature = "logging", feature = "tracing", feature = "systemd"))]
mod observe;
#[cfg(feature = "macros")]
mod app;
#[cfg(feature = "macros")]
mod macro_support;
pub mod prelude;

#[cfg(all(test, taskvisor_loom, feature = "controller"))]
mod models;

pub use error::{BoxError, Cause, Failure, FailureKind, Markable, MarkedError, ResultExt, TaskError};
pub use event::{Event, EventKind, EventName, EventSet, NotReadyReason};
#[cfg(feature = "controller")]
pub use job::{
    ControllerSpec, Job, JobDescriptor, JobError, JobExt, JobHandle, JobParameter, JobSpec, JobStatus,
    SlotOwner, SlotStatus, SlotWaiter, Submission, Submit, SubmitError,
};
#[cfg(feature = "logging")]
pub use observe::LogWriter;
#[cfg(feature = "tracing")]
pub use observe::TracingSubscriber;
#[cfg(feature = "controller")]
pub use policy::ControllerConfig;
pub use policy::{
    BackoffBuilder, BackoffPolicy, Config, InvalidBackoff, InvalidMaxFailures, InvalidRateLimit,
    JitterPolicy, MaxFailures, Missed, OnGiveUp, OnShutdown, Overlap, RateLimit, Readiness, RestartPolicy,
    Setting, StopOrder,
};
pub use runtime::body::{
    AppContext, FromApp, FromContext, Handler, Instance, IntoTaskSpec, Location, Needs, NoValue, Ready,
    State, Task, TaskContext, TaskFn, TaskRef, TaskSpec,
};
#[cfg(feature = "controller")]
pub use runtime::registry::slot::Admission;
pub use runtime::subscriber::{IntoSubscriber, Subscribe, Subscriber};
pub use supervisor::{
    AddError, Operator, OutcomeFuture, Supervisor, SupervisorBuilder, SupervisorHandle, TaskHandle,
    TestContext,
};
#[cfg(all(feature = "testing", feature = "schedule"))]
pub use sync::SimulatedDate;
#[cfg(feature = "controller")]
pub use task::EndedJob;
pub use task::{
    AbortedTask, AttemptEnd, AttemptRecord, BlockingTask, DependencyEdge, DependencyKind, FailedTask,
    FailuresInWindow, GiveUp, Health, HealthReason, HealthReasonKind, Holder, Holders, InterruptCause,
    LimitScope, Operation, Outcome, Phase, Rejection, Report, RuntimeError, ScheduledTime, SkipReason,
    StartError, StopCause, StuckTask, TaskId, TaskName, TaskStatus, WaitingOn,
};
pub use tokio_util::sync::CancellationToken;

#[cfg(feature = "macros")]
pub use app::{App, Declaration, DeclarationKind, Declared, SetupReturn, TaskReturn};
#[cfg(all(feature = "controller", feature = "macros"))]
pub use macro_support::{JobReturn, job};
#[cfg(feature = "macros")]
pub use macro_support::{main, subscriber, task, when_it_does_not_compile};
#[cfg(all(feature = "config", feature = "macros"))]
#[cfg_attr(docsrs, doc(cfg(feature = "config")))]
pub use task::{ChangedOption, ReloadError, Reloaded};
#[cfg(feature = "macros")]
pub use task::{OptionOrigin, PolicyOption};
/// Not public API. Used by generated code, and named in errors of the compiler.
#[cfg(all(feature = "controller", feature = "macros"))]
#[doc(hidden)]
pub use {
    app::SubmittedInTheSetup,
    macro_support::{ClonedArgument, JobArgument, JobValue, NoExtractor},
};
/// Not public API. Used by generated code, and named in errors of the compiler.
#[cfg(feature = "macros")]
#[doc(hidden)]
pub use {
    app::{EventParameter, HasSpec, SetupParameter, SpecOfADeclaration},
    macro_support::SharedState,
    runtime::body::{DeclaredTask, SelectedTask},
};

/// Not public API. Used by generated code.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "macros")]
    pub use crate::app::{
        App, Declared, EventParameter, Flavor, MainOptions, SetupParameter, SetupResult, SetupReturn,
        SubscriberDescriptor, TaskReturn, backoff, run_main,
    };
    #[cfg(all(feature = "controller", feature = "macros"))]
    pub use crate::macro_support::{
        ClonedArgument, EraseJob, Fields, JobArgument, JobOutput, JobReturn, JobValue, Known, NoExtractor,
        NotAnExtractor, NotSendable, NotShareable, Sendable, has_fields, slot_key,
    };
    #[cfg(feature = "macros")]
    pub use crate::macro_support::{
        FallibleReturn, NotAResult, NotBoxed, Probe, SharedState, write_declaration,
    };
    pub use crate::policy::{BackoffKind, DeclaredSchedule, RareSettings, Settings};
    #[cfg(feature = "controller")]
    pub use crate::runtime::body::erase_job;
    pub use crate::runtime::body::{
        DeclaredDependencies, DeclaredTask, ErasedBody, SelectedTask, TaskDescriptor, erase,
        erase_without_context,
    };
    #[cfg(feature = "controller")]
    pub use crate::{Admission, Job, JobDescriptor, JobParameter, JobSpec};
    pub use crate::{
        AppContext, BackoffPolicy, Event, EventName, EventSet, FromApp, FromContext, JitterPolicy, Location,
        MaxFailures, Missed, Needs, OnGiveUp, OnShutdown, Overlap, RateLimit, Readiness, RestartPolicy,
        Setting, StopOrder, Subscribe, Subscriber, TaskContext, TaskError, TaskSpec,
    };
    #[cfg(feature = "macros")]
    pub use inventory;
    #[cfg(all(feature = "controller", feature = "macros"))]
    pub use std::sync::Arc;
    #[cfg(feature = "macros")]
    pub use taskvisor_macros::beside;
}
