//! The grammar of one task's events, as a state machine that also counts attempts and failures.

mod failures;
mod readiness;
mod schedule;

use std::collections::VecDeque;
use std::time::Duration;

use taskvisor::{
    Event, EventKind, FailureKind, InterruptCause, OnGiveUp, Outcome, Rejection, RestartPolicy, ScheduledTime,
};
use tokio::time::Instant;

use crate::Rules;
use crate::dependencies::ends_by_dependency;

/// Checks the events of one task, one after the other.
#[derive(Debug)]
pub(crate) struct Reader {
    rules: Option<Rules>,
    state: State,
    attempt: u64,
    failures: u32,
    /// The previous delay of the streak.
    previous: Option<Duration>,
    /// The time before which no attempt may start.
    not_before: Option<Instant>,
    started_at: Option<Instant>,
    /// When the task was restarted. A restart between two attempts has no event: it ends the wait, and clears the failures.
    restarts: Vec<Instant>,
    /// Whether a restart may have cleared the failures.
    may_be_cleared: bool,
    /// Whether the task depends on others, which may interrupt and end it.
    depends: bool,
    /// When an operator paused the task. A pause between two attempts has no event: it ends the wait.
    pauses: Vec<Instant>,
    /// When an operator triggered the task, which ends the wait.
    triggers: Vec<Instant>,
    /// The tick of the latest run, and when that was published.
    last_tick: Option<(ScheduledTime, Instant)>,
    /// The first ticks of those that were skipped together, and when that was published.
    skipped: Vec<(ScheduledTime, Instant)>,
    /// Whether the last event was that a run begins.
    is_scheduled: bool,
    /// When the clock was set back so far that schedules forgot their ticks.
    pub(crate) clock_resets: Vec<Instant>,
    /// How many of them have been seen in the ticks.
    seen_resets: usize,
    /// When failures were counted.
    counted: VecDeque<Instant>,
    is_ready: bool,
    seq: u64,
    at: Option<Instant>,
    pub(crate) outcome: Option<Outcome>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum State {
    Unknown,
    Added,
    Queued,
    Admitted,
    Running,
    Succeeded,
    Failed,
    /// Failed with an error that no retry may follow.
    FailedForGood,
    Interrupted,
    Snoozed,
    Stopped,
    BackedOff,
    RunFailed,
    GaveUp,
    Ended,
    Removed,
}

type Verdict = Result<(), String>;

impl Reader {
    pub(crate) fn new(rules: Option<Rules>, restarts: Vec<Instant>) -> Self {
        Self {
            restarts,
            may_be_cleared: false,
            depends: false,
            rules,
            state: State::Unknown,
            attempt: 0,
            failures: 0,
            previous: None,
            not_before: None,
            started_at: None,
            pauses: Vec::new(),
            triggers: Vec::new(),
            last_tick: None,
            skipped: Vec::new(),
            is_scheduled: false,
            clock_resets: Vec::new(),
            seen_resets: 0,
            counted: VecDeque::new(),
            is_ready: false,
            seq: 0,
            at: None,
            outcome: None,
        }
    }

    pub(crate) fn depending(self, depends: bool) -> Self {
        Self { depends, ..self }
    }

    pub(crate) fn operated(self, pauses: Vec<Instant>, triggers: Vec<Instant>) -> Self {
        Self { pauses, triggers, ..self }
    }

    pub(crate) fn is_removed(&self) -> bool {
        self.state == State::Removed
    }

