//! The decision about a submission.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::event::{EventKind, EventName};
use crate::runtime::body::{TaskRef, TaskSpec};
use crate::runtime::cell::{Key, StopRequest, TaskCell};
use crate::runtime::registry::registration::Ticket;
use crate::runtime::registry::slot::{Admission, NoRoom};
use crate::runtime::registry::{Limits, Refusal, Taken};
use crate::runtime::shared::Shared;
use crate::supervisor::spawn::Reserved;
use crate::supervisor::{SupervisorHandle, TaskHandle};
use crate::task::{Rejection, RuntimeError, StopCause, TaskId};

/// What can be submitted: a [`ControllerSpec`](crate::ControllerSpec), a job, or a job with other rules. Not meant to be
/// implemented.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be submitted",
    label = "not a submission",
    note = "submit a job (the struct that `#[job]` makes of its arguments), a `Submission` of one, or a `ControllerSpec`; \
            a `TaskSpec` is added with `add_task`"
)]
pub trait Submit: Sized {
    /// What comes back when it is accepted.
    type Handle;

    /// With `waits` it tries again when there is room, so that the lack of it is no refusal.
    #[doc(hidden)]
    fn submit_to(self, supervisor: &SupervisorHandle, waits: bool)
    -> Result<Self::Handle, SubmitError<Self>>;
}

/// A refused submission: why, and the submission, to be tried again.
pub struct SubmitError<S>(Box<Refused<S>>);

struct Refused<S> {
    reason: RuntimeError,
    // As in `AddError`: what can be sent but not shared is both behind a lock.
    submission: Mutex<S>,
}

impl<S> SubmitError<S> {
    pub(crate) fn new(reason: RuntimeError, submission: S) -> Self {
        Self(Box::new(Refused { reason, submission: Mutex::new(submission) }))
    }

    /// Why it was refused.
    #[must_use]
    pub fn reason(&self) -> &RuntimeError {
        &self.0.reason
    }

    /// The submission that was refused.
    #[must_use]
    pub fn into_submission(self) -> S {
        self.0.submission.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> From<SubmitError<S>> for RuntimeError {
    fn from(error: SubmitError<S>) -> Self {
        error.0.reason
    }
}

impl<S> fmt::Display for SubmitError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason().fmt(f)
    }
}

impl<S> fmt::Debug for SubmitError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmitError").field("reason", self.reason()).finish_non_exhaustive()
    }
}

impl<S> Error for SubmitError<S> {}

/// A submission, taken apart.
pub(crate) struct Draft {
    pub(crate) spec: TaskSpec,
    pub(crate) key: Key,
    pub(crate) admission: Admission,
    /// How many may wait in line, if it says so itself.
    pub(crate) queue: Option<usize>,
    /// Whether its attempts return a value to somebody.
    pub(crate) delivers: bool,
    /// Whether it goes on waiting where there is no room, which is then not told as a refusal.
    pub(crate) waits: bool,
}

impl SupervisorHandle {
    pub(crate) fn submit_draft(&self, draft: Draft) -> Result<TaskHandle, Box<(RuntimeError, Draft)>> {
        match self.shared() {
            Ok(shared) => shared.submit(draft),
            Err(reason) => Err(Box::new((reason, draft))),
        }
    }
}

impl Shared {
    /// Decides on pure data under the slot's lock, and tells those concerned after it.
    fn submit(self: &Arc<Self>, draft: Draft) -> Result<TaskHandle, Box<(RuntimeError, Draft)>> {
        let mut policy = match self.check(&draft.spec) {
            Ok(policy) => policy,
            Err(reason) => return Err(self.refuse(reason, draft)),
        };
        policy.delivers = draft.delivers;
        let Draft { spec, key, admission, queue, delivers, waits } = draft;
        let TaskSpec { task: TaskRef { name, slot, needs }, settings, location } = spec;
        let now = self.now();
        let stop_timeout = settings.stop_timeout();
        let id = TaskId::next();
        let hash = self.registry.hash(&key, &name, id);
        let cell = Arc::new(TaskCell::new(id, name, key.clone(), hash, now).with_stop_timeout(stop_timeout));
        let limits =
            Limits { per_slot: queue.unwrap_or(self.controller.per_slot), total: self.controller.total };
        match Ticket::take_place(Arc::clone(self), &cell, admission, limits, now) {
            Ok((mut ticket, taken)) => {
                self.tell_taken(&mut ticket, taken, now);
                let reserved = Reserved::new(ticket, slot, policy);
                let handle = reserved.handle();
                reserved.start(self);
                Ok(handle)
            }
            Err(refusal) => {
                let reason = self.explain(refusal, &key);
                let name = Arc::into_inner(cell).map(TaskCell::into_name).unwrap_or_default();
                let spec = TaskSpec { task: TaskRef { name, slot, needs }, settings, location };
                Err(self.refuse(reason, Draft { spec, key, admission, queue, delivers, waits }))
            }
        }
    }

    pub(crate) fn tell_taken(self: &Arc<Self>, ticket: &mut Ticket, taken: Taken, now: Instant) {
        ticket.submitted(matches!(taken, Taken::Waits { .. }), now);
        match taken {
            Taken::Turn => ticket.cell().grant_turn(),
            Taken::Waits { told: waits, unwatched } => {
                if unwatched {
                    self.watch_line(ticket.cell(), now);
                }
                if let Some(superseded) = waits.superseded {
                    superseded.ask(StopRequest::reject(Rejection::Superseded, now));
                }
                // On the clock of the supervisor: the submitter may be on another runtime, or on none.
                let stop = || StopRequest::stop(StopCause::Replace, self.now(), self.config.grace);
                if let Some(replaced) = waits.replaced {
                    replaced.ask(stop());
                }
                if let Some(outdated) = waits.outdated {
                    outdated.ask_between_attempts(stop());
                }
            }
        }
    }

    fn refuse(&self, reason: RuntimeError, draft: Draft) -> Box<(RuntimeError, Draft)> {
        let goes_on = draft.waits && matches!(reason, RuntimeError::QueueFull { .. });
        if !goes_on && self.bus.wants(EventName::Refused) {
            let slot = match &draft.key {
                Key::Slot(slot) => Some(Arc::clone(slot)),
                Key::Name | Key::Free => None,
            };
            let task = draft.spec.name().to_owned();
            let kind = EventKind::Refused { task, slot, reason: reason.to_string() };
            self.bus.publish(self.now(), None, kind);
        }
        Box::new((reason, draft))
    }

    fn explain(&self, refusal: Refusal, key: &Key) -> RuntimeError {
        let slot = match key {
            Key::Slot(slot) => slot.to_string(),
            Key::Name | Key::Free => String::new(),
        };
        match refusal {
            Refusal::NoRoom(NoRoom::Busy) => RuntimeError::Busy { slot },
            Refusal::NoRoom(NoRoom::QueueFull) => RuntimeError::QueueFull { slot },
            Refusal::Closed | Refusal::NameTaken => self.closed(),
        }
    }
}
