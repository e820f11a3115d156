//! What an application has declared, for operators' tools.

use std::sync::Arc;

use super::SupervisorHandle;

impl SupervisorHandle {
    /// Returns what the application declares, as JSON: what `TASKVISOR=describe=json` prints, with the changes of the setup, of the file
    /// and of the environment, as they were at the start. `None` if the setup has not called
    /// [`App::keep_description`](crate::App::keep_description), and once the supervisor was dropped and its tasks have ended.
    #[must_use]
    pub fn description(&self) -> Option<Arc<str>> {
        self.shared().ok()?.description.get().cloned()
    }
}
