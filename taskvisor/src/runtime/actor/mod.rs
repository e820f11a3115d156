//! The actor of a task: the only loop of the runtime. It makes one attempt at a time.
//!
//! It is a hand-written future and not an `async fn`, because every task pays for its size: rare parts are boxed on first
//! use, and it keeps no copy of what the cell stores.
//!
//! | stage | polls | next stage |
//! |---|---|---|
//! | `Scheduled` | the timer of the next tick, or of the start delay | `Gates` |
//! | `Gates` | the gates (`gates.rs`); then starts an attempt | `Running` |
//! | `Running` | the body; then its timeout, or the deadline of a stop | `Overtime`, `Sleeping`, `Yielding`, or the end |
//! | `Overtime` | the body of an attempt that has exceeded a limit; then its `stop_timeout` | `Sleeping`, `Yielding`, or the end |
//! | `Sleeping` | the timer of the next attempt | `Gates` |
//! | `Yielding` | nothing: the actor has woken itself | `Gates` |
//!
//! In every stage but `Running` and `Overtime`, a stop request ends the task at the next poll, and an interrupt ends the wait. A
//! running attempt ends by itself, or is dropped at the deadline of the stop or of the interrupt. `lane.rs` polls the actor, and goes
//! on with the next submission of a slot.

mod attempt_result;
mod blame;
pub(crate) mod delayed;
mod expiry;
mod gate_parts;
mod gates;
mod give_up;
mod lane;
mod limited;
mod limits;
mod next_step;
mod permit;
mod policy_update;
mod readiness;
mod rare_parts;
mod run;
mod schedule;
mod sleep;
mod timer;

use std::ops::ControlFlow;
use std::task::Context;

use tokio::time::Instant;

use self::attempt_result::{AttemptResult, Classified, attempt_event, settled};
use self::gates::Closed;
use self::limits::ExceededLimit;
use self::next_step::{AttemptClass, FailureStreak, NextStep};
use self::rare_parts::RareParts;
use crate::event::NotReadyReason;
use crate::policy::{Policy, ScheduleKind};
use crate::runtime::body::ErasedBody;
use crate::runtime::cell::{FinishedAttempt, NotBegun, PendingStop, PollView, TaskEnd, saturating_deadline};
use crate::runtime::current_task::{self, Caller, WakerIdentity};
use crate::runtime::instrument::spans;
use crate::runtime::registry::registration::{Finished, Registration};
use crate::task::InterruptCause;

pub(crate) struct TaskActor {
    // Before the registration, because fields are dropped in order: the name is free only after the user's destructors ran.
    body: ErasedBody,
    registration: Registration,
    policy: Policy,
    stage: ActorStage,
    streak: FailureStreak,
    rare: RareParts,
}

/// What the next poll of the actor does.
#[derive(Clone, Copy, Debug)]
enum ActorStage {
    /// Waits for the next tick of its schedule, or for the end of its start delay.
    Scheduled,
    /// Waits for what every attempt requires.
    Gates,
    /// Polls the body.
    Running {
        /// The timeout of the attempt.
        until: Option<Instant>,
    },
    /// Polls the body of an attempt that has exceeded a limit. Its token is canceled, and it has its `stop_timeout` to return.
    Overtime { limit: ExceededLimit },
    /// Waits between two attempts.
    Sleeping,
    /// Returned to the scheduler once, between two attempts without a delay.
    Yielding,
}

/// An attempt that has begun in the cell.
#[derive(Clone, Copy, Debug)]
struct StartedAttempt {
    attempt: u64,
    at: Instant,
}

/// An attempt that has ended, and after which another one follows.
#[derive(Clone, Copy, Debug)]
struct Attempted {
    after: FinishedAttempt,
    failed: bool,
    succeeded: bool,
}

