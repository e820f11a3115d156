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
        self.interrupt(number, InterruptCause::Pause);
        self.meet(number, "is paused");
        Answer::Paused(true)
    }

    pub(super) fn resume(&mut self, number: usize) -> Answer {
        if let Some(refusal) = self.refuses_control(number) {
            return Answer::Refused(vec![refusal]);
        }
        let task = &mut self.tasks[number];
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
