//! The kinds of events.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::NotReadyReason;
use crate::error::Failure;
use crate::task::{
    BlockingTask, Holders, InterruptCause, Operation, Outcome, ScheduledTime, SkipReason, WaitingOn,
};

/// Generates `EventKind`, `EventName` and the labels from one list. The attribute in brackets is set on the variant of
/// `EventKind` only. Comparisons ignore the fields marked as `[measured]`.
macro_rules! events {
    ($($(#[$doc:meta])* $([$open:meta])? $name:ident $({ $($(#[$field_doc:meta])* $([$measured:ident])? $field:ident: $type:ty),+ $(,)? })? => $label:literal;)+) => {
        /// The kind of an event, with its data.
        ///
        /// Comparisons ignore measured times: `ran` of `Succeeded`, `Snoozed` and `Failed`, `since` and `held_by` of `Delayed`, and
        /// `after` of `Ready`. All other fields are compared, failures by kind and message.
        ///
        /// ```
        /// use std::time::Duration;
        /// use taskvisor::EventKind;
        ///
        /// let (fast, slow) = (Duration::from_millis(1), Duration::from_secs(1));
        /// assert_eq!(EventKind::succeeded(1, fast), EventKind::succeeded(1, slow));
        /// assert_ne!(EventKind::succeeded(1, fast), EventKind::succeeded(2, fast));
        /// ```
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum EventKind {
            $($(#[$doc])* $(#[$open])? $name $({ $($(#[$field_doc])* $field: $type),+ })?,)+
        }

        /// The name of an [`EventKind`], without its data. Subscribers filter by it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum EventName {
            $($(#[$doc])* $name,)+
        }

        impl EventKind {
            /// Returns the name of the kind.
            #[must_use]
            pub fn name(&self) -> EventName {
                match self { $(Self::$name $({ $($field: _),+ })? => EventName::$name,)+ }
            }
        }

        /// Ignores measured times.
        impl PartialEq for EventKind {
            fn eq(&self, other: &Self) -> bool {
                match self {
                    $(Self::$name $({ $($field),+ })? => {
                        matches!(other, Self::$name { .. })
                        $($(&& matches!(other, Self::$name { $field: value, .. } if equal!($([$measured])? $field value)))+)?
                    })+
                }
            }
        }

        impl EventName {
            /// All names, in the order in which a task publishes them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Returns a stable name for logs and metrics, such as `timed_out`.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)+ }
            }
        }
    };
}

macro_rules! equal {
    ([measured] $one:ident $other:ident) => {{
        let _ = ($one, $other);
        true
    }};
    ($one:ident $other:ident) => {
        $one == $other
    };
}

events! {
    /// A task was accepted. The call that adds or submits the task publishes it before it returns.
    Added => "added";
    /// A submission was queued for its slot. `submit` publishes it before it returns.
    [non_exhaustive] Queued {
        /// The slot.
        slot: Arc<str>,
    } => "queued";
    /// A queued submission was granted its slot.
    Admitted => "admitted";
    /// A task has been waiting for its slot, a dependency, a permit or its rate limit for a long time. Published after 10 s, 20 s, 40 s
    /// and so on.
    [non_exhaustive] Delayed {
        /// What the task waits for.
        on: WaitingOn,
        /// When the wait began, on the monotonic clock.
        [measured] since: Instant,
        /// The tasks that hold the permits, or that own the slot, as of at most one second ago. Empty if the task waits for something
        /// else.
        [measured] held_by: Holders,
    } => "delayed";
    /// The run of an occurrence begins: the next attempt is its first one, and later ones are its retries. Published by tasks with
    /// `every` or `cron`, once for each occurrence at most.
    [non_exhaustive] Scheduled {
        /// The time at which the run was due.
        at: ScheduledTime,
    } => "scheduled";
    /// Ticks of a schedule will not run.
    [non_exhaustive] Skipped {
        /// The time of the first of them.
        at: ScheduledTime,
        /// Their number. For `cron`, 1,000 stands for a thousand or more.
        ticks: u64,
        /// Why they are skipped.
        why: SkipReason,
    } => "skipped";
    /// An attempt begins.
    [non_exhaustive] Started {
        /// The number of the attempt, from 1. It is never reset.
        attempt: u64,
    } => "started";
    /// A task that declares its [readiness](crate::Readiness) has become ready.
    [non_exhaustive] Ready {
        /// How long its attempt had been running.
        [measured] after: Duration,
    } => "ready";
    /// A task that was ready is not ready any more.
    [non_exhaustive] NotReady {
        /// What ended the readiness.
        reason: NotReadyReason,
    } => "not_ready";
    /// An attempt returned `Ok`.
    [non_exhaustive] Succeeded {
        /// The number of the attempt.
        attempt: u64,
        /// How long the attempt ran.
        [measured] ran: Duration,
    } => "succeeded";
    /// An attempt returned an error, or was not ready within its `start_timeout`.
    [non_exhaustive] Failed {
        /// The number of the attempt.
        attempt: u64,
        /// How long the attempt ran.
        [measured] ran: Duration,
        /// The error.
        error: Failure,
    } => "failed";
    /// An attempt took longer than its timeout, and was dropped. If the task has a `stop_timeout`, its token was canceled first,
    /// and it returned or was dropped within that time.
    [non_exhaustive] TimedOut {
        /// The number of the attempt.
        attempt: u64,
        /// The timeout.
        timeout: Duration,
        /// The error that the attempt returned after its token was canceled, if any.
        error: Option<Failure>,
    } => "timed_out";
    /// An attempt sent no heartbeat for the time of its [`heartbeat`](crate::TaskSpec::with_heartbeat), and was dropped. If the
    /// task has a `stop_timeout`, its token was canceled first, and it returned or was dropped within that time.
    [non_exhaustive] Stalled {
        /// The number of the attempt.
        attempt: u64,
        /// The longest time between two heartbeats.
        heartbeat: Duration,
        /// The error that the attempt returned after its token was canceled, if any.
        error: Option<Failure>,
    } => "stalled";
    /// An attempt panicked.
    [non_exhaustive] Panicked {
        /// The number of the attempt.
        attempt: u64,
        /// The panic's message.
        error: Failure,
    } => "panicked";
    /// An attempt had nothing to do, and another one follows after a delay: it called [`snooze`](crate::TaskContext::snooze). This is
    /// neither a failure nor a success.
    [non_exhaustive] Snoozed {
        /// The number of the attempt.
        attempt: u64,
        /// How long the attempt ran.
        [measured] ran: Duration,
        /// The delay before the next attempt.
        delay: Duration,
    } => "snoozed";
    /// An attempt stopped after a stop request.
    [non_exhaustive] Canceled {
        /// The number of the attempt.
        attempt: u64,
    } => "canceled";
    /// An attempt was interrupted: it returned, or was dropped at the deadline of the interrupt. This is not a failure, and another
    /// attempt follows.
    [non_exhaustive] Interrupted {
        /// The number of the attempt.
        attempt: u64,
        /// The cause of the interrupt.
        cause: InterruptCause,
        /// The error that the attempt returned, if any.
        error: Option<Failure>,
    } => "interrupted";
    /// An attempt did not stop within the grace, and was dropped.
    [non_exhaustive] Aborted {
        /// The number of the attempt.
        attempt: u64,
    } => "aborted";
    /// An attempt failed, and the task backs off before the next one.
    [non_exhaustive] Backoff {
        /// The number of the attempt that failed.
        attempt: u64,
        /// The delay before the next attempt.
        delay: Duration,
        /// The number of consecutive failures.
        failures: u32,
        /// The failure of the attempt.
        error: Failure,
    } => "backoff";
    /// A run of a task with `every` or `cron` has failed: its error was fatal, or it has exceeded its `max_retries`. The task waits for
    /// its next tick. If the failure exceeds its `max_failures`, `GaveUp` follows instead.
    [non_exhaustive] RunFailed {
        /// The time at which the run was due. `None` if an operator started it.
        occurrence: Option<ScheduledTime>,
        /// The number of consecutive failures.
        failures: u32,
        /// The last failure.
        error: Failure,
    } => "run_failed";
    /// The task gave up: it has exceeded its `max_retries` or its `max_failures`. It ends as failed, or is paused.
    [non_exhaustive] GaveUp {
        /// The number of failures: consecutive ones, or those within the time of `max_failures`.
        failures: u32,
        /// The time of `max_failures`. `None` if the task has exceeded its `max_retries`.
        within: Option<Duration>,
        /// The last failure.
        last: Failure,
    } => "gave_up";
    /// The task has ended.
    [non_exhaustive] Ended {
        /// The outcome.
        outcome: Outcome,
    } => "ended";
    /// The task was deregistered, and its name is free.
    Removed => "removed";
    /// An operator has changed a task, or has cleared a slot. Published by the calling thread, once for each task that the call has
    /// changed, after the change: what the change causes may precede it. A shutdown publishes none.
    ///
    /// It comes anywhere between `Added` and `Removed`; that of `start` and of an instance that `scale` has started directly after
    /// `Added`. If the task ends while the call publishes it, it may follow `Removed`.
    [non_exhaustive] Operated {
        /// The operation.
        action: Operation,
        /// The label that the caller has given with [`operator`](crate::SupervisorHandle::operator), if any.
        by: Option<Arc<str>>,
        /// The slot that was cleared. `None` for an operation on a task.
        slot: Option<Arc<str>>,
    } => "operated";
    /// A submission was refused. It has no outcome.
    [non_exhaustive] Refused {
        /// The name of the submission.
        task: String,
        /// Its slot, if any.
        slot: Option<Arc<str>>,
        /// The reason, as text.
        reason: String,
    } => "refused";
    /// The supervisor has not started yet: tasks of the start-up set are not ready. Published 10 s, 20 s, 40 s and so on after
    /// its first task started. Not about one task.
    [non_exhaustive] StillStarting {
        /// How long the start has taken.
        after: Duration,
        /// The tasks that hold it up, and those that wait for them.
        blocking: Arc<[BlockingTask]>,
    } => "still_starting";
    /// A shutdown has taken half of its grace, and tasks have not stopped. Published once. Not about one task.
    [non_exhaustive] StillStopping {
        /// How long the shutdown has taken.
        after: Duration,
        /// The tasks that hold it up, and those that wait for them to stop.
        blocking: Arc<[BlockingTask]>,
    } => "still_stopping";
    /// The wall clock was set, or the machine was suspended. Published by a supervisor with `cron` tasks, within 30 s, if the clock has
    /// moved by a second or more. Not about one task.
    [non_exhaustive] ClockStepped {
        /// By how much the wall clock has moved against the monotonic clock.
        by: Duration,
        /// Whether it was set back. If that was by more than a day, the schedules forget which dates have run, and go on from the
        /// new date.
        back: bool,
    } => "clock_stepped";
    /// The file of the application and its environment were [read again](crate::App::overrides), by SIGHUP or by a call of `reload`. Not
    /// about one task.
    [non_exhaustive] Reloaded {
        /// The options that have changed, each as one line.
        changed: Arc<[String]>,
        /// The options that differ, and apply after a restart only.
        needs_restart: Arc<[String]>,
        /// What is wrong, each problem with its file and line or its variable. If there is a problem, nothing has changed.
        problems: Arc<[String]>,
    } => "reloaded";
    /// A shutdown was requested: admission is closed. Tasks receive a stop request, each before the tasks that it depends on.
    ShutdownRequested => "shutdown_requested";
    /// All tasks have ended or are stuck. The last event of a supervisor.
    Stopped => "stopped";
    /// Another subscriber panicked while it handled an event.
    [non_exhaustive] SubscriberPanicked {
        /// The name of that subscriber.
        subscriber: String,
        /// The panic's message.
        message: String,
    } => "subscriber_panicked";
    /// Events are missing at this position, because the subscriber's queue was full. Delivered regardless of the subscriber's
    /// event set.
    [non_exhaustive] Lagged {
        /// The number of lost events.
        lost: u64,
    } => "lagged";
}
