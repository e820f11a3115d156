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

use self::attempt_result::{Ended, attempt_event};
use self::delayed::{poll_permit_wait, report_slot_wait};
use self::next_step::{Next, Streak};
use self::permit::Permit;
use self::timer::Alarm;
use crate::event::{EventKind, EventName};
use crate::policy::Policy;
use crate::runtime::body::ErasedSlot;
use crate::runtime::cell::{Ask, AskKind, End, Polled, later};
use crate::runtime::current_task::{self, Caller, Wakes};
use crate::runtime::registry::registration::Ticket;
use crate::task::WaitingOn;

pub(crate) struct TaskActor {
    // Before the ticket: users' destructors run first, and the name is free only after them.
    slot: ErasedSlot,
    ticket: Ticket,
    policy: Policy,
    stage: Stage,
    streak: Streak,
    alarm: Option<Pin<Box<Alarm>>>,
    permit: Option<Box<Permit>>,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    /// Among those who wait for a slot.
    Turn,
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
struct Begun {
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
        let (seen, mut begun) = this.look();
        let Polled { ask, turn } = seen;
        this.ticket.added(begun.map(|begun| begun.at));
        loop {
            let step = match this.stage {
                Stage::Turn => this.wait_turn(turn, ask),
                Stage::Gates => this.pass_gates(begun.take(), ask, context),
                Stage::Running { until } => this.run(until, ask, context),
                Stage::Sleeping => this.sleep(ask, context),
                Stage::Yielding => this.enter_stage(Stage::Gates),
            };
            if let ControlFlow::Break(polled) = step {
                if polled.is_pending() && this.ticket.cell().leave(seen, context.waker()) {
                    return this.give_up(context);
                }
                return polled;
            }
        }
    }
}

impl TaskActor {
    pub(crate) fn new(mut ticket: Ticket, slot: ErasedSlot, policy: Policy) -> Self {
        ticket.accept();
        let stage = if ticket.is_queued() { Stage::Turn } else { Stage::Gates };
        Self { slot, ticket, policy, stage, streak: Streak::default(), alarm: None, permit: None }
    }

    /// What was asked of it. Where an attempt is next and needs no permit, it begins under the same lock.
    fn look(&self) -> (Polled, Option<Begun>) {
        let begins = matches!(self.stage, Stage::Gates | Stage::Yielding);
        if !begins || self.ticket.shared().permits.is_some() {
            return (self.ticket.cell().enter(), None);
        }
        let at = Instant::now();
        let (seen, attempt) = self.ticket.cell().enter_and_begin(at);
        (seen, attempt.map(|attempt| Begun { attempt, at }))
    }

    fn wait_turn(&mut self, turn: bool, ask: Option<Ask>) -> Step {
        if let Some(ask) = ask {
            return self.stop(ask);
        }
        if !turn {
            report_slot_wait(&self.ticket);
            return WAIT;
        }
        self.ticket.admitted();
        self.enter_stage(Stage::Gates)
    }

    fn pass_gates(&mut self, begun: Option<Begun>, ask: Option<Ask>, context: &mut Context<'_>) -> Step {
        if let Some(ask) = ask {
            return self.stop(ask);
        }
        let Begun { attempt, at } = match begun {
            // As the poll began, where no permit is needed.
            Some(begun) => begun,
            None if self.poll_permit(context).is_pending() => {
                let wait = self.ticket.cell().wait(WaitingOn::Permit, Instant::now());
                poll_permit_wait(&mut self.alarm, &self.ticket, wait, context);
                return WAIT;
            }
            None => match self.begin() {
                Ok(begun) => begun,
                Err(ask) => return self.stop(ask),
            },
        };
        self.ticket.started(attempt, at);
        let until = self.policy.timeout().map(|timeout| later(at, timeout));
        match self.with_slot(None, |slot, ticket| slot.start(&|| ticket.context(attempt))) {
            Err(message) => self.close(Ended::Panicked(message), context),
            Ok(()) => self.enter_stage(Stage::Running { until }),
        }
    }

    fn begin(&self) -> Result<Begun, Ask> {
        let at = Instant::now();
        let attempt = self.ticket.cell().begin(at)?;
        Ok(Begun { attempt, at })
    }

    fn poll_permit(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(permits) = &self.ticket.shared().permits else { return Poll::Ready(()) };
        self.permit.get_or_insert_with(|| Box::new(Permit::new(permits))).poll(context)
    }

