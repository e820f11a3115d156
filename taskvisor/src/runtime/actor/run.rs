//! A running attempt: a poll of its body, and the deadlines that end it.

use std::task::{Context, Poll};

use tokio::time::Instant;

use super::attempt_result::AttemptResult;
use super::{PENDING, Step, TaskActor};
use crate::runtime::cell::{Request, RequestKind};
use crate::runtime::current_task::WakerIdentity;

impl TaskActor {
    pub(super) fn run(
        &mut self,
        until: Option<Instant>,
        request: Option<Request>,
        context: &mut Context<'_>,
    ) -> Step {
        match self.with_body(Some(WakerIdentity::of(context.waker())), |body, _| body.poll(context)) {
            Poll::Ready(Ok(result)) => return self.finish_attempt(AttemptResult::Returned(result), context),
            Poll::Ready(Err(message)) => {
                return self.finish_attempt(AttemptResult::Panicked(message), context);
            }
            Poll::Pending => {}
        }
        let Some(Request { deadline, kind, .. }) = request else {
            if self.policy.readiness.is_some() {
                return self.wait_for_start(until, context);
            }
            let Some(until) = until else { return PENDING };
            return self.wait_until(until, AttemptResult::TimedOut, context);
        };
        let is_stop = matches!(kind, RequestKind::Stop { .. });
        let result = if is_stop { AttemptResult::Aborted } else { AttemptResult::Interrupted };
        // Checked after the body was polled: even with a grace of zero, the body is polled once after the request.
        if deadline <= Instant::now() {
            return self.finish_attempt(result, context);
        }
        match until {
            Some(until) if until < deadline && is_stop => {
                self.wait_until(until, AttemptResult::TimedOut, context)
            }
            // Interrupted, not timed out: the interrupt came first.
            Some(until) if until < deadline => self.wait_until(until, result, context),
            // Only the deadline of a stop gets the timer of the watchdog: a timeout or an interrupt is not worth a thread.
            _ if is_stop => match self.rare.timer(deadline).poll_stop(deadline, context) {
                Poll::Ready(()) => self.finish_attempt(result, context),
                Poll::Pending => PENDING,
            },
            _ => self.wait_until(deadline, result, context),
        }
    }

    /// Ends the attempt with `result` at `due`.
    fn wait_until(&mut self, due: Instant, result: AttemptResult, context: &mut Context<'_>) -> Step {
        self.rare.timer(due).set(due);
        if self.rare.poll_timer(context).is_pending() {
            PENDING
        } else {
            self.finish_attempt(result, context)
        }
    }

    /// After a poll of a body that returned pending: publishes its notification, and waits for the timeout of the attempt or for the
    /// end of its start, whichever comes first.
    fn wait_for_start(&mut self, until: Option<Instant>, context: &mut Context<'_>) -> Step {
        self.registration.publish_readiness();
        // Reads the cell in each pass: the body may move the deadline on another thread, and does not wake the actor for it.
        while let Some(deadline) = self.registration.cell().start_deadline() {
            if until.is_some_and(|until| until <= deadline) {
                break;
            }
            self.rare.timer(deadline).set(deadline);
            if self.rare.poll_timer(context).is_pending() {
                return PENDING;
            }
            if let Some(limit) = self.registration.cell().expire_start(Instant::now()) {
                return self.finish_attempt(AttemptResult::NotReady(limit), context);
            }
        }
        match until {
            Some(until) => self.wait_until(until, AttemptResult::TimedOut, context),
            None => {
                // It may still be set for the start, which is over.
                self.rare.disarm_timer();
                PENDING
            }
        }
    }
}
