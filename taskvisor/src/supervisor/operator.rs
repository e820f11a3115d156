//! Operations with the label of their caller, and the event that reports an operation.

use std::sync::Arc;

use super::spawn::UnspawnedActor;
use super::{SupervisorHandle, TaskHandle};
use crate::event::{EventKind, EventName};
use crate::runtime::cell::TaskCell;
use crate::runtime::shared::Shared;
use crate::task::{Operation, RuntimeError, TaskId};

/// The label of the caller of an operation, if it has one.
pub(crate) type By<'a> = Option<&'a Arc<str>>;

/// The operation that starts a task.
#[derive(Clone, Copy, Debug)]
pub(super) struct Started<'a> {
    pub(super) action: Operation,
    pub(super) by: By<'a>,
}

/// The operations of a supervisor, with the label of their caller: the event [`Operated`](EventKind::Operated) names it in `by`. Created
/// by [`SupervisorHandle::operator`].
///
/// Each method is that of [`SupervisorHandle`] with the same name. Like the handle, it owns nothing of the supervisor.
#[derive(Clone, Debug)]
pub struct Operator {
    pub(crate) supervisor: SupervisorHandle,
    pub(crate) by: Arc<str>,
}

impl SupervisorHandle {
    /// Returns the operations of this supervisor for a caller with this label, such as the name of a user or of a tool. The events of the
    /// operations carry the label; it has no other effect.
    ///
    /// ```
    /// use taskvisor::{Supervisor, TaskContext, TaskFn, TaskSpec};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let supervisor = Supervisor::default();
    /// let feed = TaskFn::arc("feed", |ctx: TaskContext| async move { Ok(ctx.cancelled().await) });
    /// supervisor.add_task(TaskSpec::once(feed))?;
    /// let on_call = supervisor.operator("on-call");
    /// assert!(on_call.pause("feed")?); // publishes `operated action=pause by="on-call"`
    /// assert!(on_call.cancel("feed").await?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn operator(&self, by: impl Into<Arc<str>>) -> Operator {
        Operator { supervisor: self.clone(), by: by.into() }
    }
}

impl Operator {
    /// Returns the label.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.by
    }

    fn label(&self) -> By<'_> {
        Some(&self.by)
    }

    /// See [`SupervisorHandle::pause`].
    ///
    /// # Errors
    ///
    /// As that method.
    pub fn pause(&self, name: &str) -> Result<bool, RuntimeError> {
        self.supervisor.control(name, |task| task.pause_by(self.label()))
    }

    /// See [`SupervisorHandle::pause_after_attempt`].
    ///
    /// # Errors
    ///
    /// As that method.
    pub fn pause_after_attempt(&self, name: &str) -> Result<bool, RuntimeError> {
        self.supervisor.control(name, |task| task.pause_after_attempt_by(self.label()))
    }

    /// See [`SupervisorHandle::resume`].
    ///
    /// # Errors
    ///
    /// As that method.
    pub fn resume(&self, name: &str) -> Result<bool, RuntimeError> {
        self.supervisor.control(name, |task| task.resume_by(self.label()))
    }

    /// See [`SupervisorHandle::restart`].
    ///
    /// # Errors
    ///
    /// As that method.
    pub fn restart(&self, name: &str) -> Result<(), RuntimeError> {
        self.supervisor.control(name, |task| task.restart_by(self.label())).map(|_| ())
    }

    /// See [`SupervisorHandle::trigger`].
    ///
    /// # Errors
    ///
    /// As that method.
    pub fn trigger(&self, name: &str) -> Result<bool, RuntimeError> {
        self.supervisor.control(name, |task| task.trigger_by(self.label()))
    }

    /// See [`SupervisorHandle::start`].
    ///
    /// # Errors
    ///
    /// As that method.
    pub fn start(&self, name: &str) -> Result<Vec<TaskHandle>, RuntimeError> {
        self.supervisor.start_by(name, self.label())
    }

    /// See [`SupervisorHandle::scale`].
    ///
    /// # Errors
    ///
    /// As that method.
    pub fn scale(&self, name: &str, instances: usize) -> Result<usize, RuntimeError> {
        self.supervisor.scale_by(name, instances, self.label())
    }

    /// See [`SupervisorHandle::remove_task`].
    ///
    /// # Errors
    ///
    /// As that method.
    pub fn remove_task(&self, name: &str) -> Result<bool, RuntimeError> {
        self.supervisor.remove_task_by(name, self.label())
    }

    /// See [`SupervisorHandle::cancel`].
    ///
    /// # Errors
    ///
    /// As that method.
    ///
    /// # Cancel safety
    ///
    /// As that method.
    pub async fn cancel(&self, name: &str) -> Result<bool, RuntimeError> {
        let grace = self.supervisor.shared()?.config.grace;
        self.supervisor.cancel_by(name, grace, self.label()).await
    }

    /// See [`SupervisorHandle::cancel_by_id`].
    ///
    /// # Errors
    ///
    /// As that method.
    ///
    /// # Cancel safety
    ///
    /// As that method.
    pub async fn cancel_by_id(&self, id: TaskId) -> Result<bool, RuntimeError> {
        self.supervisor.cancel_id_by(id, self.label()).await
    }
}

impl Shared {
    /// Publishes an operation on a task, after it took effect.
    #[inline]
    pub(crate) fn publish_operated(&self, cell: &Arc<TaskCell>, action: Operation, by: By<'_>) {
        // Checked first: a cancellation is on a hot path.
        if self.bus.wants(EventName::Operated) {
            self.send_operated(cell, action, by);
        }
    }

    #[cold]
    fn send_operated(&self, cell: &Arc<TaskCell>, action: Operation, by: By<'_>) {
        let by = by.cloned();
        let kind = || EventKind::Operated { action, by, slot: None };
        self.publish(cell, EventName::Operated, Some(self.now()), kind);
    }
}

impl UnspawnedActor {
    /// Publishes the operation that starts the task, directly after `Added`.
    // From the caller and not from the first poll of the actor, which would have to keep the label.
    pub(super) fn publish_start(&mut self, started: Started<'_>) {
        let shared = Arc::clone(self.shared());
        if shared.bus.wants(EventName::Operated) {
            self.publish_added(shared.now());
            shared.publish_operated(self.cell(), started.action, started.by);
        }
    }
}
