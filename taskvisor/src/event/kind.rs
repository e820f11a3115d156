//! What can happen.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use humantime::{FormattedDuration, format_duration};
use tokio::time::Instant;

use crate::error::Failure;
use crate::task::{Outcome, WaitingOn};

/// Declares the events once: the kinds with their data, their names, their labels.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })? => $label:literal;)+) => {
        /// What happened, with its data.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum EventKind {
            $($(#[$doc])* $name $({ $($(#[$field_doc])* $field: $type),+ })?,)+
        }

        /// An [`EventKind`] without its data, to choose by.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum EventName {
            $($(#[$doc])* $name,)+
        }

        impl EventKind {
            /// Which kind it is.
            #[must_use]
            pub fn name(&self) -> EventName {
                match self { $(Self::$name $({ $($field: _),+ })? => EventName::$name,)+ }
            }
        }

        impl EventName {
            /// All of them, in the order in which a task meets them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// A stable name for logs and metrics, such as `timed_out`.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)+ }
            }
        }
    };
}

events! {
    /// A task was accepted. Of a submission, `submit` publishes it before it returns.
    Added => "added";
    /// A submission waits for its slot. Published by `submit` before it returns.
    Queued {
        /// The slot.
        slot: Arc<str>,
    } => "queued";
    /// A submission that waited has its slot.
    Admitted => "admitted";
    /// A task has waited for one thing for long: published after 10 s of it, after 20 s, 40 s and so on.
    Delayed {
        /// What it waits for.
        on: WaitingOn,
        /// Since when, on the monotonic clock.
        since: Instant,
    } => "delayed";
    /// An attempt begins.
    Started {
        /// Its number, from 1, never reset.
        attempt: u64,
    } => "started";
    /// An attempt returned `Ok`.
    Succeeded {
        /// Its number.
        attempt: u64,
        /// How long it ran.
        ran: Duration,
    } => "succeeded";
    /// An attempt returned an error.
    Failed {
        /// Its number.
        attempt: u64,
        /// How long it ran.
        ran: Duration,
        /// What it returned.
        error: Failure,
    } => "failed";
    /// An attempt took longer than its timeout and was dropped.
    TimedOut {
        /// Its number.
        attempt: u64,
        /// The timeout.
        timeout: Duration,
    } => "timed_out";
    /// An attempt panicked.
    Panicked {
        /// Its number.
        attempt: u64,
        /// The panic's message.
        error: Failure,
    } => "panicked";
    /// An attempt that was asked to stop said that it did.
    Canceled {
        /// Its number.
        attempt: u64,
    } => "canceled";
    /// An attempt did not stop within the grace and was dropped.
    Aborted {
        /// Its number.
        attempt: u64,
    } => "aborted";
    /// An attempt failed and another follows.
    Backoff {
        /// How long the task waits before it.
        delay: Duration,
        /// How many failures there were in a row.
        failures: u32,
    } => "backoff";
    /// The task is over.
    Ended {
        /// How it ended.
        outcome: Outcome,
    } => "ended";
    /// The task is gone and its name is free.
    Removed => "removed";
    /// A submission was not accepted; it has no outcome.
    Refused {
        /// What was submitted.
        task: String,
        /// The slot it wanted, if any.
        slot: Option<Arc<str>>,
        /// Why not, in words.
        reason: String,
    } => "refused";
    /// Shutdown begins: nothing more is accepted, and all tasks are asked to stop.
    ShutdownRequested => "shutdown_requested";
    /// Nothing runs any more; the last event of a supervisor.
    Stopped => "stopped";
    /// Another subscriber panicked while it handled an event.
    SubscriberPanicked {
        /// Its name.
        subscriber: String,
        /// The panic's message.
        message: String,
    } => "subscriber_panicked";
    /// This subscriber's queue was full, so events are missing at this place. Told to it whatever it asked for.
    Lagged {
        /// How many.
        lost: u64,
    } => "lagged";
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name().label())?;
        match self {
            Self::Started { attempt } | Self::Canceled { attempt } | Self::Aborted { attempt } => {
                write!(f, " attempt={attempt}")
            }
            Self::Succeeded { attempt, ran } => write!(f, " attempt={attempt} ran={}", short(*ran)),
            Self::Failed { attempt, ran, error } => {
                write!(f, " attempt={attempt} ran={} error=\"{error}\"", short(*ran))
            }
            Self::TimedOut { attempt, timeout } => {
                write!(f, " attempt={attempt} timeout={}", format_duration(*timeout))
            }
            Self::Panicked { attempt, error } => {
                write!(f, " attempt={attempt} message=\"{}\"", error.message())
            }
            Self::Backoff { delay, failures } => {
                write!(f, " delay={} failures={failures}", short(*delay))
            }
            Self::Ended { outcome } => write!(f, " {outcome}"),
            Self::Delayed { on, .. } => write!(f, " on={on}"),
            Self::Queued { slot } => write!(f, " slot={slot}"),
            Self::Refused { task, slot, reason } => {
                write!(f, " task={task}")?;
                if let Some(slot) = slot {
                    write!(f, " slot={slot}")?;
                }
                write!(f, " reason=\"{reason}\"")
            }
            Self::SubscriberPanicked { subscriber, message } => {
                write!(f, " subscriber={subscriber} message=\"{message}\"")
            }
            Self::Lagged { lost } => write!(f, " lost={lost}"),
            Self::Added | Self::Admitted | Self::Removed | Self::ShutdownRequested | Self::Stopped => Ok(()),
        }
    }
}

/// A measured time as a person reads it: milliseconds, and below one of them microseconds.
fn short(duration: Duration) -> FormattedDuration {
    let unit = if duration >= Duration::from_millis(1) { 1_000_000 } else { 1_000 };
    format_duration(Duration::new(duration.as_secs(), duration.subsec_nanos() / unit * unit))
}
