//! One task: its place, its pending request, and the moment at which it acts by itself.

use std::time::Duration;

use taskvisor::{InterruptCause, Rejection, StopCause};

use crate::model::TaskHistory;
use crate::model::blame::Counted;
use crate::model::grid::Grid;
use crate::model::place::Place;
use crate::program::{Attempt, Ms, Name, Policy, SLOTS, Step, Work};
use crate::vocabulary::{Error, Line, Seen, SeenPhase, TaskEvent, TaskOutcome};

#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) name: String,
    pub(super) key: Key,
    pub(super) policy: Policy,
    pub(super) work: Work,
    /// True for a job, whose returned value is never discarded.
    pub(super) returns_value: bool,
    pub(super) came: Ms,
    /// When a submission expires, unless its first attempt has begun.
    pub(super) expires_at: Option<Ms>,
    pub(super) place: Place,
    /// When the task entered its place.
    pub(super) since: Ms,
    pub(super) request: Option<Request>,
    pub(super) attempt: u64,
    pub(super) failures: u32,
    /// The number of backoff delays in the current streak of failures.
    pub(super) backoffs: u32,
    /// The last backoff delay of the streak.
    pub(super) previous: Option<Duration>,
    pub(super) last_error: Option<Error>,
    /// Whether the last attempt failed.
    pub(super) failed: bool,
    pub(super) edges: Vec<Edge>,
    pub(super) interrupt_on_loss: Option<Ms>,
    /// Whether a gate closed that may have been open. The next attempt then starts within the spread.
    pub(super) outage: bool,
    /// By when it continues after the latest outage.
    pub(super) recovers_until: Option<Ms>,
    pub(super) ready: bool,
    pub(super) ready_at: Option<Ms>,
    /// Whether it was ready when the running attempt started.
    pub(super) ready_before: bool,
    pub(super) was_ready: bool,
    /// The failures of the current streak.
    pub(super) counted: Vec<Counted>,
    /// When the failures were counted that `max_failures` limits.
    pub(super) window: Vec<Ms>,
    /// Whether no attempt may begin until the task is resumed.
    pub(super) paused: bool,
    /// Whether an operator has requested a pause after the running attempt.
    pub(super) pauses_later: bool,
    /// Whether a shutdown lets the running attempt finish.
    pub(super) finishing: bool,
    /// The number of heartbeats of the running attempt.
    pub(super) beats: u32,
    /// The latest heartbeat of the running attempt, or its start.
    pub(super) latest_beat: Ms,
    /// Whether an outage explains the latest failure.
    pub(super) explained: bool,
    /// Whether the end of an outage may end the sleep.
    pub(super) backing_off: bool,
    /// Its limits, as an index of the declarations.
    pub(super) declaration: Option<usize>,
    /// Whether it holds a permit of its declaration.
    pub(super) holds_own: bool,
    /// Whether a queue decided when it came to its rate limit.
    pub(super) in_order: bool,
    /// When its token was expected when it began to wait for it.
    pub(super) token_expected: Option<Ms>,
    pub(super) fate: Option<TaskOutcome>,
    /// Its schedule, if it has one.
    pub(super) grid: Option<Grid>,
    /// Whether it was added or resumed in this moment, and has not acted since.
    pub(super) is_new: bool,
    /// Whether an operator has ended its wait.
    pub(super) triggered: bool,
    pub(super) lines: Vec<Line>,
}

/// A task on which another one depends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) name: Name,
    /// Whether every attempt needs it ready. Otherwise the first attempt comes after it was.
    pub(super) is_needed: bool,
    /// The number of the task that had the name when the dependent was added.
    pub(super) since: usize,
    /// The number of the task that had the name when the gate was last open.
    pub(super) was_open: Option<usize>,
    /// When the running attempt lost it.
    pub(super) lost_at: Option<Ms>,
}

/// The name or slot that a task holds while it is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Name(usize),
    Slot(usize),
    /// An instance of a task, as an index of `POOLS`.
    Instance(usize),
    Free,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) kind: RequestKind,
    pub(super) at: Ms,
    pub(super) deadline: Ms,
    /// The cause whose deadline applies.
    pub(super) enforcer: StopCause,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum RequestKind {
    Stop(StopCause),
    Reject(Rejection),
    /// Ends the attempt, and the task goes on.
    Interrupt(InterruptCause),
}

/// The reason for the end of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    Itself,
    StopRequest,
    Timeout,
    Stall,
    Deadline,
    Unbuilt,
}

