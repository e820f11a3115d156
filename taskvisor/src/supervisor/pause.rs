//! Pausing and resuming tasks.

use super::{SupervisorHandle, TaskHandle};
use crate::task::RuntimeError;

impl TaskHandle {
    /// Pauses the task, and returns at once: its running attempt is interrupted, or its wait for the next one ends, and no attempt
    /// follows until [`resume`](Self::resume). Returns `true` if the call paused the task, and `false` if it was paused before.
    ///
    /// The attempt's token is canceled, and the attempt has its `stop_timeout` to return, or the configured
    /// [`grace`](crate::Config::with_grace) without one; then its future is dropped. What it returns decides nothing, with the two
    /// exceptions of [`restart`](Self::restart). The task keeps its name, its slot, and the count of its failures. It releases its
    /// permit, and is not ready: the tasks that need it wait. A paused task counts as running: it keeps
    /// [`Supervisor::run`](crate::Supervisor::run) from returning. A stop request ends it at once.
    ///
    /// ```
    /// use taskvisor::{Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// let feed = TaskFn::arc("feed", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
    /// let feed = supervisor.add_task(TaskSpec::once(feed))?;
    /// # tokio::task::yield_now().await;
    /// feed.pause()?;
    /// # for _ in 0..3 { tokio::task::yield_now().await; }
    /// assert!(feed.status().phase.is_paused());
    ///
    /// feed.resume()?;
    /// # for _ in 0..3 { tokio::task::yield_now().await; }
    /// assert_eq!(feed.status().attempt, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The task has ended ([`Ended`](RuntimeError::Ended)), a stop was requested ([`Stopping`](RuntimeError::Stopping)), it is a
    /// submission that waits for its slot ([`Queued`](RuntimeError::Queued)), or the supervisor is shutting down. Then nothing
    /// was changed.
    pub fn pause(&self) -> Result<bool, RuntimeError> {
        let shared = self.operable()?;
        let paused = self.cell().pause(shared.now(), shared.config.grace);
        paused.map_err(|error| self.control_error(error))
    }

    /// Resumes a paused task, and returns at once: its next attempt begins once the tasks that it needs are ready, and permits and a
    /// token are free. A task that was paused because it gave up starts anew: its count of failures is zero. Returns whether the task was
    /// paused.
    ///
    /// # Errors
    ///
    /// As [`pause`](Self::pause).
    pub fn resume(&self) -> Result<bool, RuntimeError> {
        let shared = self.operable()?;
        self.cell().resume(shared.now()).map_err(|error| self.control_error(error))
    }
}

impl SupervisorHandle {
    /// Pauses an added task, or all its instances, and returns at once. See [`TaskHandle::pause`].
    ///
    /// # Errors
    ///
    /// No task has this name, the task has ended, a stop of it was requested, or the supervisor is shutting down or was dropped. Then
    /// nothing was changed. With instances, the error of the first one, if all of them have one.
    pub fn pause(&self, name: &str) -> Result<bool, RuntimeError> {
        self.control(name, TaskHandle::pause)
    }

    /// Resumes an added task that is paused, or all its instances that are, and returns at once. See [`TaskHandle::resume`].
    ///
    /// # Errors
    ///
    /// As [`pause`](Self::pause).
    pub fn resume(&self, name: &str) -> Result<bool, RuntimeError> {
        self.control(name, TaskHandle::resume)
    }
}
