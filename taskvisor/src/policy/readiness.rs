//! Readiness: when a task counts as ready.

use std::fmt;

/// When a task becomes ready: once it can do its work, or once its work is done.
///
/// A task that is ready stays so during its later attempts, and while it waits between them. It stops being ready when an attempt
/// fails or is interrupted, and when its stop is requested; after a failure or an interrupt it becomes ready again in the same way. A
/// task that has completed is ready for ever.
///
/// Tasks that [need](crate::TaskSpec::with_needs) it start their attempts only while it is ready. A task whose attempt runs until it is
/// stopped, such as a connection, never succeeds: give it a parameter [`Ready`](crate::Ready), or set `Start`.
///
/// ```
/// use taskvisor::{Config, Readiness, Supervisor, TaskContext, TaskFn, TaskSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let supervisor = Supervisor::new(Config::default(), Vec::new());
/// let serve = TaskFn::arc("serve", |ctx: TaskContext| async move {
///     // Connect here.
///     ctx.ready();
///     Ok(ctx.cancelled().await)
/// });
/// let serve = supervisor.add_task(TaskSpec::once(serve).with_ready(Readiness::Notify))?;
/// assert_eq!(serve.ready().await, Ok(()));
/// assert!(serve.status().ready_since.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Readiness {
    /// As soon as an attempt starts.
    Start,
    /// Once an attempt has succeeded. For migrations, pollers and refreshers.
    #[default]
    Success,
    /// Once the attempt says so: it calls [`Ready::notify`](crate::Ready::notify), or
    /// [`TaskContext::ready`](crate::TaskContext::ready). For servers and connections.
    Notify,
}

/// Writes `start`, `success` or `notify`.
impl fmt::Display for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Success => "success",
            Self::Notify => "notify",
        })
    }
}
