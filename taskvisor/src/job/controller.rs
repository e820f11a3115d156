//! Keyed work: what is submitted runs in slots, one at a time in each.

use std::pin::pin;

use super::{Submit, SubmitError};
use crate::runtime::cell::StopRequest;
use crate::supervisor::SupervisorHandle;
use crate::task::{Rejection, RuntimeError, StopCause};

impl SupervisorHandle {
    /// Submits a job, or a task with an [`Admission`](crate::Admission). Decides before it returns: `Ok` is accepted and
    /// has exactly one outcome, `Err` never runs.
    ///
    /// ```
    /// use taskvisor::{Config, ControllerSpec, Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::new(Config::default(), Vec::new());
    /// let sync = || TaskSpec::inherit(TaskFn::arc("sync", || async { Ok(()) }));
    /// let first = supervisor.submit(ControllerSpec::queue(sync()).with_slot("tenant-42"))?;
    /// let busy = supervisor.submit(ControllerSpec::drop_if_running(sync()).with_slot("tenant-42"));
    /// assert!(busy.is_err());
    /// assert!(first.outcome().await.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the slot is busy, too many wait, the supervisor shuts down or is gone, there is no runtime, the supervisor was
    /// built with a mistake, a state is missing, or the rules contradict each other. The submission comes back inside
    /// the error.
    ///
    /// # Panics
    ///
    /// If the `Clone` of a job's argument, or the `Display` of one that its slot is named after, panics. Nothing was
    /// submitted then.
    pub fn submit<S: Submit>(&self, submission: S) -> Result<S::Handle, SubmitError<S>> {
        submission.submit_to(self, false)
    }

    /// Submits like [`submit`](Self::submit), but where too many wait already, waits for room instead of being refused.
    /// Those who wait for room do so in no order. Whoever has the slot must not wait here for room in it: where only its
    /// own end makes room, that is for ever.
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit), except for a full queue.
    ///
    /// # Cancel safety
    ///
    /// Given up before it returns, it has submitted nothing; the submission is dropped.
    pub async fn submit_wait<S: Submit>(&self, submission: S) -> Result<S::Handle, SubmitError<S>> {
        let mut submission = submission;
        loop {
            let shared = match self.shared() {
                Ok(shared) => shared,
                Err(reason) => return Err(SubmitError::new(reason, submission)),
            };
            // Listening before trying, so that room made in between is not missed.
            let mut room = pin!(shared.room.notified());
            room.as_mut().enable();
            match submission.submit_to(self, true) {
                Err(error) if matches!(error.reason(), RuntimeError::QueueFull { .. }) => {
                    submission = error.into_submission();
                    room.await;
                }
                decided => return decided,
            }
        }
    }

    /// Asks the owner of a slot to stop, and rejects everything that waits for it. Says whether the slot was taken.
    ///
    /// Nothing that waited before the call starts. The slot is free when its owner is gone.
    pub fn clear_slot(&self, slot: &str) -> bool {
        let Ok(shared) = self.shared() else { return false };
        let Some(cleared) = shared.registry.clear(slot) else { return false };
        let now = shared.now();
        for waiting in cleared.waiting {
            waiting.request_stop(StopRequest::reject(Rejection::Cleared, now));
        }
        cleared.owner.request_stop(StopRequest::stop(StopCause::Clear, now, shared.config.grace));
        shared.room.notify_waiters();
        true
    }
}
