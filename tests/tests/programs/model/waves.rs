//! The order of a shutdown: each task receives its stop request after the tasks that depend on it have ended. Contract 6.

use std::time::Duration;

use taskvisor::StopCause;

use super::place::Place;
use super::task::{Key, RequestKind, ticks};
use super::{Unclear, World};
use crate::program::Ms;

/// The waves of a shutdown that has begun.
#[derive(Clone, Debug, Default)]
pub(super) struct Waves {
    current: Vec<usize>,
    later: Vec<Vec<usize>>,
    deadline: Ms,
    has_begun: bool,
    finishing: Finishing,
}

/// The attempts of a wave that may finish.
#[derive(Clone, Debug, Default)]
struct Finishing {
    tasks: Vec<usize>,
    /// When their stops are requested.
    until: Ms,
    deadline: Ms,
}

impl World<'_> {
    /// Requests the stop of the first wave.
    pub(super) fn begin_waves(&mut self, inside: Option<usize>) {
        let grace = self.program.limits.grace;
        let deadline = self.now + grace;
        let later = if grace == 0 { vec![self.stoppable()] } else { self.plan() };
        if later.len() > 1 {
            self.met.insert("a shutdown in waves".to_owned());
        }
        self.waves = Waves { later, deadline, has_begun: true, ..Waves::default() };
        self.stop_wave(inside);
    }

    /// The tasks that receive a stop request, the newest first. Waiters of slots are rejected instead.
    fn stoppable(&self) -> Vec<usize> {
        let is_rejected = |number: &usize| {
            matches!(self.tasks[*number].request.map(|request| request.kind), Some(RequestKind::Reject(_)))
        };
        let live: Vec<_> = self.live().filter(|number| !is_rejected(number)).collect();
        live.into_iter().rev().collect()
    }

    /// The waves: the number of a task's wave is the length of the longest path of dependents that leads to it.
    fn plan(&self) -> Vec<Vec<usize>> {
        let live = self.stoppable();
        let mut waves: Vec<Vec<usize>> = Vec::new();
        for number in &live {
            let level = self.level(*number, &live);
            if waves.len() <= level {
                waves.resize(level + 1, Vec::new());
            }
            waves[level].push(*number);
        }
        waves
    }

    fn level(&self, number: usize, live: &[usize]) -> usize {
        let Key::Name(name) = self.tasks[number].key else { return 0 };
        let depends = |other: &&usize| self.tasks[**other].edges.iter().any(|edge| edge.name == name);
        live.iter().filter(depends).map(|other| self.level(*other, live) + 1).max().unwrap_or(0)
    }

    /// Requests the stop of the next wave, once all tasks of the current one have ended or the grace is over. Returns whether it did.
    pub(super) fn stop_next_wave(&mut self) -> Result<bool, Unclear> {
        let is_over = |number: &usize| self.tasks[*number].place == Place::Gone;
        let waits = !self.waves.current.iter().all(is_over) && self.now < self.waves.deadline;
        if !self.waves.has_begun || waits || self.waves.later.is_empty() {
            return Ok(false);
        }
        let now = self.now;
        let acts = |number: &usize| {
            let is_due = self.due(*number).is_some_and(|due| due.at <= now);
            is_due || self.may_start(*number) || self.acted.contains(number)
        };
        if self.waves.later[0].iter().any(acts) {
            return Err(Unclear::Tie("a task acts in the moment in which its wave begins to stop"));
        }
        self.stop_wave(None);
        Ok(true)
    }

    /// When the stops of the attempts that may finish are requested.
    pub(super) fn finishing_until(&self) -> Option<Ms> {
        let Finishing { tasks, until, .. } = &self.waves.finishing;
        let goes_on = |number: &usize| self.tasks[*number].place != Place::Gone;
        tasks.iter().any(goes_on).then_some(*until)
    }

    /// Requests the stops of attempts that have had the time to finish. Returns whether it did.
    pub(super) fn stop_finishing(&mut self) -> Result<bool, Unclear> {
        let now = self.now;
        let Finishing { tasks, until, .. } = &self.waves.finishing;
        if *until == now && tasks.iter().any(|number| self.acted.contains(number)) {
            return Err(Unclear::Tie("an attempt acts in the moment in which its time to finish is over"));
        }
        if self.finishing_until().is_none_or(|until| until > now) {
            return Ok(false);
        }
        let Finishing { tasks, until, deadline } = std::mem::take(&mut self.waves.finishing);
        if until < now {
            return Err(Unclear::Tie("a destructor blocks the thread while the time to finish is over"));
        }
        for number in tasks {
            if self.due(number).is_some_and(|due| due.at <= now) {
                return Err(Unclear::Tie(
                    "an attempt acts in the moment in which its time to finish is over",
                ));
            }
            if self.tasks[number].place == Place::Gone {
                continue;
            }
            let was_requested = self.tasks[number].request.is_some();
            self.request_stop(number, StopCause::Shutdown, Some(deadline - now));
            if !was_requested && self.tasks[number].awaits_stop(now) {
                self.stop_order.push(number);
            }
            self.met.insert("an attempt that did not finish".to_owned());
        }
        Ok(true)
    }

    fn stop_wave(&mut self, inside: Option<usize>) {
        if self.waves.later.is_empty() {
            return;
        }
        let left = self.waves.deadline.saturating_sub(self.now);
        // A deadline between two ticks of the timer is seen at the second one.
        let exact = Duration::from_millis(left) / u32::try_from(self.waves.later.len()).unwrap_or(u32::MAX);
        let share = ticks(exact);
        let wave = self.waves.later.remove(0);
        let mut finishing = Vec::new();
        for number in &wave {
            let number = *number;
            let task = &mut self.tasks[number];
            let is_stopping = task.request.is_some();
            let may_finish = task.work.rare.finishes && !task.paused && !task.is_stopping();
            if may_finish && left > 0 && task.place == Place::Running {
                task.finishing = true;
                finishing.push(number);
                continue;
            }
            // A task with its own time to stop may take more than its share.
            let has_own_time = self.tasks[number].work.rare.stop_timeout.is_some();
            self.request_stop(number, StopCause::Shutdown, Some(if has_own_time { left } else { share }));
            if !is_stopping && self.tasks[number].awaits_stop(self.now) {
                self.stop_order.push(number);
            }
        }
        let until = self.now + ticks(exact - exact / 10);
        self.waves.finishing = Finishing { tasks: finishing, until, deadline: self.now + share };
        self.waves.current = wave;
        // A task that requests the shutdown from inside sees its stop request before all other tasks.
        if let Some(place) = self.stop_order.iter().position(|number| Some(*number) == inside) {
            self.stop_order[..=place].rotate_right(1);
        }
    }
}
