//! What an attempt is told about itself, and about the application it runs in.

use std::any::{Any, TypeId};
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::cancellation::{Cancelled, UntilCancelled};
use crate::error::Failure;
use crate::runtime::cell::TaskCell;
use crate::task::TaskId;

/// What a context knows of the supervisor; `supervisor` gives it methods.
pub(crate) trait Host: Send + Sync + 'static {
    fn state(&self, type_id: TypeId) -> Option<&Arc<dyn Any + Send + Sync>>;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

/// The application that a task or a subscriber belongs to: what [`FromApp`](crate::FromApp) extracts from.
#[derive(Clone)]
pub struct AppContext {
    host: Arc<dyn Host>,
}

impl AppContext {
    pub(crate) fn new(host: Arc<dyn Host>) -> Self {
        Self { host }
    }

    pub(crate) fn host(&self) -> Arc<dyn Host> {
        Arc::clone(&self.host)
    }

    /// The state of type `T`, if one was given to the application.
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let state = self.host.state(TypeId::of::<T>())?;
        Arc::clone(state).downcast().ok()
    }
}

impl fmt::Debug for AppContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppContext").finish_non_exhaustive()
    }
}

/// One attempt of one task, as its body sees it.
///
/// A context belongs to its attempt: kept beyond it, it reads as cancelled.
///
/// ```
/// use std::time::Duration;
/// use taskvisor::prelude::*;
///
/// async fn poll(ctx: TaskContext) -> Result<(), TaskError> {
///     if let Some(error) = ctx.last_error() {
///         eprintln!("attempt {} after: {error}", ctx.attempt());
///     }
///     while ctx.run_until_cancelled(tokio::time::sleep(Duration::from_secs(1))).await.is_some() {
///         println!("{} ticks", ctx.name());
///     }
///     Err(TaskError::Canceled)
/// }
/// ```
#[derive(Clone)]
pub struct TaskContext {
    app: AppContext,
    cell: Arc<TaskCell>,
    attempt: u64,
}

impl TaskContext {
    pub(crate) fn new(host: Arc<dyn Host>, cell: Arc<TaskCell>, attempt: u64) -> Self {
        Self { app: AppContext::new(host), cell, attempt }
    }

    /// The name of the task.
    #[must_use]
    pub fn name(&self) -> &str {
        self.cell.name()
    }

    /// The id of the task.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.cell.id()
    }

    /// The number of this attempt, from 1; never reset.
    #[must_use]
    pub fn attempt(&self) -> u64 {
        self.attempt
    }

    /// The latest failure of this task, if it ever failed.
    #[must_use]
    pub fn last_error(&self) -> Option<Failure> {
        self.cell.last_error()
    }

    /// Whether the attempt should stop: a stop was asked, or the attempt is over.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cell.is_cancelled(self.attempt)
    }

    /// Completes when the attempt should stop.
    ///
    /// In the body it costs next to nothing: no [`token`](Self::token), no waker, no allocation. A copy of the context may
    /// wait anywhere, as in a task that the body spawned; there it leaves a waker, as any future does.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: cancellation is a level, so a later call completes at once.
    #[must_use = "futures do nothing unless awaited"]
    pub fn cancelled(&self) -> impl Future<Output = ()> + Send + Unpin {
        Cancelled::new(&self.cell, self.attempt)
    }

    /// Runs `future` until it completes, or until the attempt should stop: then it is dropped and `None` returned.
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as `future` is.
    #[must_use = "futures do nothing unless awaited"]
    pub fn run_until_cancelled<F: Future>(&self, future: F) -> impl Future<Output = Option<F::Output>> {
        UntilCancelled::new(Cancelled::new(&self.cell, self.attempt), future)
    }

    /// The token of this attempt, for what the body spawns: cancelled when a stop is asked, and whenever the attempt
    /// ends, by timeout or panic too. Cancelling it oneself tells only those who hold it.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.cell.token(self.attempt)
    }

    /// The application the task belongs to.
    #[must_use]
    pub fn app(&self) -> &AppContext {
        &self.app
    }
}

impl fmt::Debug for TaskContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskContext")
            .field("name", &self.name())
            .field("id", &self.id())
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
