//! What follows an attempt. Pure: given what happened, it says what is next.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::policy::{Policy, RestartPolicy, nanoseconds};
use crate::task::StopCause;

/// What an attempt ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttemptClass {
    Succeeded,
    /// An error, a timeout, a panic, a `Canceled` that nobody asked for.
    Failed,
    Fatal,
    RetryAfter(Duration),
    /// Stopped as it was asked to.
    Canceled,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextStep {
    Complete,
    Fail,
    Stop { cause: StopCause, failed: bool },
    Repeat { after: Duration },
    Retry { after: Duration },
}

/// Failures in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FailureStreak {
    failures: u32,
    /// How many of these failures waited for a backoff delay. `retry_after` is no reason to wait longer the next time.
    backoffs: u32,
    /// The backoff delay before, in nanoseconds.
    previous: u64,
}

impl FailureStreak {
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// What follows an attempt that ran for `ran`, now that `stop` was asked or not. `draw` is chance: one of a range.
    pub(crate) fn next(
        &mut self,
        policy: &Policy,
        class: AttemptClass,
        ran: Duration,
        stop: Option<StopCause>,
        draw: impl FnOnce(RangeInclusive<u64>) -> u64,
    ) -> NextStep {
        let failed = !matches!(class, AttemptClass::Succeeded | AttemptClass::Canceled);
        self.count(policy, failed, ran);
        // Work done is never thrown away: a job that returned its value has completed, stop or no stop.
        let delivered = policy.returns_value && class == AttemptClass::Succeeded;
        if let (Some(cause), false) = (stop, delivered) {
            return NextStep::Stop { cause, failed };
        }
        if !failed {
            return match policy.restart {
                RestartPolicy::Always => NextStep::Repeat { after: policy.every() },
                RestartPolicy::Never | RestartPolicy::OnFailure => NextStep::Complete,
            };
        }
        let spent = policy.is_spent(self.failures);
        if class == AttemptClass::Fatal || policy.restart == RestartPolicy::Never || spent {
            return NextStep::Fail;
        }
        let after = match class {
            AttemptClass::RetryAfter(delay) => delay,
            _ => self.back_off(policy, draw),
        };
        NextStep::Retry { after }
    }

    fn back_off(&mut self, policy: &Policy, draw: impl FnOnce(RangeInclusive<u64>) -> u64) -> Duration {
        let delay = policy.backoff.delay(self.backoffs, Duration::from_nanos(self.previous), draw);
        self.backoffs = self.backoffs.saturating_add(1);
        self.previous = nanoseconds(delay);
        delay
    }

    fn count(&mut self, policy: &Policy, failed: bool, ran: Duration) {
        if !failed || ran >= policy.stable_after() {
            *self = Self::default();
        }
        if failed {
            self.failures = self.failures.saturating_add(1);
        }
    }
}
