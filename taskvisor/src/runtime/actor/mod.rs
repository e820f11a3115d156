//! The only loop: one task, one attempt at a time.
//!
//! A hand-written future rather than an `async fn`, because it is what every task costs: rare parts are boxed when
//! they are first needed, and what the cell knows is not kept here.

mod attempt_result;
pub(crate) mod delayed;
mod next_step;
mod permit;
mod timer;

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use self::attempt_result::{AttemptResult, attempt_event};
use self::delayed::{poll_permit_wait, report_slot_wait};
use self::next_step::{FailureStreak, NextStep};
use self::permit::Permit;
use self::timer::ActorTimer;
use crate::event::{EventKind, EventName};
use crate::policy::Policy;
use crate::runtime::body::ErasedBody;
use crate::runtime::cell::{PendingStop, PollView, StopKind, TaskEnd, saturating_deadline};
use crate::runtime::current_task::{self, Caller, WakerIdentity};
use crate::runtime::registry::registration::Registration;
use crate::task::WaitingOn;

pub(crate) struct TaskActor {
    // Before the registration: users' destructors run first, and the name is free only after them.
    body: ErasedBody,
    registration: Registration,
    policy: Policy,
    stage: ActorStage,
    streak: FailureStreak,
    timer: Option<Pin<Box<ActorTimer>>>,
    permit: Option<Box<Permit>>,
}

#[derive(Clone, Copy, Debug)]
enum ActorStage {
    /// Among those who wait for a slot.
    Slot,
    /// What must be had before an attempt, the first and any later one.
    Gates,
    Running {
        until: Option<Instant>,
    },
    Sleeping,
    Yielding,
}

/// An attempt that has begun.
#[derive(Clone, Copy, Debug)]
struct BegunAttempt {
    attempt: u64,
    at: Instant,
}

/// Go on to the next stage, or return from the poll.
type Step = ControlFlow<Poll<()>>;

const GO_ON: Step = ControlFlow::Continue(());
const WAIT: Step = ControlFlow::Break(Poll::Pending);
const OVER: Step = ControlFlow::Break(Poll::Ready(()));

impl Future for TaskActor {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let (seen, mut begun) = this.begin_poll();
        let PollView { stop, owns_slot } = seen;
        this.registration.publish_added(begun.map(|begun| begun.at));
        loop {
            let step = match this.stage {
                ActorStage::Slot => this.wait_for_slot(owns_slot, stop),
                ActorStage::Gates => this.pass_gates(begun.take(), stop, context),
                ActorStage::Running { until } => this.run(until, stop, context),
                ActorStage::Sleeping => this.sleep(stop, context),
                ActorStage::Yielding => this.enter_stage(ActorStage::Gates),
            };
            if let ControlFlow::Break(polled) = step {
                if polled.is_pending() && this.registration.cell().end_poll(seen, context.waker()) {
                    return this.finish_stuck(context);
                }
                return polled;
            }
        }
    }
}

impl TaskActor {
    pub(crate) fn new(mut registration: Registration, body: ErasedBody, policy: Policy) -> Self {
        registration.accept();
        let stage = if registration.is_queued() { ActorStage::Slot } else { ActorStage::Gates };
        Self {
            body,
            registration,
            policy,
            stage,
            streak: FailureStreak::default(),
            timer: None,
            permit: None,
        }
    }

    /// What was asked of it. Where an attempt is next and needs no permit, it begins under the same lock.
    fn begin_poll(&self) -> (PollView, Option<BegunAttempt>) {
        let begins = matches!(self.stage, ActorStage::Gates | ActorStage::Yielding);
        if !begins || self.registration.shared().permits.is_some() {
            return (self.registration.cell().begin_poll(), None);
        }
        let at = Instant::now();
        let (seen, attempt) = self.registration.cell().begin_poll_and_attempt(at);
        (seen, attempt.map(|attempt| BegunAttempt { attempt, at }))
    }

