//! The parameter with which an attempt says that it is ready.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{FromContext, Needs, TaskContext};
use crate::runtime::cell::TaskCell;

/// A parameter of a task that becomes ready when the attempt says so: it calls [`notify`](Self::notify).
///
/// The parameter declares [`Readiness::Notify`](crate::Readiness::Notify): the task need not set `ready = "notify"`. An attempt
/// that is not ready within its [`start_timeout`](crate::TaskSpec::with_start_timeout), by default 30 s, fails.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::prelude::*;
///
/// async fn serve(ctx: TaskContext, ready: Ready) -> Result<(), TaskError> {
///     ready.extend(Duration::from_secs(120)); // a migration may take this long
///     // Bind the socket here.
///     ready.notify();
///     ctx.cancelled().await;
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::default();
/// let serve = supervisor.add_task(TaskSpec::once(TaskFn::arc("serve", serve)))?;
/// assert_eq!(serve.ready().await, Ok(()));
/// # Ok(())
/// # }
/// ```
///
/// It belongs to its attempt. Clones may be moved to other tasks and threads; once the attempt has ended, they do nothing.
#[derive(Clone)]
pub struct Ready {
    cell: Arc<TaskCell>,
    attempt: u64,
}

impl Ready {
    /// Makes the task ready, unless it is already, or its stop was requested.
    pub fn notify(&self) {
        self.cell.notify_ready(self.attempt, Instant::now());
    }

    /// Gives the attempt at least `time` from now on to become ready, also beyond its `start_timeout`. It never shortens the time.
    ///
    /// Returns `false`, and changes nothing, if the time of the attempt is over, or if the attempt need not become ready: the task
    /// is ready, its stop was requested, or the attempt was interrupted or has ended.
    pub fn extend(&self, time: Duration) -> bool {
        self.cell.extend_start(self.attempt, Instant::now(), time)
    }
}

impl FromContext for Ready {
    fn from_context(context: &TaskContext) -> Self {
        Self { cell: Arc::clone(context.cell()), attempt: context.attempt() }
    }

    fn needs(needs: &mut Needs<'_>) {
        needs.readiness();
    }
}

impl TaskContext {
    /// Makes the task ready, if it declares [`Readiness::Notify`](crate::Readiness::Notify): by `ready = "notify"`, by
    /// [`with_ready`](crate::TaskSpec::with_ready), or by a parameter [`Ready`]. Does nothing in other tasks, in a task that is
    /// ready already, after a stop request, and after the attempt.
    pub fn ready(&self) {
        self.cell().notify_ready(self.attempt(), Instant::now());
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready")
            .field("name", &self.cell.name())
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
