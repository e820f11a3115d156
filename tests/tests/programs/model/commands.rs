//! The answer of each command, and the stop requests that it makes: contract 3 and 4.

use taskvisor::{InterruptCause, Rejection, RestartPolicy, StopCause};

use super::admission::Decision;
use super::instances::Kind;
use super::place::Place;
use super::task::{Key, Request, RequestKind, Task};
use super::{Unclear, World};
use crate::depends::Depends;
use crate::program::{Command, Ms, NAMES, Policy, SLOTS, Sort, Work, meant};
use crate::vocabulary::{Answer, Refusal, TaskEvent};

impl World<'_> {
    /// Starts the run, if the program has one. The run accepts all of its tasks or none.
    pub(super) fn begin(&mut self) -> Result<(), Unclear> {
        let Some(run) = &self.program.run else { return Ok(()) };
        let mut sound = true;
        for (_, work) in run {
            sound &= !self.is_unsound(work, Kind::Added);
        }
        let apart = run
            .iter()
            .enumerate()
            .all(|(index, (name, _))| run[..index].iter().all(|(other, _)| other != name));
        let linked = run.iter().all(|(name, work)| !self.refuses_dependencies(Some(*name), work, run));
        self.running = sound && apart && linked;
        let met =
            if !sound || !apart || self.running { None } else { Some("a run with refused dependencies") };
        self.met.extend(met.map(str::to_owned));
        if self.running {
            for (name, work) in run {
                let (name, key) = (NAMES[*name].to_owned(), Key::Name(*name));
                self.accept(name, key, work.policy, work, Place::ForDependency);
            }
            // Once all are added, because the order of the list does not matter.
            (0..run.len()).for_each(|number| self.link(number));
        }
        self.settle()
    }

    /// Executes a command and returns its answer. `inside` is the task that issues the command, if a task does.
    pub(super) fn execute(&mut self, command: &Command, inside: Option<usize>) -> Answer {
        self.commands += 1;
        match command {
            Command::Add { name, work } => self.add(*name, work),
            Command::AddInstances { pool, instances, work } => self.add_instances(*pool, *instances, work),
            Command::Scale { pool, instances } => self.scale(*pool, *instances),
            Command::Operate { pool, operation } => self.operate(*pool, *operation),
            Command::Submit { slot, admission, sort, work } => {
                let policy = sort.policy(work, &self.program.limits.defaults);
                // The compiler checked the options of a job. Only its timeout and `expires` can be overridden at run time.
                let unsound = match sort {
                    Sort::Task => self.is_unsound(work, Kind::Submitted),
                    Sort::Once | Sort::Retried | Sort::Limited => {
                        policy.is_some_and(|policy| policy.timeout == Some(0))
                            || work.rare.stop_timeout == Some(0)
                    }
                };
                let capacity = self.capacity_of(*sort, work);
                let unsound = unsound || work.expires == Some(0) || capacity == 0;
                let mut reasons = self.refuses(unsound);
                if *sort == Sort::Task && self.refuses_dependencies(None, work, &[]) {
                    reasons.push(Refusal::Dependencies);
                }
                if !reasons.is_empty() {
                    // A slot that is busy or full is another reason.
                    reasons.extend([Refusal::Busy, Refusal::QueueFull]);
                    return Answer::Refused(reasons);
                }
                let (name, number) = (format!("s{}", self.commands), self.tasks.len());
                let decision = match slot {
                    Some(slot) => self.decide(*slot, *admission, capacity, number),
                    None => Decision::Starts,
                };
                let place = match decision {
                    Decision::Refused(reason) => return Answer::Refused(vec![reason]),
                    Decision::Starts => Place::ForDependency,
                    Decision::Waits => Place::ForSlot,
                };
                let name = work.rare.limited.label().map_or(name, str::to_owned);
                let name = if *sort == Sort::Task { name } else { format!("{sort:?}") };
                let work = if *sort == Sort::Task { work.clone() } else { work.clone().of_a_job(*sort) };
                let answer = self.accept(name, slot.map_or(Key::Free, Key::Slot), policy, &work, place);
                self.tasks[number].returns_value = *sort != Sort::Task;
                self.tasks[number].expires_at = work.expires.map(|time| self.now + time);
                if *sort == Sort::Task {
                    self.link(number);
                }
                answer
            }
            Command::Cancel { before, grace } => match meant(*before, self.tasks.len()) {
                Some(number) => Answer::StopRequested(self.request_stop(number, StopCause::Cancel, *grace)),
                None => Answer::Nothing,
            },
            Command::Restart { before } => match meant(*before, self.tasks.len()) {
                Some(number) => self.restart(number),
                None => Answer::Nothing,
            },
            Command::Pause { before } => match meant(*before, self.tasks.len()) {
                Some(number) => self.pause(number),
                None => Answer::Nothing,
            },
            Command::PauseAfter { before } => match meant(*before, self.tasks.len()) {
                Some(number) => self.pause_after_attempt(number),
                None => Answer::Nothing,
            },
            Command::Resume { before } => match meant(*before, self.tasks.len()) {
                Some(number) => self.resume(number),
                None => Answer::Nothing,
            },
            Command::Trigger { before } => match meant(*before, self.tasks.len()) {
                Some(number) => self.trigger(number),
                None => Answer::Nothing,
            },
            Command::CancelNamed { name, grace } => match self.named(*name) {
                Some(number) => {
                    let first = self.request_stop(number, StopCause::Cancel, *grace);
                    if inside == Some(number) {
                        return Answer::Refused(vec![Refusal::WouldDeadlock]);
                    }
                    self.awaited.push((self.answers.len(), number));
                    Answer::CanceledAndEnded(first, 0)
                }
                None => Answer::UnknownTask,
            },
            Command::Remove { name } => match self.named(*name) {
                Some(number) => Answer::StopRequested(self.request_stop(number, StopCause::Cancel, None)),
                None => Answer::UnknownTask,
            },
            Command::Clear { slot } => self.clear(*slot),
            Command::Stop => {
                self.stop(inside);
                Answer::Done
            }
        }
    }

    fn clear(&mut self, key: usize) -> Answer {
        let Some(slot) = self.slots.get(&key) else { return Answer::Cleared(false) };
        let owners: Vec<_> = slot.owners().map(|owner| owner.number).collect();
        self.empty_line(key, Rejection::Cleared);
        for owner in owners {
            self.request_stop(owner, StopCause::Clear, None);
        }
        Answer::Cleared(true)
    }

    /// The capacity of a submission. A job has none of its own.
    fn capacity_of(&mut self, sort: Sort, work: &Work) -> usize {
        let capacity = work.rare.capacity.filter(|_| sort == Sort::Task).unwrap_or(1);
        if capacity == 0 {
            self.met.insert("a capacity of zero".to_owned());
        }
        capacity
    }

    /// Why an operator cannot control a task.
    pub(super) fn refuses_control(&self, number: usize) -> Option<Refusal> {
        let closed = self.closed;
        let task = &self.tasks[number];
        let owns_slot = match task.key {
            Key::Slot(_) => self.owns_slot(number),
            Key::Name(_) | Key::Instance(_) | Key::Free => true,
        };
        match task.place {
            Place::Gone => Some(Refusal::Ended),
            _ if closed => Some(Refusal::ShuttingDown),
            Place::ForSlot if !owns_slot && task.is_stopping() => Some(Refusal::Stopping),
            Place::ForSlot if !owns_slot => Some(Refusal::Queued),
            _ if task.is_stopping() => Some(Refusal::Stopping),
            _ => None,
        }
    }

    /// Interrupts the running attempt, or ends the wait for the next one: contract 3.13 and 3.14.
    pub(super) fn restart(&mut self, number: usize) -> Answer {
        let refusal = self.refuses_control(number);
        let task = &self.tasks[number];
        let pauses = task.paused || task.pauses_later;
        if let Some(refusal) = refusal.or_else(|| pauses.then_some(Refusal::Paused)) {
            return Answer::Refused(vec![refusal]);
        }
        self.interrupt(number, InterruptCause::Restart);
        self.meet(number, "is restarted");
        Answer::Restarted
    }

    /// Interrupts a task on the request of an operator.
    pub(super) fn interrupt(&mut self, number: usize, cause: InterruptCause) {
        let (now, grace) = (self.now, self.program.limits.grace);
        let task = &mut self.tasks[number];
        // Between two attempts it takes effect when the task acts: a stop request of the same burst replaces it.
        let deadline = now + task.time_to_stop(grace);
        let request =
            Request { kind: RequestKind::Interrupt(cause), at: now, deadline, enforcer: StopCause::Cancel };
        // Of two interrupts, the first cause and the earliest deadline.
        let pending = task.request.get_or_insert(request);
        pending.deadline = pending.deadline.min(deadline);
        self.end_readiness(number);
    }

    fn add(&mut self, name: usize, work: &Work) -> Answer {
        let unsound = self.is_unsound(work, Kind::Added);
        let mut reasons = self.refuses(unsound);
        if self.refuses_dependencies(Some(name), work, &[]) {
            reasons.push(Refusal::Dependencies);
        }
        if self.named(name).is_some() {
            reasons.push(Refusal::NameTaken);
        }
        if !reasons.is_empty() {
            return Answer::Refused(reasons);
        }
        let number = self.tasks.len();
        let answer =
            self.accept(NAMES[name].to_owned(), Key::Name(name), work.policy, work, Place::ForDependency);
        self.link(number);
        answer
    }

    /// The reasons to refuse a task that do not depend on other tasks.
    pub(super) fn refuses(&self, unsound: bool) -> Vec<Refusal> {
        let reasons = [(self.closed, Refusal::ShuttingDown), (unsound, Refusal::Invalid)];
        reasons.iter().filter(|(holds, _)| *holds).map(|(_, why)| *why).collect()
    }

    pub(super) fn accept(
        &mut self,
        name: String,
        key: Key,
        policy: Option<Policy>,
        work: &Work,
        place: Place,
    ) -> Answer {
        let was_ready = if let Key::Name(name) = key { self.takes_name(name) } else { false };
        let policy = policy.unwrap_or_else(|| work.policy_or(&self.program.limits.defaults));
        let number = self.tasks.len();
        let starts = place == Place::ForDependency;
        let declaration = self.find_declaration(&name, work, !matches!(key, Key::Name(_) | Key::Instance(_)));
        self.tasks.push(Task::new(name, key, policy, work.clone(), place, self.now));
        self.tasks[number].declaration = declaration;
        self.tasks[number].was_ready = was_ready;
        if starts {
            self.arrive(number);
            if self.tasks[number].grid.is_some() {
                self.tasks[number].place = Place::ForTick;
            }
        } else if let Key::Slot(slot) = key {
            self.tasks[number].publish(self.now, TaskEvent::Queued(SLOTS[slot].to_owned()));
        }
        Answer::Accepted(number)
    }

    /// The live task with this name.
    pub(super) fn named(&self, name: usize) -> Option<usize> {
        self.live().find(|number| self.tasks[*number].key == Key::Name(name))
    }

    /// Closes admission and requests the stops of all live tasks, in waves.
    pub(super) fn stop(&mut self, inside: Option<usize>) {
        if self.closed {
            return;
        }
        self.closed = true;
        self.stopped = Some(self.now);
        let keys: Vec<_> = self.slots.keys().copied().collect();
        for key in keys {
            self.empty_line(key, Rejection::ShuttingDown);
        }
        self.begin_waves(inside);
    }

    /// Brings the task to its gates.
    pub(super) fn arrive(&mut self, number: usize) {
        self.tasks[number].place = Place::ForDependency;
        self.tasks[number].since = self.now;
    }

    /// Shuts the supervisor down if a critical task has failed.
    pub(super) fn escalate(&mut self, number: usize) -> Result<(), Unclear> {
        if !std::mem::replace(&mut self.escalates, false) {
            return Ok(());
        }
        if self.is_disturbed(number, self.now) {
            return Err(Unclear::Tie("a critical task fails in a moment in which other tasks act"));
        }
        self.met.insert("a critical task fails".to_owned());
        self.stop(None);
        Ok(())
    }

    /// Whether the options of a task contradict each other, or allow no attempt.
    pub(super) fn is_unsound(&mut self, work: &Work, kind: Kind) -> bool {
        let Depends { needs, interrupt_on_loss, .. } = &work.depends;
        let loses_nothing = needs.is_empty() && interrupt_on_loss.is_some();
        self.refuses_rare(work, kind)
            || self.refuses_schedule(work, kind == Kind::Submitted)
            || contradicts(work.policy.as_ref())
            || loses_nothing
            || *interrupt_on_loss == Some(0)
    }
}

/// Whether options of the policy contradict each other or allow no attempt.
fn contradicts(policy: Option<&Policy>) -> bool {
    let Some(policy) = policy else { return false };
    let zero = |span: Option<Ms>| span == Some(0);
    let never_stable =
        policy.stable_after.zip(policy.timeout).is_some_and(|(stable, timeout)| stable > timeout);
    zero(policy.timeout)
        || zero(policy.stable_after)
        || never_stable
        || policy.restart == RestartPolicy::Never && policy.max_retries.is_some()
        || policy.restart != RestartPolicy::Always && policy.delay.is_some()
}
