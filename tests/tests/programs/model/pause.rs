//! Pauses: an operator pauses a task, or it is paused because it gave up, and no attempt begins until it is resumed. Contract
//! 11.4, 11.12 and 11.13.

use taskvisor::InterruptCause;

use super::World;
use super::place::Place;
use crate::vocabulary::Answer;

impl World<'_> {
    pub(super) fn pause(&mut self, number: usize) -> Answer {
        if let Some(refusal) = self.refuses_control(number) {
            return Answer::Refused(vec![refusal]);
        }
        if std::mem::replace(&mut self.tasks[number].paused, true) {
            return Answer::Paused(false);
        }
        if std::mem::take(&mut self.tasks[number].pauses_later) {
            self.met.insert("a pause before the end of the attempt".to_owned());
        }
        self.interrupt(number, InterruptCause::Pause);
        self.meet(number, "is paused");
        Answer::Paused(true)
    }

    /// Pauses a task after its running attempt, or at once: contract 15.2.
    pub(super) fn pause_after_attempt(&mut self, number: usize) -> Answer {
        let task = &self.tasks[number];
        if self.refuses_control(number).is_some() || task.paused || task.place != Place::Running {
            return self.pause(number);
        }
        let first = !std::mem::replace(&mut self.tasks[number].pauses_later, true);
        self.met.insert(format!("a pause after the attempt: {first}"));
        Answer::Paused(first)
    }

    /// Pauses a task whose attempt has ended, if an operator has requested that and another attempt would follow.
    pub(super) fn pause_later(&mut self, number: usize) {
        let task = &mut self.tasks[number];
        if std::mem::take(&mut task.pauses_later) {
            let what = match task.place {
                Place::Gone => "ends",
                Place::Paused { .. } => "gives up",
                _ => "is paused",
            };
            self.met.insert(format!("a task that pauses after its attempt {what}"));
            if what == "is paused" {
                self.tasks[number].paused = true;
                self.interrupt(number, InterruptCause::Pause);
            }
        }
    }

    pub(super) fn resume(&mut self, number: usize) -> Answer {
        if let Some(refusal) = self.refuses_control(number) {
            return Answer::Refused(vec![refusal]);
        }
        let task = &mut self.tasks[number];
        if std::mem::take(&mut task.pauses_later) {
            self.met.insert("a resume before the end of the attempt".to_owned());
            return Answer::Resumed(true);
        }
        if !std::mem::replace(&mut task.paused, false) {
            return Answer::Resumed(false);
        }
        let resumes_wait = task.grid.as_ref().is_some_and(|grid| grid.resumes_wait);
        match task.place {
            Place::Paused { gave_up } => {
                if gave_up {
                    task.forget_failures();
                    self.met.insert("a resume after a give-up".to_owned());
                }
                self.arrive(number);
                let task = &mut self.tasks[number];
                task.is_new = true;
                if resumes_wait {
                    task.place = Place::ForTick;
                }
            }
            _ => {
                self.met.insert("a resume before the pause".to_owned());
            }
        }
        Answer::Resumed(true)
    }

    /// Pauses a task that waits. It leaves the queues of its gates.
    pub(super) fn begin_pause(&mut self, number: usize) {
        self.leave_gates(number);
        let (now, task) = (self.now, &mut self.tasks[number]);
        let moment = match task.place {
            Place::Sleeping(until) if until.as_millis() == u128::from(now) => "after the interrupt",
            _ if task.attempt == 0 => "before the first attempt",
            _ => "between two attempts",
        };
        self.met.insert(format!("a pause {moment}"));
        self.pause_schedule(number);
        let task = &mut self.tasks[number];
        task.place = Place::Paused { gave_up: false };
        task.since = now;
    }

    pub(super) fn pause_after_give_up(&mut self, number: usize) {
        let (now, task) = (self.now, &mut self.tasks[number]);
        task.paused = true;
        if let Some(grid) = task.grid.as_mut().filter(|grid| grid.has_ticks()) {
            (grid.was_paused, grid.resumes_wait) = (true, true);
        }
        task.place = Place::Paused { gave_up: true };
        task.since = now;
        self.met.insert("a task that gives up is paused".to_owned());
    }
}
