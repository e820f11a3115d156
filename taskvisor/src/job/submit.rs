//! Submitting: the public trait, and the decision whether to admit a submission.

use std::borrow::Cow;
use std::sync::Arc;

use tokio::time::Instant;

use super::submit_error::SubmitError;
use crate::event::{EventKind, EventName};
use crate::policy::{Policy, RareOptions, RareSettings, ScheduleSettings, Setting, Settings};
use crate::runtime::body::{Dependencies, JobDescriptor, JobOverride, JobSpec, Location, TaskRef};
use crate::runtime::cell::{Flag, RareSetup, RegistryKey, StopRequest, TaskCell, saturating_deadline};
use crate::runtime::instrument::metrics::DeclaredName;
use crate::runtime::instrument::spans;
use crate::runtime::limits::LimitKey;
use crate::runtime::registry::registration::Registration;
use crate::runtime::registry::room::RoomWait;
use crate::runtime::registry::slot::{Admission, NoRoom};
use crate::runtime::registry::{
    Arrival, Capacity, CheckIn, Limits, Placement, RegisterError, WithdrawnSubmission, Work,
};
use crate::runtime::shared::Shared;
use crate::supervisor::link::check_interrupt_on_loss;
use crate::supervisor::spawn::{UnspawnedActor, restore_parts};
use crate::supervisor::{SupervisorHandle, TaskHandle};
use crate::task::{Rejection, RuntimeError, StopCause, is_blank};

/// A type that [`submit`](crate::SupervisorHandle::submit) accepts: a [`ControllerSpec`](crate::ControllerSpec), a job, or a
/// [`Submission`](crate::Submission) of a job. Sealed: no other type can implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be submitted",
    label = "not a submission",
    note = "a job is submitted as the struct of its arguments: write `sync {{ tenant: 1 }}`, not `sync` or `sync(1)`",
    note = "a task is not submitted: an application starts its declared tasks, and `add_task` adds a `TaskSpec`; for work that starts \
            on demand, declare a `#[job]`",
    note = "see `taskvisor::when_it_does_not_compile`, rule `not-a-submission`"
)]
pub trait Submit: sealed::Submit + Sized {
    /// The handle of an accepted submission.
    type Handle;

    /// With `room` the caller waits for room after `QueueFull` and tries again, so that no `Refused` event is published for it.
    #[doc(hidden)]
    fn submit_to(
        self,
        supervisor: &SupervisorHandle,
        room: Option<&mut RoomWait>,
    ) -> Result<Self::Handle, SubmitError<Self>>;
}

/// Other crates cannot name this trait, so they cannot implement `Submit`.
pub(crate) mod sealed {
    pub trait Submit {}
}

/// A submission in its parts, common to jobs and hand-written tasks.
pub(super) struct SubmissionDraft<'a> {
    /// Loses its name and its body to an accepted submission. Unchanged if the submission is refused.
    pub(super) task: &'a mut TaskRef,
    pub(super) settings: &'a Settings,
    pub(super) rare: Option<&'a RareSettings>,
    pub(super) schedule: Option<&'a ScheduleSettings>,
    pub(super) key: RegistryKey,
    pub(super) admission: Admission,
    /// How many submissions may wait for the slot. `None` falls back to the configuration of the controller.
    pub(super) queue: Option<usize>,
    /// How many owners the slot has at most while this submission is one of them. `None` stands for one.
    pub(super) capacity: Option<usize>,
    /// Whether its attempts return a value.
    pub(super) returns_value: bool,
    /// The tasks that it depends on.
    pub(super) dependencies: Option<&'a Dependencies>,
    pub(super) location: Option<&'static Location>,
    pub(super) declared: DeclaredName,
}

const EMPTY_SLOT: &str = "the slot is empty or blank, and it is the key under which submissions compete: put fixed text beside \
                          the value, such as `region-`";

