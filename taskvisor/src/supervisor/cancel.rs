//! Requesting the stop of tasks by name or by id.

use std::time::Duration;

use super::operator::By;
use super::{SupervisorHandle, TaskHandle};
use crate::runtime::current_task;
use crate::task::{RuntimeError, TaskId};

impl SupervisorHandle {
    /// Requests the stop of the named task, or of all its instances, and returns at once. Returns whether this was the first request, for
    /// one of the instances at least.
    ///
    /// # Errors
    ///
    /// [`UnknownTask`](RuntimeError::UnknownTask) if no added task has this name.
    pub fn remove_task(&self, name: &str) -> Result<bool, RuntimeError> {
        self.remove_task_by(name, None)
    }

    pub(super) fn remove_task_by(&self, name: &str, by: By<'_>) -> Result<bool, RuntimeError> {
        let tasks = self.require_tasks(name)?;
        let grace = self.shared()?.config.grace;
        let mut first = false;
        for task in tasks {
            first |= task.cancel_by(grace, by);
        }
        Ok(first)
    }

    /// Requests the stop of the named task, or of all its instances, within the configured grace, and waits for the outcomes. Returns
    /// whether this was the first request, for one of the instances at least.
    ///
    /// The task is gone afterwards, unless it blocks its thread: see [`TaskHandle::outcome`].
    ///
    /// # Errors
    ///
    /// No added task has this name, the supervisor was dropped, or the caller is that task
    /// ([`WouldDeadlock`](RuntimeError::WouldDeadlock); the stop is requested nevertheless).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped during the wait, the stop remains requested.
    pub async fn cancel(&self, name: &str) -> Result<bool, RuntimeError> {
        let grace = self.shared()?.config.grace;
        self.cancel_with_grace(name, grace).await
    }

    /// Like [`cancel`](Self::cancel), with another grace, after which the attempt is dropped.
    ///
    /// # Errors
    ///
    /// As [`cancel`](Self::cancel).
    pub async fn cancel_with_grace(&self, name: &str, grace: Duration) -> Result<bool, RuntimeError> {
        self.cancel_by(name, grace, None).await
    }

    pub(super) async fn cancel_by(
        &self,
        name: &str,
        grace: Duration,
        by: By<'_>,
    ) -> Result<bool, RuntimeError> {
        let tasks = self.require_tasks(name)?;
        if let [task] = &tasks[..] {
            return cancel_and_wait(task.clone(), grace, by).await;
        }
        let requested: Vec<_> = tasks.iter().map(|task| task.cancel_by(grace, by)).collect();
        // After the requests: the caller may be one of the instances. It must stop too, although it cannot wait for that.
        let caller = current_task::caller().and_then(|caller| caller.task);
        if tasks.iter().any(|task| caller == Some(task.id())) {
            return Err(RuntimeError::WouldDeadlock);
        }
        for task in tasks {
            task.outcome().await;
        }
        Ok(requested.contains(&true))
    }

    /// Like [`cancel`](Self::cancel), by id. It also finds submissions, whether they run or wait for their slots.
    ///
    /// The search takes linear time: see [`task_by_id`](Self::task_by_id).
    ///
    /// # Errors
    ///
    /// [`UnknownTaskId`](RuntimeError::UnknownTaskId) if no live task has this id. Otherwise as [`cancel`](Self::cancel).
    ///
    /// # Cancel safety
    ///
    /// As [`cancel`](Self::cancel).
    pub async fn cancel_by_id(&self, id: TaskId) -> Result<bool, RuntimeError> {
        self.cancel_id_by(id, None).await
    }

    pub(super) async fn cancel_id_by(&self, id: TaskId, by: By<'_>) -> Result<bool, RuntimeError> {
        let grace = self.shared()?.config.grace;
        let task = self.task_by_id(id).ok_or(RuntimeError::UnknownTaskId { id })?;
        cancel_and_wait(task, grace, by).await
    }
}

async fn cancel_and_wait(task: TaskHandle, grace: Duration, by: By<'_>) -> Result<bool, RuntimeError> {
    let first = task.cancel_by(grace, by);
    // After the request: a task that cancels itself stops, although it cannot wait for that.
    if current_task::caller().is_some_and(|caller| caller.task == Some(task.id())) {
        return Err(RuntimeError::WouldDeadlock);
    }
    task.outcome().await;
    Ok(first)
}
