//! The registration of one task, from the moment its name or slot is taken until its end is visible.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{NextOwner, RegisterError};
use crate::event::{EventKind, EventName, NotReadyReason};
use crate::runtime::body::{ErasedBody, TaskContext};
use crate::runtime::cell::{
    FinishedAttempt, Flag, PendingStop, ReadinessChange, StopRequest, TaskCell, TaskEnd,
};
use crate::runtime::instances::{InstanceOf, InstanceSet};
use crate::runtime::instrument::metrics::{Metrics, PreviousAttempt};
use crate::runtime::shared::Shared;
use crate::task::{InterruptCause, StopCause};

/// The registration of a task. The actor owns it.
///
/// Only finishing or dropping it frees a name and passes a slot on. Dropping it without `finish` aborts the task.
// No reaper: dropping the registration always finishes the task.
pub(crate) struct Registration {
    shared: Arc<Shared>,
    cell: Arc<TaskCell>,
    step: LifecycleStep,
    /// Whether the last event about the readiness was `Ready`.
    is_ready: bool,
    /// What came before the next attempt, for the metrics.
    previous: PreviousAttempt,
}

/// The last lifecycle event that was published. It decides which events must still follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LifecycleStep {
    /// The name or slot is taken. No event was published, and freeing it again publishes none.
    Reserved,
    /// The task has an outcome from here on. `Added` is published before its spawn, by the first poll of its lane, or before its end.
    Accepted,
    Added,
    /// Added, and withdrawn from the queue of its slot: it holds no slot.
    Withdrawn,
    /// An attempt has started. Its end must be published before that of the task.
    Attempt,
    Finished,
}

impl Registration {
    /// Registers a task under its name. Returns the cell with the error, so that the caller can return the task's name.
    pub(crate) fn register(
        shared: Arc<Shared>,
        cell: Arc<TaskCell>,
    ) -> Result<Self, (RegisterError, Arc<TaskCell>)> {
        match shared.registry.register(&cell) {
            Ok(()) => Ok(Self::at(LifecycleStep::Reserved, shared, cell)),
            Err(error) => Err((error, cell)),
        }
    }

    /// The registration of a submission that owns its slot and has not waited for it.
    #[cfg(feature = "controller")]
    pub(crate) fn of_owner(shared: Arc<Shared>, cell: Arc<TaskCell>) -> Self {
        Self::at(LifecycleStep::Accepted, shared, cell)
    }

    /// The registration of a submission that owns its slot after it has waited.
    pub(crate) fn of_queued(shared: Arc<Shared>, cell: Arc<TaskCell>) -> Self {
        shared.registry.metrics().dequeued(&cell);
        Self::at(LifecycleStep::Added, shared, cell)
    }

    /// The registration of a submission that was withdrawn from the queue of its slot.
    pub(super) fn of_withdrawn(shared: Arc<Shared>, cell: Arc<TaskCell>) -> Self {
        shared.registry.metrics().dequeued(&cell);
        Self::at(LifecycleStep::Withdrawn, shared, cell)
    }

    /// Continues with the next owner of the slot. The registration must be finished.
    pub(crate) fn become_next(&mut self, next: Arc<TaskCell>) {
        debug_assert_eq!(self.step, LifecycleStep::Finished, "one task of a lane follows the other");
        self.cell = next;
        self.step = LifecycleStep::Added;
        self.is_ready = false;
        self.previous = PreviousAttempt::default();
        self.metrics().dequeued(&self.cell);
    }