    fn run(&mut self, until: Option<Instant>, ask: Option<Ask>, context: &mut Context<'_>) -> Step {
        match self.with_slot(Some(Wakes::of(context.waker())), |slot, _| slot.poll(context)) {
            Poll::Ready(Ok(result)) => return self.close(Ended::Returned(result), context),
            Poll::Ready(Err(message)) => return self.close(Ended::Panicked(message), context),
            Poll::Pending => {}
        }
        // The body was polled after the ask, so that even with a zero grace it has seen it once.
        let deadline = ask.map(|ask| ask.deadline);
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return self.close(Ended::Aborted, context);
        }
        let Some(due) = deadline.into_iter().chain(until).min() else { return WAIT };
        let (polled, ended) = if deadline == Some(due) {
            (self.alarm(due).poll_stop(due, context), Ended::Aborted)
        } else {
            self.alarm(due).set(due);
            (self.poll_alarm(context), Ended::TimedOut)
        };
        if polled.is_pending() { WAIT } else { self.close(ended, context) }
    }

    /// The body came back from a poll in which it was given up: those who waited know the end, so it gets no other.
    fn give_up(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let _over = match self.stage {
            Stage::Running { .. } => self.close(Ended::Aborted, context),
            _ => self.finish(End::Aborted, None),
        };
        Poll::Ready(())
    }

    /// The attempt is over: drops its future, tells how it ended, and does what follows.
    fn close(&mut self, ended: Ended, context: &mut Context<'_>) -> Step {
        let aborted = matches!(ended, Ended::Aborted);
        // A panic in a destructor has been reported by the panic hook; the attempt had ended before it.
        let _ = self.with_slot(None, |slot, _| slot.clear());
        if let Some(permit) = &mut self.permit {
            permit.release();
        }
        let now = Instant::now();
        let timeout = self.policy.timeout().unwrap_or_default();
        let judgement = ended.judge(self.ticket.cell(), timeout);
        let after = self.ticket.cell().close_attempt(now, judgement.caught);
        let event = judgement.event;
        self.ticket.attempted(event, now, |cell| attempt_event(event, &after, timeout, cell));
        if aborted {
            return self.finish(End::Aborted, None);
        }
        let stop = after.asked.map(|ask| ask.cause);
        let failures = self.streak.failures();
        let next = self.streak.next(&self.policy, judgement.ending, after.ran, stop, fastrand::u64);
        let end = match next {
            Next::Repeat { after } => return self.rest(now, after, false, context),
            Next::Retry { after } => return self.rest(now, after, true, context),
            Next::Complete => End::Completed,
            Next::Fail => End::Failed,
            Next::Stop { cause, failed } => End::Canceled { cause, failed },
        };
        if self.streak.failures() != failures {
            self.ticket.cell().count_failures(self.streak.failures());
        }
        self.finish(end, Some(now).filter(|_| !after.dropped))
    }

    /// Between two attempts.
    fn rest(&mut self, now: Instant, delay: Duration, failed: bool, context: &Context<'_>) -> Step {
        let until = later(now, delay);
        let failures = self.streak.failures();
        if let Err(ask) = self.ticket.sleep(now, until, failures) {
            return self.stop(ask);
        }
        if failed {
            self.ticket.tell(EventName::Backoff, Some(now), || EventKind::Backoff { delay, failures });
        }
        if delay.is_zero() {
            self.stage = Stage::Yielding;
            context.waker().wake_by_ref();
            return WAIT;
        }
        self.alarm(until).set(until);
        self.enter_stage(Stage::Sleeping)
    }

    fn sleep(&mut self, ask: Option<Ask>, context: &mut Context<'_>) -> Step {
        match ask {
            Some(ask) => self.stop(ask),
            None if self.poll_alarm(context).is_pending() => WAIT,
            None => self.enter_stage(Stage::Gates),
        }
    }

    /// Ends between two attempts, as it was asked to.
    fn stop(&mut self, ask: Ask) -> Step {
        match ask.kind {
            AskKind::Stop => {
                self.finish(End::Canceled { cause: ask.cause, failed: self.streak.failures() > 0 }, None)
            }
            AskKind::Reject(rejection) => self.finish(End::Rejected(rejection), None),
        }
    }

    /// The last thing it does. `read` is what the clock said, if no code of the user ran since; if the destructor of the task
    /// runs some now, it is read again.
    fn finish(&mut self, end: End, read: Option<Instant>) -> Step {
        let read = read.filter(|_| !self.slot.has_destructor());
        self.with_slot(None, |slot, _| slot.discard());
        self.permit = None;
        self.ticket.end(end, read.unwrap_or_else(Instant::now));
        OVER
    }

    fn enter_stage(&mut self, stage: Stage) -> Step {
        self.stage = stage;
        GO_ON
    }

    fn alarm(&mut self, due: Instant) -> Pin<&mut Alarm> {
        self.alarm.get_or_insert_with(|| Box::pin(Alarm::new(due))).as_mut()
    }

    fn poll_alarm(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.alarm {
            Some(alarm) => alarm.as_mut().poll(context),
            None => Poll::Ready(()),
        }
    }

    /// Calls user code, marked as this task's.
    fn with_slot<T>(&mut self, wakes: Option<Wakes>, call: impl FnOnce(&mut ErasedSlot, &Ticket) -> T) -> T {
        let supervisor = self.ticket.shared().address();
        let _entered = current_task::enter(Caller { supervisor, task: Some(self.ticket.cell().id()), wakes });
        call(&mut self.slot, &self.ticket)
    }
}
