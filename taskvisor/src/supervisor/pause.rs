//! Pausing and resuming tasks.

use super::operator::By;
use super::{SupervisorHandle, TaskHandle};
use crate::task::{Operation, RuntimeError};

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
        self.pause_by(None)
    }

    pub(super) fn pause_by(&self, by: By<'_>) -> Result<bool, RuntimeError> {
        self.operate(Operation::Pause, by, |cell, shared| cell.pause(shared.now(), shared.config.grace))
    }

    /// Pauses the task after its running attempt, and returns at once. The attempt is not interrupted: it ends by itself, its result
    /// counts as usual, and the task is paused instead of its next attempt. A task that ends with this attempt is not paused. Outside of
    /// an attempt, the task is paused as by [`pause`](Self::pause).
    ///
    /// Returns `true` if the call paused the task or requested the pause, and `false` if one of both was done before. Until the attempt
    /// has ended, the status shows the phase `Running`, and [`TaskStatus::pausing`](crate::TaskStatus::pausing) is `true`.
    /// [`resume`](Self::resume) takes the request back, [`pause`](Self::pause) interrupts the attempt after all, and
    /// [`restart`](Self::restart) is refused. A stop request ends the task as usual.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskvisor::{Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// let second = Duration::from_secs(1);
    /// let import = TaskFn::arc("import", move || async move { Ok(tokio::time::sleep(second).await) });
    /// let import = supervisor.add_task(TaskSpec::always(import, second))?;
    /// # tokio::task::yield_now().await;
    /// assert!(import.pause_after_attempt()?);
    /// assert!(import.status().phase.is_running() && import.status().pausing);
    ///
    /// tokio::time::sleep(second * 3).await;
    /// assert!(import.status().phase.is_paused());
    /// assert_eq!(import.status().attempt, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`pause`](Self::pause).
    pub fn pause_after_attempt(&self) -> Result<bool, RuntimeError> {
        self.pause_after_attempt_by(None)
    }

    pub(super) fn pause_after_attempt_by(&self, by: By<'_>) -> Result<bool, RuntimeError> {
        self.operate(Operation::PauseAfterAttempt, by, |cell, shared| {
            cell.pause_after_attempt(shared.now(), shared.config.grace)
        })
    }

    /// Resumes a paused task, and returns at once: its next attempt begins once the tasks that it needs are ready, and permits and a
    /// token are free. A task that was paused because it gave up starts anew: its count of failures is zero. Before the end of the attempt
    /// after which the task is to be paused, the call takes the pause back. Returns whether the task was paused, or was to be.
    ///
    /// # Errors
    ///
    /// As [`pause`](Self::pause).
    pub fn resume(&self) -> Result<bool, RuntimeError> {
        self.resume_by(None)
    }

    pub(super) fn resume_by(&self, by: By<'_>) -> Result<bool, RuntimeError> {
        self.operate(Operation::Resume, by, |cell, shared| cell.resume(shared.now()))
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

    /// Pauses an added task after its running attempt, or all its instances after theirs, and returns at once. See
    /// [`TaskHandle::pause_after_attempt`].
    ///
    /// # Errors
    ///
    /// As [`pause`](Self::pause).
    pub fn pause_after_attempt(&self, name: &str) -> Result<bool, RuntimeError> {
        self.control(name, TaskHandle::pause_after_attempt)
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