    pub(crate) fn read(&mut self, event: &Event) -> Verdict {
        if let EventKind::Operated { slot, .. } = &event.kind {
            require(slot.is_none(), || "an operation on a slot".to_owned())?;
            // The calling thread publishes it, so that the events of the actor have another order in time, and may all be published.
            return require(self.state != State::Unknown, || "before the task was added".to_owned());
        }
        require(event.seq > self.seq, || format!("seq {} after {}", event.seq, self.seq))?;
        require(self.at.is_none_or(|at| at <= event.at), || "time runs backwards".to_owned())?;
        let since = self.at.unwrap_or(event.at);
        let restarted = self.restarts.iter().any(|restart| (since..=event.at).contains(restart));
        self.seq = event.seq;
        self.at = Some(event.at);
        let is_scheduled = std::mem::take(&mut self.is_scheduled);
        require(!is_scheduled || matches!(event.kind, EventKind::Started { .. }), || {
            "no attempt follows on the begin of a run".to_owned()
        })?;
        if matches!(event.kind, EventKind::Scheduled { .. } | EventKind::Skipped { .. }) {
            // These come between the restart and the attempt.
            self.may_be_cleared |= restarted;
        }
        if restarted && matches!(event.kind, EventKind::Delayed { .. }) {
            // The task waits at a gate: the restart has ended its wait before that, and comes before the attempt.
            (self.may_be_cleared, self.not_before) = (true, None);
        }
        match &event.kind {
            EventKind::Scheduled { at, .. } => self.schedule(*at, event.at),
            EventKind::Skipped { at, ticks, .. } => self.skip(*at, *ticks, event.at),
            EventKind::RunFailed { failures, error, .. } => {
                require(error.attempt() == self.attempt, || "the failure of another attempt".to_owned())?;
                self.fail_run(*failures)
            }
            EventKind::Added => self.transition(&[State::Unknown], State::Added),
            EventKind::Queued { .. } => self.transition(&[State::Added], State::Queued),
            EventKind::Admitted => self.transition(&[State::Queued], State::Admitted),
            EventKind::Started { attempt, .. } => {
                if restarted {
                    self.not_before = None;
                    self.may_be_cleared = true;
                }
                // A pause ends the wait, also one that came during the attempt before.
                let since = self.started_at.unwrap_or(since);
                let mut ended = self.pauses.iter().chain(&self.triggers);
                if ended.any(|end| (since..=event.at).contains(end)) {
                    self.not_before = None;
                }
                self.start(*attempt, event.at)
            }
            EventKind::Succeeded { attempt, ran, .. } => {
                self.finish_attempt(*attempt, State::Succeeded)?;
                self.check_ran(*ran, event.at)?;
                self.reset();
                Ok(())
            }
            EventKind::Failed { attempt, ran, error, .. } => {
                let state =
                    if error.kind() == FailureKind::Fatal { State::FailedForGood } else { State::Failed };
                self.finish_attempt(*attempt, state)?;
                self.check_ran(*ran, event.at)?;
                require(error.attempt() == *attempt, || "the error of another attempt".to_owned())?;
                self.count(event.at)
            }
            EventKind::Snoozed { attempt, ran, delay, .. } => {
                self.finish_attempt(*attempt, State::Snoozed)?;
                self.check_ran(*ran, event.at)?;
                self.not_before = event.at.checked_add(*delay);
                Ok(())
            }
            EventKind::GaveUp { failures, within, last, .. } => {
                require(last.attempt() == self.attempt, || "the failure of another attempt".to_owned())?;
                self.give_up(*failures, *within, event.at)
            }
            EventKind::Panicked { attempt, .. }
            | EventKind::TimedOut { attempt, .. }
            | EventKind::Stalled { attempt, .. } => {
                self.finish_attempt(*attempt, State::Failed)?;
                // A panic during a restart is the first failure of a new series.
                self.may_be_cleared |= restarted;
                self.count(event.at)
            }
            EventKind::Interrupted { attempt, cause: InterruptCause::Dependency, .. } => {
                self.finish_attempt(*attempt, State::Interrupted)?;
                // The failures before it stay counted.
                require(self.depends, || "interrupted for a dependency, and has none".to_owned())
            }
            EventKind::Interrupted { attempt, cause: InterruptCause::Pause, .. } => {
                self.finish_attempt(*attempt, State::Interrupted)?;
                // The failures before it stay counted.
                require(!self.pauses.is_empty(), || "interrupted by a pause, and was not paused".to_owned())
            }
            EventKind::Interrupted { attempt, .. } => {
                self.finish_attempt(*attempt, State::Interrupted)?;
                require(restarted || self.restarts.iter().any(|restart| *restart <= event.at), || {
                    "interrupted without a restart".to_owned()
                })?;
                self.reset();
                Ok(())
            }
            EventKind::Canceled { attempt, .. } | EventKind::Aborted { attempt, .. } => {
                self.finish_attempt(*attempt, State::Stopped)
            }
            EventKind::Backoff { attempt, delay, failures, error, .. } => {
                let of = (*attempt, error.attempt());
                require(of == (self.attempt, self.attempt), || {
                    format!(
                        "a backoff of attempt {}, after attempt {} and an error of {}",
                        of.0, self.attempt, of.1
                    )
                })?;
                self.back_off(*delay, *failures, event.at)
            }
            EventKind::Ended { outcome, .. } => self.end(outcome),
            EventKind::Delayed { .. } => {
                let waits = [
                    State::Added,
                    State::Queued,
                    State::Admitted,
                    State::Succeeded,
                    State::Interrupted,
                    State::Snoozed,
                    State::BackedOff,
                    State::RunFailed,
                    State::GaveUp,
                ];
                self.transition(&waits, self.state)
            }
            EventKind::Ready { .. } => self.become_ready(),
            EventKind::NotReady { reason, .. } => self.lose_readiness(*reason),
            EventKind::Removed => self.transition(&[State::Ended], State::Removed),
            other => Err(format!("`{other}` is no event of a task")),
        }
    }

