//! The result of an attempt, and the next step of its task: contract 1 and 2.

use std::time::Duration;

use taskvisor::{FailureKind, InterruptCause, Readiness, RestartPolicy, StopCause};

use super::blame::Counted;
use super::ending::{Ending, ending, interrupted};
use super::place::Place;
use super::task::{Key, Last, RequestKind, Task};
use super::{Unclear, World};
use crate::program::{Ms, Notifies, Policy};
use crate::specs::backoff;
use crate::vocabulary::{Counts, Error, Line, TaskEvent, TaskOutcome, message};

impl World<'_> {
    /// Finishes an attempt: releases its permit, publishes its result, and selects the next step.
    pub(super) fn close(&mut self, number: usize, last: Last) -> Result<(), Unclear> {
        let ended_at = self.now;
        let was_ready = self.tasks[number].ready;
        self.notify_at_the_end(number, last);
        self.drop_future(number)?;
        self.meet_latest(number);
        self.release_permits(number);
        let (now, task) = (self.now, &mut self.tasks[number]);
        let attempt = task.attempt;
        let stable = task.policy.stable_after.unwrap_or_else(|| stable_by_default(&task.policy));
        // The contract does not define whether the time of the destructor counts.
        if (ended_at - task.since < stable) && (now - task.since >= stable) {
            return Err(Unclear::Tie("a destructor makes an attempt stable"));
        }
        // In an attempt that takes no time, no other task sees that it became ready.
        let was_ready = was_ready && (ended_at > task.since || task.ready_before);
        let ran = Duration::from_millis(now - task.since);
        let mut ending = ending(task, last);
        let (mut interrupt, mut returned) = (None, None);
        if let Some(RequestKind::Interrupt(cause)) = task.request.map(|request| request.kind) {
            ending = interrupted(ending, last, task.returns_value);
            task.request = None;
            interrupt = Some(cause);
            if cause == InterruptCause::Restart {
                // Before the attempt is counted: of all failures, only a panic of this attempt counts.
                task.forget_failures();
            }
            let limit = match cause {
                InterruptCause::Timeout => Some(FailureKind::Timeout),
                InterruptCause::Stalled => Some(FailureKind::Stalled),
                _ => None,
            };
            if let Some(kind) = limit {
                let label = format!("{ending:?}");
                let label = label.split('(').next().unwrap_or_default();
                self.met
                    .insert(format!("{kind:?} in two steps: {label}, in time: {}", last != Last::Deadline));
                if let Ending::Interrupted(error) = ending {
                    returned = error.map(|_| message(attempt));
                    ending = Ending::Failed(kind);
                }
            }
        }
        task.since = now;
        let failed = |kind| Error::new(kind, attempt);
        let (word, error) = match ending {
            Ending::Succeeded | Ending::Done => (TaskEvent::Succeeded { attempt, ran }, None),
            Ending::Snoozed(delay) => {
                (TaskEvent::Snoozed { attempt, ran, delay: Duration::from_millis(delay) }, None)
            }
            Ending::Canceled => (TaskEvent::Canceled(attempt), None),
            Ending::Aborted => (TaskEvent::Aborted(attempt), None),
            Ending::Interrupted(kind) => {
                let error = kind.map(failed);
                let cause = interrupt.unwrap_or(InterruptCause::Restart);
                (TaskEvent::Interrupted { attempt, cause, error: error.clone() }, error)
            }
            Ending::Failed(FailureKind::Timeout) => {
                let timeout = Duration::from_millis(task.policy.timeout.unwrap_or_default());
                (
                    TaskEvent::TimedOut { attempt, timeout, error: returned },
                    Some(failed(FailureKind::Timeout)),
                )
            }
            Ending::Failed(FailureKind::Stalled) => {
                let heartbeat = Duration::from_millis(task.work.rare.heartbeat.unwrap_or_default());
                (
                    TaskEvent::Stalled { attempt, heartbeat, error: returned },
                    Some(failed(FailureKind::Stalled)),
                )
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
        self.count_failure(number, &ending, ran >= Duration::from_millis(stable));
        let task = &mut self.tasks[number];
        task.last_error = error.clone().or(task.last_error.take());
        if error.is_some() {
            self.lose_readiness(number, was_ready);
        }
        self.follow(number, &ending, error)
    }

    /// Counts the failure of an attempt, unless a needed task is down.
    fn count_failure(&mut self, number: usize, ending: &Ending, is_stable: bool) {
        self.forgive(number);
        let may_retry = match ending {
            Ending::Failed(kind) => *kind != FailureKind::Fatal,
            Ending::RetryAfter(_) => true,
            _ => false,
        };
        let excused = may_retry && self.has_lost(number);
        let (now, task) = (self.now, &mut self.tasks[number]);
        if matches!(ending, Ending::Succeeded | Ending::Done) || task.failed && is_stable {
            task.clear_failures();
        }
        task.explained = excused;
        task.backing_off = may_retry && !matches!(ending, Ending::RetryAfter(_));
        if excused {
            self.met.insert("a failure that is excused".to_owned());
        } else if task.failed {
            task.failures += 1;
            task.counted.push(Counted { at: now, delay: None });
        }
        if may_retry {
            self.changes.judged.push(number);
        }
    }

    /// Notifies before the attempt returns, if it does so and is expected to.
    fn notify_at_the_end(&mut self, number: usize, last: Last) {
        let work = &self.tasks[number].work;
        let returns = matches!(last, Last::Itself | Last::StopRequest);
        if returns
            && work.ready == Some(Readiness::Notify)
            && work.notifies == Some(Notifies::BeforeItReturns)
        {
            self.become_ready(number);
        }
    }

    /// Selects the next step from the result, the stop request, and the policy.
    fn follow(&mut self, number: usize, ending: &Ending, error: Option<Error>) -> Result<(), Unclear> {
        let task = &self.tasks[number];
        let completed = matches!(ending, Ending::Succeeded | Ending::Done);
        let finishes = task.finishing && !task.is_stopping();
        let stop = match task.is_stopping() {
            true => "stopped",
            false if finishes => "finishing",
            false => "on its own",
        };
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
        if finishes && self.would_repeat(number, ending) {
            if completed && self.has_ticks(number) {
                self.end_run(number);
            }
            self.end(number, TaskOutcome::Canceled(StopCause::Shutdown, None));
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
        if let Ending::Snoozed(delay) = ending {
            if self.is_outdated(number) {
                self.give_way(number, None);
            } else {
                self.sleep(number, Duration::from_millis(*delay));
            }
            return Ok(());
        }
        let Some(error) = error else {
            match task.policy.restart {
                _ if matches!(ending, Ending::Done) => self.end(number, TaskOutcome::Completed),
                RestartPolicy::Always if self.is_outdated(number) => self.give_way(number, None),
                RestartPolicy::Always => {
                    let delay = task.policy.delay.unwrap_or(1_000);
                    if self.has_ticks(number) {
                        self.end_run(number);
                    } else {
                        self.sleep(number, Duration::from_millis(delay));
                    }
                    if matches!(self.tasks[number].work.ready, None | Some(Readiness::Success)) {
                        self.become_ready(number);
                    }
                    self.show_life(number);
                }
                _ => self.end(number, TaskOutcome::Completed),
            }
            return Ok(());
        };
        if self.has_ticks(number) {
            return self.follow_failure(number, ending, error, finishes);
        }
        if error.kind == FailureKind::Fatal || task.policy.restart == RestartPolicy::Never {
            self.end(number, TaskOutcome::Failed(error));
            return Ok(());
        }
        if let Some(word) = self.give_up(number, &error) {
            self.tasks[number].publish(self.now, word);
            if finishes && self.tasks[number].work.rare.pauses {
                self.end(number, TaskOutcome::Canceled(StopCause::Shutdown, Some(error)));
                return Ok(());
            }
            if self.tasks[number].work.rare.pauses {
                self.pause_after_give_up(number);
                return Ok(());
            }
            self.end(number, TaskOutcome::Failed(error));
            return Ok(());
        }
        if finishes {
            self.end(number, TaskOutcome::Canceled(StopCause::Shutdown, Some(error)));
            return Ok(());
        }
        if self.is_outdated(number) {
            self.give_way(number, Some(error));
            return Ok(());
        }
        self.retry(number, ending)
    }

    /// Waits for the retry of a failed attempt.
    pub(super) fn retry(&mut self, number: usize, ending: &Ending) -> Result<(), Unclear> {
        let delay = match ending {
            Ending::RetryAfter(delay) => Duration::from_millis(*delay),
            _ => self.draw(number)?,
        };
        let (now, task) = (self.now, &mut self.tasks[number]);
        if !matches!(ending, Ending::RetryAfter(_)) && !task.explained {
            task.backoffs += 1;
            task.previous = Some(delay);
            if let Some(failure) = task.counted.last_mut() {
                failure.delay = Some(delay);
            }
        }
        task.publish(now, TaskEvent::Backoff { failures: task.failures, delay });
        self.sleep(number, delay);
        Ok(())
    }

    /// Whether another attempt would follow one that did not fail.
    fn would_repeat(&self, number: usize, ending: &Ending) -> bool {
        match ending {
            Ending::Snoozed(_) | Ending::Interrupted(_) => true,
            Ending::Succeeded => self.tasks[number].policy.restart == RestartPolicy::Always,
            _ => false,
        }
    }

    /// Cancels the owner instead of another attempt, because a waiting `Latest` supersedes its work.
    fn give_way(&mut self, number: usize, last_error: Option<Error>) {
        let failed = last_error.is_some();
        if let Key::Slot(key) = self.tasks[number].key {
            self.yields(key, number);
        }
        self.met.insert(format!("an owner gave way to a latest, failed: {failed}"));
        self.end(number, TaskOutcome::Canceled(StopCause::Replace, last_error));
    }

    /// The delay that the runtime drew; an error if it lies outside its bounds.
    fn draw(&self, number: usize) -> Result<Duration, Unclear> {
        let task = &self.tasks[number];
        let bounds = backoff(task.policy.backoff).bounds(task.backoffs, task.previous);
        // If the runtime published no delay, the comparison reports the missing event.
        let drawn = (self.chance.delay)(number, task.attempt).unwrap_or(*bounds.start());
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
        self.leave_gates(number);
        self.changes.ended.push(number);
        if fate == TaskOutcome::Completed {
            // Ready for ever, from its end at the latest: it ends the outage of the task before it.
            if !self.tasks[number].ready {
                self.tasks[number].ready_at = Some(now);
            }
            self.show_life(number);
        }
        let task = &mut self.tasks[number];
        task.publish(now, TaskEvent::Ended(fate.clone()));
        task.publish(now, TaskEvent::Removed);
        task.was_ready |= fate == TaskOutcome::Completed;
        let what = match &fate {
            TaskOutcome::Completed => "completes",
            TaskOutcome::Failed(_) => "gives up",
            _ => "is canceled",
        };
        if let (TaskOutcome::Failed(error), true, false) = (&fate, task.work.rare.critical, self.closed) {
            self.critical_task = Some((number, error.clone()));
            self.escalates = true;
        }
        task.fate = Some(fate);
        task.place = Place::Gone;
        self.meet(number, what);
        self.end_instance(number);
        if let Key::Slot(key) = self.tasks[number].key {
            self.meet_latest(number);
            if self.owns_slot(number) {
                self.pass_on(key, number);
            }
        }
    }

    pub(super) fn count(&self) -> Counts {
        let mut counts = Counts { critical_task: self.critical_task.clone(), ..Counts::default() };
        for (number, task) in self.tasks.iter().enumerate() {
            let gave_up = |line: &Line| match &line.word {
                TaskEvent::GaveUp { last, .. } => Some((number, last.clone())),
                _ => None,
            };
            counts.give_ups.extend(task.lines.iter().filter_map(gave_up));
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
pub(super) fn stable_by_default(policy: &Policy) -> Ms {
    let max = backoff(policy.backoff).max().as_millis();
    Ms::try_from(max).unwrap_or(Ms::MAX).max(10_000)
}
