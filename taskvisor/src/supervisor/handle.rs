//! What a supervisor can be asked to do.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::{AddError, TaskHandle};
use crate::runtime::body::{AppContext, FromApp, TaskContext, TaskSpec};
use crate::runtime::current_task;
use crate::runtime::shared::Shared;
use crate::task::{Report, RuntimeError, TaskId, TaskStatus};

/// A way to a supervisor that owns nothing: store it anywhere, extract it as a parameter.
///
/// Once the supervisor is gone, it lists nothing and adding is refused as during a shutdown. All methods are those of
/// [`Supervisor`](crate::Supervisor) too.
pub struct SupervisorHandle(Reach);

enum Reach {
    /// That of a `Supervisor`, which owns it anyway. A clone of it owns nothing.
    Owned(Arc<Shared>),
    Known(Weak<Shared>),
}

impl Clone for SupervisorHandle {
    fn clone(&self) -> Self {
        Self(Reach::Known(match &self.0 {
            Reach::Owned(shared) => Arc::downgrade(shared),
            Reach::Known(shared) => Weak::clone(shared),
        }))
    }
}

impl SupervisorHandle {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        Self(Reach::Known(Arc::downgrade(shared)))
    }

    pub(crate) fn owning(shared: &Arc<Shared>) -> Self {
        Self(Reach::Owned(Arc::clone(shared)))
    }

    pub(crate) fn shared(&self) -> Result<Cow<'_, Arc<Shared>>, RuntimeError> {
        match &self.0 {
            Reach::Owned(shared) => Ok(Cow::Borrowed(shared)),
            Reach::Known(shared) => shared.upgrade().map(Cow::Owned).ok_or(RuntimeError::ShuttingDown),
        }
    }

    /// Adds a task and starts it. Decides before it returns: `Ok` is accepted, `Err` never runs.
    ///
    /// Works before, during and without `run`, from any thread, once the supervisor is bound to a Tokio runtime: built
    /// inside one, given one, or called from inside one. Tokio's timers must be enabled there.
    ///
    /// # Errors
    ///
    /// If the name is taken, the supervisor shuts down, there is no runtime, the supervisor was built with a mistake, a state is missing, or the rules of the
    /// task contradict each other. The spec comes back inside the error.
    ///
    /// ```
    /// use taskvisor::{Config, Supervisor, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let config = Config::default();
    /// let supervisor = Supervisor::new(config.clone(), Vec::new());
    /// let hello = TaskFn::arc("hello", || async { Ok(println!("hello")) });
    /// let handle = supervisor.add_task(TaskSpec::with_defaults(hello, &config))?;
    /// assert!(handle.outcome().await.is_completed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_task(&self, spec: TaskSpec) -> Result<TaskHandle, AddError> {
        let shared = match self.shared() {
            Ok(shared) => shared,
            Err(reason) => return Err(AddError::new(reason, spec)),
        };
        let reserved = shared.reserve(spec)?;
        let handle = reserved.handle();
        reserved.start(&shared);
        Ok(handle)
    }

    /// Asks the task of this name to stop, and returns at once. Says whether this call was the one.
    ///
    /// # Errors
    ///
    /// If there is no task of this name.
    pub fn remove_task(&self, name: &str) -> Result<bool, RuntimeError> {
        Ok(self.known(name)?.cancel())
    }

    /// Asks the task of this name to stop within the grace of the configuration, and waits for its outcome: then it is
    /// gone, unless it blocks its thread (see [`TaskHandle::outcome`]). Says whether this call was the one that asked
    /// first.
    ///
    /// # Errors
    ///
    /// If there is no task of this name, if the supervisor is gone, or if it is the task itself that calls: then the stop
    /// is asked all the same.
    ///
    /// # Cancel safety
    ///
    /// The stop stays asked if the wait is given up.
    pub async fn cancel(&self, name: &str) -> Result<bool, RuntimeError> {
        let grace = self.shared()?.config.grace;
        self.cancel_with_timeout(name, grace).await
    }

    /// Like [`cancel`](Self::cancel), with its own grace: after it, the attempt is dropped.
    ///
    /// # Errors
    ///
    /// As [`cancel`](Self::cancel).
    pub async fn cancel_with_timeout(&self, name: &str, grace: Duration) -> Result<bool, RuntimeError> {
        cancel_and_wait(self.known(name)?, grace).await
    }

    /// Like [`cancel`](Self::cancel), by the id of a task that was added or of a submission, which may run or wait for its
    /// slot. It looks for the task as [`task_by_id`](Self::task_by_id) does.
    ///
    /// # Errors
    ///
    /// [`UnknownTaskId`](RuntimeError::UnknownTaskId) if there is no task with this id. Otherwise as [`cancel`](Self::cancel).
    ///
    /// # Cancel safety
    ///
    /// The stop stays requested if the wait is given up.
    pub async fn cancel_by_id(&self, id: TaskId) -> Result<bool, RuntimeError> {
        let grace = self.shared()?.config.grace;
        let task = self.task_by_id(id).ok_or(RuntimeError::UnknownTaskId { id })?;
        cancel_and_wait(task, grace).await
    }

    /// The added task of this name, if there is one. It finds no submission: the name of one is a label, which many may
    /// share. Those are found by their ids.
    #[must_use]
    pub fn task(&self, name: &str) -> Option<TaskHandle> {
        let shared = self.shared().ok()?;
        let cell = shared.registry.find(name)?;
        Some(TaskHandle::new(cell, &shared))
    }

    /// The task with this id, if it is there: added or submitted, running or waiting for its slot. The id is that of an event
    /// or of a listed [`TaskStatus`].
    ///
    /// It looks at one task after the other, as [`tasks`](Self::tasks) does, so it takes time in proportion to the number of
    /// tasks: it is meant for operators, not for hot paths. Keep the [`TaskHandle`] there.
    #[must_use]
    pub fn task_by_id(&self, id: TaskId) -> Option<TaskHandle> {
        let shared = self.shared().ok()?;
        let cell = shared.registry.find_by_id(id)?;
        Some(TaskHandle::new(cell, &shared))
    }

    /// Whether there is an added task of this name: running, waiting or blocking its thread past its grace.
    #[must_use]
    pub fn is_alive(&self, name: &str) -> bool {
        self.shared().is_ok_and(|shared| shared.registry.find(name).is_some())
    }

    /// A snapshot of all tasks, the oldest first: those that were added, and submissions that run or wait for their slots.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskStatus> {
        match self.shared() {
            Ok(shared) => shared.registry.cells().iter().map(|cell| cell.status()).collect(),
            Err(_) => Vec::new(),
        }
    }

    /// Asks for the end of everything, from anywhere, and returns at once: nothing more is accepted, and all tasks are
    /// asked to stop within the grace of the configuration, the newest first.
    pub fn stop(&self) {
        if let Ok(shared) = self.shared() {
            shared.request_stop_all(shared.config.grace);
        }
    }

    /// [`stop`](Self::stop), and waits until all is over: tasks stopped or, after the grace, aborted; subscribers done.
    /// Everybody who calls gets the same report of how all tasks have ended, and giving up the wait changes nothing.
    ///
    /// # Errors
    ///
    /// [`GraceExceeded`](RuntimeError::GraceExceeded), which carries the report, if a task was aborted at the end of the
    /// grace or blocks its thread past it. If the caller is a task or a subscriber of this
    /// very supervisor: then the stop is asked all the same.
    ///
    /// # Cancel safety
    ///
    /// The stop stays asked if the wait is given up.
    pub async fn shutdown(&self) -> Result<Report, RuntimeError> {
        let Ok(shared) = self.shared() else { return Ok(Report::default()) };
        shared.request_stop_all(shared.config.grace);
        if shared.is_caller_inside() {
            return Err(RuntimeError::WouldDeadlock);
        }
        if shared.bind().is_err() {
            // It never had a runtime, so it never accepted anything.
            return Ok(shared.report());
        }
        shared.stopped().await
    }

    fn known(&self, name: &str) -> Result<TaskHandle, RuntimeError> {
        self.task(name).ok_or_else(|| RuntimeError::UnknownTask { name: name.to_owned() })
    }
}

async fn cancel_and_wait(task: TaskHandle, grace: Duration) -> Result<bool, RuntimeError> {
    let first = task.cancel_with_timeout(grace);
    if current_task::caller().is_some_and(|caller| caller.task == Some(task.id())) {
        return Err(RuntimeError::WouldDeadlock);
    }
    task.outcome().await;
    Ok(first)
}

impl fmt::Debug for SupervisorHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SupervisorHandle").finish_non_exhaustive()
    }
}

impl FromApp for SupervisorHandle {
    fn from_app(app: &AppContext) -> Self {
        app.supervisor()
    }
}

impl AppContext {
    /// A way to the supervisor of the application.
    #[must_use]
    pub fn supervisor(&self) -> SupervisorHandle {
        SupervisorHandle::new(self.shared())
    }
}

impl TaskContext {
    /// A way to the supervisor of this task.
    #[must_use]
    pub fn supervisor(&self) -> SupervisorHandle {
        self.app().supervisor()
    }
}