    fn at(step: LifecycleStep, shared: Arc<Shared>, cell: Arc<TaskCell>) -> Self {
        Self { shared, cell, step, is_ready: false, previous: PreviousAttempt::default() }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn cell(&self) -> &Arc<TaskCell> {
        &self.cell
    }

    #[inline]
    pub(crate) fn metrics(&self) -> &Metrics {
        self.shared.registry.metrics()
    }

    /// Creates the context of an attempt.
    pub(crate) fn context(&self, attempt: u64) -> TaskContext {
        TaskContext::new(Arc::clone(&self.shared), Arc::clone(&self.cell), attempt)
    }

    /// Accepts the task: from here on it has exactly one outcome.
    pub(crate) fn accept(&mut self) {
        if self.step == LifecycleStep::Reserved {
            self.step = LifecycleStep::Accepted;
            self.metrics().accepted(&self.shared, &self.cell);
        }
    }

    /// Publishes that a submission owns its slot since `now`, or else since this call, after it has waited for it.
    pub(crate) fn publish_admitted(&self, now: Option<Instant>) {
        self.metrics().slot_acquired(&self.cell, now);
        self.publish(EventName::Admitted, now, || EventKind::Admitted);
    }

    pub(crate) fn publish_added(&mut self, now: Option<Instant>) {
        if self.step == LifecycleStep::Accepted {
            self.step = LifecycleStep::Added;
            self.publish(EventName::Added, now, || EventKind::Added);
        }
    }

    pub(crate) fn publish_started(&mut self, attempt: u64, now: Instant) {
        self.metrics().attempt_begun(&self.cell, attempt, self.previous);
        self.step = LifecycleStep::Attempt;
        self.publish(EventName::Started, Some(now), || EventKind::Started { attempt });
    }

    /// Counts an attempt that has ended, for the metrics.
    #[inline]
    pub(crate) fn count_attempt(&mut self, event: EventName, after: &FinishedAttempt) {
        self.previous = self.metrics().attempt_ended(&self.cell, event, after);
    }

    /// Records that the wait for the next attempt was interrupted.
    pub(crate) fn interrupted_wait(&mut self, cause: InterruptCause) {
        self.previous.interrupted_wait(cause);
    }

    #[inline]
    pub(crate) fn publish_attempt_end(
        &mut self,
        name: EventName,
        now: Instant,
        kind: impl FnOnce(&TaskCell) -> EventKind,
    ) {
        self.step = LifecycleStep::Added;
        self.publish(name, Some(now), || kind(&self.cell));
    }

    /// Publishes what has happened to the readiness since the last call: the body or another thread has changed it.
    // Only for tasks that declare their readiness: all others have no event of it, and save the lock.
    pub(crate) fn publish_readiness(&mut self) {
        let now = Instant::now();
        let ReadinessChange { became_ready, lost } = self.cell.observe_readiness(self.is_ready, now);
        if let Some(after) = became_ready {
            self.publish_ready(now, after);
        }
        if let Some(reason) = lost {
            self.publish_not_ready(now, reason);
        }
    }

    /// Whether the task has become ready since the last call, and maybe lost it again.
    pub(crate) fn has_become_ready(&self, now: Instant) -> bool {
        self.cell.observe_readiness(self.is_ready, now).became_ready.is_some()
    }

    /// Publishes that the task is ready, unless the last event said so.
    pub(crate) fn publish_ready(&mut self, now: Instant, after: Duration) {
        if !self.is_ready {
            self.is_ready = true;
            self.show_life(now);
            self.publish(EventName::Ready, Some(now), || EventKind::Ready { after });
        }
    }

    /// Records for the tasks that need this one that it has succeeded or has become ready.
    #[inline]
    pub(crate) fn show_life(&self, now: Instant) {
        if self.cell.has_flag(Flag::IsNeeded) {
            if let Some(node) = self.shared.graph.node(self.cell.base_name()) {
                // Of several instances, one that was ready all the time says that there was no outage.
                let set = self.cell.instance().and_then(|instance| instance.set.upgrade());
                let ready_since = match set {
                    Some(set) => set.ready_since(node.ready_since()),
                    None => self.cell.ready_since(),
                };
                node.sign_of_life(now, ready_since);
            }
        }
    }

    /// Records the latest heartbeat of a ready task for its dependents. Called before an attempt ends.
    #[inline]
    pub(crate) fn show_heartbeat(&self) {
        if let Some(rare) = self.cell.rare().filter(|rare| rare.options().heartbeat().is_some()) {
            if let Some(beat) = rare.heartbeat().latest_beat().filter(|_| self.cell.is_ready()) {
                self.show_life(beat);
            }
        }
    }

    /// Publishes that the task is not ready any more, if the last event said that it is.
    pub(crate) fn publish_not_ready(&mut self, now: Instant, reason: NotReadyReason) {
        if self.is_ready {
            self.is_ready = false;
            self.publish(EventName::NotReady, Some(now), || EventKind::NotReady { reason });
        }
    }

    #[inline(always)]
    pub(crate) fn publish_backoff(&self, attempt: u64, now: Instant, delay: Duration, failures: u32) {
        if !self.shared.bus.wants(EventName::Backoff) {
            return;
        }
        // A failure precedes every backoff, and the cell has it.
        if let Some(error) = self.cell.last_error() {
            let kind = EventKind::Backoff { attempt, delay, failures, error };
            self.publish(EventName::Backoff, Some(now), || kind);
        }
    }

    /// Enters the phase `Sleeping`, unless a stop was requested or the owner must end for a `Latest` that waits: the next
    /// attempt would be out of date. `succeeded` makes the task ready.
    #[inline]
    pub(crate) fn begin_sleep(
        &self,
        now: Instant,
        until: Instant,
        failures: (u32, u32),
        succeeded: bool,
    ) -> Result<(), PendingStop> {
        // A `Latest` that was enqueued during the attempt did not stop it, and is found here. One that is enqueued after
        // this check finds in the cell that no attempt is running, and requests the stop itself.
        if self.cell.slot().is_some() && self.shared.registry.must_yield(&self.cell) {
            self.cell.request_stop_between_attempts(StopRequest::stop(
                StopCause::Replace,
                now,
                self.shared.config.grace,
            ));
        }
        self.cell.begin_sleep(now, until, failures, succeeded)
    }

    /// Publishes an event of the task, if a subscriber wants it. Reads the clock unless `now` is given.
    #[inline]
    pub(crate) fn publish(&self, name: EventName, now: Option<Instant>, kind: impl FnOnce() -> EventKind) {
        self.shared.publish(&self.cell, name, now, kind);
    }

    /// Ends the task.
    ///
    /// The order is: leave the graph of dependencies, decide the end, record it for `job_status`, publish it, count it, free the name or
    /// pass the slot on, publish `Removed`, leave the set of instances, make the outcome visible and wake the waiters, shut down if the
    /// task is critical and has failed, start the next instance of its number, count the task out.
    ///
    /// The caller runs the next owner of the slot, if there is one, or ends it. `value` is the body of a completed job.
    #[must_use = "the next owner of the slot must run or end"]
    pub(crate) fn finish(&mut self, end: TaskEnd, now: Instant, value: Option<ErasedBody>) -> Finished {
        self.finish_task(end, now, value, true)
    }

    /// As `finish`. `replaces` says whether the next instance of a number that is wanted again is started.
    fn finish_task(
        &mut self,
        end: TaskEnd,
        now: Instant,
        value: Option<ErasedBody>,
        replaces: bool,
    ) -> Finished {
        debug_assert_ne!(self.step, LifecycleStep::Finished, "a task finishes once");
        // Before the name is free: the next task of the name, and those that depend on it, are in no cycle with this one.
        if self.cell.has_flag(Flag::HasDependencies) {
            self.shared.graph.unlink(self.cell.id());
        }
        let next = if self.step == LifecycleStep::Reserved {
            // Never accepted: no event and no count. No waiter sees the end before `finish`.
            self.cell.decide_end(TaskEnd::Aborted);
            self.deregister(now)
        } else {
            self.publish_end(end, now)
        };
        // Set before the waiters wake: whatever follows, the destructor does not finish the task a second time.
        self.step = LifecycleStep::Finished;
        // Before the outcome is visible: a waiter that changes the number of instances must find that this one has ended.
        let instance = self.cell.instance().and_then(|instance| self.end_instance(instance));
        // After `deregister`: a waiter that adds a task of the same name must find the name free.
        let woke = match value {
            None => self.cell.finish(now),
            Some(value) => self.cell.finish_with_value(now, value),
        };
        if self.cell.rare().is_some_and(|rare| rare.options().is_critical()) {
            self.shared.shut_down_for_critical_task(&self.cell);
        }
        // Not in the destructor of a registration: destructors spawn nothing.
        if let Some((set, index)) = instance.filter(|_| replaces) {
            self.shared.replace_instance(&set, index);
        }
        // Last: once the registry is idle, every outcome is visible.
        self.shared.registry.count_out();
        Finished { next, woke }
    }

    /// Records the end of an instance in its set. Returns the set and the number, if the number is wanted again.
    #[cold]
    fn end_instance(&self, instance: &InstanceOf) -> Option<(Arc<InstanceSet>, usize)> {
        let set = instance.set.upgrade()?;
        set.end(instance.index, &self.cell).then_some((set, instance.index))
    }

    /// Frees the name, or passes the slot on.
    fn deregister(&self, now: Instant) -> Option<NextOwner> {
        let holds_key = self.step != LifecycleStep::Withdrawn;
        if holds_key { self.shared.registry.deregister(&self.cell, now) } else { None }
    }

    /// Records the end of a submission, for `job_status`.
    #[cfg(feature = "controller")]
    #[cold]
    fn record_end(&self, end: TaskEnd, now: Instant) {
        if let Some(recent) = self.shared.recent_jobs.as_ref().filter(|_| !self.cell.holds_name()) {
            recent.end(&self.cell, self.cell.decided_outcome(end), now);
        }
    }

    fn publish_end(&mut self, end: TaskEnd, now: Instant) -> Option<NextOwner> {
        // The actor may be dropped before its first poll, or during an attempt: the events that are missing come first.
        self.publish_added(Some(now));
        if self.step == LifecycleStep::Attempt {
            self.metrics().attempt_dropped(&self.cell, now);
            self.cell.record_dropped_attempt(now);
            let attempt = || EventKind::Aborted { attempt: self.cell.status().attempt };
            self.publish(EventName::Aborted, Some(now), attempt);
        }
        // A waiter may have forced another end meanwhile. Events and counters use the one that was decided.
        let end = self.cell.decide_end(end);
        // Before the outcome is visible: a waiter must find it counted.
        self.metrics().ended(&self.cell, end);
        // Before the submission is deregistered, so that its id is always found, and before its event, so that a subscriber finds the
        // end.
        #[cfg(feature = "controller")]
        if self.shared.recent_jobs.is_some() {
            self.record_end(end, now);
        }
        if self.is_ready && end != TaskEnd::Completed {
            self.publish_not_ready(now, self.cell.loss_at_the_end());
        }
        let outcome = || EventKind::Ended { outcome: self.cell.decided_outcome(end) };
        self.publish(EventName::Ended, Some(now), outcome);
        self.shared.tally.count(&self.cell, end, || self.shared.stop_waves.lock().share_of(&self.cell));
        if end == TaskEnd::Failed && self.cell.holds_name() {
            self.shared.suspects.add_failed(&self.cell);
        }
        let next = self.deregister(now);
        self.publish(EventName::Removed, Some(now), || EventKind::Removed);
        next
    }
}

/// The result of finishing a task.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The next owner of the slot.
    pub(crate) next: Option<NextOwner>,
    /// Whether waiters for the outcome were woken.
    pub(crate) woke: bool,
}

impl Drop for Registration {
    fn drop(&mut self) {
        if self.step == LifecycleStep::Finished {
            return;
        }
        // The runtime drops the lane: no other code would end the submissions that it has yet to run. A loop, because the
        // queue may be longer than the stack.
        let mut granted =
            Vec::from_iter(self.finish_task(TaskEnd::Aborted, Instant::now(), None, false).next);
        while let Some(NextOwner { cell, mut work, others, .. }) = granted.pop() {
            // Ended here and not spawned, because the runtime is shutting down.
            granted.extend(others);
            // Its value is dropped before its end is visible.
            work.body.discard();
            self.become_next(cell);
            granted.extend(self.finish_task(TaskEnd::Aborted, Instant::now(), None, false).next);
        }
    }
}