impl Shared {
    /// Admits or refuses a submission. The decision is made under the slot's lock, its effects on other tasks follow after it.
    ///
    /// If a queue is full, `room` waits for it.
    pub(super) fn submit(
        self: &Arc<Self>,
        draft: SubmissionDraft<'_>,
        room: Option<&mut RoomWait>,
    ) -> Result<TaskHandle, RuntimeError> {
        let SubmissionDraft {
            task,
            settings,
            rare,
            schedule,
            key,
            admission,
            queue,
            capacity,
            returns_value,
            declared,
            ..
        } = draft;
        let (mut policy, rare) = match self.resolve_submission(task, settings, rare, schedule) {
            Ok(resolved) => resolved,
            Err(reason) => {
                self.publish_refused(task.name(), declared, key.slot(), &reason);
                return Err(reason);
            }
        };
        if let Err(reason) = check_slot(task.name(), &key, capacity) {
            self.publish_refused(task.name(), declared, key.slot(), &reason);
            return Err(reason);
        }
        if settings.interrupt_on_loss != Setting::Inherit {
            if let Err(reason) = check_interrupt_on_loss(task.name(), settings, draft.dependencies) {
                self.publish_refused(task.name(), declared, key.slot(), &reason);
                return Err(reason);
            }
        }
        let capacity = capacity.map_or(Capacity::ONE, Capacity::new);
        policy.returns_value = returns_value;
        let now = self.now();
        let rare = rare.map(|options| self.submission_setup(task.name(), *options, draft.location, now));
        let (cell, body) = self.take_parts(task, declared, settings, rare, key, now);
        if draft.dependencies.is_some() || settings.stop_order != Setting::Inherit {
            // Before it is registered: from then on a lane may run it.
            match self.link_parts(&cell, draft.dependencies, settings, draft.location) {
                Ok(needed) => self.await_needed(needed),
                Err(reason) => {
                    self.publish_refused(cell.name(), declared, cell.slot(), &reason);
                    restore_parts(task, cell, body);
                    return Err(reason);
                }
            }
        }
        let limits =
            Limits { per_slot: queue.unwrap_or(self.controller.per_slot), total: self.controller.total };
        let mut arrival = self.arrival(admission, capacity, limits, now, Work { body, policy });
        if let Some(time) = settings.expires() {
            arrival.expires = Some(time);
            // The cell keeps it for the time when the submission owns its slot.
            cell.set_expiry(saturating_deadline(now, time.get()));
        }
        match self.register_submission(&cell, &mut arrival) {
            Ok(placement) => {
                let handle = TaskHandle::new(Arc::clone(&cell), self);
                // A lane may run it already: the gauges change by differences.
                self.registry.metrics().accepted(self, &cell);
                if let Some(lane) = self.complete_submission(cell, placement, arrival) {
                    lane.start(self);
                }
                Ok(handle)
            }
            Err(error) => {
                let reason = self.register_error(error, &cell);
                if cell.has_flag(Flag::HasDependencies) {
                    self.graph.unlink(cell.id());
                }
                match room.filter(|_| error == RegisterError::NoRoom(NoRoom::QueueFull)) {
                    Some(room) => self.registry.wait_for_room(&cell, limits, capacity, room),
                    None => self.publish_refused(cell.name(), declared, cell.slot(), &reason),
                }
                // A refused submission keeps its work.
                let Some(Work { body, .. }) = arrival.work else {
                    unreachable!("the queue took the work of a refused submission")
                };
                restore_parts(task, cell, body);
                Err(reason)
            }
        }
    }

    /// Registers a submission, which is found by its id from then on.
    #[inline]
    pub(crate) fn register_submission(
        &self,
        cell: &Arc<TaskCell>,
        arrival: &mut Arrival,
    ) -> Result<Placement, RegisterError> {
        match &self.recent_jobs {
            None => self.registry.register_submission(cell, arrival),
            Some(recent) => {
                // Before it is registered, because a lane may run and end it from then on.
                recent.submit(cell, arrival.at);
                let registered = self.registry.register_submission(cell, arrival);
                if registered.is_err() {
                    recent.withdraw(cell.id());
                }
                registered
            }
        }
    }

    /// What is rare about a submission.
    #[cold]
    fn submission_setup(
        &self,
        name: &str,
        options: RareOptions,
        declared: Option<&'static Location>,
        now: Instant,
    ) -> Box<RareSetup> {
        let key = match declared {
            Some(declared) => LimitKey::Job(std::ptr::from_ref(declared).addr()),
            None => LimitKey::Submission(name.into()),
        };
        let limits = self.limits.find(&options, key, name, now);
        Box::new(RareSetup { options, limits, ..RareSetup::default() })
    }

    /// As `resolve`. Refuses the options that apply to added tasks only.
    #[inline]
    fn resolve_submission(
        self: &Arc<Self>,
        task: &TaskRef,
        settings: &Settings,
        rare: Option<&RareSettings>,
        schedule: Option<&ScheduleSettings>,
    ) -> Result<(Policy, Option<Box<RareOptions>>), RuntimeError> {
        let mut problems = rare.map(RareSettings::submission_problems).unwrap_or_default();
        if schedule.is_some_and(|schedule| !schedule.is_empty()) {
            problems.push(ScheduleSettings::OF_A_SUBMISSION);
        }
        if problems.is_empty() {
            return self.resolve(task, settings, rare, None, false);
        }
        let mut reasons: Vec<_> = problems.into_iter().map(Cow::from).collect();
        let others = rare.map(RareSettings::of_submission);
        if let Err(RuntimeError::InvalidSpec { reasons: others, .. }) =
            self.resolve(task, settings, others.as_ref(), None, false)
        {
            reasons.extend(others);
        }
        Err(RuntimeError::InvalidSpec { name: task.name().to_owned(), reasons })
    }

    /// How a submission arrives at its slot. If a subscriber selects the events of its wait, `complete_submission` publishes them, and
    /// makes its span.
    pub(crate) fn arrival(
        &self,
        admission: Admission,
        capacity: Capacity,
        limits: Limits,
        at: Instant,
        work: Work,
    ) -> Arrival {
        Arrival {
            admission,
            capacity,
            limits,
            at,
            expires: None,
            check_out: self.bus.wants(EventName::Added)
                || self.bus.wants(EventName::Queued)
                || spans::may_be_enabled(),
            reports_delays: self.bus.wants(EventName::Delayed),
            work: Some(work),
            superseded: None,
            effects: None,
        }
    }

