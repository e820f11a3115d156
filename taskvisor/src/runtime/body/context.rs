//! The context of an attempt, and of the application it runs in.

use std::any::TypeId;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::cancellation::{Cancelled, UntilCancelled};
use crate::error::Failure;
use crate::runtime::cell::TaskCell;
use crate::runtime::shared::Shared;
use crate::task::TaskId;

/// The application that a task or a subscriber belongs to. [`FromApp`](crate::FromApp) extracts parameters from it.
#[derive(Clone)]
pub struct AppContext {
    shared: Arc<Shared>,
}

impl AppContext {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Returns the state of type `T`, if one was registered.
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let state = self.shared.states.get(TypeId::of::<T>())?;
        Arc::clone(state).downcast().ok()
    }
}

impl fmt::Debug for AppContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppContext").finish_non_exhaustive()
    }
}

/// The context of one attempt of a task.
///
/// A context belongs to its attempt. One that outlives the attempt reports cancellation.
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
    pub(crate) fn new(shared: Arc<Shared>, cell: Arc<TaskCell>, attempt: u64) -> Self {
        Self { app: AppContext::new(shared), cell, attempt }
    }

    pub(crate) fn cell(&self) -> &Arc<TaskCell> {
        &self.cell
    }

    /// Returns the name of the task.
    #[must_use]
    pub fn name(&self) -> &str {
        self.cell.name()
    }

    /// Returns the id of the task.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.cell.id()
    }

    /// Returns the number of this attempt. The first attempt is 1; the number is never reset.
    #[must_use]
    pub fn attempt(&self) -> u64 {
        self.attempt
    }

    /// Returns the latest failure of this task, if it has ever failed.
    #[must_use]
    pub fn last_error(&self) -> Option<Failure> {
        self.cell.last_error()
    }

    /// Whether the attempt should return: a stop was requested, or the attempt was interrupted (see
    /// [`interrupt_cause`](Self::interrupt_cause)) or has ended.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cell.is_cancelled(self.attempt)
    }

    /// Completes when the attempt should return, as [`is_cancelled`](Self::is_cancelled) says.
    ///
    /// In the body it is nearly free: it needs no [`token`](Self::token), no waker and no allocation. A clone of the
    /// context can be awaited anywhere else too, for instance in a task that the body spawned. There it registers a waker.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe. Cancellation is level-triggered, so that a later call completes at once.
    #[must_use = "futures do nothing unless awaited"]
    pub fn cancelled(&self) -> impl Future<Output = ()> + Send + Unpin {
        Cancelled::new(&self.cell, self.attempt)
    }

    /// Runs `future` to completion and returns its output. If the attempt should return first, drops it and returns
    /// `None`.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe if `future` is.
    #[must_use = "futures do nothing unless awaited"]
    pub fn run_until_cancelled<F: Future>(&self, future: F) -> impl Future<Output = Option<F::Output>> {
        UntilCancelled::new(Cancelled::new(&self.cell, self.attempt), future)
    }

    /// Returns the token of this attempt, for tasks that the body spawns.
    ///
    /// It is canceled when a stop is requested or the attempt is interrupted, and whenever the attempt ends, also by a timeout or a
    /// panic. If you cancel the token, only the code that holds it is affected; the task is not stopped.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.cell.token(self.attempt)
    }

    /// Returns the application that the task belongs to.
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