/// When a task acts by itself, and whether it has two reasons to act then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    pub(super) at: Ms,
    pub(super) tied: bool,
}

impl Task {
    /// Creates a task that is added now. It waits for its slot or for a permit.
    pub(super) fn new(name: String, key: Key, policy: Policy, work: Work, place: Place, now: Ms) -> Self {
        let grid = Grid::new(work.schedule, now);
        Self {
            name,
            key,
            policy,
            work,
            returns_value: false,
            came: now,
            expires_at: None,
            place,
            since: now,
            request: None,
            attempt: 0,
            failures: 0,
            backoffs: 0,
            previous: None,
            last_error: None,
            failed: false,
            edges: Vec::new(),
            interrupt_on_loss: None,
            outage: false,
            recovers_until: None,
            ready: false,
            ready_at: None,
            counted: Vec::new(),
            window: Vec::new(),
            paused: false,
            pauses_later: false,
            finishing: false,
            beats: 0,
            latest_beat: now,
            explained: false,
            backing_off: false,
            ready_before: false,
            was_ready: false,
            declaration: None,
            holds_own: false,
            in_order: false,
            token_expected: None,
            fate: None,
            grid,
            is_new: true,
            triggered: false,
            lines: vec![Line { at: now, word: TaskEvent::Added }],
        }
    }

    pub(super) fn publish(&mut self, at: Ms, word: TaskEvent) {
        self.lines.push(Line { at, word });
    }

    /// When the running attempt ends, for each possible reason.
    pub(super) fn lasts(&self) -> Vec<(Ms, Last)> {
        let mut lasts = Vec::new();
        match self.work.step(self.attempt) {
            Step::Unbuildable => return vec![(self.since, Last::Unbuilt)],
            Step::Attempt(attempt) => {
                let ends = attempt.ends.map(|(after, _)| (self.since + after, Last::Itself));
                match (self.request, attempt.on_stop) {
                    (Some(request), Some((after, _))) => {
                        let first_check = self.since + attempt.first_check;
                        let sees = request.at.max(first_check);
                        lasts.push((sees + after, Last::StopRequest));
                        // The body that has seen the request does nothing else.
                        lasts.extend(ends.filter(|(at, _)| *at < sees));
                        // A tie: the body ends in the moment of its first check. The duplicate entry marks it.
                        let tied = ends.filter(|(at, _)| *at == sees && attempt.first_check > 0);
                        lasts.extend(tied.into_iter().chain(tied));
                    }
                    _ => lasts.extend(ends),
                }
            }
        }
        lasts.extend(self.limits());
        lasts.extend(self.request.map(|request| (request.deadline, Last::Deadline)));
        lasts
    }

    /// Why the running attempt has ended by now, if it has. A body that reacts to a stop at once does so even with a
    /// grace of zero, because it is polled once more.
    pub(super) fn last(&self, now: Ms) -> Option<Last> {
        let over = self.lasts().into_iter().filter(|(at, _)| *at <= now);
        over.min_by_key(|(at, _)| *at).map(|(_, last)| last)
    }

    pub(super) fn due(&self) -> Option<Due> {
        match &self.place {
            Place::Running => {
                let lasts = self.lasts();
                let acts = self.loss_limit_at().into_iter().chain(self.next_beat());
                let times: Vec<_> = lasts.iter().map(|(at, _)| *at).chain(acts).collect();
                let at = times.iter().copied().min()?;
                Some(Due { at, tied: times.iter().filter(|other| **other == at).count() > 1 })
            }
            Place::Sleeping(until) => Some(Due { at: ticks(*until), tied: false }),
            Place::ForTick => self.grid.as_ref().map(|grid| Due { at: grid.wait_until(), tied: false }),
            Place::Recovering(until) => {
                let at = self.expiry().map_or(*until, |expiry| expiry.min(*until));
                Some(Due { at, tied: self.expiry() == Some(*until) })
            }
            Place::ForSlot
            | Place::ForDependency
            | Place::ForOwnPermit
            | Place::ForPermit
            | Place::ForRate
            | Place::Paused { .. } => self.expiry().map(|at| Due { at, tied: false }),
            Place::Gone => None,
        }
    }

    /// When the task expires, if it does and has not begun its first attempt.
    pub(super) fn expiry(&self) -> Option<Ms> {
        self.expires_at.filter(|_| self.attempt == 0 && self.place != Place::Gone)
    }

