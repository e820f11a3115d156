//! The decision about a submission.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::event::{EventKind, EventName};
use crate::runtime::body::{TaskRef, TaskSpec};
use crate::runtime::cell::{RegistryKey, StopRequest, TaskCell};
use crate::runtime::registry::registration::Registration;
use crate::runtime::registry::slot::{Admission, NoRoom};
use crate::runtime::registry::{Limits, Placement, RegisterError};
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
pub(crate) struct SubmissionDraft {
    pub(crate) spec: TaskSpec,
    pub(crate) key: RegistryKey,
    pub(crate) admission: Admission,
    /// How many may wait in line, if it says so itself.
    pub(crate) queue: Option<usize>,
    /// Whether its attempts return a value to somebody.
    pub(crate) returns_value: bool,
    /// Whether it goes on waiting where there is no room, which is then not told as a refusal.
    pub(crate) waits: bool,
}

impl SupervisorHandle {
    pub(crate) fn submit_draft(
        &self,
        draft: SubmissionDraft,
    ) -> Result<TaskHandle, Box<(RuntimeError, SubmissionDraft)>> {
        match self.shared() {
            Ok(shared) => shared.submit(draft),
            Err(reason) => Err(Box::new((reason, draft))),
        }
    }
}

impl Shared {
    /// Decides on pure data under the slot's lock, and tells those concerned after it.
    fn submit(
        self: &Arc<Self>,
        draft: SubmissionDraft,
    ) -> Result<TaskHandle, Box<(RuntimeError, SubmissionDraft)>> {
        let mut policy = match self.check(&draft.spec) {
            Ok(policy) => policy,
            Err(reason) => return Err(self.refuse(reason, draft)),
        };
        policy.returns_value = draft.returns_value;
        let SubmissionDraft { spec, key, admission, queue, returns_value, waits } = draft;
        let TaskSpec { task: TaskRef { name, body, needs }, settings, location } = spec;
        let now = self.now();
        let stop_timeout = settings.stop_timeout();
        let id = TaskId::next();
        let hash = self.registry.hash(&key, &name, id);
        let cell = Arc::new(TaskCell::new(id, name, key.clone(), hash, now).with_stop_timeout(stop_timeout));
        let limits =
            Limits { per_slot: queue.unwrap_or(self.controller.per_slot), total: self.controller.total };
        match Registration::for_submission(Arc::clone(self), &cell, admission, limits, now) {
            Ok((mut registration, taken)) => {
                self.complete_submission(&mut registration, taken, now);
                let reserved = Reserved::new(registration, body, policy);
                let handle = reserved.handle();
                reserved.start(self);
                Ok(handle)
            }
            Err(refusal) => {
                let reason = self.explain(refusal, &key);
                let name = Arc::into_inner(cell).map(TaskCell::into_name).unwrap_or_default();
                let spec = TaskSpec { task: TaskRef { name, body, needs }, settings, location };
                Err(self
                    .refuse(reason, SubmissionDraft { spec, key, admission, queue, returns_value, waits }))
            }
        }
    }

    pub(crate) fn complete_submission(
        self: &Arc<Self>,
        registration: &mut Registration,
        placement: Placement,
        now: Instant,
    ) {
        registration.publish_submitted(matches!(placement, Placement::Queued { .. }), now);
        match placement {
            Placement::Owner => registration.cell().grant_slot(),
            Placement::Queued { effects, unwatched } => {
                if unwatched {
                    self.watch_line(registration.cell(), now);
                }
                if let Some(superseded) = effects.superseded {
                    superseded.request_stop(StopRequest::reject(Rejection::Superseded, now));
                }
                // On the clock of the supervisor: the submitter may be on another runtime, or on none.
                let stop = || StopRequest::stop(StopCause::Replace, self.now(), self.config.grace);
                if let Some(replaced) = effects.replaced {
                    replaced.request_stop(stop());
                }
                if let Some(outdated) = effects.outdated {
                    outdated.request_stop_between_attempts(stop());
                }
            }
        }
    }

    fn refuse(&self, reason: RuntimeError, draft: SubmissionDraft) -> Box<(RuntimeError, SubmissionDraft)> {
        let goes_on = draft.waits && matches!(reason, RuntimeError::QueueFull { .. });
        if !goes_on && self.bus.wants(EventName::Refused) {
            let slot = match &draft.key {
                RegistryKey::Slot(slot) => Some(Arc::clone(slot)),
                RegistryKey::Name | RegistryKey::Free => None,
            };
            let task = draft.spec.name().to_owned();
            let kind = EventKind::Refused { task, slot, reason: reason.to_string() };
            self.bus.publish(self.now(), None, kind);
        }
        Box::new((reason, draft))
    }

    fn explain(&self, refusal: RegisterError, key: &RegistryKey) -> RuntimeError {
        let slot = match key {
            RegistryKey::Slot(slot) => slot.to_string(),
            RegistryKey::Name | RegistryKey::Free => String::new(),
        };
        match refusal {
            RegisterError::NoRoom(NoRoom::Busy) => RuntimeError::Busy { slot },
            RegisterError::NoRoom(NoRoom::QueueFull) => RuntimeError::QueueFull { slot },
            RegisterError::Closed | RegisterError::NameTaken => self.closed(),
        }
    }
}
