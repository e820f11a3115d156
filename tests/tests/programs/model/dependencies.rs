//! Dependencies: which task a dependent waits for, and when it starts, is interrupted or ends because of it. Contract 3 and 4.

use taskvisor::{FailureKind, InterruptCause, StopCause};

use super::place::Place;
use super::task::{Edge, Key, Request, RequestKind};
use super::{Unclear, World};
use crate::program::NAMES;
use crate::vocabulary::{Error, TaskOutcome};

/// What a dependent finds at its gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    Open,
    Closed,
    /// The task of this edge has ended, and never will be ready.
    Broken(usize),
}

/// The tasks whose readiness changed in this moment, and the dependents that looked at it.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    /// The tasks that became ready.
    pub(super) gained: Vec<usize>,
    /// Those of them that were ready before.
    pub(super) recovered: Vec<usize>,
    /// Those of them that waited for a permit in this moment before they became ready.
    pub(super) led: Vec<usize>,
    /// The tasks that stopped being ready by themselves. Other tasks may have acted before or after it.
    pub(super) lost: Vec<usize>,
    /// The tasks that stopped being ready because of a request.
    pub(super) requested: Vec<usize>,
    /// The tasks that left their gate, for a permit or to end.
    pub(super) passed: Vec<usize>,
    /// The tasks that ended.
    pub(super) ended: Vec<usize>,
    /// The tasks whose attempt failed or whose sleep was over: a needed task that changed may count before or after it.
    pub(super) judged: Vec<usize>,
    /// The tasks that were interrupted because of a loss.
    pub(super) interrupted: Vec<usize>,
    /// The tasks that gave a permit back.
    pub(super) gave_back: Vec<usize>,
}

