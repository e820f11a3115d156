//! The next step of a task: it acquires its slot or a permit, begins an attempt, or ends while it waits.

use std::time::Duration;

use taskvisor::{InterruptCause, Readiness, Rejection};

use super::permits::Pass;
use super::place::Place;
use super::task::{RequestKind, Task};
use super::{Unclear, World};
use crate::program::{Dropping, Ms, Notifies, Step};
use crate::vocabulary::{TaskEvent, TaskOutcome};

impl World<'_> {
    /// Takes the step that one task can take now. Returns whether there was one.
    pub(super) fn act(&mut self, number: usize) -> Result<bool, Unclear> {
        if self.expires(number) {
            return Ok(true);
        }
        if self.end_triggered_wait(number) {
            return Ok(true);
        }
        let task = &self.tasks[number];
        let request = task.request.map(|request| request.kind);
        match (&task.place, request) {
            (Place::Gone, _) => return Ok(false),
            (Place::Running, _) => match task.last(self.now) {
                Some(last) if self.cancel_for_limit(number, last) => {}
                Some(last) => {
                    self.close(number, last)?;
                    self.pause_later(number);
                }
                None if self.beat(number) => {}
                None => return Ok(self.interrupt_for_loss(number)),
            },
            (place, Some(RequestKind::Interrupt(cause))) => {
                let (sleeps, queues) = (matches!(place, Place::Sleeping(_)), place.is_at_limit());
                let task = &mut self.tasks[number];
                task.request = None;
                if cause == InterruptCause::Restart {
                    task.forget_failures();
                }
                // Of the interrupts, only a restart ends the wait for a tick.
                let ends_wait = sleeps || task.place == Place::ForTick && cause == InterruptCause::Restart;
                if ends_wait && !sleeps {
                    task.place = Place::ForDependency;
                }
                if task.paused && task.place != Place::ForSlot {
                    self.begin_pause(number);
                } else if ends_wait {
                    self.arrive(number);
                } else if queues {
                    self.leaves_line(number);
                }
            }
            (_, Some(RequestKind::Reject(why))) => self.end(number, TaskOutcome::Rejected(why)),
            (_, Some(RequestKind::Stop(cause))) => {
                let last_error = if task.failed { task.last_error.clone() } else { None };
                if matches!(task.place, Place::Paused { .. }) {
                    self.met.insert("a paused task is stopped".to_owned());
                }
                self.end(number, TaskOutcome::Canceled(cause, last_error));
            }
            (Place::ForSlot, None) => {
                if !self.owns_slot(number) {
                    return Ok(false);
                }
                self.tasks[number].publish(self.now, TaskEvent::Admitted);
                self.arrive(number);
            }
            (Place::Paused { .. }, None) => return Ok(false),
            (place, None) if task.paused && *place != Place::ForSlot => self.begin_pause(number),
            (Place::ForTick, None) => return Ok(self.wait_for_tick(number)),
            (Place::ForDependency | Place::Recovering(_), None) => {
                self.look_after_resume(number);
                return self.act_at_gate(number);
            }
            (Place::ForOwnPermit | Place::ForPermit | Place::ForRate, None) => {
                match self.pass_gate(number) {
                    Pass::Stays => return Ok(false),
                    Pass::Moves => return Ok(true),
                    Pass::Begins => {}
                }
                let (now, task) = (self.now, &mut self.tasks[number]);
                task.attempt += 1;
                task.place = Place::Running;
                task.since = now;
                (task.beats, task.latest_beat) = (0, now);
                self.begin_scheduled(number);
                let task = &mut self.tasks[number];
                task.publish(now, TaskEvent::Started(task.attempt));
                task.ready_before = task.ready;
                if task.work.ready == Some(Readiness::Start) {
                    self.become_ready(number);
                }
                self.act_inside(number)?;
                self.notify_at_the_start(number);
            }
            (Place::Sleeping(until), None) => {
                if Duration::from_millis(self.now) < *until {
                    return Ok(self.ends_backoff(number));
                }
                self.changes.judged.push(number);
                self.arrive(number);
            }
        }
        Ok(true)
    }

    /// Ends a submission that has not begun its first attempt in time: contract 6.8. Returns whether it did.
    fn expires(&mut self, number: usize) -> bool {
        let task = &self.tasks[number];
        // What was requested before decides.
        if task.is_stopping() || task.expiry().is_none_or(|at| at > self.now) {
            return false;
        }
        let place = match task.place {
            Place::ForSlot => "in its queue",
            Place::ForDependency | Place::Recovering(_) => "at a dependency",
            Place::Paused { .. } => "in a pause",
            Place::ForOwnPermit => "at a permit of its declaration",
            Place::ForRate => "at its rate limit",
            _ => "at a permit",
        };
        self.met.insert(format!("expired {place}"));
        self.withdraw(number);
        self.end(number, TaskOutcome::Rejected(Rejection::Expired));
        true
    }

    fn notify_at_the_start(&mut self, number: usize) {
        let Task { work, attempt, .. } = &self.tasks[number];
        let is_built = matches!(work.step(*attempt), Step::Attempt(_));
        if is_built && work.ready == Some(Readiness::Notify) && work.notifies == Some(Notifies::AtItsStart) {
            self.become_ready(number);
        }
    }

    /// Executes the command that the attempt begins with, if it has one.
    fn act_inside(&mut self, number: usize) -> Result<(), Unclear> {
        let task = &self.tasks[number];
        let is_built = matches!(task.work.step(task.attempt), Step::Attempt(_));
        let command = match &task.work.acts {
            Some((attempt, command)) if *attempt == task.attempt && is_built => command.clone(),
            _ => return Ok(()),
        };
        if self.is_disturbed(number, self.now) {
            return Err(Unclear::Tie("a command from inside in a moment in which other tasks act"));
        }
        let kind = format!("{command:?}");
        let kind = kind.split([' ', '{']).next().unwrap_or_default().to_owned();
        self.met.insert(format!("from inside: {kind}"));
        let answer = self.execute(&command, Some(number));
        self.answers.push(answer);
        Ok(())
    }

    /// Whether another task acted in this moment, or would act by `until`.
    pub(super) fn is_disturbed(&self, number: usize, until: Ms) -> bool {
        let disturbs = |other: usize| {
            let task = &self.tasks[other];
            task.came == self.now
                || task.is_new
                || self.may_start(other)
                || self.due(other).is_some_and(|due| due.at <= until)
                || task.first_check_at().is_some_and(|at| (self.now..=until).contains(&at))
                || task.request.is_some_and(|request| request.at == self.now)
        };
        let is_other = |other: &usize| *other != number;
        self.acted.iter().any(is_other) || self.live().filter(is_other).any(disturbs)
    }

    /// Drops the future of an attempt, which may take its time; meanwhile no other task can act.
    pub(super) fn drop_future(&mut self, number: usize) -> Result<(), Unclear> {
        let task = &self.tasks[number];
        let Step::Attempt(attempt) = task.work.step(task.attempt) else { return Ok(()) };
        let Dropping::Slow(time) = attempt.dropping else { return Ok(()) };
        let until = self.now + time;
        if self.is_disturbed(number, until) {
            return Err(Unclear::Tie("a destructor blocks the thread while other tasks act"));
        }
        self.now = until;
        Ok(())
    }
}
