//! The end of a moment: rejects it if the order of a change of a dependency and of another step would be visible.

use taskvisor::StopCause;

use super::dependencies::{Changes, Gate};
use super::place::Place;
use super::task::{Edge, Key, RequestKind};
use super::{Unclear, World};
use crate::vocabulary::TaskOutcome;

impl World<'_> {
    /// At the end of a moment: records the losses that running attempts see, and rejects a moment in which the order of a loss and
    /// of an attempt would be visible.
    pub(super) fn observe_readiness(&mut self) -> Result<(), Unclear> {
        for number in 0..self.tasks.len() {
            let task = &self.tasks[number];
            self.check_shutdown(number)?;
            if task.place == Place::Gone && !self.changes.passed.contains(&number) {
                continue;
            }
            self.check_order(number)?;
            self.check_blame(number)?;
            self.check_end(number)?;
            self.check_names(number)?;
            self.check_queue(number)?;
            let (now, running) = (self.now, task.place == Place::Running);
            let lost: Vec<_> = task.edges.iter().map(|edge| running && self.is_lost(edge)).collect();
            for (edge, is_lost) in self.tasks[number].edges.iter_mut().zip(lost) {
                edge.lost_at = is_lost.then(|| edge.lost_at.unwrap_or(now));
            }
        }
        Ok(())
    }

    /// Rejects a shutdown in the moment in which a needed task was canceled, or stopped before its dependent: the loss has woken the dependent before its own stop
    /// request, so that it does not observe the shutdown in the order of the requests.
    fn check_shutdown(&self, number: usize) -> Result<(), Unclear> {
        let task = &self.tasks[number];
        let is_canceled = |edge: &Edge| {
            let Some(other) = self.latest(edge.name).filter(|_| edge.is_needed) else { return false };
            // Without a grace all stops are requested at once, the newest task first, also one that others need.
            let at_once = self.program.limits.grace == 0 && other > number;
            self.tasks[other].request.is_some_and(|request| match request.kind {
                RequestKind::Stop(StopCause::Cancel) => request.at == self.now,
                RequestKind::Stop(StopCause::Shutdown) => at_once,
                _ => false,
            })
        };
        let is_running = task.attempt > 0
            && !matches!(task.place, Place::ForDependency | Place::Sleeping(_) | Place::ForTick);
        let watches = is_running && task.interrupt_on_loss.is_some() && task.edges.iter().any(is_canceled);
        if watches && self.stopped == Some(self.now) {
            return Err(Unclear::Tie("a needed task is canceled in the moment of the shutdown"));
        }
        Ok(())
    }

    /// Rejects a wait for a permit while a dependency is down. The task reads the dependency when it has the permit, or earlier, if
    /// it watches it because of an earlier wait.
    fn check_queue(&self, number: usize) -> Result<(), Unclear> {
        let task = &self.tasks[number];
        let may_watch = task.attempt > 0 || task.edges.len() > 1;
        if may_watch && task.place.is_at_limit() && self.gate(number) != Gate::Open {
            return Err(Unclear::Tie("a dependency is down while its dependent waits for a permit"));
        }
        Ok(())
    }

    /// Rejects an attempt or a backoff during which the name of a completed dependency is taken again: it counts as ready for ever
    /// and as not ready.
    fn check_names(&self, number: usize) -> Result<(), Unclear> {
        let task = &self.tasks[number];
        let is_taken = |edge: &Edge| {
            let is_completed = |other: usize| self.tasks[other].fate == Some(TaskOutcome::Completed);
            let is_named = |other: &usize| self.tasks[*other].key == Key::Name(edge.name);
            let since = edge.was_open.zip(self.latest(edge.name));
            edge.is_needed && since.is_some_and(|(from, to)| (from..to).filter(is_named).any(is_completed))
        };
        let goes_on = matches!(task.place, Place::Running | Place::Sleeping(_));
        if goes_on && task.edges.iter().any(is_taken) {
            return Err(Unclear::Tie("the name of a completed dependency is taken again"));
        }
        Ok(())
    }

    fn check_blame(&self, number: usize) -> Result<(), Unclear> {
        let Changes { gained, lost, requested, .. } = &self.changes;
        let among = |numbers: &[usize], name| self.latest(name).is_some_and(|other| numbers.contains(&other));
        let changed = |name| among(gained, name) || among(lost, name) || among(requested, name);
        let flapped = |name| among(gained, name) && among(lost, name);
        let mut needs = self.tasks[number].edges.iter().filter(|edge| edge.is_needed);
        if self.changes.interrupted.contains(&number) && needs.any(|edge| among(gained, edge.name)) {
            return Err(Unclear::Tie("a needed task recovers in the moment in which its loss interrupts"));
        }
        if self.is_blame_open(number, changed, flapped) {
            return Err(Unclear::Tie("a needed task changes in the moment in which its dependent fails"));
        }
        Ok(())
    }

    /// Rejects a moment in which two dependencies end in different ways, and the first one decides how the dependent ends.
    fn check_end(&self, number: usize) -> Result<(), Unclear> {
        let task = &self.tasks[number];
        if task.place != Place::Gone {
            return Ok(());
        }
        let broken = task.edges.iter().filter(|edge| self.is_broken(edge));
        let others: Vec<_> = broken.filter_map(|edge| self.latest(edge.name)).collect();
        let is_canceled = |other: &usize| matches!(self.tasks[*other].fate, Some(TaskOutcome::Canceled(..)));
        let differ = others.iter().any(is_canceled) && !others.iter().all(is_canceled);
        if differ && others.iter().any(|other| self.changes.ended.contains(other)) {
            return Err(Unclear::Tie("two dependencies end in one moment in different ways"));
        }
        Ok(())
    }

    fn check_order(&self, number: usize) -> Result<(), Unclear> {
        let task = &self.tasks[number];
        let changes = &self.changes;
        let is_lost = |edge: &Edge| {
            edge.is_needed && self.latest(edge.name).is_some_and(|number| changes.lost.contains(&number))
        };
        if !task.edges.iter().any(is_lost) {
            return Ok(());
        }
        let looked = match task.place {
            // It was handed the permit of the task that was lost, and looked afterwards.
            Place::ForDependency if changes.gave_back.contains(&number) => false,
            Place::ForDependency | Place::Recovering(_) => true,
            Place::ForOwnPermit | Place::ForPermit | Place::ForRate => self.has_arrived(number),
            _ => changes.passed.contains(&number),
        };
        if looked && task.edges.iter().all(|edge| self.is_satisfied(edge) || is_lost(edge)) {
            return Err(Unclear::Tie("a needed task is lost in a moment in which its dependent may start"));
        }
        // Whether the loss goes on, or begins anew.
        let flaps = |edge: &Edge| is_lost(edge) && edge.lost_at.is_some();
        if task.place == Place::Running && task.interrupt_on_loss.is_some() && task.edges.iter().any(flaps) {
            return Err(Unclear::Tie("a needed task recovers and is lost in one moment"));
        }
        Ok(())
    }
}