/// How the poll of one task ended.
#[derive(Clone, Copy, Debug)]
enum TaskPoll {
    Pending,
    /// The task has ended, and no other follows.
    Done,
    /// The task has ended at `at`, and the actor has become the next owner of its slot.
    Next {
        at: Instant,
        woke: bool,
    },
}

/// Whether to continue with the next stage, or to return from the poll of the task.
type Step = ControlFlow<TaskPoll>;

const CONTINUE: Step = ControlFlow::Continue(());
const PENDING: Step = ControlFlow::Break(TaskPoll::Pending);
const DONE: Step = ControlFlow::Break(TaskPoll::Done);

impl TaskActor {
    pub(crate) fn new(mut registration: Registration, body: ErasedBody, policy: Policy) -> Self {
        // From here on the task has an outcome, even if the runtime drops the actor before its first poll.
        registration.accept();
        Self {
            body,
            registration,
            policy,
            stage: if policy.schedule == ScheduleKind::None {
                ActorStage::Gates
            } else {
                ActorStage::Scheduled
            },
            streak: FailureStreak::default(),
            rare: RareParts::default(),
        }
    }

    /// Polls the current task. `now` is a reading of the clock, if no user code has run since.
    fn poll_task(&mut self, now: Option<Instant>, context: &mut Context<'_>) -> TaskPoll {
        // The whole poll works with this view. `end_poll` compares it with the cell, and triggers another poll if it is
        // out of date: no step needs to lock the cell again.
        let (view, mut started) = self.begin_poll(now);
        let stop = view.stop();
        if let Some(cause) = view.interrupted_wait {
            self.end_wait(cause);
        }
        self.registration.publish_added(started.map(|started| started.at));
        if self.policy.readiness.is_some() {
            self.registration.publish_readiness();
        }
        loop {
            let step = match self.stage {
                ActorStage::Gates => self.pass_gates(started.take(), stop, view.paused, context),
                ActorStage::Running { until } => self.run(until, view.request, context),
                ActorStage::Overtime { .. } => self.run(None, view.request, context),
                ActorStage::Scheduled => self.wait_for_tick(stop, view.paused, context),
                ActorStage::Sleeping => self.sleep(stop, view.paused, context),
                ActorStage::Yielding => self.enter_stage(ActorStage::Gates),
            };
            match step {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break(TaskPoll::Pending) => {
                    let is_stuck = self.registration.cell().end_poll(view, context.waker());
                    return if is_stuck { self.finish_stuck(context) } else { TaskPoll::Pending };
                }
                // A task that has ended has finished its cell already.
                ControlFlow::Break(ended) => return ended,
            }
        }
    }

    /// Begins a poll in the cell. If an attempt is next and there are no gates, it begins under the same lock.
    fn begin_poll(&self, now: Option<Instant>) -> (PollView, Option<StartedAttempt>) {
        let starts = matches!(self.stage, ActorStage::Gates | ActorStage::Yielding);
        if !starts || self.has_gates() {
            return (self.registration.cell().begin_poll(), None);
        }
        let at = now.unwrap_or_else(Instant::now);
        let (view, attempt) = self.registration.cell().begin_poll_and_attempt(at);
        (view, attempt.map(|attempt| StartedAttempt { attempt, at }))
    }

