//! One task: where it is, what was asked of it, when it acts by itself.

use std::time::Duration;

use taskvisor::{Rejection, StopCause};

use crate::model::Told;
use crate::program::{Attempt, Ms, Policy, SLOTS, Step, Work};
use crate::vocabulary::{Error, Line, Seen, SeenPhase, TaskEvent, TaskOutcome};

#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) name: String,
    pub(super) key: Key,
    pub(super) policy: Policy,
    pub(super) work: Work,
    /// It is a job: a value it returned is never thrown away.
    pub(super) delivers: bool,
    pub(super) came: Ms,
    pub(super) place: Place,
    /// Since when.
    pub(super) since: Ms,
    pub(super) asked: Option<Ask>,
    pub(super) attempt: u64,
    pub(super) failures: u32,
    /// How many delays of the streak the backoff gave.
    pub(super) backoffs: u32,
    /// The last one of them.
    pub(super) previous: Option<Duration>,
    pub(super) last_error: Option<Error>,
    /// Whether the last attempt failed.
    pub(super) failed: bool,
    pub(super) fate: Option<TaskOutcome>,
    pub(super) lines: Vec<Line>,
}

/// What it holds while it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Name(usize),
    Slot(usize),
    Free,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It waits for its slot.
    ForTurn,
    /// It waits for a permit, or there is no limit and it goes on at once.
    ForPermit,
    Running,
    Sleeping(Duration),
    Gone,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    pub(super) what: Asked,
    pub(super) at: Ms,
    pub(super) deadline: Ms,
    /// Whose deadline it is.
    pub(super) enforcer: StopCause,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Asked {
    Stop(StopCause),
    Leave(Rejection),
}

/// What ends an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    Itself,
    Heeds,
    Timeout,
    Deadline,
    Unbuilt,
}

/// When a task acts by itself, and whether it has two reasons to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    pub(super) at: Ms,
    pub(super) tied: bool,
}

impl Task {
    /// A task that came now, and waits for nothing or for its slot.
    pub(super) fn new(name: String, key: Key, policy: Policy, work: Work, place: Place, now: Ms) -> Self {
        Self {
            name,
            key,
            policy,
            work,
            delivers: false,
            came: now,
            place,
            since: now,
            asked: None,
            attempt: 0,
            failures: 0,
            backoffs: 0,
            previous: None,
            last_error: None,
            failed: false,
            fate: None,
            lines: vec![Line { at: now, word: TaskEvent::Added }],
        }
    }

    pub(super) fn tell(&mut self, at: Ms, word: TaskEvent) {
        self.lines.push(Line { at, word });
    }

    /// When the attempt that runs ends, for each reason there is.
    pub(super) fn lasts(&self) -> Vec<(Ms, Last)> {
        let mut lasts = Vec::new();
        match self.work.step(self.attempt) {
            Step::Unbuildable => return vec![(self.since, Last::Unbuilt)],
            Step::Attempt(attempt) => {
                let ends = attempt.ends.map(|(after, _)| (self.since + after, Last::Itself));
                match (self.asked, attempt.heeds) {
                    (Some(ask), Some((after, _))) => {
                        let looks = self.since + attempt.looks;
                        let sees = ask.at.max(looks);
                        lasts.push((sees + after, Last::Heeds));
                        // From then on it does nothing else.
                        lasts.extend(ends.filter(|(at, _)| *at < sees));
                        // A tie: it ends as it looks.
                        let tied = ends.filter(|(at, _)| *at == sees && attempt.looks > 0);
                        lasts.extend(tied.into_iter().chain(tied));
                    }
                    _ => lasts.extend(ends),
                }
            }
        }
        lasts.extend(self.policy.timeout.map(|timeout| (self.since + timeout, Last::Timeout)));
        lasts.extend(self.asked.map(|ask| (ask.deadline, Last::Deadline)));
        lasts
    }

    /// How the attempt ends that runs, if it does so by now. One that heeds a stop at once does so with no grace left:
    /// it is polled once.
    pub(super) fn last(&self, now: Ms) -> Option<Last> {
        let over = self.lasts().into_iter().filter(|(at, _)| *at <= now);
        over.min_by_key(|(at, _)| *at).map(|(_, last)| last)
    }

    pub(super) fn due(&self) -> Option<Due> {
        match &self.place {
            Place::Running => {
                let lasts = self.lasts();
                let at = lasts.iter().map(|(at, _)| *at).min()?;
                Some(Due { at, tied: lasts.iter().filter(|(other, _)| *other == at).count() > 1 })
            }
            Place::Sleeping(until) => Some(Due { at: ticks(*until), tied: false }),
            Place::ForTurn | Place::ForPermit | Place::Gone => None,
        }
    }

    /// Whether it has had an attempt, and none runs.
    pub(super) fn is_between_attempts(&self) -> bool {
        self.attempt > 0 && matches!(self.place, Place::Sleeping(_) | Place::ForPermit)
    }

    pub(super) fn seen(&self) -> Seen {
        let phase = match &self.place {
            Place::ForTurn => SeenPhase::ForTurn,
            Place::ForPermit => SeenPhase::ForPermit,
            Place::Running => SeenPhase::Running(self.attempt),
            Place::Sleeping(until) => SeenPhase::Sleeping(self.attempt, *until),
            Place::Gone => SeenPhase::Strange("gone".to_owned()),
        };
        let slot = if let Key::Slot(slot) = self.key { Some(SLOTS[slot].to_owned()) } else { None };
        Seen {
            name: self.name.clone(),
            slot,
            phase,
            since: self.since,
            attempt: self.attempt,
            failures: self.failures,
            last_error: self.last_error.clone(),
            stopping: self.asked.is_some(),
        }
    }

    /// When the body that runs begins to wait for a stop, which it may have missed until then.
    pub(super) fn looks_at(&self) -> Option<Ms> {
        let step = (self.place == Place::Running).then(|| self.work.step(self.attempt));
        match step {
            Some(Step::Attempt(Attempt { heeds: Some(_), looks, .. })) => Some(self.since + looks),
            _ => None,
        }
    }

    /// Whether its body runs and waits for a stop. One that begins to look in this very moment is left out.
    pub(super) fn heeds(&self, now: Ms) -> bool {
        self.looks_at().is_some_and(|at| at == self.since || at < now)
    }

    /// Whether it was aborted at another deadline than that of whoever asked first.
    pub(super) fn was_hurried(&self) -> bool {
        let first = self.asked.map(|ask| (ask.what, ask.enforcer));
        self.fate == Some(TaskOutcome::Aborted)
            && matches!(first, Some((Asked::Stop(cause), enforcer)) if cause != enforcer)
    }

    pub(super) fn gone_at(&self) -> Ms {
        self.lines.last().map_or(0, |line| line.at)
    }

    pub(super) fn told(self) -> Told {
        Told { name: self.name, lines: self.lines }
    }
}

/// The timer's tick at which a sleep until then is over.
fn ticks(until: Duration) -> Ms {
    Ms::try_from(until.as_nanos().div_ceil(1_000_000)).unwrap_or(Ms::MAX)
}
