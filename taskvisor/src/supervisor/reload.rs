//! Reading the file of an application again.

use super::SupervisorHandle;
use crate::task::{ReloadError, Reloaded};

impl SupervisorHandle {
    /// Reads the file of [`App::overrides`](crate::App::overrides) and the environment again, and applies what has changed: to a task at
    /// its next attempt, to a job at its next submission. A running attempt keeps its options, and a wait that has begun its length.
    /// SIGHUP does the same. Either all changes apply, or none. Both publish the event [`Reloaded`](crate::EventKind::Reloaded).
    ///
    /// Options about the structure of the application apply after a restart only, and are returned as such: dependencies, schedules,
    /// instances, limits of tasks, readiness, `critical`, `stop_order`, subscribers, `enabled` of a task, and the section `main`. New
    /// defaults apply to the tasks and the jobs of the application, and not to tasks that are added later.
    ///
    /// The call reads the file on the thread of the caller, which usually takes well under a millisecond. On a slow file system, call it
    /// with `spawn_blocking`.
    ///
    /// ```no_run
    /// use taskvisor::prelude::*;
    ///
    /// #[task(restart = "always")]
    /// async fn watch_file(supervisor: SupervisorHandle) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    ///     // Wait until the file has changed.
    ///     for option in supervisor.reload()?.changed {
    ///         println!("{option}"); // task `poll_feed`: timeout = 2s (taskvisor.toml:4), was 5s
    ///     }
    ///     Ok(())
    /// }
    ///
    /// #[taskvisor::main]
    /// async fn main(app: &mut App) {
    ///     app.overrides("taskvisor.toml");
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The application has no file, the file, a variable or the resulting options have problems, another reload has not returned yet, or
    /// the supervisor is shutting down. Then nothing has changed.
    #[cfg_attr(docsrs, doc(cfg(feature = "config")))]
    pub fn reload(&self) -> Result<Reloaded, ReloadError> {
        let shared = self.shared().map_err(|_| ReloadError::ShuttingDown)?;
        shared.reloader.get().ok_or(ReloadError::NoFile)?(&shared)
    }
}