    fn pass_gates(
        &mut self,
        started: Option<StartedAttempt>,
        stop: Option<PendingStop>,
        paused: bool,
        context: &mut Context<'_>,
    ) -> Step {
        if let Some(stop) = stop {
            return self.finish_stopped(stop);
        }
        let StartedAttempt { attempt, at } = match started {
            // It began together with the poll, because there are no gates.
            Some(started) => started,
            None => {
                if self.policy.schedule == ScheduleKind::Ticks && !paused {
                    self.resume_schedule();
                }
                if let Err(closed) = self.poll_gates(paused, context) {
                    return self.stay_at_gate(closed, context);
                }
                // The cell is checked again, because a stop may have been requested since the poll began, or the task has expired.
                match self.begin_attempt() {
                    Ok(started) => started,
                    Err(NotBegun::Stopped(stop)) => return self.finish_stopped(stop),
                    Err(NotBegun::Updated) => return self.update_policy(),
                    Err(NotBegun::Paused) => {
                        // The task was paused during this poll, and may have been resumed since. `end_poll` compares the flag only,
                        // so that it would miss both together.
                        context.waker().wake_by_ref();
                        return self.stay_at_gate(Closed::Paused, context);
                    }
                }
            }
        };
        if let Some(rare) = self.registration.cell().rare() {
            rare.heartbeat().begin(attempt, at);
            if self.has_limits() {
                self.use_limits();
            }
            self.begin_scheduled(attempt, at);
        }
        self.registration.publish_started(attempt, at);
        if self.has_dependencies() {
            self.begin_watch();
        }
        if let Some(readiness) = self.policy.readiness {
            // Before the closure is called, because it may notify already.
            self.begin_readiness(readiness, at);
        }
        let until = self.policy.timeout().map(|timeout| saturating_deadline(at, timeout));
        if until.is_none() {
            // The timer may still be set for a wait that an interrupt ended, or for the report of a long wait.
            self.rare.disarm_timer();
        }
        spans::begin_attempt(&mut self.body, self.registration.cell(), attempt);
        // The closure that builds the future is user code too, and its panic is a failed attempt.
        match self.with_body(None, |body, registration| body.start(&|| registration.context(attempt))) {
            Err(message) => self.finish_attempt(AttemptResult::Panicked(message), context),
            Ok(()) => self.enter_stage(ActorStage::Running { until }),
        }
    }

    /// Ends the wait for the next attempt, because of an interrupt.
    fn end_wait(&mut self, cause: InterruptCause) {
        self.clear_streak(cause);
        self.registration.interrupted_wait(cause);
        self.registration.publish_not_ready(Instant::now(), NotReadyReason::Interrupted);
        match self.stage {
            ActorStage::Sleeping => self.stage = ActorStage::Gates,
            // Of the interrupts, only a restart ends the wait for a tick. It begins a run that is for no tick.
            ActorStage::Scheduled if cause == InterruptCause::Restart => self.stage = ActorStage::Gates,
            _ => {}
        }
    }

    /// Finishes a task that was declared stuck during the poll that returns now. Its outcome is already published.
    fn finish_stuck(&mut self, context: &mut Context<'_>) -> TaskPoll {
        let step = match self.stage {
            ActorStage::Running { .. } | ActorStage::Overtime { .. } => {
                self.finish_attempt(AttemptResult::Aborted, context)
            }
            _ => self.finish(TaskEnd::Aborted, None),
        };
        // An aborted attempt always ends its task.
        step.break_value().unwrap_or(TaskPoll::Done)
    }

