//! Constructors of event kinds, for tests of subscribers.

use std::sync::Arc;
use std::time::Duration;

use super::{EventKind, NotReadyReason};
use crate::error::Failure;
use crate::task::{Operation, Outcome, ScheduledTime, SkipReason};

/// Constructors for the test of a subscriber: pass the result to [`Event::new`](crate::Event::new). A field that a later version
/// adds gets a default value.
impl EventKind {
    /// Creates a [`Queued`](Self::Queued).
    #[must_use]
    pub fn queued(slot: impl Into<Arc<str>>) -> Self {
        Self::Queued { slot: slot.into() }
    }

    /// Creates a [`Scheduled`](Self::Scheduled).
    #[must_use]
    pub const fn scheduled(at: ScheduledTime) -> Self {
        Self::Scheduled { at }
    }

    /// Creates a [`Skipped`](Self::Skipped).
    #[must_use]
    pub const fn skipped(at: ScheduledTime, ticks: u64, why: SkipReason) -> Self {
        Self::Skipped { at, ticks, why }
    }

    /// Creates a [`RunFailed`](Self::RunFailed) after this number of failures.
    #[must_use]
    pub fn run_failed(occurrence: Option<ScheduledTime>, failures: u32, error: Failure) -> Self {
        Self::RunFailed { occurrence, failures, error }
    }

    /// Creates a [`Started`](Self::Started).
    #[must_use]
    pub const fn started(attempt: u64) -> Self {
        Self::Started { attempt }
    }

    /// Creates a [`Ready`](Self::Ready).
    #[must_use]
    pub const fn ready(after: Duration) -> Self {
        Self::Ready { after }
    }

    /// Creates a [`NotReady`](Self::NotReady).
    #[must_use]
    pub const fn not_ready(reason: NotReadyReason) -> Self {
        Self::NotReady { reason }
    }

    /// Creates a [`Succeeded`](Self::Succeeded).
    #[must_use]
    pub const fn succeeded(attempt: u64, ran: Duration) -> Self {
        Self::Succeeded { attempt, ran }
    }

    /// Creates a [`Failed`](Self::Failed) of the attempt that the failure names.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::{Event, EventKind, Failure, FailureKind};
    ///
    /// let failure = Failure::new(FailureKind::Error, 2, "connection refused");
    /// let event = Event::new(EventKind::failed(Duration::from_secs(1), failure));
    /// assert_eq!(event.to_string(), "failed attempt=2 ran=1s error=\"connection refused\"");
    /// ```
    #[must_use]
    pub fn failed(ran: Duration, error: Failure) -> Self {
        Self::Failed { attempt: error.attempt(), ran, error }
    }

    /// Creates a [`TimedOut`](Self::TimedOut).
    #[must_use]
    pub const fn timed_out(attempt: u64, timeout: Duration) -> Self {
        Self::TimedOut { attempt, timeout, error: None }
    }

    /// Creates a [`Stalled`](Self::Stalled).
    #[must_use]
    pub const fn stalled(attempt: u64, heartbeat: Duration) -> Self {
        Self::Stalled { attempt, heartbeat, error: None }
    }

    /// Creates a [`Snoozed`](Self::Snoozed).
    #[must_use]
    pub const fn snoozed(attempt: u64, ran: Duration, delay: Duration) -> Self {
        Self::Snoozed { attempt, ran, delay }
    }

    /// Creates a [`GaveUp`](Self::GaveUp). `within` is the time of `max_failures`; `None` means that `max_retries` was exceeded.
    #[must_use]
    pub const fn gave_up(failures: u32, within: Option<Duration>, last: Failure) -> Self {
        Self::GaveUp { failures, within, last }
    }

    /// Creates a [`Panicked`](Self::Panicked) of the attempt that the failure names.
    #[must_use]
    pub fn panicked(error: Failure) -> Self {
        Self::Panicked { attempt: error.attempt(), error }
    }

    /// Creates a [`Canceled`](Self::Canceled).
    #[must_use]
    pub const fn canceled(attempt: u64) -> Self {
        Self::Canceled { attempt }
    }

    /// Creates an [`Aborted`](Self::Aborted).
    #[must_use]
    pub const fn aborted(attempt: u64) -> Self {
        Self::Aborted { attempt }
    }

    /// Creates a [`Backoff`](Self::Backoff).
    #[must_use]
    pub const fn backoff(attempt: u64, delay: Duration, failures: u32, error: Failure) -> Self {
        Self::Backoff { attempt, delay, failures, error }
    }

    /// Creates an [`Ended`](Self::Ended).
    #[must_use]
    pub const fn ended(outcome: Outcome) -> Self {
        Self::Ended { outcome }
    }

    /// Creates an [`Operated`](Self::Operated). `by` is the label of the caller, or `None`.
    ///
    /// ```
    /// use taskvisor::{Event, EventKind, Operation};
    ///
    /// let event = Event::new(EventKind::operated(Operation::Pause, Some("on-call"))).with_task("ping");
    /// assert!(event.to_string().ends_with(" operated action=pause by=\"on-call\""));
    /// ```
    #[must_use]
    pub fn operated(action: Operation, by: Option<&str>) -> Self {
        Self::Operated { action, by: by.map(Into::into), slot: None }
    }

    /// Creates a [`Lagged`](Self::Lagged).
    #[must_use]
    pub const fn lagged(lost: u64) -> Self {
        Self::Lagged { lost }
    }
}
