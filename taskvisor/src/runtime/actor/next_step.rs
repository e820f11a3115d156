//! The decision after an attempt: stop, finish, repeat or retry. Pure functions of the policy and the classified result.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::policy::{Policy, RestartPolicy, nanoseconds};
use crate::task::{InterruptCause, StopCause};

/// The class of an attempt's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttemptClass {
    Succeeded,
    /// An error, a timeout, a panic, or a `Canceled` without a stop request.
    Failed,
    Fatal,
    RetryAfter(Duration),
    /// Stopped after a stop request.
    Canceled,
    /// Interrupted: no failure, and no success.
    Interrupted,
    /// Succeeded, and ends its task under every policy.
    Done,
    /// No failure and no success: another attempt follows after this delay.
    Snoozed(Duration),
}

/// The step after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextStep {
    Complete,
    Fail,
    /// `max_retries` is exceeded.
    GiveUp,
    Stop {
        cause: StopCause,
        failed: bool,
    },
    Repeat {
        after: Duration,
    },
    Retry {
        after: Duration,
    },
}

/// A series of consecutive failures.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FailureStreak {
    failures: u32,
    /// All failures of the task. Never reset.
    total: u32,
    /// Whether the last attempt failed. An interrupt that clears the series does not change it.
    last_failed: bool,
    /// The failures that were followed by a backoff delay. A `retry_after` delay does not increase later backoff delays.
    backoffs: u32,
    /// The previous backoff delay, in nanoseconds.
    previous: u64,
}

impl FailureStreak {
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    pub(crate) fn total(&self) -> u32 {
        self.total
    }

    pub(crate) fn last_failed(&self) -> bool {
        self.last_failed
    }

    pub(super) fn begin_anew(&mut self) {
        *self = Self { total: self.total, last_failed: self.last_failed, ..Self::default() };
    }

    /// Forgets the failures before an interrupt, if its cause says so.
    pub(crate) fn clear(&mut self, cause: InterruptCause) {
        match cause {
            InterruptCause::Restart => self.begin_anew(),
            InterruptCause::Dependency
            | InterruptCause::Pause
            | InterruptCause::Timeout
            | InterruptCause::Stalled => {}
        }
    }

    /// Forgets this number of failures, which an outage of a needed task explains.
    pub(crate) fn forgive(&mut self, failures: u32) {
        if failures == 0 {
            return;
        }
        self.failures = self.failures.saturating_sub(failures);
        self.backoffs = self.backoffs.saturating_sub(failures);
        if self.backoffs == 0 {
            self.previous = 0;
        }
    }

    /// Decides the step after an attempt that took `ran`. `stop` is the cause of a pending stop; `draw` returns a random
    /// value of a range. An `excused` failure is not counted, because an outage explains it.
    // Inline, because every attempt comes here, and its only caller is in another file.
    #[inline]
    pub(crate) fn next(
        &mut self,
        policy: &Policy,
        class: AttemptClass,
        ran: Duration,
        stop: Option<StopCause>,
        excused: bool,
        draw: impl FnOnce(RangeInclusive<u64>) -> u64,
    ) -> NextStep {
        if let AttemptClass::Interrupted | AttemptClass::Snoozed(_) = class {
            // Another attempt follows under every policy.
            self.last_failed = false;
            let after = if let AttemptClass::Snoozed(delay) = class { delay } else { Duration::ZERO };
            return match stop {
                Some(cause) => NextStep::Stop { cause, failed: false },
                None => NextStep::Repeat { after },
            };
        }
        let succeeded = matches!(class, AttemptClass::Succeeded | AttemptClass::Done);
        let failed = !succeeded && class != AttemptClass::Canceled;
        self.count(policy, failed, succeeded, ran, excused);
        // A job that returned its value has completed, even if a stop was requested meanwhile: the value is not discarded.
        let delivered = policy.returns_value && class == AttemptClass::Succeeded;
        // Otherwise a stop request overrides the restart policy.
        if let (Some(cause), false) = (stop, delivered) {
            return NextStep::Stop { cause, failed };
        }
        if !failed {
            return match policy.restart {
                RestartPolicy::Always if class == AttemptClass::Done => NextStep::Complete,
                RestartPolicy::Always => NextStep::Repeat { after: policy.delay() },
                RestartPolicy::Never | RestartPolicy::OnFailure => NextStep::Complete,
            };
        }
        if class == AttemptClass::Fatal || policy.restart == RestartPolicy::Never {
            return NextStep::Fail;
        }
        if policy.is_spent(self.failures) {
            return NextStep::GiveUp;
        }
        let after = match class {
            AttemptClass::RetryAfter(delay) => delay,
            _ => self.back_off(policy, excused, draw),
        };
        NextStep::Retry { after }
    }

    #[inline(always)]
    fn back_off(
        &mut self,
        policy: &Policy,
        excused: bool,
        draw: impl FnOnce(RangeInclusive<u64>) -> u64,
    ) -> Duration {
        let delay = policy.backoff.draw_delay(self.backoffs, Duration::from_nanos(self.previous), draw);
        if excused {
            return delay;
        }
        self.backoffs = self.backoffs.saturating_add(1);
        self.previous = nanoseconds(delay);
        delay
    }

    fn count(&mut self, policy: &Policy, failed: bool, succeeded: bool, ran: Duration, excused: bool) {
        self.last_failed = failed;
        // An attempt that failed after it ran stably ends the series before it: its failure is the first of a new one. An attempt
        // that stopped on request changes nothing.
        if succeeded || failed && ran >= policy.stable_after() {
            self.begin_anew();
        }
        if failed {
            self.failures = self.failures.saturating_add(u32::from(!excused));
            self.total = self.total.saturating_add(1);
        }
    }
}
