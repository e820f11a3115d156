//! Running a task now instead of after its wait.

use super::operator::By;
use super::{SupervisorHandle, TaskHandle};
use crate::task::{Operation, RuntimeError};

impl TaskHandle {
    /// Cuts the wait for the next attempt short, and returns at once. Returns `true` if the call ended a wait: in a backoff or a delay,
    /// after `retry_after` or a snooze, for the next tick of a schedule, or for the end of the start delay. Returns `false` if an attempt
    /// runs already, or waits for the tasks that it needs, a permit or its rate limit; then the call changes nothing.
    ///
    /// The attempt begins once the tasks that it needs are ready, and permits and a token are free: the call bypasses none of these. The
    /// count of failures stays, so that the next backoff is as long as it would have been. A job in a backoff can be triggered too.
    ///
    /// The ticks of a schedule stay where they are: the next run is due as it was before. A run that begins this way is for no tick:
    /// [`TaskContext::scheduled_at`](crate::TaskContext::scheduled_at) is `None`, and `Scheduled` is not published. A task with a schedule
    /// that was added or resumed just now counts as waiting.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::{Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// let hour = Duration::from_secs(3_600);
    /// let report = TaskFn::arc("report", || async { Ok(()) });
    /// let report = supervisor.add_task(TaskSpec::inherit(report).with_every(hour).with_start_delay(hour))?;
    /// assert!(report.trigger()?);
    /// # for _ in 0..3 { tokio::task::yield_now().await; }
    /// assert_eq!(report.status().attempt, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The task is paused ([`Paused`](RuntimeError::Paused)), it has ended ([`Ended`](RuntimeError::Ended)), a stop was requested
    /// ([`Stopping`](RuntimeError::Stopping)), it is a submission that waits for its slot ([`Queued`](RuntimeError::Queued)), or the
    /// supervisor is shutting down. Then nothing was changed.
    pub fn trigger(&self) -> Result<bool, RuntimeError> {
        self.trigger_by(None)
    }

    pub(super) fn trigger_by(&self, by: By<'_>) -> Result<bool, RuntimeError> {
        self.operate(Operation::Trigger, by, |cell, _| cell.trigger())
    }
}

impl SupervisorHandle {
    /// Cuts the wait of an added task for its next attempt short, or the waits of all its instances, and returns at once. See
    /// [`TaskHandle::trigger`].
    ///
    /// # Errors
    ///
    /// No task has this name, it is paused, it has ended, a stop of it was requested, or the supervisor is shutting down or was dropped.
    /// Then nothing was changed. With instances, the error of the first one, if all of them have one.
    pub fn trigger(&self, name: &str) -> Result<bool, RuntimeError> {
        self.control(name, TaskHandle::trigger)
    }
}
