//! Running a task with a schedule now.

use super::{SupervisorHandle, TaskHandle};
use crate::task::RuntimeError;

impl TaskHandle {
    /// Runs a task with a schedule now, and returns at once. The ticks of the schedule stay where they are: the next run is due as it
    /// was before. Returns `true` if the call ended a wait: for the next tick, for the end of the start delay, or between an attempt and
    /// the next one of its run. A task that was added or resumed just now counts as waiting. Returns `false` if an attempt runs already,
    /// or waits for the tasks that it needs, a permit or its rate limit; then the call changes nothing.
    ///
    /// A run that begins this way is for no tick: [`TaskContext::scheduled_at`](crate::TaskContext::scheduled_at) is `None`, and
    /// `Scheduled` is not published.
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
    /// The task has no schedule ([`NotScheduled`](RuntimeError::NotScheduled)), it is paused ([`Paused`](RuntimeError::Paused)), it has
    /// ended ([`Ended`](RuntimeError::Ended)), a stop was requested ([`Stopping`](RuntimeError::Stopping)), or the supervisor is
    /// shutting down. Then nothing was changed.
    pub fn trigger(&self) -> Result<bool, RuntimeError> {
        self.operable()?;
        if self.cell().rare().is_none_or(|rare| rare.schedule().is_none()) {
            return Err(RuntimeError::NotScheduled { name: self.name().to_owned() });
        }
        self.cell().trigger().map_err(|error| self.control_error(error))
    }
}

impl SupervisorHandle {
    /// Runs an added task with a schedule now, or all its instances, and returns at once. See [`TaskHandle::trigger`].
    ///
    /// # Errors
    ///
    /// No task has this name, it has no schedule, it is paused, it has ended, a stop of it was requested, or the supervisor is shutting
    /// down or was dropped. Then nothing was changed. With instances, the error of the first one, if all of them have one.
    pub fn trigger(&self, name: &str) -> Result<bool, RuntimeError> {
        self.control(name, TaskHandle::trigger)
    }
}
