//! Submissions whose events are recorded and checked.

use taskvisor::{Admission, ControllerSpec, SubmitError, TaskHandle, TaskRef};

use crate::trace::lock;
use crate::{Harness, Rules};

impl Harness {
    /// A submission whose rules the recorder stores.
    #[must_use]
    pub fn submission(
        &self,
        slot: &str,
        admission: Admission,
        rules: Rules,
        task: TaskRef,
    ) -> ControllerSpec {
        ControllerSpec::new(self.spec(rules, task), admission).with_slot(slot)
    }

    /// Submits a task and, if it is accepted, watches it. A lock around the call makes the order of submissions known.
    ///
    /// # Errors
    ///
    /// As [`submit`](taskvisor::SupervisorHandle::submit).
    pub fn try_submit_to(
        &self,
        slot: &str,
        admission: Admission,
        rules: Rules,
        task: TaskRef,
    ) -> Result<TaskHandle, SubmitError<ControllerSpec>> {
        self.try_submit(self.submission(slot, admission, rules, task))
    }

    /// Submits and, if the submission is accepted, watches it with its capacity. A lock around the call makes the order of submissions
    /// known.
    ///
    /// # Errors
    ///
    /// As [`submit`](taskvisor::SupervisorHandle::submit).
    pub fn try_submit(&self, submission: ControllerSpec) -> Result<TaskHandle, SubmitError<ControllerSpec>> {
        let slot = submission.slot().to_owned();
        let (admission, capacity) = (submission.admission(), submission.capacity());
        let submitted = {
            let mut slots = lock(&self.trace.slots);
            let submitted = self.submit(submission)?;
            slots.register(submitted.id(), &slot, admission == Admission::Queue);
            slots.set_capacity(submitted.id(), capacity);
            submitted
        };
        self.watch(&submitted);
        Ok(submitted)
    }

    /// Submits a task, which must be accepted, and watches it.
    ///
    /// # Panics
    ///
    /// If the supervisor refuses the submission.
    pub fn submit_to(&self, slot: &str, admission: Admission, rules: Rules, task: TaskRef) -> TaskHandle {
        self.try_submit_to(slot, admission, rules, task).expect("the submission is accepted")
    }

    /// Watches a submission that another call made.
    pub fn watch_in(&self, slot: &str, task: &TaskHandle) {
        self.trace.in_slot(task, slot);
        self.watch(task);
    }
}
