//! The result of an attempt, and the next step of its task: contract 1 and 2.

use std::time::Duration;

use taskvisor::{FailureKind, RestartPolicy, StopCause};

use super::task::{Key, Last, Place, RequestKind, Task};
use super::{Unclear, World};
use crate::program::{End, Ms, Step};
use crate::specs::backoff;
use crate::vocabulary::{Counts, Error, TaskEvent, TaskOutcome};

/// How an attempt ended.
#[derive(Debug)]
enum Ending {
    Succeeded,
    Failed(FailureKind),
    RetryAfter(Ms),
    /// The attempt returned `Canceled` after a stop request.
    Canceled,
    /// The attempt was interrupted, and returned this failure, if any.
    Interrupted(Option<FailureKind>),
    Aborted,
}

impl World<'_> {
    /// Finishes an attempt: releases its permit, publishes its result, and selects the next step.
    pub(super) fn close(&mut self, number: usize, last: Last) -> Result<(), Unclear> {
        let ended_at = self.now;
        self.drop_future(number)?;
        if let Some(free) = &mut self.permits {
            *free += 1;
        }
        let (now, task) = (self.now, &mut self.tasks[number]);
        let attempt = task.attempt;
        let stable = task.policy.stable_after.unwrap_or_else(|| stable_by_default(task));
        // The contract does not define whether the time of the destructor counts.
        if (ended_at - task.since < stable) && (now - task.since >= stable) {
            return Err(Unclear::Tie("a destructor makes an attempt stable"));
        }
        let ran = Duration::from_millis(now - task.since);
        let mut ending = ending(task, last);
        if task.is_interrupted() {
            ending = interrupted(ending, last, task.returns_value);
            task.request = None;
            // Before the attempt is counted: of all failures, only a panic of this attempt counts.
            task.clear_failures();
        }
        task.since = now;
        let failed = |kind| Error::new(kind, attempt);
        let (word, error) = match ending {
            Ending::Succeeded => (TaskEvent::Succeeded { attempt, ran }, None),
            Ending::Canceled => (TaskEvent::Canceled(attempt), None),
            Ending::Aborted => (TaskEvent::Aborted(attempt), None),
            Ending::Interrupted(kind) => {
                let error = kind.map(failed);
                (TaskEvent::Interrupted { attempt, error: error.clone() }, error)
            }
            Ending::Failed(FailureKind::Timeout) => {
                let timeout = Duration::from_millis(task.policy.timeout.unwrap_or_default());
                (TaskEvent::TimedOut { attempt, timeout }, Some(failed(FailureKind::Timeout)))
            }
            Ending::Failed(FailureKind::Panic) => {
                let error = failed(FailureKind::Panic);
                (TaskEvent::Panicked { attempt, error: error.clone() }, Some(error))
            }
            Ending::Failed(kind) => {
                (TaskEvent::Failed { attempt, ran, error: failed(kind) }, Some(failed(kind)))
            }
            Ending::RetryAfter(_) => {
                let error = failed(FailureKind::Error);
                (TaskEvent::Failed { attempt, ran, error: error.clone() }, Some(error))
            }
        };
        task.publish(now, word);
        task.failed = error.is_some() && !matches!(ending, Ending::Interrupted(_));
        if task.failed {
            if ran >= Duration::from_millis(stable) {
                (task.failures, task.backoffs, task.previous) = (0, 0, None);
            }
            task.failures += 1;
        } else if matches!(ending, Ending::Succeeded) {
            (task.failures, task.backoffs, task.previous) = (0, 0, None);
        }
        task.last_error = error.clone().or(task.last_error.take());
        self.follow(number, &ending, error)
    }

    /// Selects the next step from the result, the stop request, and the policy.
    fn follow(&mut self, number: usize, ending: &Ending, error: Option<Error>) -> Result<(), Unclear> {
        let task = &self.tasks[number];
        let completed = matches!(ending, Ending::Succeeded);
        let stop = if task.is_stopping() { "stopped" } else { "on its own" };
        let name = format!("{ending:?}");
        let name = name.split(|other: char| other.is_ascii_digit()).next().unwrap_or_default();
        self.met.insert(format!("{} {stop}: {name}", task.policy.restart));
        if matches!(ending, Ending::Aborted) {
            self.end(number, TaskOutcome::Aborted);
            return Ok(());
        }
        if let Some(RequestKind::Stop(cause)) = task.request.map(|request| request.kind) {
            let has_value = completed && task.returns_value;
            self.end(
                number,
                if has_value { TaskOutcome::Completed } else { TaskOutcome::Canceled(cause, error) },
            );
            return Ok(());
        }
        if let Ending::Interrupted(returned) = ending {
            if returned.is_some() {
                self.met.insert("an interrupted attempt returned an error".to_owned());
            }
            if self.is_outdated(number) {
                self.give_way(number, None);
            } else {
                self.sleep(number, Duration::ZERO);
            }
            return Ok(());
        }
        let Some(error) = error else {
            match task.policy.restart {
                RestartPolicy::Always if self.is_outdated(number) => self.give_way(number, None),
                RestartPolicy::Always => {
                    let every = task.policy.every.unwrap_or(1_000);
                    self.sleep(number, Duration::from_millis(every));
                }
                _ => self.end(number, TaskOutcome::Completed),
            }
            return Ok(());
        };
        let spent = task.policy.max_retries.is_some_and(|retries| task.failures > retries);
        if error.kind == FailureKind::Fatal || task.policy.restart == RestartPolicy::Never || spent {
            self.end(number, TaskOutcome::Failed(error));
            return Ok(());
        }
        if self.is_outdated(number) {
            self.give_way(number, Some(error));
            return Ok(());
        }
        let delay = match ending {
            Ending::RetryAfter(delay) => Duration::from_millis(*delay),
            _ => self.draw(number)?,
        };
        let (now, task) = (self.now, &mut self.tasks[number]);
        if !matches!(ending, Ending::RetryAfter(_)) {
            task.backoffs += 1;
            task.previous = Some(delay);
        }
        task.publish(now, TaskEvent::Backoff { failures: task.failures, delay });
        self.sleep(number, delay);
        Ok(())
    }

    /// Cancels the owner instead of another attempt, because a waiting `Latest` supersedes its work.
    fn give_way(&mut self, number: usize, last_error: Option<Error>) {
        let failed = last_error.is_some();
        self.met.insert(format!("an owner gave way to a latest, failed: {failed}"));
        self.end(number, TaskOutcome::Canceled(StopCause::Replace, last_error));
    }

    /// The delay that the runtime drew; an error if it lies outside its bounds.
    fn draw(&self, number: usize) -> Result<Duration, Unclear> {
        let task = &self.tasks[number];
        let bounds = backoff(task.policy.backoff).bounds(task.backoffs, task.previous);
        // If the runtime published no delay, the comparison reports the missing event.
        let drawn = (self.chance)(number, task.attempt).unwrap_or(*bounds.start());
        if bounds.contains(&drawn) {
            return Ok(drawn);
        }
        let Task { name, attempt, .. } = task;
        Err(Unclear::Chance(format!(
            "`{name}` backs off {drawn:?} after attempt {attempt}; the model predicts {bounds:?}"
        )))
    }

    fn sleep(&mut self, number: usize, delay: Duration) {
        let until = Duration::from_millis(self.now) + delay;
        self.tasks[number].since = self.now;
        self.tasks[number].place = Place::Sleeping(until);
    }

    pub(super) fn end(&mut self, number: usize, fate: TaskOutcome) {
        let now = self.now;
        self.line.retain(|other| *other != number);
        let task = &mut self.tasks[number];
        task.publish(now, TaskEvent::Ended(fate.clone()));
        task.publish(now, TaskEvent::Removed);
        task.fate = Some(fate);
        task.place = Place::Gone;
        if let Key::Slot(key) = task.key {
            if self.slots.get(&key).is_some_and(|slot| slot.owner == number) {
                self.pass_on(key);
            }
        }
    }

    pub(super) fn count(&self) -> Counts {
        let mut counts = Counts::default();
        for (number, task) in self.tasks.iter().enumerate() {
            match &task.fate {
                Some(TaskOutcome::Completed) => counts.completed += 1,
                Some(TaskOutcome::Canceled(..)) => counts.canceled += 1,
                Some(TaskOutcome::Rejected(_)) => counts.rejected += 1,
                Some(TaskOutcome::Failed(error)) => {
                    counts.failed += 1;
                    counts.failures.push((number, error.clone()));
                }
                Some(TaskOutcome::Aborted) => {
                    let enforcer = task.request.map(|request| request.enforcer);
                    counts.aborted += 1;
                    counts.grace_exceeded |= enforcer == Some(taskvisor::StopCause::Shutdown);
                    counts.aborted_tasks.push((number, enforcer));
                }
                Some(TaskOutcome::Strange(_)) | None => {}
            }
        }
        counts
    }
}

