//! The limits of a running attempt, which end it in two steps: its token is canceled, and it is dropped after the `stop_timeout` of
//! the task. Without a `stop_timeout` it is dropped at once.

use std::task::Context;

use tokio::time::Instant;

use super::attempt_result::AttemptResult;
use super::{ActorStage, PENDING, Step, TaskActor};
use crate::error::TaskError;
use crate::policy::Milliseconds;
use crate::runtime::cell::RequestKind;
use crate::task::InterruptCause;

/// A limit that an attempt has exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExceededLimit {
    /// Its `timeout`.
    Timeout,
    /// Its `start_timeout`, of this length.
    // In four bytes: a whole duration would enlarge the stage of every actor.
    NotReady(Milliseconds),
    /// Its `heartbeat`.
    Stalled,
}

impl ExceededLimit {
    fn cause(self) -> InterruptCause {
        match self {
            Self::Timeout | Self::NotReady(_) => InterruptCause::Timeout,
            Self::Stalled => InterruptCause::Stalled,
        }
    }
}

impl TaskActor {
    /// Ends an attempt that has exceeded a limit, or gives it its `stop_timeout` to return.
    #[cold]
    pub(super) fn exceed(&mut self, limit: ExceededLimit, context: &mut Context<'_>) -> Step {
        let cell = self.registration.cell();
        if limit == ExceededLimit::Stalled {
            self.registration.shared().suspects.add(cell);
        }
        let Some(time) = cell.stop_timeout() else {
            return self.finish_attempt(AttemptResult::Exceeded { limit, returned: None }, context);
        };
        // An error means that a stop was requested meanwhile, which ends the attempt, too. The next poll of the actor finds the
        // request.
        if cell.interrupt(limit.cause(), Instant::now(), time).is_ok() {
            self.stage = ActorStage::Overtime { limit };
        }
        PENDING
    }

    /// The result of an attempt that has exceeded a limit. What it returned afterwards decides nothing, except that a panic stays a
    /// panic, and that the value of a job is delivered.
    pub(super) fn exceeded(&self, limit: ExceededLimit, result: AttemptResult) -> AttemptResult {
        // The limit applies only while its own interrupt is pending: a stop request replaces it, and an earlier interrupt stays.
        let is_limit = |kind| matches!(kind, RequestKind::Interrupt(cause) if cause.is_limit());
        if !self.registration.cell().pending_request().is_some_and(is_limit) {
            return result;
        }
        // A job that snoozes has no value yet.
        let delivers = self.policy.returns_value && !self.registration.cell().conclusion().is_snooze();
        let returned = match result {
            AttemptResult::Returned(Ok(())) if delivers => return result,
            AttemptResult::Panicked(_) | AttemptResult::Aborted => return result,
            AttemptResult::Returned(Err(
                TaskError::Fail(error) | TaskError::Fatal(error) | TaskError::RetryAfter { error, .. },
            )) => Some(error),
            AttemptResult::Returned(Ok(()) | Err(TaskError::Canceled))
            | AttemptResult::Interrupted
            | AttemptResult::Exceeded { .. } => None,
        };
        AttemptResult::Exceeded { limit, returned }
    }
}
