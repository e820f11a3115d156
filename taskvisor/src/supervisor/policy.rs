//! The options that apply to a task or to a job of an application.

use super::{SupervisorHandle, TaskHandle};
use crate::task::PolicyOption;

impl TaskHandle {
    /// Returns the options that apply to the task, each with its value and its origin, in the order of the documentation; also after the
    /// end of the task. Empty if the supervisor was dropped, or the task does not belong to an application: if
    /// [`add_task`](SupervisorHandle::add_task) has added it, or its supervisor is not that of `#[taskvisor::main]`.
    ///
    /// For a submission of a declared job, these are the options of the job. What the submission sets for itself is not shown.
    ///
    /// It is meant for operators' tools: each call formats all options.
    ///
    /// ```no_run
    /// use taskvisor::prelude::*;
    ///
    /// #[task(every = "30s", timeout = "5s")]
    /// async fn poll_feed(supervisor: SupervisorHandle) {
    ///     for option in supervisor.policy("poll_feed") {
    ///         println!("{option}"); // timeout = 5s (attribute src/main.rs:3)
    ///     }
    /// }
    ///
    /// #[taskvisor::main]
    /// async fn main() {}
    /// ```
    #[must_use]
    pub fn policy(&self) -> Vec<PolicyOption> {
        let Some(shared) = self.supervisor() else { return Vec::new() };
        shared.policies.get().and_then(|find| find(self.cell().base_name())).unwrap_or_default()
    }
}

impl SupervisorHandle {
    /// Returns the options that apply to the task of this name, live or not, or else to the job of this name. Empty if the application
    /// has neither. See [`TaskHandle::policy`].
    #[must_use]
    pub fn policy(&self, name: &str) -> Vec<PolicyOption> {
        let Ok(shared) = self.shared() else { return Vec::new() };
        shared.policies.get().and_then(|find| find(name)).unwrap_or_default()
    }
}