/// The default of `stable_after`: the larger of 10 s and the largest backoff.
fn stable_by_default(task: &Task) -> Ms {
    let max = backoff(task.policy.backoff).max().as_millis();
    Ms::try_from(max).unwrap_or(Ms::MAX).max(10_000)
}

/// The result of an attempt whose token was cancelled by an interrupt. What it returned decides nothing, except for the value of
/// a job and for a panic.
fn interrupted(ending: Ending, last: Last, returns_value: bool) -> Ending {
    match ending {
        Ending::Succeeded if returns_value => ending,
        Ending::Failed(FailureKind::Panic) => ending,
        _ if matches!(last, Last::Timeout | Last::Deadline) => Ending::Interrupted(None),
        Ending::Failed(kind) => Ending::Interrupted(Some(kind)),
        Ending::RetryAfter(_) => Ending::Interrupted(Some(FailureKind::Error)),
        _ => Ending::Interrupted(None),
    }
}

fn ending(task: &Task, last: Last) -> Ending {
    let end = match (task.work.step(task.attempt), last) {
        (_, Last::Deadline) => return Ending::Aborted,
        (_, Last::Timeout) => return Ending::Failed(FailureKind::Timeout),
        (Step::Attempt(attempt), Last::Itself) => attempt.ends.map(|(_, end)| end),
        (Step::Attempt(attempt), Last::StopRequest) => attempt.on_stop.map(|(_, end)| end),
        (Step::Unbuildable, _) | (_, Last::Unbuilt) => Some(End::Panic),
    };
    match end {
        Some(End::Succeed) | None => Ending::Succeeded,
        Some(End::Fail) => Ending::Failed(FailureKind::Error),
        Some(End::Fatal) => Ending::Failed(FailureKind::Fatal),
        Some(End::RetryAfter(delay)) => Ending::RetryAfter(delay),
        Some(End::Cancel) if task.request.is_some() => Ending::Canceled,
        Some(End::Cancel) => Ending::Failed(FailureKind::Canceled),
        Some(End::Panic) => Ending::Failed(FailureKind::Panic),
    }
}