impl World<'_> {
    /// Whether a needed task is ready, or a task that comes before was ready once.
    pub(super) fn is_satisfied(&self, edge: &Edge) -> bool {
        let is_named = |number: &usize| self.tasks[*number].key == Key::Name(edge.name);
        if !edge.is_needed {
            let known = (edge.since..self.tasks.len()).filter(is_named);
            return known.into_iter().any(|number| self.tasks[number].was_ready);
        }
        self.latest(edge.name).is_some_and(|number| self.tasks[number].is_ready())
    }

    /// Whether a running attempt has lost a needed task. One that completed is not lost, even if its name is taken again.
    pub(super) fn is_lost(&self, edge: &Edge) -> bool {
        let is_completed = |number: usize| self.tasks[number].fate == Some(TaskOutcome::Completed);
        edge.is_needed && !self.is_satisfied(edge) && !edge.was_open.is_some_and(is_completed)
    }

    pub(super) fn is_broken(&self, edge: &Edge) -> bool {
        let is_over = |number: usize| self.tasks[number].place == Place::Gone;
        !self.is_satisfied(edge) && self.latest(edge.name).is_none_or(is_over)
    }

    pub(super) fn gate(&self, number: usize) -> Gate {
        let edges = &self.tasks[number].edges;
        if let Some(broken) = edges.iter().position(|edge| self.is_broken(edge)) {
            return Gate::Broken(broken);
        }
        if edges.iter().all(|edge| self.is_satisfied(edge)) { Gate::Open } else { Gate::Closed }
    }

    /// Whether a task at its gates can act now.
    pub(super) fn may_start(&self, number: usize) -> bool {
        match self.tasks[number].place {
            Place::ForOwnPermit => self.declaration(number).is_some_and(|own| own.permits.may_take(number)),
            Place::ForPermit => self.permits.may_take(number),
            Place::ForRate => self.token_at(number).is_some_and(|at| at <= self.now),
            Place::ForDependency => self.gate(number) != Gate::Closed,
            _ => false,
        }
    }

    /// The name of the task that this one waits for.
    pub(super) fn awaited(&self, number: usize) -> String {
        let edges = &self.tasks[number].edges;
        let closed = edges.iter().find(|edge| !self.is_satisfied(edge)).or(edges.first());
        closed.map_or_else(String::new, |edge| NAMES[edge.name].to_owned())
    }

    /// Takes the step of a task at its gate. Returns whether there was one.
    pub(super) fn act_at_gate(&mut self, number: usize) -> Result<bool, Unclear> {
        let recovering = matches!(self.tasks[number].place, Place::Recovering(_));
        match self.gate(number) {
            // It looks again when it has recovered, also if the dependency was lost before it ended.
            Gate::Broken(_) if self.tasks[number].recovers_until.is_some_and(|until| self.now <= until) => {
                return Err(Unclear::Tie("a dependency ends while its dependent recovers"));
            }
            Gate::Broken(edge) => {
                self.changes.passed.push(number);
                self.end_broken(number, edge);
            }
            Gate::Closed => {
                self.remember_outage(number);
                self.leave_gates(number);
                let task = &mut self.tasks[number];
                // After the next recovery the dependent waits again.
                task.outage |= recovering;
                task.place = Place::ForDependency;
                self.met.insert("a wait for a dependency".to_owned());
                return Ok(recovering);
            }
            Gate::Open => return self.open_gate(number),
        }
        Ok(true)
    }

    fn remember_outage(&mut self, number: usize) {
        let was_ready = |edge: &Edge| {
            let latest = self.latest(edge.name).is_some_and(|number| self.tasks[number].was_ready);
            !self.is_satisfied(edge) && (edge.was_open.is_some() || latest)
        };
        let outage = self.tasks[number].edges.iter().any(was_ready);
        self.tasks[number].outage |= outage;
    }

    fn open_gate(&mut self, number: usize) -> Result<bool, Unclear> {
        let (now, spread) = (self.now, self.program.limits.spread);
        let attempt = self.tasks[number].attempt + 1;
        let names: Vec<_> = self.tasks[number].edges.iter().map(|edge| self.latest(edge.name)).collect();
        if spread > 0 && self.may_see_outage(number) {
            return Err(Unclear::Tie("a needed task recovers in the moment in which its dependent arrives"));
        }
        let task = &mut self.tasks[number];
        for (edge, latest) in task.edges.iter_mut().zip(names) {
            edge.was_open = latest;
        }
        match task.place {
            Place::Recovering(until) if now < until => return Ok(false),
            Place::Recovering(_) => {}
            // The start of the attempt does not show when it recovered.
            _ if task.outage && spread > 0 && task.declaration.is_some() => {
                return Err(Unclear::Tie("a recovery that is spread before a limit"));
            }
            _ if task.outage && spread > 0 => {
                self.met.insert("a recovery that is spread".to_owned());
                // When the runtime started the attempt, if it was in time. Otherwise the prediction differs.
                let in_time = now..=now + spread;
                let start = (self.chance.start)(number, attempt).filter(|start| in_time.contains(start));
                task.place = Place::Recovering(start.unwrap_or(now + spread));
                task.recovers_until = Some(now + spread);
                return Ok(true);
            }
            _ => {}
        }
        task.outage = false;
        if !task.edges.is_empty() {
            self.changes.passed.push(number);
        }
        self.queue_for_permit(number)?;
        Ok(true)
    }

    /// Whether the task has arrived at its gates in this moment, and may have seen there that a needed task was down.
    fn may_see_outage(&self, number: usize) -> bool {
        let task = &self.tasks[number];
        let recovers = |edge: &Edge| {
            let latest = self.latest(edge.name);
            let changes = |numbers: &[usize]| latest.is_some_and(|other| numbers.contains(&other));
            changes(&self.changes.recovered) || edge.was_open.is_some() && changes(&self.changes.gained)
        };
        task.since == self.now && !task.outage && task.edges.iter().any(recovers)
    }

    fn queue_for_permit(&mut self, number: usize) -> Result<(), Unclear> {
        if self.changes.gave_back.contains(&number) {
            return Err(Unclear::Tie(
                "a task gave a permit back in a moment in which its dependencies are ready",
            ));
        }
        self.enter_gates(number);
        Ok(())
    }

    /// Leaves the queue for permits, because a dependency is not ready any more. Returns whether the task did.
    pub(super) fn leaves_line(&mut self, number: usize) -> bool {
        if self.gate(number) == Gate::Open {
            return false;
        }
        self.met.insert("a permit that was given back".to_owned());
        self.leave_gates(number);
        self.changes.gave_back.push(number);
        self.tasks[number].place = Place::ForDependency;
        self.tasks[number].since = self.now;
        true
    }

    /// Ends a task because a dependency has ended: as that one ended.
    fn end_broken(&mut self, number: usize, edge: usize) {
        let ended =
            self.latest(self.tasks[number].edges[edge].name).and_then(|other| self.tasks[other].fate.clone());
        let task = &mut self.tasks[number];
        if let Some(TaskOutcome::Canceled(..)) = ended {
            let last_error = if task.failed { task.last_error.clone() } else { None };
            self.end(number, TaskOutcome::Canceled(StopCause::Dependency, last_error));
            return;
        }
        let error = Error::new(FailureKind::Dependency, task.attempt);
        task.last_error = Some(error.clone());
        self.end(number, TaskOutcome::Failed(error));
    }

    /// Makes a task ready, unless a request is pending.
    pub(super) fn become_ready(&mut self, number: usize) {
        let now = self.now;
        let task = &mut self.tasks[number];
        if task.request.is_some() || task.ready {
            return;
        }
        let recovers = task.was_ready;
        (task.ready, task.was_ready, task.ready_at) = (true, true, Some(now));
        self.meet(number, if recovers { "recovers" } else { "becomes ready" });
        self.changes.gained.push(number);
        self.changes.recovered.extend(recovers.then_some(number));
        if self.permits.arrived().contains(&number) {
            self.changes.led.push(number);
        }
        self.show_life(number);
    }

    /// Ends the readiness of a task by the end of its attempt. `was_ready` says whether other tasks could see it ready.
    pub(super) fn lose_readiness(&mut self, number: usize, was_ready: bool) {
        self.tasks[number].ready = false;
        if was_ready {
            self.meet(number, "fails");
            self.changes.lost.push(number);
        }
    }

    /// Interrupts an attempt whose needed task has been lost for long enough. Returns whether it did.
    pub(super) fn interrupt_for_loss(&mut self, number: usize) -> bool {
        let due = self.tasks[number].loss_limit_at().is_some_and(|at| at <= self.now);
        if !due {
            return false;
        }
        self.changes.interrupted.push(number);
        let (now, grace) = (self.now, self.program.limits.grace);
        let task = &mut self.tasks[number];
        task.request = Some(Request {
            kind: RequestKind::Interrupt(InterruptCause::Dependency),
            at: now,
            deadline: now + task.time_to_stop(grace),
            enforcer: StopCause::Cancel,
        });
        let was_ready = self.end_readiness(number);
        self.lose_readiness(number, was_ready);
        self.met.insert("a loss that interrupts".to_owned());
        true
    }

    /// Whether there are two tasks, and the second one arrived because the first one became ready.
    pub(super) fn follows(&self, arrived: &[usize]) -> bool {
        let [first, second] = *arrived else { return false };
        let needs = |edge: &Edge| edge.is_needed && self.latest(edge.name) == Some(first);
        self.changes.led.contains(&first) && self.tasks[second].edges.iter().any(needs)
    }

    pub(super) fn forget_changes(&mut self) {
        self.changes = Changes::default();
    }
}