    fn start(&mut self, attempt: u64, at: Instant) -> Verdict {
        let from = self.state;
        self.transition(
            &[
                State::Added,
                State::Admitted,
                State::Succeeded,
                State::Interrupted,
                State::Snoozed,
                State::BackedOff,
                State::RunFailed,
                State::GaveUp,
            ],
            State::Running,
        )?;
        let keeps_readiness = matches!(from, State::Succeeded | State::Snoozed);
        require(!self.is_ready || keeps_readiness, || format!("still ready after {from:?}"))?;
        if from == State::RunFailed {
            self.reset();
        }
        if from == State::GaveUp {
            let pauses = self.rules.is_none_or(|rules| rules.on_give_up == Some(OnGiveUp::Pause));
            require(pauses, || "an attempt after it gave up".to_owned())?;
            self.reset();
            self.counted.clear();
        }
        require(attempt == self.attempt + 1, || format!("attempt {attempt} after {}", self.attempt))?;
        require(self.not_before.is_none_or(|due| due <= at), || {
            "started before its delay was over".to_owned()
        })?;
        self.attempt = attempt;
        self.started_at = Some(at);
        self.not_before = None;
        Ok(())
    }

    fn finish_attempt(&mut self, attempt: u64, state: State) -> Verdict {
        self.transition(&[State::Running], state)?;
        require(attempt == self.attempt, || format!("the end of attempt {attempt} in {}", self.attempt))
    }

    fn check_ran(&self, ran: Duration, at: Instant) -> Verdict {
        let span = self.started_at.map(|started| at - started);
        require(span == Some(ran), || format!("ran {ran:?}, but its events are {span:?} apart"))
    }

    fn end(&mut self, outcome: &Outcome) -> Verdict {
        let declares = self.rules.is_some_and(|rules| rules.ready.is_some());
        require(!declares || self.is_ready == outcome.is_completed(), || {
            format!("ready: {}, and {outcome}", self.is_ready)
        })?;
        let states: &[State] = match outcome {
            Outcome::Completed => &[State::Succeeded],
            // At its gate, before an attempt. A submission is at it once it owns its slot.
            outcome if ends_by_dependency(outcome) => {
                require(self.depends, || "ended by a dependency, and has none".to_owned())?;
                &[
                    State::Added,
                    State::Admitted,
                    State::BackedOff,
                    State::Succeeded,
                    State::Interrupted,
                    State::Snoozed,
                    State::RunFailed,
                    State::GaveUp,
                ]
            }
            // A failure that could be retried ends the task only if it gave up.
            Outcome::Failed(_) if self.may_retry() => &[State::FailedForGood, State::GaveUp],
            Outcome::Failed(_) => &[State::Failed, State::FailedForGood, State::GaveUp],
            // It may own its slot, and wait there.
            Outcome::Rejected(Rejection::Expired) => &[State::Added, State::Queued, State::Admitted],
            Outcome::Rejected(_) => &[State::Added, State::Queued],
            Outcome::Aborted => &[
                State::Added,
                State::Queued,
                State::Admitted,
                State::BackedOff,
                State::Succeeded,
                State::Interrupted,
                State::Snoozed,
                State::RunFailed,
                State::GaveUp,
                State::Stopped,
            ],
            _ => &[
                State::Added,
                State::Queued,
                State::Admitted,
                State::BackedOff,
                State::Succeeded,
                State::Failed,
                State::FailedForGood,
                State::Interrupted,
                State::Snoozed,
                State::RunFailed,
                State::GaveUp,
                State::Stopped,
            ],
        };
        self.transition(states, State::Ended)?;
        self.outcome = Some(outcome.clone());
        let endless =
            self.rules.is_some_and(|rules| rules.restart == RestartPolicy::Always && !rules.may_be_done);
        require(!(endless && outcome.is_completed()), || "completed a task that always restarts".to_owned())
    }

    fn may_retry(&self) -> bool {
        self.rules.is_some_and(|rules| rules.restart != RestartPolicy::Never)
    }

    fn transition(&mut self, from: &[State], to: State) -> Verdict {
        let (state, rules) = (self.state, self.rules);
        require(from.contains(&state), || format!("cannot follow on {state:?}"))?;
        let again = state == State::Succeeded && to == State::Running;
        let may_repeat = rules.is_none_or(|rules| rules.restart == RestartPolicy::Always);
        require(!again || may_repeat, || "repeats after a success, but is not always restarted".to_owned())?;
        self.state = to;
        Ok(())
    }
}

fn require(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise()) }
}