    fn wait_for_slot(&mut self, owns_slot: bool, stop: Option<PendingStop>) -> Step {
        if let Some(stop) = stop {
            return self.finish_stopped(stop);
        }
        if !owns_slot {
            report_slot_wait(&self.registration);
            return WAIT;
        }
        self.registration.publish_admitted();
        self.enter_stage(ActorStage::Gates)
    }

    fn pass_gates(
        &mut self,
        begun: Option<BegunAttempt>,
        stop: Option<PendingStop>,
        context: &mut Context<'_>,
    ) -> Step {
        if let Some(stop) = stop {
            return self.finish_stopped(stop);
        }
        let BegunAttempt { attempt, at } = match begun {
            // As the poll began, where no permit is needed.
            Some(begun) => begun,
            None if self.poll_permit(context).is_pending() => {
                let wait = self.registration.cell().begin_wait(WaitingOn::Permit, Instant::now());
                poll_permit_wait(&mut self.timer, &self.registration, wait, context);
                return WAIT;
            }
            None => match self.begin_attempt() {
                Ok(begun) => begun,
                Err(stop) => return self.finish_stopped(stop),
            },
        };
        self.registration.publish_started(attempt, at);
        let until = self.policy.timeout().map(|timeout| saturating_deadline(at, timeout));
        match self.with_body(None, |body, registration| body.start(&|| registration.context(attempt))) {
            Err(message) => self.finish_attempt(AttemptResult::Panicked(message), context),
            Ok(()) => self.enter_stage(ActorStage::Running { until }),
        }
    }

    fn begin_attempt(&self) -> Result<BegunAttempt, PendingStop> {
        let at = Instant::now();
        let attempt = self.registration.cell().begin_attempt(at)?;
        Ok(BegunAttempt { attempt, at })
    }

    fn poll_permit(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(permits) = &self.registration.shared().permits else { return Poll::Ready(()) };
        self.permit.get_or_insert_with(|| Box::new(Permit::new(permits))).poll(context)
    }