    /// Publishes the events of an accepted submission, and applies its effects on the tasks of its slot. Returns the lane to
    /// start, if the submission owns its slot.
    ///
    /// Called after the slot's lock is released: stop requests wake tasks, ends run destructors, and subscribers' queues have
    /// locks.
    pub(crate) fn complete_submission(
        self: &Arc<Self>,
        cell: Arc<TaskCell>,
        placement: Placement,
        arrival: Arrival,
    ) -> Option<UnspawnedActor> {
        let Arrival { at: now, mut work, superseded, effects, .. } = arrival;
        if let Some(work) = &mut work {
            spans::begin_job(&mut work.body, &cell);
        }
        let Placement::Queued { replaced, outdated, timer } = placement else {
            // Always present: the registry takes the work of a queued submission only.
            let Work { body, policy } = work?;
            let mut registration = Registration::of_owner(Arc::clone(self), cell);
            self.registry.metrics().slot_was_free(registration.cell());
            registration.publish_added(Some(now));
            if let Some(effects) = effects {
                self.apply_effects(superseded, *effects, now);
            }
            return Some(UnspawnedActor::new(registration, body, policy));
        };
        self.registry.metrics().queued(&cell);
        if let Some(change) = timer {
            self.change_slot_timer(&cell, change, now);
        }
        let mut lane = None;
        if work.is_some() {
            // Checked out: no lane can take the submission before these events are published.
            self.publish(&cell, EventName::Added, Some(now), || EventKind::Added);
            if let Some(slot) = cell.slot() {
                self.publish(&cell, EventName::Queued, Some(now), || EventKind::Queued {
                    slot: Arc::clone(slot),
                });
            }
            lane = self.check_in(cell, &mut work);
        }
        if let Some(effects) = effects {
            self.apply_effects(superseded, *effects, now);
            return lane;
        }
        if let Some(superseded) = superseded {
            self.end_withdrawn([superseded], Some(StopRequest::reject(Rejection::Superseded, now)));
        }
        // The grace runs from the request, so read the supervisor's clock again. The caller's own clock may differ: it may
        // be on another runtime, or on none.
        let stop = || StopRequest::stop(StopCause::Replace, self.now(), self.config.grace);
        if let Some(replaced) = replaced {
            replaced.request_stop(stop());
        }
        if let Some(outdated) = outdated {
            outdated.request_stop_between_attempts(stop());
        }
        lane
    }

    /// Returns a submission that was checked out to the queue of its slot. Returns the lane to start, if the submission owns its
    /// slot meanwhile. Ends it if it was withdrawn.
    pub(super) fn check_in(
        self: &Arc<Self>,
        cell: Arc<TaskCell>,
        work: &mut Option<Work>,
    ) -> Option<UnspawnedActor> {
        match self.registry.check_in(&cell, work) {
            CheckIn::Queued => None,
            CheckIn::Owner => {
                let Work { body, policy } = work.take()?;
                let registration = Registration::of_queued(Arc::clone(self), cell);
                registration.publish_admitted(None);
                Some(UnspawnedActor::new(registration, body, policy))
            }
            CheckIn::Withdrawn(request) => {
                let withdrawn = work.take().map(|work| WithdrawnSubmission { cell, work });
                self.end_withdrawn(withdrawn, request);
                None
            }
        }
    }

    /// Returns how the application has changed a job.
    #[inline]
    pub(super) fn job_override(&self, job: &'static JobDescriptor) -> Option<JobOverride> {
        self.job_overrides.get(job)
    }

    /// Counts and publishes that a submission was refused.
    pub(super) fn publish_refused(
        &self,
        task: &str,
        declared: DeclaredName,
        slot: Option<&Arc<str>>,
        reason: &RuntimeError,
    ) {
        self.registry.metrics().refused(task, declared, reason);
        if self.bus.wants(EventName::Refused) {
            let (task, slot, reason) = (task.to_owned(), slot.cloned(), reason.to_string());
            self.bus.publish(self.now(), None, EventKind::Refused { task, slot, reason });
        }
    }
}

/// Checks the key and the capacity of a slot.
#[inline]
fn check_slot(task: &str, key: &RegistryKey, capacity: Option<usize>) -> Result<(), RuntimeError> {
    let is_empty = key.slot().is_some_and(|slot| is_blank(slot));
    let has_no_place = capacity == Some(0);
    if is_empty || has_no_place { Err(invalid_slot(task, is_empty, has_no_place)) } else { Ok(()) }
}

#[cold]
fn invalid_slot(task: &str, is_empty: bool, has_no_place: bool) -> RuntimeError {
    let problems = [is_empty.then_some(EMPTY_SLOT), has_no_place.then_some(JobSpec::ZERO_CAPACITY)];
    let reasons = problems.into_iter().flatten().map(Cow::from).collect();
    RuntimeError::InvalidSpec { name: task.to_owned(), reasons }
}
