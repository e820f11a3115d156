//! The grammar of one task's events, as a state machine that also counts attempts and failures.

use std::time::Duration;

use taskvisor::{Event, EventKind, FailureKind, Outcome, RestartPolicy};
use tokio::time::Instant;

use crate::Rules;

/// Reads the events of one task, one after the other.
#[derive(Debug)]
pub(crate) struct Reader {
    rules: Option<Rules>,
    place: Place,
    attempt: u64,
    failures: u32,
    /// The delay before this one in the streak.
    previous: Option<Duration>,
    /// Before when no attempt may start.
    not_before: Option<Instant>,
    started_at: Option<Instant>,
    seq: u64,
    at: Option<Instant>,
    pub(crate) outcome: Option<Outcome>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Unknown,
    Added,
    Queued,
    Admitted,
    Running,
    Succeeded,
    Failed,
    /// Failed in a way that no retry may follow.
    FailedForGood,
    Stopped,
    BackedOff,
    Ended,
    Removed,
}

type Verdict = Result<(), String>;

impl Reader {
    pub(crate) fn new(rules: Option<Rules>) -> Self {
        Self {
            rules,
            place: Place::Unknown,
            attempt: 0,
            failures: 0,
            previous: None,
            not_before: None,
            started_at: None,
            seq: 0,
            at: None,
            outcome: None,
        }
    }

    pub(crate) fn is_removed(&self) -> bool {
        self.place == Place::Removed
    }

    pub(crate) fn read(&mut self, event: &Event) -> Verdict {
        require(event.seq > self.seq, || format!("seq {} after {}", event.seq, self.seq))?;
        require(self.at.is_none_or(|at| at <= event.at), || "time runs backwards".to_owned())?;
        self.seq = event.seq;
        self.at = Some(event.at);
        match &event.kind {
            EventKind::Added => self.go(&[Place::Unknown], Place::Added),
            EventKind::Queued { .. } => self.go(&[Place::Added], Place::Queued),
            EventKind::Admitted => self.go(&[Place::Queued], Place::Admitted),
            EventKind::Started { attempt } => self.start(*attempt, event.at),
            EventKind::Succeeded { attempt, ran } => {
                self.close(*attempt, Place::Succeeded)?;
                self.check_ran(*ran, event.at)?;
                self.reset();
                Ok(())
            }
            EventKind::Failed { attempt, ran, error } => {
                let place =
                    if error.kind() == FailureKind::Fatal { Place::FailedForGood } else { Place::Failed };
                self.close(*attempt, place)?;
                self.check_ran(*ran, event.at)?;
                require(error.attempt() == *attempt, || "the error of another attempt".to_owned())?;
                self.count(event.at)
            }
            EventKind::Panicked { attempt, .. } | EventKind::TimedOut { attempt, .. } => {
                self.close(*attempt, Place::Failed)?;
                self.count(event.at)
            }
            EventKind::Canceled { attempt } | EventKind::Aborted { attempt } => {
                self.close(*attempt, Place::Stopped)
            }
            EventKind::Backoff { delay, failures } => self.back_off(*delay, *failures, event.at),
            EventKind::Ended { outcome } => self.end(outcome),
            EventKind::Delayed { .. } => {
                let waits =
                    [Place::Added, Place::Queued, Place::Admitted, Place::Succeeded, Place::BackedOff];
                self.go(&waits, self.place)
            }
            EventKind::Removed => self.go(&[Place::Ended], Place::Removed),
            other => Err(format!("`{other}` is no event of a task")),
        }
    }

    fn start(&mut self, attempt: u64, at: Instant) -> Verdict {
        self.go(&[Place::Added, Place::Admitted, Place::Succeeded, Place::BackedOff], Place::Running)?;
        require(attempt == self.attempt + 1, || format!("attempt {attempt} after {}", self.attempt))?;
        require(self.not_before.is_none_or(|due| due <= at), || {
            "started before its delay was over".to_owned()
        })?;
        self.attempt = attempt;
        self.started_at = Some(at);
        self.not_before = None;
        Ok(())
    }

    fn close(&mut self, attempt: u64, place: Place) -> Verdict {
        self.go(&[Place::Running], place)?;
        require(attempt == self.attempt, || format!("the end of attempt {attempt} in {}", self.attempt))
    }

    fn check_ran(&self, ran: Duration, at: Instant) -> Verdict {
        let span = self.started_at.map(|started| at - started);
        require(span == Some(ran), || format!("ran {ran:?}, but its events are {span:?} apart"))
    }

    fn count(&mut self, at: Instant) -> Verdict {
        let ran = self.started_at.map_or(Duration::ZERO, |started| at - started);
        if self.rules.is_some_and(|rules| ran >= rules.stable_time()) {
            self.reset();
        }
        self.failures += 1;
        Ok(())
    }

    fn reset(&mut self) {
        self.failures = 0;
        self.previous = None;
    }

    fn back_off(&mut self, delay: Duration, failures: u32, at: Instant) -> Verdict {
        self.go(&[Place::Failed], Place::BackedOff)?;
        self.not_before = at.checked_add(delay);
        let Some(rules) = self.rules else {
            return Err(
                "the recorder must know the rules of a task that backs off: use `Trace::spec`".to_owned()
            );
        };
        require(rules.restart != RestartPolicy::Never, || "a retry of what is never restarted".to_owned())?;
        require(failures == self.failures, || format!("counts {failures} failures, not {}", self.failures))?;
        let within = rules.max_retries.is_none_or(|retries| failures <= retries);
        require(within, || format!("retry {failures} of at most {:?}", rules.max_retries))?;
        let bounds = rules.backoff.bounds(failures - 1, self.previous);
        self.previous = Some(delay);
        require(rules.says_when || bounds.contains(&delay), || format!("{delay:?} is not within {bounds:?}"))
    }

    fn end(&mut self, outcome: &Outcome) -> Verdict {
        let places: &[Place] = match outcome {
            Outcome::Completed => &[Place::Succeeded],
            Outcome::Failed(_) => &[Place::Failed, Place::FailedForGood],
            Outcome::Rejected(_) => &[Place::Added, Place::Queued],
            Outcome::Aborted => &[
                Place::Added,
                Place::Queued,
                Place::Admitted,
                Place::BackedOff,
                Place::Succeeded,
                Place::Stopped,
            ],
            _ => &[
                Place::Added,
                Place::Queued,
                Place::Admitted,
                Place::BackedOff,
                Place::Succeeded,
                Place::Failed,
                Place::FailedForGood,
                Place::Stopped,
            ],
        };
        self.go(places, Place::Ended)?;
        self.outcome = Some(outcome.clone());
        let endless = self.rules.is_some_and(|rules| rules.restart == RestartPolicy::Always);
        require(!(endless && outcome.is_completed()), || "completed what always restarts".to_owned())
    }

    fn go(&mut self, from: &[Place], to: Place) -> Verdict {
        let (place, rules) = (self.place, self.rules);
        require(from.contains(&place), || format!("cannot follow on {place:?}"))?;
        let again = place == Place::Succeeded && to == Place::Running;
        let may_repeat = rules.is_none_or(|rules| rules.restart == RestartPolicy::Always);
        require(!again || may_repeat, || "repeats after a success, but is not always restarted".to_owned())?;
        self.place = to;
        Ok(())
    }
}

fn require(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise()) }
}