    fn run(&mut self, until: Option<Instant>, stop: Option<PendingStop>, context: &mut Context<'_>) -> Step {
        match self.with_body(Some(WakerIdentity::of(context.waker())), |body, _| body.poll(context)) {
            Poll::Ready(Ok(result)) => return self.finish_attempt(AttemptResult::Returned(result), context),
            Poll::Ready(Err(message)) => {
                return self.finish_attempt(AttemptResult::Panicked(message), context);
            }
            Poll::Pending => {}
        }
        // The body was polled after the ask, so that even with a zero grace it has seen it once.
        let deadline = stop.map(|stop| stop.deadline);
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return self.finish_attempt(AttemptResult::Aborted, context);
        }
        let Some(due) = deadline.into_iter().chain(until).min() else { return WAIT };
        let (polled, result) = if deadline == Some(due) {
            (self.timer(due).poll_stop(due, context), AttemptResult::Aborted)
        } else {
            self.timer(due).set(due);
            (self.poll_timer(context), AttemptResult::TimedOut)
        };
        if polled.is_pending() { WAIT } else { self.finish_attempt(result, context) }
    }

    /// The body came back from a poll in which it was given up: those who waited know the end, so it gets no other.
    fn finish_stuck(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let _over = match self.stage {
            ActorStage::Running { .. } => self.finish_attempt(AttemptResult::Aborted, context),
            _ => self.finish(TaskEnd::Aborted, None),
        };
        Poll::Ready(())
    }

    /// The attempt is over: drops its future, tells how it result, and does what follows.
    fn finish_attempt(&mut self, result: AttemptResult, context: &mut Context<'_>) -> Step {
        let aborted = matches!(result, AttemptResult::Aborted);
        // A panic in a destructor has been reported by the panic hook; the attempt had result before it.
        let _ = self.with_body(None, |body, _| body.clear());
        if let Some(permit) = &mut self.permit {
            permit.release();
        }
        let now = Instant::now();
        let timeout = self.policy.timeout().unwrap_or_default();
        let classified = result.classify(self.registration.cell(), timeout);
        let after = self.registration.cell().finish_attempt(now, classified.caught);
        let event = classified.event;
        self.registration.publish_attempt_end(event, now, |cell| attempt_event(event, &after, timeout, cell));
        if aborted {
            return self.finish(TaskEnd::Aborted, None);
        }
        let stop = after.stop.map(|stop| stop.cause);
        let failures = self.streak.failures();
        let next = self.streak.next(&self.policy, classified.class, after.ran, stop, fastrand::u64);
        let end = match next {
            NextStep::Repeat { after } => return self.schedule_next(now, after, false, context),
            NextStep::Retry { after } => return self.schedule_next(now, after, true, context),
            NextStep::Complete => TaskEnd::Completed,
            NextStep::Fail => TaskEnd::Failed,
            NextStep::Stop { cause, failed } => TaskEnd::Canceled { cause, failed },
        };
        if self.streak.failures() != failures {
            self.registration.cell().count_failures(self.streak.failures());
        }
        self.finish(end, Some(now).filter(|_| !after.dropped))
    }

    /// Between two attempts.
    fn schedule_next(&mut self, now: Instant, delay: Duration, failed: bool, context: &Context<'_>) -> Step {
        let until = saturating_deadline(now, delay);
        let failures = self.streak.failures();
        if let Err(stop) = self.registration.begin_sleep(now, until, failures) {
            return self.finish_stopped(stop);
        }
        if failed {
            self.registration
                .publish(EventName::Backoff, Some(now), || EventKind::Backoff { delay, failures });
        }
        if delay.is_zero() {
            self.stage = ActorStage::Yielding;
            context.waker().wake_by_ref();
            return WAIT;
        }
        self.timer(until).set(until);
        self.enter_stage(ActorStage::Sleeping)
    }

    fn sleep(&mut self, stop: Option<PendingStop>, context: &mut Context<'_>) -> Step {
        match stop {
            Some(stop) => self.finish_stopped(stop),
            None if self.poll_timer(context).is_pending() => WAIT,
            None => self.enter_stage(ActorStage::Gates),
        }
    }

    /// Ends between two attempts, as it was asked to.
    fn finish_stopped(&mut self, stop: PendingStop) -> Step {
        match stop.kind {
            StopKind::Stop => {
                self.finish(TaskEnd::Canceled { cause: stop.cause, failed: self.streak.failures() > 0 }, None)
            }
            StopKind::Reject(rejection) => self.finish(TaskEnd::Rejected(rejection), None),
        }
    }

    /// The last thing it does. `read` is what the clock said, if no code of the user ran since; if the destructor of the task
    /// runs some now, it is read again.
    fn finish(&mut self, end: TaskEnd, read: Option<Instant>) -> Step {
        let read = read.filter(|_| !self.body.has_destructor());
        self.with_body(None, |body, _| body.discard());
        self.permit = None;
        self.registration.finish(end, read.unwrap_or_else(Instant::now));
        OVER
    }

    fn enter_stage(&mut self, stage: ActorStage) -> Step {
        self.stage = stage;
        GO_ON
    }

    fn timer(&mut self, due: Instant) -> Pin<&mut ActorTimer> {
        self.timer.get_or_insert_with(|| Box::pin(ActorTimer::new(due))).as_mut()
    }

    fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.timer {
            Some(timer) => timer.as_mut().poll(context),
            None => Poll::Ready(()),
        }
    }

    /// Calls user code, marked as this task's.
    fn with_body<T>(
        &mut self,
        waker: Option<WakerIdentity>,
        call: impl FnOnce(&mut ErasedBody, &Registration) -> T,
    ) -> T {
        let supervisor = self.registration.shared().address();
        let _entered =
            current_task::enter(Caller { supervisor, task: Some(self.registration.cell().id()), waker });
        call(&mut self.body, &self.registration)
    }
}