    /// Ends the attempt: drops its future, publishes its event, and takes the next step.
    fn finish_attempt(&mut self, mut result: AttemptResult, context: &mut Context<'_>) -> Step {
        let aborted = matches!(result, AttemptResult::Aborted);
        if matches!(self.stage, ActorStage::Overtime { .. }) || self.registration.cell().rare().is_some() {
            self.decide_result(&mut result);
        }
        // A panic of a destructor is not a failure of the attempt, which has its result. The panic hook has reported it.
        let _ = self.with_body(None, |body, _| body.clear());
        // After the future is dropped, so that never more futures exist than permits.
        self.release_gates();
        if self.policy.readiness.is_some() {
            // Before the attempt ends in the cell, which removes a notification of it.
            self.registration.publish_readiness();
        }
        // Read after the destructors, which take any time.
        let now = Instant::now();
        let timeout = self.policy.timeout().unwrap_or_default();
        let Classified { mut class, caught, mut event, returned_error } =
            result.classify(self.registration.cell(), timeout);
        let has_error = caught.is_some();
        self.registration.show_heartbeat();
        let returns_value = self.policy.returns_value;
        let cell = self.registration.cell();
        let decide = |after: &FinishedAttempt| settled(class, event, after, returns_value).1;
        let after = cell.end_attempt(now, caught, event, decide);
        if !after.is_plain(event) {
            (class, event) = self.settle(class, event, &after);
        }
        self.registration.count_attempt(event, &after);
        // Published after the cell has the failure, because the event carries it.
        self.registration.publish_attempt_end(event, now, |cell| {
            attempt_event(event, &after, timeout, returned_error, cell)
        });
        self.publish_loss(now, &after, has_error);
        if aborted {
            return self.finish(TaskEnd::Aborted, None);
        }
        let stop = after.stop.map(|stop| stop.cause);
        let counted = (self.streak.failures(), self.streak.total());
        let excused = self.has_dependencies() && self.excuse_failures(class, now, after.ran);
        let next = self.streak.next(&self.policy, class, after.ran, stop, excused, fastrand::u64);
        if self.policy.schedule == ScheduleKind::Ticks {
            if let Some(step) = self.follow_schedule(next, class, now, after, excused, context) {
                return step;
            }
        }
        let end = match next {
            NextStep::Repeat { after: delay } | NextStep::Retry { after: delay } => {
                let failed = matches!(next, NextStep::Retry { .. });
                if let Some(exceeded) = failed.then(|| self.count_failure(now, excused)).flatten() {
                    return self.give_up(now, exceeded, context);
                }
                let succeeded = class == AttemptClass::Succeeded;
                return self.fall_asleep(now, delay, Attempted { after, failed, succeeded }, context);
            }
            NextStep::GiveUp => return self.give_up(now, self.spent_retries(), context),
            NextStep::Complete => {
                if self.policy.readiness.is_some() {
                    // A task that has completed is ready, notified or not.
                    self.registration.publish_ready(now, after.ran);
                }
                TaskEnd::Completed
            }
            NextStep::Fail => TaskEnd::Failed,
            NextStep::Stop { cause, failed } => TaskEnd::Canceled { cause, failed },
        };
        // A task that goes on sets the count in `begin_sleep`. Here it usually has not changed, which saves a lock.
        let count = (self.streak.failures(), self.streak.total());
        if count != counted {
            self.registration.cell().count_failures(count);
        }
        self.finish(end, Some(now).filter(|_| !after.dropped))
    }

    /// Ends the task outside of an attempt, because of a stop request.
    fn finish_stopped(&mut self, stop: PendingStop) -> Step {
        self.finish(stop.end(self.streak.last_failed()), None)
    }

    /// Ends the task. If another submission waits for its slot, the actor becomes that one.
    ///
    /// `now` is a reading of the clock, if no user code has run since. It is reused unless the task's value has a
    /// destructor.
    // This saves a reading of the clock for every task that returns and ends.
    fn finish(&mut self, end: TaskEnd, now: Option<Instant>) -> Step {
        let now = now.filter(|_| !self.body.has_destructor());
        // Before the destructors of the body, which take any time: no future of an attempt exists any more.
        self.leave_gates();
        // Before the registration finishes: when waiters see the end, no user code of the task runs any more.
        let keeps_value = self.policy.returns_value && end == TaskEnd::Completed;
        let value = if keeps_value && !self.registration.cell().is_detached() {
            self.with_body(None, |body, _| body.take_with_value())
        } else {
            self.with_body(None, |body, _| body.discard());
            None
        };
        let now = now.unwrap_or_else(Instant::now);
        let Finished { next, woke } = self.registration.finish(end, now, value);
        match next {
            Some(next) => ControlFlow::Break(TaskPoll::Next { at: self.become_next(next), woke }),
            None => DONE,
        }
    }

    fn enter_stage(&mut self, stage: ActorStage) -> Step {
        self.stage = stage;
        CONTINUE
    }

    /// Calls user code with this task set as the current one.
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
