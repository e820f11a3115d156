//! What a task does next: it acquires its slot, its permit, its next attempt, or ends where it waits.

use std::time::Duration;

use super::task::{Asked, Key, Place};
use super::{Unclear, World};
use crate::program::{Dropping, Ms, Step};
use crate::vocabulary::{TaskEvent, TaskOutcome};

impl World<'_> {
    /// Does what one task can do now. Whether there was anything.
    pub(super) fn act(&mut self, number: usize) -> Result<bool, Unclear> {
        let task = &self.tasks[number];
        let asked = task.asked.map(|ask| ask.what);
        match (&task.place, asked) {
            (Place::Gone, _) => return Ok(false),
            (Place::Running, _) => match task.last(self.now) {
                Some(last) => self.close(number, last)?,
                None => return Ok(false),
            },
            (_, Some(Asked::Leave(why))) => self.end(number, TaskOutcome::Rejected(why)),
            (_, Some(Asked::Stop(cause))) => {
                let last_error = if task.failed { task.last_error.clone() } else { None };
                self.end(number, TaskOutcome::Canceled(cause, last_error));
            }
            (Place::ForTurn, None) => {
                let has_turn = matches!(task.key, Key::Slot(key) if self.slots[&key].owner == number);
                if !has_turn {
                    return Ok(false);
                }
                self.tasks[number].tell(self.now, TaskEvent::Admitted);
                self.arrive(number);
            }
            (Place::ForPermit, None) => {
                if !self.takes_permit(number) {
                    return Ok(false);
                }
                let (now, task) = (self.now, &mut self.tasks[number]);
                task.attempt += 1;
                task.place = Place::Running;
                task.since = now;
                task.tell(now, TaskEvent::Started(task.attempt));
                self.act_inside(number)?;
            }
            (Place::Sleeping(until), None) => {
                if Duration::from_millis(self.now) < *until {
                    return Ok(false);
                }
                self.arrive(number);
            }
        }
        Ok(true)
    }

    /// The command that an attempt begins with, if it does.
    fn act_inside(&mut self, number: usize) -> Result<(), Unclear> {
        let task = &self.tasks[number];
        let is_built = matches!(task.work.step(task.attempt), Step::Attempt(_));
        let command = match &task.work.acts {
            Some((attempt, command)) if *attempt == task.attempt && is_built => command.clone(),
            _ => return Ok(()),
        };
        if self.is_disturbed(number, self.now) {
            return Err(Unclear::Tie("a command from inside in a moment in which others act"));
        }
        let kind = format!("{command:?}");
        let kind = kind.split([' ', '{']).next().unwrap_or_default().to_owned();
        self.met.insert(format!("from inside: {kind}"));
        let answer = self.execute(&command, Some(number));
        self.answers.push(answer);
        Ok(())
    }

    /// Whether anybody else did anything in this moment, or would by then.
    fn is_disturbed(&self, number: usize, until: Ms) -> bool {
        let disturbs = |other: usize| {
            let task = &self.tasks[other];
            task.came == self.now
                || task.due().is_some_and(|due| due.at <= until)
                || task.looks_at().is_some_and(|at| (self.now..=until).contains(&at))
                || task.asked.is_some_and(|ask| ask.at == self.now)
        };
        let is_other = |other: &usize| *other != number;
        self.acted.iter().any(is_other) || self.live().filter(is_other).any(disturbs)
    }

    /// First come, first served.
    fn takes_permit(&mut self, number: usize) -> bool {
        let Some(free) = self.permits else { return true };
        if free == 0 || self.line.front() != Some(&number) {
            return false;
        }
        self.permits = Some(free - 1);
        self.line.pop_front();
        true
    }

    /// Drops the future of an attempt, which may take its time; meanwhile no other task can act.
    pub(super) fn drop_future(&mut self, number: usize) -> Result<(), Unclear> {
        let task = &self.tasks[number];
        let Step::Attempt(attempt) = task.work.step(task.attempt) else { return Ok(()) };
        let Dropping::Slow(time) = attempt.dropping else { return Ok(()) };
        let until = self.now + time;
        if self.is_disturbed(number, until) {
            return Err(Unclear::Tie("a destructor blocks the thread while others act"));
        }
        self.now = until;
        Ok(())
    }
}
