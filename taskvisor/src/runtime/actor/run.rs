//! A running attempt: a poll of its body, and the deadlines that end it.

use std::task::{Context, Poll};

use tokio::time::Instant;

use super::attempt_result::AttemptResult;
use super::limits::ExceededLimit;
use super::{PENDING, Step, TaskActor};
use crate::policy::Milliseconds;
use crate::runtime::cell::{Request, RequestKind};
use crate::runtime::current_task::WakerIdentity;
use crate::task::InterruptCause;

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
            let has_limits =
                self.registration.cell().rare().is_some_and(|rare| rare.options().heartbeat().is_some());
            if has_limits
                || self.policy.readiness.is_some()
                || self.has_dependencies() && self.rare.watches_losses()
            {
                return self.wait_for_first(until, context);
            }
            let Some(until) = until else { return PENDING };
            self.rare.timer(until).set(until);
            if self.rare.poll_timer(context).is_pending() {
                return PENDING;
            }
            return self.exceed(ExceededLimit::Timeout, context);
        };
        let is_stop = matches!(kind, RequestKind::Stop { .. });
        let result = if is_stop { AttemptResult::Aborted } else { AttemptResult::Interrupted };
        // Checked after the body was polled: even with a grace of zero, the body is polled once after the request.
        if deadline <= Instant::now() {
            return self.finish_attempt(result, context);
        }
        // The token is canceled already. With a `stop_timeout`, the deadline of that request applies, and not the timeout.
        let until = until.filter(|_| self.registration.cell().stop_timeout().is_none());
        match until {
            // Dropped at once: the token is canceled already, and there is no `stop_timeout`.
            Some(until) if until < deadline && is_stop => {
                let timed_out = AttemptResult::Exceeded { limit: ExceededLimit::Timeout, returned: None };
                self.wait_until(until, timed_out, context)
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

    /// After a poll of a body that returned pending: publishes its notification, and waits for the first of the times that end the
    /// attempt: its timeout, the end of its start, its next heartbeat, and the limit of a loss.
    fn wait_for_first(&mut self, until: Option<Instant>, context: &mut Context<'_>) -> Step {
        let has_readiness = self.policy.readiness.is_some();
        if has_readiness {
            self.registration.publish_readiness();
        }
        // Reads the cells in each pass: the body may move the deadline of its start on another thread, and does not wake the actor
        // for it; and a needed task may be lost or be ready again.
        loop {
            let timeout = until.map(|until| (until, Due::Timeout));
            let start = if has_readiness { self.registration.cell().start_deadline() } else { None };
            let start = start.map(|start| (start, Due::Start));
            let registry = &self.registration.shared().registry;
            let edges = self.rare.known_edges_mut();
            let loss = edges.and_then(|edges| edges.poll_loss(Instant::now(), registry, context));
            let loss = loss.map(|loss| (loss, Due::Loss));
            let heartbeat = self.registration.cell().heartbeat_due().map(|due| (due, Due::Heartbeat));
            // Of two at the same time, the timeout wins, which is a failure that the user has set.
            let first = [timeout, start, heartbeat, loss].into_iter().flatten().min_by_key(|(at, _)| *at);
            let Some((at, due)) = first else {
                // It may still be set for the start, or for a loss that is over.
                self.rare.disarm_timer();
                return PENDING;
            };
            self.rare.timer(at).set(at);
            if self.rare.poll_timer(context).is_pending() {
                return PENDING;
            }
            match due {
                Due::Timeout => return self.exceed(ExceededLimit::Timeout, context),
                Due::Start => {
                    if let Some(limit) = self.registration.cell().expire_start(Instant::now()) {
                        return self.exceed(ExceededLimit::NotReady(Milliseconds::new(limit)), context);
                    }
                }
                // Read again: a heartbeat that is there by now wins.
                Due::Heartbeat if self.has_missed_heartbeat() => {
                    return self.exceed(ExceededLimit::Stalled, context);
                }
                Due::Heartbeat => {}
                // Read again: a task that is ready by now is not lost, and its wake-up may be on its way.
                Due::Loss if self.has_lost_for_long() => return self.interrupt_for_loss(),
                Due::Loss => {}
            }
        }
    }

    fn has_missed_heartbeat(&self) -> bool {
        self.registration.cell().heartbeat_due().is_some_and(|due| due <= Instant::now())
    }

    fn has_lost_for_long(&self) -> bool {
        let registry = &self.registration.shared().registry;
        self.rare.known_edges().is_some_and(|edges| edges.has_lost_for_long(Instant::now(), registry))
    }

    /// Interrupts the running attempt. The next poll of the actor finds the request.
    fn interrupt_for_loss(&self) -> Step {
        let grace = self.registration.shared().config.grace;
        // An error means that a stop was requested meanwhile, which ends the attempt too.
        let _ = self.registration.cell().interrupt(InterruptCause::Dependency, Instant::now(), grace);
        PENDING
    }
}

/// A time that ends an attempt.
#[derive(Clone, Copy, Debug)]
enum Due {
    Timeout,
    Start,
    Heartbeat,
    Loss,
}