    pub(super) fn is_interrupted(&self) -> bool {
        matches!(self.request, Some(Request { kind: RequestKind::Interrupt(_), .. }))
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.request.is_some() && !self.is_interrupted()
    }

    /// Forgets the consecutive failures and those in the window.
    pub(super) fn forget_failures(&mut self) {
        self.clear_failures();
        self.window.clear();
    }

    /// Forgets the consecutive failures.
    pub(super) fn clear_failures(&mut self) {
        (self.failures, self.backoffs, self.previous) = (0, 0, None);
        self.counted.clear();
    }

    /// Whether the task has had an attempt and runs none now.
    pub(super) fn is_between_attempts(&self) -> bool {
        self.attempt > 0 && self.place.is_wait()
    }

    /// Whether the task is ready. One that has completed is ready for ever.
    pub(super) fn is_ready(&self) -> bool {
        self.fate.as_ref().map_or(self.ready, |fate| *fate == TaskOutcome::Completed)
    }

    /// When the running attempt is interrupted because of a loss.
    pub(super) fn loss_limit_at(&self) -> Option<Ms> {
        if self.place != Place::Running || self.request.is_some() {
            return None;
        }
        let lost = self.edges.iter().filter_map(|edge| edge.lost_at).min()?;
        Some(lost + self.interrupt_on_loss?)
    }

    /// The status of a live task. `awaited` is the name of the dependency that it waits for.
    pub(super) fn seen(&self, awaited: String, now: Ms) -> Seen {
        let phase = match &self.place {
            Place::ForSlot => SeenPhase::ForSlot,
            Place::ForDependency | Place::Recovering(_) => SeenPhase::ForDependency(awaited),
            Place::ForOwnPermit => {
                let name = self.name.split('/').next().unwrap_or_default();
                SeenPhase::ForPermit(format!("`{name}`"))
            }
            Place::ForPermit => SeenPhase::ForPermit("the supervisor".to_owned()),
            Place::ForRate => SeenPhase::ForRate(self.token_expected.unwrap_or_default()),
            Place::Running => SeenPhase::Running(self.attempt),
            Place::Sleeping(until) => SeenPhase::Sleeping(self.attempt, *until),
            Place::ForTick => {
                let until = self.grid.as_ref().map_or(0, Grid::wait_until);
                SeenPhase::Sleeping(self.attempt, Duration::from_millis(until))
            }
            Place::Paused { gave_up } => SeenPhase::Paused(*gave_up),
            Place::Gone => SeenPhase::Strange("gone".to_owned()),
        };
        let slot = if let Key::Slot(slot) = self.key { Some(SLOTS[slot].to_owned()) } else { None };
        let (next_run, last_run, skipped_ticks) =
            self.grid.as_ref().map_or((None, None, 0), |grid| grid.status(now));
        Seen {
            name: self.name.clone(),
            slot,
            phase,
            since: self.since,
            attempt: self.attempt,
            failures: self.failures,
            last_error: self.last_error.clone(),
            stopping: self.is_stopping() || self.finishing,
            next_run,
            last_run,
            skipped_ticks,
        }
    }

    /// When the running body first checks for a stop request. It can miss a request until then.
    pub(super) fn first_check_at(&self) -> Option<Ms> {
        let step = (self.place == Place::Running).then(|| self.work.step(self.attempt));
        match step {
            Some(Step::Attempt(Attempt { on_stop: Some(_), first_check, .. })) => {
                Some(self.since + first_check)
            }
            _ => None,
        }
    }

    /// Whether the body runs and already waits for a stop request. One whose delayed first check is due now does not.
    pub(super) fn awaits_stop(&self, now: Ms) -> bool {
        self.first_check_at().is_some_and(|at| at == self.since || at < now)
    }

    /// Whether the task was aborted at a deadline other than that of its first stop request.
    pub(super) fn was_hurried(&self) -> bool {
        let first = self.request.map(|request| (request.kind, request.enforcer));
        self.fate == Some(TaskOutcome::Aborted)
            && matches!(first, Some((RequestKind::Stop(cause), enforcer)) if cause != enforcer)
    }

    pub(super) fn gone_at(&self) -> Ms {
        self.lines.last().map_or(0, |line| line.at)
    }

    pub(super) fn into_history(self) -> TaskHistory {
        TaskHistory { name: self.name, lines: self.lines }
    }
}

/// The tick of the timer at which a sleep until `until` ends.
pub(super) fn ticks(until: Duration) -> Ms {
    Ms::try_from(until.as_nanos().div_ceil(1_000_000)).unwrap_or(Ms::MAX)
}
